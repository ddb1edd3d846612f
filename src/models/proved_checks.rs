//! Checks that are proved of a model's rows by the pass that writes them, so that nothing is read again.
//!
//! Only that a check holds is found out here. How many rows break it is counted by its query.

use super::check::is_plain;
use super::declared_check::{Allowed, Check, CheckRule};
use super::distinct_rows::DistinctRows;
use crate::engine::Engine;
use crate::error::Result;
use crate::lake::TableName;
use arrow::array::{Array, AsArray, RecordBatch};
use arrow::datatypes::{DataType, Schema, SchemaRef};
use datafusion::physical_plan::PhysicalExpr;
use std::collections::{BTreeMap, BTreeSet, HashSet};
use std::sync::Arc;

/// Conditions that rows break checks by, ready to be computed, by the places of the checks.
#[derive(Default)]
pub(super) struct RowConditions(BTreeMap<usize, Arc<dyn PhysicalExpr>>);

impl RowConditions {
    /// Those of `checks` of a table with these columns. The engine knows the table, without rows, afterwards.
    /// A condition that cannot be planned is none: its query says what is wrong with it.
    ///
    /// # Errors
    /// Data: the engine cannot know the table.
    pub(super) async fn of(
        engine: &Engine,
        table: &TableName,
        checks: &[Check],
        columns: &SchemaRef,
    ) -> Result<Self> {
        engine.register_rows(table, columns.clone(), Vec::new())?;
        let mut conditions = BTreeMap::new();
        for (at, check) in checks.iter().enumerate() {
            let sql = check.breaking_rows(table);
            if let (CheckRule::Expect(_), Some(sql)) = (&check.rule, sql)
                && let Ok(Some(condition)) = engine.condition("check", &sql).await
            {
                conditions.insert(at, condition);
            }
        }
        Ok(RowConditions(conditions))
    }
}

/// Checks that rows have kept so far, by their places among those of the header.
pub(super) struct ProvedChecks(Vec<(usize, WatchedRule)>);

enum WatchedRule {
    Unique(DistinctRows),
    /// The places of the columns.
    NotNull(Vec<usize>),
    /// The place of each column, and its words.
    OneOf(Vec<(usize, HashSet<String>)>),
    /// What is true of a row that breaks the check.
    Expect(Arc<dyn PhysicalExpr>),
}

impl ProvedChecks {
    /// Watches for those of `checks` that rows of these columns, which are stored ones, can be seen to keep.
    pub(super) fn of(checks: &[Check], columns: &Schema, conditions: &RowConditions) -> Self {
        let checks = checks.iter().enumerate();
        let watched = checks.filter_map(|(at, check)| {
            let condition = conditions.0.get(&at).cloned().map(WatchedRule::Expect);
            Some((at, condition.or_else(|| watched(&check.rule, columns))?))
        });
        ProvedChecks(watched.collect())
    }

    /// Looks at the next rows.
    ///
    /// # Errors
    /// Data: rows cannot be compared.
    pub(super) fn see(&mut self, rows: &RecordBatch) -> Result<()> {
        let mut kept = Vec::with_capacity(self.0.len());
        for (at, mut rule) in std::mem::take(&mut self.0) {
            if rule.holds(rows)? {
                kept.push((at, rule));
            }
        }
        self.0 = kept;
        Ok(())
    }

    /// The checks that all rows keep, by their places.
    pub(super) fn proved(self) -> BTreeSet<usize> {
        let proved = self.0.into_iter().filter_map(|(at, rule)| match rule {
            WatchedRule::Unique(rows) => rows.are_distinct().then_some(at),
            WatchedRule::NotNull(_) | WatchedRule::OneOf(_) | WatchedRule::Expect(_) => Some(at),
        });
        proved.collect()
    }
}

fn watched(rule: &CheckRule, columns: &Schema) -> Option<WatchedRule> {
    match rule {
        CheckRule::Unique(names) => {
            let rows = DistinctRows::of(names, columns);
            rows.filter(|_| names.iter().all(|name| is_plain(name)))
                .map(WatchedRule::Unique)
        }
        CheckRule::NotNull(names) => {
            let places = names.iter().map(|name| place(name, columns));
            places.collect::<Option<_>>().map(WatchedRule::NotNull)
        }
        CheckRule::OneOf(allowed) => {
            let words = allowed.iter().map(|(name, allowed)| {
                let at = place(name, columns)?;
                match (allowed, columns.field(at).data_type()) {
                    (Allowed::Words(words), DataType::Utf8) => {
                        Some((at, words.iter().cloned().collect()))
                    }
                    _ => None,
                }
            });
            words.collect::<Option<_>>().map(WatchedRule::OneOf)
        }
        CheckRule::Expect(_) | CheckRule::References(_) => None,
    }
}

/// The place of a column, whose name is the same to SQL as it is written.
fn place(name: &str, columns: &Schema) -> Option<usize> {
    columns.index_of(name).ok().filter(|_| is_plain(name))
}

impl WatchedRule {
    /// Whether these rows leave it possible that all do.
    fn holds(&mut self, rows: &RecordBatch) -> Result<bool> {
        match self {
            WatchedRule::Unique(distinct) => distinct.see(rows),
            WatchedRule::NotNull(places) => {
                let nulls = |at: &usize| rows.column(*at).logical_null_count() > 0;
                Ok(!places.iter().any(nulls))
            }
            WatchedRule::OneOf(columns) => {
                let mut columns = columns.iter();
                Ok(columns.all(|(at, words)| are_among(rows.column(*at), words)))
            }
            WatchedRule::Expect(broken) => Ok(is_never_true(broken, rows)),
        }
    }
}

