//! Checks: what must be true of a model's rows before anybody may see them.

use super::declared_check::{Allowed, Check, CheckRule, Severity};
use super::header::Header;
use super::library::Model;
use crate::engine::Engine;
use crate::error::{Error, Result};
use crate::lake::TableName;
use arrow::array::AsArray;
use arrow::datatypes::{Int64Type, Schema};
use std::collections::BTreeMap;

/// The layer that reports read, whose models planners look for by topic.
const MARTS: &str = "marts";

/// A check that failed: which, and for how many rows; never which rows.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize)]
pub struct CheckFailure {
    /// The check, as the header writes it.
    pub check: String,
    /// Rows that break it (for `unique`: all that share their values with another).
    pub rows: u64,
    /// What follows.
    pub severity: Severity,
    /// Whether it is the check that no two rows have the same grain.
    pub of_grain: bool,
}

impl CheckFailure {
    /// What the rows do, for people: it follows their number.
    pub(crate) fn told(&self) -> String {
        let grain = match self.of_grain {
            true => ", the grain: a join repeats rows, or the grain lacks a column",
            false => "",
        };
        format!("break `{}`{grain}", self.check)
    }
}

impl Check {
    /// The check as the header writes it.
    pub(crate) fn text(&self) -> String {
        let mut text = match &self.rule {
            CheckRule::Unique(columns) => format!("unique: [{}]", columns.join(", ")),
            CheckRule::NotNull(columns) => format!("not_null: [{}]", columns.join(", ")),
            CheckRule::Expect(condition) => format!("expect: {condition}"),
            CheckRule::OneOf(columns) => format!("one_of: {{{}}}", pairs(columns)),
            CheckRule::References(columns) => format!("references: {{{}}}", pairs(columns)),
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
                    "select coalesce(sum(n), 0) from (select count(*) as n from {table} group by {columns} having count(*) > 1)"
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
            CheckRule::OneOf(columns) => total(columns, |column, allowed| match allowed {
                Allowed::Column(of) => strangers(table, column, &of.table, &of.column),
                Allowed::Words(words) => {
                    let words: Vec<String> = words.iter().map(|word| literal(word)).collect();
                    format!(
                        "select count(*) as n from {table} where {} not in ({})",
                        quoted(column),
                        words.join(", ")
                    )
                }
            }),
            CheckRule::References(columns) => {
                total(columns, |column, of| strangers(table, column, of, column))
            }
        }
    }
}

/// `column: what` for each column.
fn pairs<T: std::fmt::Display>(columns: &BTreeMap<String, T>) -> String {
    let pairs = columns.iter().map(|(column, of)| format!("{column}: {of}"));
    pairs.collect::<Vec<_>>().join(", ")
}

impl std::fmt::Display for Allowed {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Allowed::Column(of) => write!(f, "{}.{}", of.table, of.column),
            Allowed::Words(words) => write!(f, "[{}]", words.join(", ")),
        }
    }
}

/// A query that adds up what the queries of the columns count.
fn total<T>(columns: &BTreeMap<String, T>, count: impl Fn(&str, &T) -> String) -> String {
    let counts = columns.iter().map(|(column, of)| count(column, of));
    let counts: Vec<String> = counts.collect();
    format!("select sum(n) from ({})", counts.join(" union all "))
}

/// A query for the number of rows of `table` whose value of `column` is not among those of `other`.
fn strangers(table: &TableName, column: &str, of: &TableName, other: &str) -> String {
    let (column, other) = (quoted(column), quoted(other));
    format!(
        "select count(*) as n from {table} as checked where checked.{column} is not null \
         and not exists (select 1 from {of} as allowed where allowed.{other} = checked.{column})"
    )
}

fn literal(word: &str) -> String {
    format!("'{}'", word.replace('\'', "''"))
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
/// or that it does not describe, checks that cannot be run, and a mart without a topic. The engine knows the model's table, which has these columns and no
/// rows.
pub(crate) async fn check_header(engine: &Engine, model: &Model, columns: &Schema) -> Result<()> {
    let place = model.file.display().to_string();
    model.header.fits(&place, columns)?;
    model.header.describes(&place, columns)?;
    if model.name.layer == MARTS && model.topic().is_none() {
        return Err(Error::usage(format!("{place}: a mart without a topic"))
            .hint("move the file into the folder of its topic, such as sql/marts/needs, or write topic: into its header"));
    }
    let header = &model.header;
    run(engine, &place, &model.name, 0, header, &header.checks)
        .await
        .map(drop)
}

/// Runs `checks` of `header` over the table of so many rows that is known to `engine` as `table`; `place`
/// is the model's file.
pub(super) async fn run(
    engine: &Engine,
    place: &str,
    table: &TableName,
    rows: u64,
    header: &Header,
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
                of_grain: check.rule.is_unique_over(&header.grain),
            });
        }
    }
    Ok(failures)
}
