//! Column files: `pipelines/csv/<table>.toml`.

use super::column_type::ColumnType;
use super::decimal_mark::DecimalMark;
use super::dialect;
use super::form::Forms;
use crate::error::{Error, Result};
use crate::pipeline::parse_settings;
use crate::privacy::Treatment;
use serde::Deserialize;
use std::path::Path;

/// How the rows of a CSV file become a table.
#[derive(Debug, Clone)]
pub struct ColumnFile {
    /// The name of the file that says so.
    pub file_name: String,
    /// The text of that file.
    pub text: String,
    /// The table, `record.<table>`.
    pub table: String,
    /// What the file says the table is.
    pub description: Option<String>,
    /// Which files, as a pattern with `*` on the file's name.
    pub files: String,
    /// The file's columns that identify a record.
    pub key: Vec<String>,
    /// The file's column with the person's NHS number.
    pub person: String,
    /// The file's column with the verification status of that number; only 01 links.
    pub person_status: Option<String>,
    /// The file's column that says when a row was extracted: a newer one supersedes.
    pub updated: Option<String>,
    /// The table's column that rows of a person are sorted by.
    pub order: Option<String>,
    /// The forms of `updated`; none for the usual ones.
    pub updated_format: Vec<String>,
    /// The encoding; told from the file when it is not set.
    pub encoding: Option<&'static encoding_rs::Encoding>,
    /// What separates columns; told from the header when it is not set.
    pub delimiter: Option<u8>,
    /// What quotes values; `Some(None)` for nothing.
    pub quote: Option<Option<u8>>,
    /// Lines before the header; detected when it is not set.
    pub skip_lines: Option<usize>,
    /// What a line begins with that is no row.
    pub trailer: Option<String>,
    /// Texts that stand for no value.
    pub null: Vec<String>,
    /// The table's columns.
    pub columns: Vec<CsvColumn>,
}

/// One column of the table.
#[derive(Debug, Clone)]
pub struct CsvColumn {
    /// Its name in the table.
    pub name: String,
    /// The file's column.
    pub from: String,
    /// Its type.
    pub kind: ColumnType,
    /// What happens to its values.
    pub privacy: Treatment,
    /// Whether a value after the row's extraction is a mistake.
    pub not_after: bool,
    /// Whether a text that is no value of the type costs the row, and not only the value.
    pub needed: bool,
    /// Whether a file may lack the column, which is NULL in its rows then.
    pub optional: bool,
    /// Texts that stand for no value.
    pub null: Vec<String>,
    /// The forms of a date or time; none for the usual ones.
    pub format: Vec<String>,
    /// The digits of a code that may have lost its zeros in front; 0 for any other.
    pub digits: usize,
    /// What stands before the decimals of a number; None where the file shows no other than the point.
    pub decimal_mark: Option<DecimalMark>,
    /// What the file says about it.
    pub description: Option<String>,
}

impl CsvColumn {
    /// Whether a text stands for no value.
    pub(super) fn is_null(&self, text: &str) -> bool {
        self.null.iter().any(|null| null == text)
    }