/// Whether a condition is computed for all rows, and true of none.
fn is_never_true(condition: &Arc<dyn PhysicalExpr>, rows: &RecordBatch) -> bool {
    let values = condition.evaluate(rows);
    let values = values.and_then(|values| values.into_array(rows.num_rows()));
    values.is_ok_and(|values| {
        let values = values.as_boolean_opt();
        values.is_some_and(|values| !values.iter().any(|value| value == Some(true)))
    })
}

/// Whether all texts that are there are among these words.
fn are_among(column: &dyn Array, words: &HashSet<String>) -> bool {
    let texts = column.as_string::<i32>().iter().flatten();
    // Rows that follow on each other often say the same.
    let mut last = None;
    texts.into_iter().all(|text| {
        let known = last == Some(text) || words.contains(text);
        last = Some(text);
        known
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::models::table_column::TableColumn;
    use arrow::array::{Int64Array, StringArray};
    use arrow::datatypes::Field;
    use std::collections::BTreeMap;
    use std::sync::Arc;

    fn schema() -> Arc<Schema> {
        Arc::new(Schema::new(vec![
            Field::new("person_key", DataType::Int64, true),
            Field::new("sex", DataType::Utf8, true),
        ]))
    }

    fn rows(keys: &[Option<i64>], words: &[Option<&str>]) -> RecordBatch {
        let keys = Int64Array::from(keys.to_vec());
        let words = StringArray::from(words.to_vec());
        RecordBatch::try_new(schema(), vec![Arc::new(keys), Arc::new(words)]).unwrap()
    }

    fn strict(rule: CheckRule) -> Check {
        Check {
            rule,
            ..Check::of_grain(&[])
        }
    }

    fn names(names: &[&str]) -> Vec<String> {
        names.iter().map(|name| (*name).to_string()).collect()
    }

    fn proved(rules: &[CheckRule], batches: &[RecordBatch]) -> Vec<usize> {
        let checks: Vec<Check> = rules.iter().cloned().map(strict).collect();
        proved_with(&checks, &RowConditions::default(), batches)
    }

    fn proved_with(
        checks: &[Check],
        conditions: &RowConditions,
        batches: &[RecordBatch],
    ) -> Vec<usize> {
        let mut proved = ProvedChecks::of(checks, &schema(), conditions);
        for rows in batches {
            proved.see(rows).unwrap();
        }
        proved.proved().into_iter().collect()
    }

    #[test]
    fn what_all_rows_keep_is_proved_and_nothing_else() {
        let rules = [
            CheckRule::Unique(names(&["person_key"])),
            CheckRule::NotNull(names(&["person_key", "sex"])),
            CheckRule::OneOf(BTreeMap::from([(
                "sex".to_string(),
                Allowed::Words(names(&["female", "male"])),
            )])),
            CheckRule::Expect("person_key > 0".to_string()),
            CheckRule::NotNull(names(&["no_column"])),
            CheckRule::References(BTreeMap::from([(
                "person_key".to_string(),
                TableName::new("core", "person"),
            )])),
            CheckRule::OneOf(BTreeMap::from([(
                "sex".to_string(),
                Allowed::Column(TableColumn {
                    table: TableName::new("reference", "sex"),
                    column: "sex".to_string(),
                }),
            )])),
        ];
        let good = rows(&[Some(1), Some(2)], &[Some("male"), Some("female")]);
        let with = |more: RecordBatch| proved(&rules, &[good.clone(), more]);
        assert_eq!(with(rows(&[], &[])), [0, 1, 2]);
        assert_eq!(with(rows(&[Some(3)], &[Some("male")])), [0, 1, 2]);
        assert_eq!(with(rows(&[Some(2)], &[Some("male")])), [1, 2]);
        assert_eq!(with(rows(&[Some(3)], &[None])), [0, 2]);
        assert_eq!(with(rows(&[None], &[Some("male")])), [0, 2]);
        assert_eq!(with(rows(&[Some(3)], &[Some("Male")])), [0, 1]);
        // What was broken once stays broken.
        let broken = rows(&[Some(1), Some(1)], &[None, Some("other")]);
        assert!(proved(&rules, &[broken, good.slice(1, 1)]).is_empty());
    }

    #[tokio::test]
    async fn conditions_of_rows_are_proved_where_no_row_breaks_them() {
        let folder = tempfile::tempdir().unwrap();
        let engine = Engine::over_empty_lake(folder.path(), 2).await;
        let conditions = [
            "person_key > 0 or sex is null",
            "sex in ('male', 'female')",
            "10 % person_key = 0 or person_key = 9",
            "person_key + 9223372036854775800 > 0",
            "person_key in (select person_key from core.person)",
            "no_column > 0",
        ];
        let expected = conditions.map(|condition| CheckRule::Expect(condition.to_string()));
        let checks: Vec<Check> = expected.into_iter().map(strict).collect();
        let table = TableName::new("core", "person");
        let conditions = RowConditions::of(&engine, &table, &checks, &schema()).await;
        let conditions = conditions.unwrap();
        let good = rows(&[Some(1), Some(2)], &[Some("male"), Some("female")]);
        let with = |more: RecordBatch| proved_with(&checks, &conditions, &[good.clone(), more]);
        assert_eq!(with(rows(&[], &[])), [0, 1, 2, 3]);
        // NULL breaks nothing.
        assert_eq!(with(rows(&[None], &[None])), [0, 1, 2, 3]);
        assert_eq!(with(rows(&[Some(-3)], &[Some("other")])), [3]);
        assert_eq!(with(rows(&[Some(11)], &[Some("male")])), [0, 1]);
        // What cannot be computed is not proved.
        assert_eq!(with(rows(&[Some(0)], &[None])), [0, 1, 3]);
        assert_eq!(with(rows(&[Some(9)], &[None])), [0, 1, 2]);
    }
}
