//! Checks: what must be true of a model's rows before anybody may see them.

use super::declared_check::{Allowed, Check, CheckRule, Severity};
use super::header::Header;
use super::library::Model;
use crate::engine::Engine;
use crate::error::{Error, Result};
use crate::lake::TableName;
use crate::plural::{things, verb};
use arrow::array::AsArray;
use arrow::datatypes::{DataType, Int64Type, Schema};
use datafusion::sql::sqlparser::keywords::ALL_KEYWORDS;
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
        let rows = things(self.rows, "row");
        let breaks = verb(self.rows, "breaks", "break");
        format!("{rows} {breaks} `{}`{grain}", self.check)
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

    /// Whether it calls no function, and asks no other table.
    fn calls_no_function(&self) -> bool {
        match &self.rule {
            CheckRule::Expect(condition) => !condition.contains('('),
            _ => true,
        }
    }

    /// Whether it runs over a table of these columns for certain: it compares them, with nothing or with
    /// words. Names are quoted, so that none is taken for a word of SQL.
    fn surely_runs(&self, columns: &Schema) -> bool {
        let is_there = |name: &String, kind: fn(&DataType) -> bool| {
            let field = columns.field_with_name(name);
            is_plain(name) && field.is_ok_and(|field| kind(field.data_type()))
        };
        match &self.rule {
            CheckRule::Unique(names) => names.iter().all(|name| is_there(name, is_simple)),
            CheckRule::NotNull(names) => names.iter().all(|name| is_there(name, |_| true)),
            CheckRule::OneOf(allowed) => allowed.iter().all(|(name, allowed)| {
                matches!(allowed, Allowed::Words(_)) && is_there(name, is_text)
            }),
            CheckRule::Expect(_) | CheckRule::References(_) => false,
        }
    }

    /// Whether it is seen at once that it reads its model's table alone: another one is named by a column
    /// or table of the check, by a subquery or by a function.
    pub(super) fn reads_no_other_table(&self) -> bool {
        match &self.rule {
            CheckRule::Unique(_) | CheckRule::NotNull(_) => true,
            CheckRule::Expect(_) => self.calls_no_function(),
            CheckRule::OneOf(columns) => columns
                .values()
                .all(|allowed| matches!(allowed, Allowed::Words(_))),
            CheckRule::References(_) => false,
        }
    }

    /// The conditions that rows break the check by, where it can be said of each row alone; a row that
    /// meets two counts twice.
    fn broken_by_row(&self) -> Option<Vec<String>> {
        match &self.rule {
            CheckRule::NotNull(columns) => Some(vec![missing(columns)]),
            // It may ask another table.
            CheckRule::Expect(condition) if condition.to_lowercase().contains("select") => None,
            CheckRule::Expect(condition) => Some(vec![format!("not ({condition})")]),
            CheckRule::OneOf(columns) => columns
                .iter()
                .map(|(column, allowed)| match allowed {
                    Allowed::Words(words) => Some(not_among(column, words)),
                    Allowed::Column(_) => None,
                })
                .collect(),
            CheckRule::Unique(_) | CheckRule::References(_) => None,
        }
    }

    /// A query for the rows of `table` that break the check, where it can be said of each row alone.
    pub(super) fn breaking_rows(&self, table: &TableName) -> Option<String> {
        let conditions = self.broken_by_row()?.join(") or (");
        Some(format!("select * from {table} where ({conditions})"))
    }

    /// Whether a row alone decides whether it breaks the check.
    pub(super) fn is_of_one_row(&self) -> bool {
        self.broken_by_row().is_some()
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
                format!("select count(*) from {table} where {}", missing(columns))
            }
            CheckRule::Expect(condition) => {
                format!("select count(*) from {table} where not ({condition})")
            }
            CheckRule::OneOf(columns) => total(columns, |column, allowed| match allowed {
                Allowed::Column(of) => strangers(table, column, &of.table, &of.column),
                Allowed::Words(words) => format!(
                    "select count(*) as n from {table} where {}",
                    not_among(column, words)
                ),
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

/// The condition that one of the columns is NULL.
fn missing(columns: &[String]) -> String {
    let missing = columns
        .iter()
        .map(|column| format!("{} is null", quoted(column)));
    missing.collect::<Vec<_>>().join(" or ")
}

/// The condition that a column has another value than these words, and one at all.
fn not_among(column: &str, words: &[String]) -> String {
    let words: Vec<String> = words.iter().map(|word| literal(word)).collect();
    format!("{} not in ({})", quoted(column), words.join(", "))
}

fn literal(word: &str) -> String {
    format!("'{}'", word.replace('\'', "''"))
}

/// The name of one column, so that `a, b` is never two and `order` is no word of SQL. Any other stands as it
/// is written, so that an error says nothing of quotes.
pub(super) fn quoted(column: &str) -> String {
    let is_word = |text: &str| ALL_KEYWORDS.contains(&text.to_ascii_uppercase().as_str());
    let is_plain = column.starts_with(|c: char| c.is_ascii_alphabetic() || c == '_')
        && column
            .chars()
            .all(|c| c.is_ascii_alphanumeric() || c == '_');
    match is_plain {
        true if is_word(column) => format!("\"{}\"", column.to_ascii_lowercase()),
        true => column.to_string(),
        false => format!("\"{}\"", column.replace('"', "\"\"")),
    }
}

/// Whether the name of a column is the same quoted and not.
pub(super) fn is_plain(column: &str) -> bool {
    let mut letters = column.chars();
    !column.is_empty() && letters.all(|c| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '_')
}

/// Whether rows can be grouped by values of this type for certain.
fn is_simple(kind: &DataType) -> bool {
    kind.is_numeric()
        || is_text(kind)
        || matches!(
            kind,
            DataType::Boolean | DataType::Date32 | DataType::Timestamp(_, _)
        )
}

fn is_text(kind: &DataType) -> bool {
    matches!(
        kind,
        DataType::Utf8 | DataType::LargeUtf8 | DataType::Utf8View
    )
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
    can_run(engine, &place, &model.name, columns, &model.header.checks).await
}

/// Plans the checks of `header` over the table that is known to `engine` as `table`, and runs none.
async fn can_run(
    engine: &Engine,
    place: &str,
    table: &TableName,
    columns: &Schema,
    checks: &[Check],
) -> Result<()> {
    let open = checks.iter().filter(|check| !check.surely_runs(columns));
    let (by_row, others): (Vec<&Check>, Vec<&Check>) =
        open.partition(|check| check.broken_by_row().is_some());
    // All that look at one row alone together. Where that fails, each says by itself what is wrong.
    let conditions = by_row.iter().filter_map(|check| check.broken_by_row());
    let conditions: Vec<String> = conditions.flatten().map(|c| format!("({c})")).collect();
    let sql = format!("select 1 from {table} where {}", conditions.join(" or "));
    let together = match by_row.iter().all(|check| check.calls_no_function()) {
        _ if conditions.is_empty() => Ok(()),
        true => engine.can_filter(place, &sql).await,
        false => planned(engine, place, &sql).await,
    };
    let alone = if together.is_ok() { &[][..] } else { &by_row };
    for check in alone.iter().chain(&others) {
        let place = format!("{place}: check `{}`", check.text());
        planned(engine, &place, &check.query(table)).await?;
    }
    Ok(())
}

async fn planned(engine: &Engine, place: &str, sql: &str) -> Result<()> {
    let frame = engine.lasting_query(place, sql).await?;
    engine.can_run(place, frame).await
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
    let together = together(engine, place, table, checks).await;
    for (at, check) in checks.iter().enumerate() {
        let broken = match together.get(&at) {
            Some(broken) => *broken,
            None => {
                let place = format!("{place}: check `{}`", check.text());
                let counts = counted(engine, &place, &check.query(table)).await?;
                counts.first().copied().unwrap_or_default()
            }
        };
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

/// Rows that break each of those checks, by their places, which look at one row alone: a table is read once
/// for all of them. Where that fails there are none, and each check says by itself what is wrong with it.
async fn together(
    engine: &Engine,
    place: &str,
    table: &TableName,
    checks: &[Check],
) -> BTreeMap<usize, u64> {
    let mut places = Vec::new();
    let mut columns = Vec::new();
    for (at, check) in checks.iter().enumerate() {
        if let Some(conditions) = check.broken_by_row() {
            let counts = conditions.iter();
            let counts = counts.map(|condition| format!("count(*) filter (where {condition})"));
            columns.push(counts.collect::<Vec<_>>().join(" + "));
            places.push(at);
        }
    }
    if places.len() < 2 {
        return BTreeMap::new();
    }
    let columns = columns.iter().enumerate();
    let columns: Vec<String> = columns
        .map(|(n, count)| format!("{count} as c{n}"))
        .collect();
    let sql = format!("select {} from {table}", columns.join(", "));
    match counted(engine, place, &sql).await {
        Ok(counts) if counts.len() == places.len() => places.into_iter().zip(counts).collect(),
        _ => BTreeMap::new(),
    }
}

/// The counts of the only row that a query gives.
pub(super) async fn counted(engine: &Engine, place: &str, sql: &str) -> Result<Vec<u64>> {
    let frame = engine.lasting_query(place, sql).await?;
    let batches = engine.collect(place, frame).await?;
    let columns = batches.first().map(|batch| batch.columns());
    let counts = columns.into_iter().flatten().map(|column| {
        let counts = column.as_primitive_opt::<Int64Type>();
        counts.map_or(0, |counts| counts.value(0).unsigned_abs())
    });
    Ok(counts.collect())
}