    /// What a value of the column looks like.
    pub fn wanted(&self) -> String {
        match (self.decimal_mark, self.kind) {
            (Some(DecimalMark::Comma), ColumnType::Decimal) => {
                "a number such as 1.234,50".to_string()
            }
            _ => super::moment::wanted(self.kind, &self.format),
        }
    }
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Written {
    table: String,
    description: Option<String>,
    files: String,
    key: Vec<String>,
    person: String,
    person_status: Option<String>,
    updated: Option<String>,
    order: Option<String>,
    updated_format: Option<Forms>,
    encoding: Option<String>,
    delimiter: Option<String>,
    quote: Option<String>,
    skip_lines: Option<usize>,
    trailer: Option<String>,
    null: Option<Vec<String>>,
    decimal_mark: Option<String>,
    columns: toml::Table,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct WrittenColumn {
    from: Option<String>,
    r#type: ColumnType,
    privacy: Option<String>,
    not_after: Option<String>,
    #[serde(default)]
    needed: bool,
    #[serde(default)]
    optional: bool,
    null: Option<Vec<String>>,
    format: Option<Forms>,
    digits: Option<usize>,
    decimal_mark: Option<String>,
    description: Option<String>,
}

/// What SQL Server and its tools write for no value. What others write may be a value, as `None` is of
/// allergies.
const NULL: &str = "NULL";
/// The most digits of a code, those of SNOMED CT.
const MOST_DIGITS: usize = 18;

impl ColumnFile {
    /// Reads a column file; `file_name` is for messages.
    pub fn parse(file_name: &str, text: &str) -> Result<Self> {
        let mut written: Written = parse_settings(file_name, text)?;
        let null = written
            .null
            .take()
            .unwrap_or_else(|| vec![NULL.to_string()]);
        let mark = |mark: &String| DecimalMark::parse(mark, file_name);
        let mark = written.decimal_mark.as_ref().map(mark).transpose()?;
        let mut columns = Vec::with_capacity(written.columns.len());
        for (name, value) in std::mem::take(&mut written.columns) {
            columns.push(column(file_name, &written, (&null, mark), name, value)?);
        }
        if written.key.is_empty() {
            return Err(Error::usage(format!("{file_name}: key is empty"))
                .hint("name the file's columns that identify a record"));
        }
        if let Some(order) = &written.order
            && !columns.iter().any(|c| &c.name == order)
        {
            return Err(Error::usage(format!(
                "{file_name}: order names no column: '{order}'"
            )));
        }
        let delimiter = |text: &String| dialect::delimiter(text, file_name);
        let quote = |text: &String| dialect::quote(text, file_name);
        Ok(ColumnFile {
            encoding: written
                .encoding
                .as_ref()
                .map(|e| encoding(e, file_name))
                .transpose()?,
            delimiter: written.delimiter.as_ref().map(delimiter).transpose()?,
            quote: written.quote.as_ref().map(quote).transpose()?,
            updated_format: Forms::checked(
                written.updated_format,
                &format!("{file_name}: updated_format"),
            )?,
            skip_lines: written.skip_lines,
            trailer: written.trailer.filter(|text| !text.is_empty()),
            null,
            file_name: file_name.to_string(),
            text: text.to_string(),
            table: written.table,
            description: written.description,
            files: written.files,
            key: written.key,
            person: written.person,
            person_status: written.person_status,
            updated: written.updated,
            order: written.order,
            columns,
        })
    }

    /// The names of the columns that a file must have, as they are compared.
    pub(super) fn wanted(&self) -> Vec<String> {
        let key = self.key.iter().chain([&self.person]);
        let rest = self.person_status.iter().chain(&self.updated);
        let columns = self.columns.iter().map(|column| &column.from);
        let mut names: Vec<String> = key
            .chain(rest)
            .chain(columns)
            .map(|n| n.to_lowercase())
            .collect();
        names.sort_unstable();
        names.dedup();
        names
    }

    /// What values of a column of the table, or of `updated`, look like.
    pub(crate) fn wanted_of(&self, column: &str) -> Option<String> {
        let own = self.columns.iter().find(|own| own.name == column);
        let updated = || super::moment::wanted(ColumnType::DateTime, &self.updated_format);
        let is_updated = self.updated.as_deref() == Some(column);
        own.map(CsvColumn::wanted).or(is_updated.then(updated))
    }

    /// Whether a file of this name holds rows of the table.
    pub fn matches(&self, path: &Path) -> bool {
        path.file_name()
            .and_then(|name| name.to_str())
            .is_some_and(|name| wildcard(self.files.as_bytes(), name.as_bytes()))
    }
}

fn column(
    file_name: &str,
    written: &Written,
    (null, file_mark): (&[String], Option<DecimalMark>),
    name: String,
    value: toml::Value,
) -> Result<CsvColumn> {
    let place = format!("{file_name}: column {name}");
    let column: WrittenColumn = value
        .try_into()
        .map_err(|e: toml::de::Error| Error::usage(&place).cause(e.message().trim()))?;
    if let Some(bound) = &column.not_after
        && Some(bound) != written.updated.as_ref()
    {
        return Err(Error::usage(format!("{place}: not_after names '{bound}'"))
            .hint("not_after can only name the file's `updated` column"));
    }
    let dated = matches!(column.r#type, ColumnType::Date | ColumnType::DateTime);
    if column.format.is_some() && !dated {
        return Err(
            Error::usage(format!("{place}: format is not for this type"))
                .hint("only a date or a datetime has a format"),
        );
    }
    if column
        .digits
        .is_some_and(|d| column.r#type != ColumnType::Code || d > MOST_DIGITS)
    {
        return Err(
            Error::usage(format!("{place}: digits is not for this column"))
                .hint("only a code of at most 18 digits may have lost zeros in front"),
        );
    }
    let is_number = matches!(column.r#type, ColumnType::Integer | ColumnType::Decimal);
    if column.decimal_mark.is_some() && !is_number {
        return Err(
            Error::usage(format!("{place}: decimal_mark is not for this type"))
                .hint("only an integer or a decimal has a decimal_mark"),
        );
    }
    let decimal_mark = match &column.decimal_mark {
        Some(mark) => Some(DecimalMark::parse(mark, &place)?),
        None => file_mark,
    };
    let privacy = match &column.privacy {
        Some(text) => Treatment::parse(text, &place)?,
        None => Treatment::Clear,
    };
    Ok(CsvColumn {
        from: column.from.unwrap_or_else(|| name.clone()),
        name,
        kind: column.r#type,
        privacy,
        not_after: column.not_after.is_some(),
        needed: column.needed,
        optional: column.optional,
        null: column.null.unwrap_or_else(|| null.to_vec()),
        format: Forms::checked(column.format, &place)?,
        digits: column.digits.unwrap_or(0),
        decimal_mark,
        description: column.description,
    })
}

/// An encoding by one of its names in the Encoding Standard.
fn encoding(name: &str, file: &str) -> Result<&'static encoding_rs::Encoding> {
    let name = if name.eq_ignore_ascii_case("utf-16") {
        "utf-16le"
    } else {
        name
    };
    encoding_rs::Encoding::for_label_no_replacement(name.as_bytes()).ok_or_else(|| {
        Error::usage(format!("{file}: unknown encoding")).hint(
            "write utf-8, utf-16le, utf-16be or windows-1252; leave it out to have it detected",
        )
    })
}

/// `*` stands for any run of characters, the empty one too; capital and small letters are the same.
pub(crate) fn wildcard(pattern: &[u8], name: &[u8]) -> bool {
    match pattern.split_first() {
        None => name.is_empty(),
        Some((b'*', rest)) => (0..=name.len()).any(|skip| wildcard(rest, &name[skip..])),
        Some((byte, rest)) => {
            name.first().is_some_and(|b| b.eq_ignore_ascii_case(byte)) && wildcard(rest, &name[1..])
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn patterns() {
        assert!(wildcard(b"apc_spell*.csv*", b"apc_spell.001.csv.gz"));
        assert!(wildcard(b"*.csv", b"A.CSV"));
        assert!(!wildcard(b"apc_spell*.csv*", b"apc_spells"));
    }

    #[test]
    fn a_wrong_bound_is_refused() {
        let text = "table='t'\nfiles='t*'\nkey=['id']\nperson='nhs'\n[columns]\nday={type='date',not_after='seen'}\n";
        let err = ColumnFile::parse("t.toml", text).unwrap_err();
        assert_eq!(err.what(), "t.toml: column day: not_after names 'seen'");
    }

    #[test]
    fn settings_of_the_file_and_its_columns() {
        let file = |settings: &str, column: &str| {
            let text = format!(
                "table='t'\nfiles='t*'\nkey=['id']\nperson='nhs'\n{settings}\n[columns]\nday={{{column}}}\n"
            );
            ColumnFile::parse("t.toml", &text)
        };
        let read = file(
            "null=['NaN']\nencoding='latin1'",
            "type='date',format=['%d/%m/%Y','%d.%m.%y'],needed=true",
        )
        .unwrap();
        assert!(read.columns[0].is_null("NaN") && !read.columns[0].is_null("NULL"));
        assert_eq!(read.encoding, Some(encoding_rs::WINDOWS_1252));
        assert_eq!(read.columns[0].wanted(), "%d/%m/%Y or %d.%m.%y");
        for (settings, column, what) in [
            (
                "",
                "type='date',format='%Q'",
                "t.toml: column day: unknown form '%Q'",
            ),
            (
                "",
                "type='code',format='%d'",
                "t.toml: column day: format is not for this type",
            ),
            (
                "",
                "type='date',digits=2",
                "t.toml: column day: digits is not for this column",
            ),
            (
                "encoding='klingon'",
                "type='date'",
                "t.toml: unknown encoding",
            ),
            (
                "",
                "type='date',decimal_mark='comma'",
                "t.toml: column day: decimal_mark is not for this type",
            ),
            (
                "decimal_mark=';'",
                "type='date'",
                "t.toml: unknown decimal_mark",
            ),
            ("delimiter='ab'", "type='date'", "t.toml: unknown delimiter"),
            ("quote='x'", "type='date'", "t.toml: unknown quote"),
        ] {
            assert_eq!(file(settings, column).unwrap_err().what(), what);
        }
    }
}
