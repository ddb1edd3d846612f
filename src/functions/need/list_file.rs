//! A code list as a CSV file has it, with errors that name file, line and rule.

use crate::error::{Context, Error, Result};
use csv::StringRecord;

/// The text of a reference table that a function reads.
#[derive(Debug, Clone)]
pub(crate) struct ListText {
    /// The file, for errors.
    pub place: String,
    /// CSV with a line of column names.
    pub bytes: Vec<u8>,
}

/// The rows of a code list.
pub(super) struct List {
    place: String,
    names: Vec<String>,
    rows: Vec<StringRecord>,
}

/// A row of a list.
#[derive(Clone, Copy)]
pub(super) struct ListRow<'a> {
    list: &'a List,
    record: &'a StringRecord,
}

impl List {
    /// Reads a list, which must have these columns (it may have more) and a row at least.
    pub(super) fn read(text: &ListText, columns: &[&str]) -> Result<Self> {
        let place = text.place.clone();
        let cannot = || format!("{place}: this code list cannot be read");
        let bytes = text.bytes.strip_prefix(b"\xef\xbb\xbf");
        let mut reader = csv::ReaderBuilder::new()
            .trim(csv::Trim::All)
            .from_reader(bytes.unwrap_or(&text.bytes));
        let names = reader.headers().usage(cannot)?.iter();
        let names: Vec<String> = names.map(str::to_ascii_lowercase).collect();
        let rows = reader.records().collect::<Result<Vec<_>, _>>();
        let rows = rows.usage(cannot)?;
        let list = List { place, names, rows };
        for column in columns {
            if !list.names.iter().any(|name| name == column) {
                return Err(list.wrong(1, &format!("there is no column '{column}'")));
            }
        }
        if list.rows.is_empty() {
            return Err(list.wrong(1, "a code list must have a row"));
        }
        Ok(list)
    }

    /// The rows in the order of the file.
    pub(super) fn rows(&self) -> impl Iterator<Item = ListRow<'_>> {
        let row = |record| ListRow { list: self, record };
        self.rows.iter().map(row)
    }

    fn wrong(&self, line: u64, rule: &str) -> Error {
        Error::usage(format!("{}:{line}: {rule}", self.place)).hint(
            "correct the list, or take it out of [reference] to use the one that comes with \
             Populace; docs/functions.md says what it must hold",
        )
    }
}

impl<'a> ListRow<'a> {
    /// The error that this row breaks a rule.
    pub(super) fn wrong(self, rule: &str) -> Error {
        let line = self.record.position().map_or(1, csv::Position::line);
        self.list.wrong(line, rule)
    }

    /// A value; empty when there is none.
    pub(super) fn text(self, column: &str) -> &'a str {
        let at = self.list.names.iter().position(|name| name == column);
        at.and_then(|at| self.record.get(at)).unwrap_or_default()
    }

    /// A value that must be there.
    pub(super) fn required(self, column: &str) -> Result<&'a str> {
        match self.text(column) {
            "" => Err(self.wrong(&format!("{column} is missing"))),
            text => Ok(text),
        }
    }

    /// A number that must be there, in units of the last of `places` decimal places.
    pub(super) fn weight(self, column: &str, places: usize) -> Result<i64> {
        let text = self.required(column)?;
        decimal(text, places).ok_or_else(|| {
            self.wrong(&match places {
                0 => format!("{column} must be a whole number"),
                1 => format!("{column} must be a number with at most one decimal place"),
                _ => format!("{column} must be a number with at most {places} decimal places"),
            })
        })
    }
}

/// `2.9` in tenths is 29, without a detour by floating point.
fn decimal(text: &str, places: usize) -> Option<i64> {
    let (sign, digits) = match text.strip_prefix('-') {
        Some(digits) => (-1, digits),
        None => (1, text),
    };
    let (whole, part) = digits.split_once('.').unwrap_or((digits, ""));
    let fits = (1..=9).contains(&whole.len()) && part.len() <= places;
    if !fits
        || !whole
            .bytes()
            .chain(part.bytes())
            .all(|b| b.is_ascii_digit())
    {
        return None;
    }
    let units: i64 = format!("{whole}{part:0<places$}").parse().ok()?;
    Some(sign * units)
}

#[cfg(test)]
mod tests {
    use super::decimal;

    #[test]
    fn decimals_are_exact() {
        assert_eq!(decimal("2.9", 1), Some(29));
        assert_eq!(decimal("-0.20368", 6), Some(-203_680));
        assert_eq!(decimal("62", 6), Some(62_000_000));
        for wrong in ["", "-", "1.25", "1e3", "NaN", ".5", "12345678901", "1,5"] {
            assert_eq!(decimal(wrong, 1), None, "{wrong}");
        }
    }
}
