//! Checks: what must be true of a model's rows before anybody may see them.

use super::header::one_or_many;
use super::library::Model;
use crate::engine::Engine;
use crate::error::Result;
use crate::lake::TableName;
use arrow::array::AsArray;
use arrow::datatypes::{Int64Type, Schema};
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

/// A check that failed: which, and for how many rows; never which rows.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize)]
pub struct CheckFailure {
    /// The check, as the header writes it.
    pub check: String,
    /// Rows that break it (for `unique`: values that appear more than once).
    pub rows: i64,
}

impl Check {
    /// The check as the header writes it.
    pub fn text(&self) -> String {
        match self {
            Check::Unique(columns) => format!("unique: [{}]", columns.join(", ")),
            Check::NotNull(columns) => format!("not_null: [{}]", columns.join(", ")),
            Check::Expect(condition) => format!("expect: {condition}"),
        }
    }

    /// A query for the number of rows of `table` that break the check.
    pub(super) fn query(&self, table: &TableName) -> String {
        match self {
            Check::Unique(columns) => {
                let columns: Vec<String> = columns.iter().map(|c| quoted(c)).collect();
                let columns = columns.join(", ");
                format!(
                    "select count(*) from (select 1 as one from {table} group by {columns} having count(*) > 1)"
                )
            }
            Check::NotNull(columns) => {
                let missing: Vec<String> = columns
                    .iter()
                    .map(|column| format!("{} is null", quoted(column)))
                    .collect();
                format!(
                    "select count(*) from {table} where {}",
                    missing.join(" or ")
                )
            }
            Check::Expect(condition) => {
                format!("select count(*) from {table} where not ({condition})")
            }
        }
    }
}

/// The name of one column, so that `a, b` is never two.
fn quoted(column: &str) -> String {
    let plain = |c: char| c.is_ascii_alphanumeric() || c == '_';
    match column.chars().all(plain) {
        true => column.to_string(),
        false => format!("\"{}\"", column.replace('"', "\"\"")),
    }
}

/// Finds what a model's header has wrong, before there is data: columns that the query does not make,
/// and checks that cannot be run. The engine knows the model's table, which has these columns and no
/// rows.
pub async fn check_header(engine: &Engine, model: &Model, columns: &Schema) -> Result<()> {
    let place = model.file.display().to_string();
    model.header.fits(&place, columns)?;
    run(engine, &place, &model.name, &model.header.checks)
        .await
        .map(drop)
}

/// Runs the checks of the table known to `engine` as `table`; `place` is the model's file.
pub async fn run(
    engine: &Engine,
    place: &str,
    table: &TableName,
    checks: &[Check],
) -> Result<Vec<CheckFailure>> {
    let mut failures = Vec::new();
    for check in checks {
        let place = format!("{place}: check `{}`", check.text());
        let frame = engine.lasting_query(&place, &check.query(table)).await?;
        let batches = engine.collect(&place, frame).await?;
        let rows = batches
            .first()
            .and_then(|b| b.column(0).as_primitive_opt::<Int64Type>())
            .map_or(0, |counts| counts.value(0));
        if rows > 0 {
            failures.push(CheckFailure {
                check: check.text(),
                rows,
            });
        }
    }
    Ok(failures)
}
