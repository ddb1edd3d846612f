//! Columns that become rows: official tables have a column for each year, or for each sex and age.

use super::row::value;
use crate::error::{Error, Result};
use crate::pipeline::Unpivot;
use std::path::Path;

/// Columns of the table whose values in names of columns are digits.
const NUMBERS: [&str; 2] = ["year", "age"];

/// The columns of a file that become rows, with what their names say.
pub(super) struct Unpivoted<'p> {
    columns: Vec<(usize, Vec<(&'p str, String)>)>,
    /// The column of the table for their values.
    pub value: &'p str,
}

/// A part of the form of a name.
enum FormPart<'p> {
    Text(&'p str),
    Column(&'p str),
}

/// The columns of the table that a form names in braces.
pub(super) fn named(form: &str) -> Vec<&str> {
    let parts = parts(form);
    let column = |part: &FormPart<'_>| matches!(part, FormPart::Column(_));
    let columns = parts.into_iter().filter(column);
    columns
        .map(|part| match part {
            FormPart::Text(name) | FormPart::Column(name) => name,
        })
        .collect()
}

fn parts(form: &str) -> Vec<FormPart<'_>> {
    let mut parts = Vec::new();
    let mut rest = form;
    while let Some((text, after)) = rest.split_once('{') {
        let (column, after) = after.split_once('}').unwrap_or((after, ""));
        parts.push(FormPart::Text(text));
        parts.push(FormPart::Column(column));
        rest = after;
    }
    parts.push(FormPart::Text(rest));
    parts
}

impl<'p> Unpivoted<'p> {
    /// Those columns of a header whose names have the form.
    ///
    /// # Errors
    /// Data: none has.
    pub(super) fn of(unpivot: &'p Unpivot, header: &[String], file: &Path) -> Result<Self> {
        let form = parts(&unpivot.columns);
        let columns: Vec<_> = header
            .iter()
            .enumerate()
            .filter_map(|(at, name)| Some((at, read(&form, name.trim())?)))
            .collect();
        if columns.is_empty() {
            return Err(Error::data(format!(
                "the reference file {} cannot be read",
                file.display()
            ))
            .cause(format!("no column has a name of the form {}", unpivot.columns))
            .hint("correct unpivot of this table under [reference]; {year} and {age} are digits, other names in braces letters"));
        }
        Ok(Unpivoted {
            columns,
            value: &unpivot.value,
        })
    }

    /// Hands over each of the columns of a row that has a value.
    pub(super) fn rows(&self, row: &[String], mut each: impl FnMut(&[(&'p str, String)], &str)) {
        for (at, named) in &self.columns {
            let found = value(row, *at);
            if !found.is_empty() {
                each(named, found);
            }
        }
    }
}

/// What a name says where it has the form: {year} and {age} are digits, others letters.
fn read<'p>(form: &[FormPart<'p>], name: &str) -> Option<Vec<(&'p str, String)>> {
    let mut rest = name;
    let mut found = Vec::new();
    for part in form {
        match part {
            FormPart::Text(text) => rest = rest.strip_prefix(text)?,
            FormPart::Column(column) => {
                let digits = NUMBERS.contains(column);
                let fits = |sign: char| match digits {
                    true => sign.is_ascii_digit(),
                    false => sign.is_alphabetic(),
                };
                let end = rest.find(|sign| !fits(sign)).unwrap_or(rest.len());
                if end == 0 {
                    return None;
                }
                found.push((*column, rest[..end].to_string()));
                rest = &rest[end..];
            }
        }
    }
    rest.is_empty().then_some(found)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_read() {
        let of = |form: &str, name: &str| {
            let form = parts(form);
            let found = read(&form, name)?;
            Some(found.into_iter().map(|(_, text)| text).collect::<Vec<_>>())
        };
        assert_eq!(of("{sex}{age}", "F90"), Some(vec!["F".into(), "90".into()]));
        assert_eq!(of("{sex}{age}", "Total"), None);
        assert_eq!(of("{year}", "2022"), Some(vec!["2022".into()]));
        assert_eq!(of("{year}", "AREA_CODE"), None);
        assert_eq!(of("Mid-{year}", "Mid-2024"), Some(vec!["2024".into()]));
        assert_eq!(named("{sex}_{age}"), ["sex", "age"]);
    }
}
