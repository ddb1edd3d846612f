//! A check as the header of a model declares it.

use super::table_column::TableColumn;
use crate::lake::TableName;
use serde::Deserialize;
use std::collections::BTreeMap;

/// One check of a header.
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(try_from = "WrittenCheck")]
pub struct Check {
    /// What must be true.
    pub rule: CheckRule,
    /// What follows when it is not.
    pub severity: Severity,
    /// The share of the table's rows, from 0 to 1, that may break the rule before the check fails.
    pub tolerated_share: f64,
}

/// What must be true of a model's rows.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum CheckRule {
    /// No two rows have the same values in these columns.
    Unique(Vec<String>),
    /// These columns have a value in every row.
    NotNull(Vec<String>),
    /// This condition is true of every row, or unknown because of a NULL.
    Expect(String),
    /// Each of these columns has one of these values in every row, or NULL.
    OneOf(BTreeMap<String, Allowed>),
    /// Each of these columns has in every row a value of the column of its name in this table, or NULL.
    References(BTreeMap<String, TableName>),
}

/// The values that a column may have.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Allowed {
    /// Those of a column of a table.
    Column(TableColumn),
    /// These words.
    Words(Vec<String>),
}

impl<'de> Deserialize<'de> for Allowed {
    fn deserialize<D: serde::Deserializer<'de>>(
        deserializer: D,
    ) -> std::result::Result<Self, D::Error> {
        use serde::de::Error;
        let wanted = "write a column as layer.table.column, such as reference.setting.setting, or a list of words, such as [female, male]";
        match WrittenValues::deserialize(deserializer) {
            Ok(WrittenValues::One(written)) => TableColumn::try_from(written)
                .map(Allowed::Column)
                .map_err(|_| Error::custom(wanted)),
            Ok(WrittenValues::Many(words)) if !words.is_empty() => Ok(Allowed::Words(words)),
            Ok(WrittenValues::Many(_)) | Err(_) => Err(Error::custom(wanted)),
        }
    }
}

#[derive(Deserialize)]
#[serde(untagged)]
enum WrittenValues {
    One(String),
    Many(Vec<String>),
}

/// What follows when a check fails.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Deserialize, serde::Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Severity {
    /// The new rows replace the old ones, and the night says what is wrong with them.
    Warn,
    /// The table stays as it was, and what reads it waits.
    #[default]
    Error,
}

impl CheckRule {
    /// Whether the rule is that no two rows have the same values in these columns, in whichever order.
    pub(super) fn is_unique_over(&self, columns: &[String]) -> bool {
        let CheckRule::Unique(unique) = self else {
            return false;
        };
        unique.len() == columns.len() && columns.iter().all(|column| unique.contains(column))
    }
}

impl Check {
    /// The check that no two rows have the same grain.
    pub(super) fn of_grain(grain: &[String]) -> Self {
        Check {
            rule: CheckRule::Unique(grain.to_vec()),
            severity: Severity::Error,
            tolerated_share: 0.0,
        }
    }

    /// Whether the rule holds for every row of every table that is built.
    pub(crate) fn is_strict(&self) -> bool {
        self.severity == Severity::Error && self.tolerated_share == 0.0
    }

    /// Whether `broken` of `rows` rows are more than are tolerated.
    pub(super) fn fails(&self, broken: u64, rows: u64) -> bool {
        broken as f64 > self.tolerated_share * rows as f64
    }
}

/// A check as YAML has it: a map with one rule, and how strict it is.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct WrittenCheck {
    #[serde(default, deserialize_with = "some")]
    unique: Option<Vec<String>>,
    #[serde(default, deserialize_with = "some")]
    not_null: Option<Vec<String>>,
    expect: Option<String>,
    #[serde(default, deserialize_with = "named")]
    one_of: Option<BTreeMap<String, Allowed>>,
    #[serde(default, deserialize_with = "named")]
    references: Option<BTreeMap<String, TableName>>,
    #[serde(default)]
    severity: Severity,
    #[serde(default, deserialize_with = "share")]
    tolerated_share: f64,
}

fn share<'de, D: serde::Deserializer<'de>>(deserializer: D) -> std::result::Result<f64, D::Error> {
    let share = f64::deserialize(deserializer).ok();
    share.filter(|s| (0.0..1.0).contains(s)).ok_or_else(|| {
        serde::de::Error::custom("write a share of the rows from 0 to below 1, such as 0.02")
    })
}

/// A map of columns, of which there must be one.
fn named<'de, D: serde::Deserializer<'de>, T: Deserialize<'de>>(
    deserializer: D,
) -> std::result::Result<Option<BTreeMap<String, T>>, D::Error> {
    let columns = BTreeMap::deserialize(deserializer)?;
    match columns.is_empty() {
        true => Err(serde::de::Error::custom(
            "a check names no column: write column: values, such as setting: reference.setting.setting",
        )),
        false => Ok(Some(columns)),
    }
}

fn some<'de, D: serde::Deserializer<'de>>(
    deserializer: D,
) -> std::result::Result<Option<Vec<String>>, D::Error> {
    let columns = one_or_many(deserializer)?;
    match columns.is_empty() {
        true => Err(serde::de::Error::custom(
            "a check names no column: write a column, or a list such as [person_key, month]",
        )),
        false => Ok(Some(columns)),
    }
}

impl TryFrom<WrittenCheck> for Check {
    type Error = &'static str;

    fn try_from(written: WrittenCheck) -> std::result::Result<Self, Self::Error> {
        let rules = [
            written.unique.map(CheckRule::Unique),
            written.not_null.map(CheckRule::NotNull),
            written.expect.map(CheckRule::Expect),
            written.one_of.map(CheckRule::OneOf),
            written.references.map(CheckRule::References),
        ];
        let mut rules = rules.into_iter().flatten();
        let (Some(rule), None) = (rules.next(), rules.next()) else {
            return Err("a check is one of unique, not_null, expect, one_of and references");
        };
        Ok(Check {
            rule,
            severity: written.severity,
            tolerated_share: written.tolerated_share,
        })
    }
}

pub(super) fn one_or_many<'de, D: serde::Deserializer<'de>>(
    deserializer: D,
) -> std::result::Result<Vec<String>, D::Error> {
    #[derive(Deserialize)]
    #[serde(untagged)]
    enum OneOrMany {
        One(String),
        Many(Vec<String>),
    }
    Ok(match OneOrMany::deserialize(deserializer)? {
        OneOrMany::One(name) => vec![name],
        OneOrMany::Many(names) => names,
    })
}
