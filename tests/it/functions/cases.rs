//! Runs the cases of `tests/functions`, one file a function.

use super::engine::{TestEngine, engine};
use crate::project::{notice, repository};
use arrow::array::{Array, ArrayRef, AsArray};
use arrow::datatypes::{DataType, Float64Type};
use arrow::util::display::{ArrayFormatter, FormatOptions};
use async_trait::async_trait;
use populace::error::Error;
use sqllogictest::{AsyncDB, DBOutput, DefaultColumnType, Runner};

/// Numbers are compared in ten significant digits.
const DIGITS: usize = 10;

#[test]
fn cases_of_every_function() {
    let runtime = tokio::runtime::Runtime::new().unwrap();
    let folder = repository().join("tests/functions");
    let mut files: Vec<_> = std::fs::read_dir(folder)
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .collect();
    files.sort();
    let mut failed = Vec::new();
    for file in &files {
        let mut runner = Runner::new(async || Ok(Database(engine().await)));
        let ran = runtime.block_on(runner.run_file_async(file));
        failed.extend(ran.err().map(|e| e.display(false).to_string()));
    }
    assert!(failed.is_empty(), "{}", failed.join("\n\n"));
    notice(&format!("{} files of function cases passed", files.len()));

    let tested: Vec<String> = files
        .iter()
        .map(|file| file.file_stem().unwrap().to_str().unwrap().to_string())
        .collect();
    let functions = populace::functions::sections();
    for function in functions.iter().flat_map(|section| &section.functions) {
        let name = function.doc.name;
        assert!(tested.iter().any(|t| t == name), "{name} has no cases");
    }
}

struct Database(TestEngine);

/// An error, told whole.
#[derive(Debug)]
struct Told(String);

impl std::fmt::Display for Told {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&self.0)
    }
}

impl std::error::Error for Told {}

#[async_trait]
impl AsyncDB for Database {
    type Error = Told;
    type ColumnType = DefaultColumnType;

    async fn run(&mut self, sql: &str) -> Result<DBOutput<DefaultColumnType>, Told> {
        let whole = |e: Error| Told(format!("{e:?}"));
        let frame = self.0.engine.query("case", sql).await.map_err(whole)?;
        let schema = frame.schema().as_arrow().clone();
        let batches = frame.collect().await.map_err(|e| Told(e.to_string()))?;
        let types = schema.fields().iter().map(|field| kind(field.data_type()));
        let mut rows = Vec::new();
        for batch in &batches {
            for row in 0..batch.num_rows() {
                rows.push(batch.columns().iter().map(|c| shown(c, row)).collect());
            }
        }
        if schema.fields().is_empty() {
            return Ok(DBOutput::StatementComplete(0));
        }
        Ok(DBOutput::Rows {
            types: types.collect(),
            rows,
        })
    }

    async fn shutdown(&mut self) {}
}

fn kind(of: &DataType) -> DefaultColumnType {
    match of {
        kind if kind.is_integer() => DefaultColumnType::Integer,
        kind if kind.is_floating() => DefaultColumnType::FloatingPoint,
        DataType::Utf8 | DataType::Utf8View => DefaultColumnType::Text,
        _ => DefaultColumnType::Any,
    }
}

fn shown(column: &ArrayRef, row: usize) -> String {
    if column.is_null(row) {
        return "NULL".to_string();
    }
    if column.data_type() == &DataType::Float64 {
        return significant(column.as_primitive::<Float64Type>().value(row));
    }
    let options = FormatOptions::new().with_null("NULL");
    let text = ArrayFormatter::try_new(column, &options).unwrap();
    match text.value(row).to_string() {
        empty if empty.is_empty() => "(empty)".to_string(),
        text => text,
    }
}

fn significant(number: f64) -> String {
    let rounded: f64 = format!("{number:.*e}", DIGITS - 1).parse().unwrap();
    rounded.to_string()
}
