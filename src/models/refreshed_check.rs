//! Checks of a refreshed table, over its new rows alone where that proves them of all rows: those that stay
//! passed the same checks when they were new.

use super::check::{self, CheckFailure, counted, quoted};
use super::declared_check::{Allowed, Check, CheckRule};
use super::library::Model;
use super::locality::PERSON_KEY;
use super::seen_rows::SeenRows;
use crate::engine::{Engine, LakeTable};
use crate::error::Result;
use crate::lake::{DataFile, TableName};
use arrow::datatypes::SchemaRef;
use std::collections::BTreeSet;
use std::sync::Arc;

/// A table that was refreshed.
pub(super) struct RefreshedTable<'a> {
    /// Its columns.
    pub schema: &'a SchemaRef,
    /// All of its files.
    pub files: &'a [DataFile],
    /// Those of them that hold nothing but new rows; all others hold rows that stay.
    pub new: &'a [DataFile],
    /// What is known of the new rows.
    pub seen: &'a SeenRows,
    /// Tables that are what they were when the rows that stay were checked.
    pub unchanged: &'a BTreeSet<TableName>,
}

/// Over which rows a check has to run.
#[derive(Debug, PartialEq, Eq)]
enum CheckedRows {
    /// New ones: nothing but a row itself, or the rows of its person, decides.
    New,
    /// Those that have the same values in these columns as a new one.
    LikeNew(Vec<String>),
    /// All.
    All,
}

fn checked_rows(check: &Check, unchanged: &BTreeSet<TableName>) -> CheckedRows {
    // A parameter may be another, and a share is one of all rows.
    if !check.is_strict() || check.text().contains('$') {
        return CheckedRows::All;
    }
    let of_rows = match &check.rule {
        CheckRule::Unique(columns) if columns.iter().any(|column| column == PERSON_KEY) => true,
        CheckRule::Unique(columns) => return CheckedRows::LikeNew(columns.clone()),
        CheckRule::NotNull(_) => true,
        CheckRule::Expect(_) => check.is_of_one_row(),
        CheckRule::OneOf(columns) => columns.values().all(|allowed| match allowed {
            Allowed::Words(_) => true,
            Allowed::Column(of) => unchanged.contains(&of.table),
        }),
        CheckRule::References(columns) => columns.values().all(|of| unchanged.contains(of)),
    };
    match of_rows {
        true => CheckedRows::New,
        false => CheckedRows::All,
    }
}

/// Runs the checks of `model` over a table that was refreshed, which is known to the engine afterwards.
///
/// # Errors
/// As of any check.
pub(super) async fn run(
    engine: &Engine,
    model: &Model,
    table: &RefreshedTable<'_>,
) -> Result<Vec<CheckFailure>> {
    let header = &model.header;
    let place = model.file.display().to_string();
    let provide = |name: &TableName, files: &[DataFile]| {
        let rows = LakeTable::of_files(engine.lake(), table.schema, files.to_vec());
        engine.provide(name, Arc::new(rows))
    };
    let rows = |files: &[DataFile]| files.iter().map(|file| file.rows).sum();
    let (mut of_new, mut like_new, mut of_all) = (Vec::new(), Vec::new(), Vec::new());
    for (at, check) in header.checks.iter().enumerate() {
        match checked_rows(check, table.unchanged) {
            CheckedRows::New if table.seen.proved.contains(&at) => {}
            CheckedRows::New => of_new.push(check.clone()),
            CheckedRows::LikeNew(columns) => like_new.push((check, columns)),
            CheckedRows::All => of_all.push(check.clone()),
        }
    }
    let mut are_broken = false;
    if !table.new.is_empty() {
        provide(&model.name, table.new)?;
        let new = rows(table.new);
        let broken = check::run(
            &engine.for_rows(new),
            &place,
            &model.name,
            new,
            header,
            &of_new,
        )
        .await?;
        are_broken = !broken.is_empty();
        provide(&model.name, table.files)?;
        let name = TableName::new("populace", "new_rows");
        provide(&name, table.new)?;
        for (check, columns) in like_new {
            let complete = columns.iter().all(|c| table.seen.complete.contains(c));
            match repeated(engine, &place, &model.name, &name, &columns, complete).await? {
                Some(0) => {}
                Some(_) => are_broken = true,
                None => of_all.push(check.clone()),
            }
        }
    }
    provide(&model.name, table.files)?;
    // How many rows break a check is said of the whole table.
    let checks = match are_broken {
        true => &header.checks,
        false => &of_all,
    };
    let all = rows(table.files);
    check::run(engine, &place, &model.name, all, header, checks).await
}

/// How many rows of `table` have values in `columns` that a row of `new`, which is part of it, and another
/// one have; None when a new row lacks one of the values, which is asked unless new rows are known to be `complete`.
async fn repeated(
    engine: &Engine,
    place: &str,
    table: &TableName,
    new: &TableName,
    columns: &[String],
    complete: bool,
) -> Result<Option<u64>> {
    let columns: Vec<String> = columns.iter().map(|column| quoted(column)).collect();
    let each = |of: &dyn Fn(&String) -> String, between: &str| {
        columns.iter().map(of).collect::<Vec<_>>().join(between)
    };
    if !complete {
        let missing = each(&|column| format!("{column} is null"), " or ");
        let missing = format!("select count(*) from {new} where {missing}");
        if counted(engine, place, &missing).await? != [0] {
            return Ok(None);
        }
    }
    let same = each(&|column| format!("n.{column} = t.{column}"), " and ");
    let by = each(&|column| format!("t.{column}"), ", ");
    let sql = format!(
        "select coalesce(sum(n), 0) from (select count(*) as n from {table} as t \
         where exists (select 1 from {new} as n where {same}) group by {by} having count(*) > 1)"
    );
    let counts = counted(engine, place, &sql).await?;
    Ok(counts.first().copied())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::models::header;

    fn checks(yaml: &str) -> Vec<Check> {
        let sql = format!("/*\ndescription: A test.\nchecks:\n{yaml}*/\nselect 1");
        header::read("test.sql", &sql).unwrap().checks
    }

    #[test]
    fn a_check_runs_over_as_many_rows_as_it_has_to() {
        let unchanged = BTreeSet::from([TableName::new("core", "spell")]);
        let rows = |yaml: &str| checked_rows(&checks(yaml)[0], &unchanged);
        let key = || CheckedRows::LikeNew(vec!["contact_key".to_string()]);
        for (yaml, expected) in [
            ("  - not_null: [a]\n", CheckedRows::New),
            ("  - expect: a > 0\n", CheckedRows::New),
            ("  - one_of: { a: [x, y] }\n", CheckedRows::New),
            ("  - unique: [person_key, a]\n", CheckedRows::New),
            ("  - unique: contact_key\n", key()),
            ("  - one_of: { a: core.spell.a }\n", CheckedRows::New),
            ("  - references: { a: core.spell }\n", CheckedRows::New),
            ("  - one_of: { a: core.contact.a }\n", CheckedRows::All),
            ("  - references: { a: core.contact }\n", CheckedRows::All),
            (
                "  - expect: a in (select a from core.spell)\n",
                CheckedRows::All,
            ),
            ("  - expect: a <= $as_of\n", CheckedRows::All),
            ("  - not_null: [a]\n    severity: warn\n", CheckedRows::All),
            (
                "  - not_null: [a]\n    tolerated_share: 0.1\n",
                CheckedRows::All,
            ),
        ] {
            assert_eq!(rows(yaml), expected, "{yaml}");
        }
    }
}
