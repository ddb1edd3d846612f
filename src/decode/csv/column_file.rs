//! Column files: `pipelines/csv/<table>.toml`.

use crate::error::{Error, Result};
use crate::pipeline::parse_settings;
use crate::privacy::Treatment;
use arrow::datatypes::{DataType, TimeUnit};
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
    /// What the file says about it.
    pub description: Option<String>,
}

/// The type of a CSV column.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum ColumnType {
    /// Text.
    String,
    /// A code: text from a list.
    Code,
    /// A whole number.
    Integer,
    /// A number.
    Decimal,
    /// A date, 2026-11-22.
    Date,
    /// A date and time, 2026-11-22T09:30:00.
    DateTime,
    /// true, false, 1, 0, yes, no, Y or N.
    Boolean,
}

impl ColumnType {
    /// The Arrow type.
    pub fn data_type(self) -> DataType {
        match self {
            ColumnType::String | ColumnType::Code => DataType::Utf8,
            ColumnType::Integer => DataType::Int64,
            ColumnType::Decimal => DataType::Float64,
            ColumnType::Date => DataType::Date32,
            ColumnType::DateTime => DataType::Timestamp(TimeUnit::Microsecond, None),
            ColumnType::Boolean => DataType::Boolean,
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
    columns: toml::Table,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct WrittenColumn {
    from: Option<String>,
    r#type: ColumnType,
    privacy: Option<String>,
    not_after: Option<String>,
    description: Option<String>,
}

impl ColumnFile {
    /// Reads a column file; `file_name` is for messages.
    pub fn parse(file_name: &str, text: &str) -> Result<Self> {
        let written: Written = parse_settings(file_name, text)?;
        let mut columns = Vec::with_capacity(written.columns.len());
        for (name, value) in written.columns {
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
            let privacy = match &column.privacy {
                Some(text) => Treatment::parse(text, &place)?,
                None => Treatment::Clear,
            };
            columns.push(CsvColumn {
                from: column.from.unwrap_or_else(|| name.clone()),
                name,
                kind: column.r#type,
                privacy,
                not_after: column.not_after.is_some(),
                description: column.description,
            });
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
        Ok(ColumnFile {
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

    /// Whether a file of this name holds rows of the table.
    pub fn matches(&self, path: &Path) -> bool {
        path.file_name()
            .and_then(|name| name.to_str())
            .is_some_and(|name| wildcard(self.files.as_bytes(), name.as_bytes()))
    }
}

/// `*` stands for any run of characters, the empty one too.
fn wildcard(pattern: &[u8], name: &[u8]) -> bool {
    match pattern.split_first() {
        None => name.is_empty(),
        Some((b'*', rest)) => (0..=name.len()).any(|skip| wildcard(rest, &name[skip..])),
        Some((byte, rest)) => name.first() == Some(byte) && wildcard(rest, &name[1..]),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn patterns() {
        assert!(wildcard(b"apc_spell*.csv*", b"apc_spell.001.csv.gz"));
        assert!(wildcard(b"*.csv", b"a.csv"));
        assert!(!wildcard(b"apc_spell*.csv*", b"apc_spells"));
    }

    #[test]
    fn a_wrong_bound_is_refused() {
        let text = "table='t'\nfiles='t*'\nkey=['id']\nperson='nhs'\n[columns]\nday={type='date',not_after='seen'}\n";
        let err = ColumnFile::parse("t.toml", text).unwrap_err();
        assert_eq!(err.what(), "t.toml: column day: not_after names 'seen'");
    }
}
