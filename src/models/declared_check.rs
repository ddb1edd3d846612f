//! A check as the header of a model declares it.

use serde::Deserialize;

/// One check of a header.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(try_from = "Written")]
pub enum Check {
    /// No two rows have the same values in these columns.
    Unique(Vec<String>),
    /// These columns have a value in every row.
    NotNull(Vec<String>),
    /// This condition is true of every row, or unknown because of a NULL.
    Expect(String),
}

/// A check as YAML has it: a map with one key.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Written {
    #[serde(default, deserialize_with = "some")]
    unique: Option<Vec<String>>,
    #[serde(default, deserialize_with = "some")]
    not_null: Option<Vec<String>>,
    expect: Option<String>,
}

fn some<'de, D: serde::Deserializer<'de>>(
    deserializer: D,
) -> std::result::Result<Option<Vec<String>>, D::Error> {
    one_or_many(deserializer).map(Some)
}

impl TryFrom<Written> for Check {
    type Error = &'static str;

    fn try_from(written: Written) -> std::result::Result<Self, Self::Error> {
        match (written.unique, written.not_null, written.expect) {
            (Some(columns), None, None) => Ok(Check::Unique(columns)),
            (None, Some(columns), None) => Ok(Check::NotNull(columns)),
            (None, None, Some(condition)) => Ok(Check::Expect(condition)),
            _ => Err("a check is one of unique, not_null and expect"),
        }
    }
}

pub(super) fn one_or_many<'de, D: serde::Deserializer<'de>>(
    deserializer: D,
) -> std::result::Result<Vec<String>, D::Error> {
    #[derive(Deserialize)]
    #[serde(untagged)]
    enum Written {
        One(String),
        Many(Vec<String>),
    }
    Ok(match Written::deserialize(deserializer)? {
        Written::One(name) => vec![name],
        Written::Many(names) => names,
    })
}
