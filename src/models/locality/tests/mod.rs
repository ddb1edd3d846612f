//! Each rule, with SQL that it passes and SQL that only it stops.

mod groups;
mod joins;
mod scans;
mod windows;

use super::find::locality;
use super::verdict::Locality;
use crate::engine::Engine;
use crate::lake::TableName;
use arrow::datatypes::{DataType, Field, Schema};
use std::collections::BTreeSet;
use std::sync::Arc;

/// An engine that knows some tables without rows.
struct PlanBench {
    engine: Engine,
    _folder: tempfile::TempDir,
}

const DATE: DataType = DataType::Date32;
const NUMBER: DataType = DataType::Int64;
const TEXT: DataType = DataType::Utf8;

/// A table, its columns, and the columns that tell its rows apart.
type TestTable = (
    &'static str,
    Vec<(&'static str, DataType)>,
    &'static [&'static str],
);

fn tables() -> Vec<TestTable> {
    let codes = DataType::List(Arc::new(Field::new_list_field(TEXT, true)));
    vec![
        (
            "record.visit",
            vec![
                ("person_key", NUMBER),
                ("visit_key", NUMBER),
                ("visit_date", DATE),
                ("code", TEXT),
                ("codes", codes),
                ("pence", NUMBER),
                ("cost", DataType::Float64),
                ("relative_key", NUMBER),
            ],
            &["visit_key"],
        ),
        (
            "record.stay",
            vec![
                ("person_key", NUMBER),
                ("stay_number", NUMBER),
                ("started", DATE),
                ("ward", TEXT),
            ],
            &["person_key", "stay_number"],
        ),
        (
            "reference.code",
            vec![("code", TEXT), ("name", TEXT), ("weight", NUMBER)],
            &["code"],
        ),
        (
            "reference.month",
            vec![("month", DATE), ("year", NUMBER)],
            &["month"],
        ),
    ]
}

impl PlanBench {
    async fn new() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let engine = Engine::over_empty_lake(folder.path(), 2).await;
        for (name, columns, _) in tables() {
            let fields = columns.into_iter();
            let fields = fields.map(|(name, kind)| Field::new(name, kind, true));
            let schema = Arc::new(Schema::new(fields.collect::<Vec<_>>()));
            let name = TableName::parse(name).unwrap();
            engine.register_rows(&name, schema, Vec::new()).unwrap();
        }
        PlanBench {
            engine,
            _folder: folder,
        }
    }

    async fn locality(&self, sql: &str) -> (Locality, Vec<String>) {
        let plan = self.engine.optimised("m.sql", sql).await;
        let plan = plan.unwrap_or_else(|e| panic!("{sql}: {e}"));
        let unique = |name: &TableName| {
            let known = tables().into_iter();
            let own = known.filter(|(table, ..)| *table == name.to_string());
            own.map(|(.., columns)| columns.iter().map(|c| (*c).to_string()).collect())
                .collect()
        };
        let fields = plan.schema().fields().iter();
        let names = fields.map(|field| field.name().clone()).collect();
        (locality(&plan, &unique), names)
    }

    /// What each of `queries` rests on, in words: the columns with the key, or the cause.
    async fn verdicts(queries: &[&str]) -> Vec<String> {
        let bench = PlanBench::new().await;
        let mut words = Vec::new();
        for sql in queries {
            let (found, names) = bench.locality(sql).await;
            words.push(match found {
                Locality::Constant => "constant".to_string(),
                Locality::PersonLocal { keys } => {
                    let keys: BTreeSet<&str> = keys.iter().map(|at| names[*at].as_str()).collect();
                    keys.into_iter().collect::<Vec<_>>().join(", ")
                }
                Locality::Global(cause) => cause.to_string(),
            });
        }
        words
    }
}

/// Asserts that each query has the person key in these columns.
async fn are_local(queries: &[(&str, &str)]) {
    are(queries, |found, wanted| found == wanted).await;
}

/// Asserts that each query is global, and that its cause begins so.
async fn are_global(queries: &[(&str, &str)]) {
    are(queries, |found, wanted| {
        found.contains(": ") && found.starts_with(wanted)
    })
    .await;
}

async fn are(queries: &[(&str, &str)], right: impl Fn(&str, &str) -> bool) {
    let sql: Vec<&str> = queries.iter().map(|(sql, _)| *sql).collect();
    let found = PlanBench::verdicts(&sql).await;
    let wrong: Vec<String> = queries
        .iter()
        .zip(&found)
        .filter(|((_, wanted), found)| !right(found, wanted))
        .map(|((sql, wanted), found)| format!("{sql}\n  wanted: {wanted}\n  found:  {found}"))
        .collect();
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}
