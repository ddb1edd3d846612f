//! Checks: what must be true of a model's rows before anybody may see them.

use super::declared_check::{Check, CheckRule, Severity};
use super::library::Model;
use crate::engine::Engine;
use crate::error::Result;
use crate::lake::TableName;
use arrow::array::AsArray;
use arrow::datatypes::{Int64Type, Schema};

/// A check that failed: which, and for how many rows; never which rows.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize)]
pub struct CheckFailure {
    /// The check, as the header writes it.
    pub check: String,
    /// Rows that break it (for `unique`: values that appear more than once).
    pub rows: u64,
    /// What follows.
    pub severity: Severity,
}

impl Check {
    /// The check as the header writes it.
    pub(crate) fn text(&self) -> String {
        let mut text = match &self.rule {
            CheckRule::Unique(columns) => format!("unique: [{}]", columns.join(", ")),
            CheckRule::NotNull(columns) => format!("not_null: [{}]", columns.join(", ")),
            CheckRule::Expect(condition) => format!("expect: {condition}"),
        };
        if self.tolerated_share > 0.0 {
            text.push_str(&format!(", tolerated_share: {}", self.tolerated_share));
        }
        if self.severity == Severity::Warn {
            text.push_str(", severity: warn");
        }
        text
    }

    /// A query for the number of rows of `table` that break the check.
    pub(super) fn query(&self, table: &TableName) -> String {
        match &self.rule {
            CheckRule::Unique(columns) => {
                let columns: Vec<String> = columns.iter().map(|c| quoted(c)).collect();
                let columns = columns.join(", ");
                format!(
                    "select count(*) from (select 1 as one from {table} group by {columns} having count(*) > 1)"
                )
            }
            CheckRule::NotNull(columns) => {
                let missing: Vec<String> = columns
                    .iter()
                    .map(|column| format!("{} is null", quoted(column)))
                    .collect();
                format!(
                    "select count(*) from {table} where {}",
                    missing.join(" or ")
                )
            }
            CheckRule::Expect(condition) => {
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
pub(crate) async fn check_header(engine: &Engine, model: &Model, columns: &Schema) -> Result<()> {
    let place = model.file.display().to_string();
    model.header.fits(&place, columns)?;
    run(engine, &place, &model.name, 0, &model.header.checks)
        .await
        .map(drop)
}

/// Runs the checks of the table of so many rows that is known to `engine` as `table`; `place` is the
/// model's file.
pub(super) async fn run(
    engine: &Engine,
    place: &str,
    table: &TableName,
    rows: u64,
    checks: &[Check],
) -> Result<Vec<CheckFailure>> {
    let mut failures = Vec::new();
    for check in checks {
        let place = format!("{place}: check `{}`", check.text());
        let frame = engine.lasting_query(&place, &check.query(table)).await?;
        let batches = engine.collect(&place, frame).await?;
        let broken = batches
            .first()
            .and_then(|b| b.column(0).as_primitive_opt::<Int64Type>())
            .map_or(0, |counts| counts.value(0).unsigned_abs());
        if check.fails(broken, rows) {
            failures.push(CheckFailure {
                check: check.text(),
                rows: broken,
                severity: check.severity,
            });
        }
    }
    Ok(failures)
}
