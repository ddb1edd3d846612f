//! Runs the cases of `tests/functions`, one file a function.

use super::case::{Case, Expected, cases};
use super::engine::{TestEngine, engine};
use crate::project::{notice, repository};
use arrow::array::{Array, ArrayRef, AsArray};
use arrow::datatypes::{DataType, Float64Type};
use arrow::util::display::{ArrayFormatter, FormatOptions};

/// Numbers are compared in ten significant digits.
const DIGITS: usize = 10;

#[test]
fn cases_of_every_function() {
    let runtime = tokio::runtime::Runtime::new().unwrap();
    let mut files: Vec<_> = std::fs::read_dir(repository().join("tests/functions"))
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .collect();
    files.sort();
    let mut failures = Vec::new();
    let mut tested = Vec::new();
    let mut ran = 0;
    for file in &files {
        let name = file.file_stem().unwrap().to_str().unwrap();
        // What a file creates is its own.
        let engine = runtime.block_on(engine());
        for case in cases(&std::fs::read_to_string(file).unwrap()) {
            ran += 1;
            let failure = runtime.block_on(failure(&engine, &case));
            failures.extend(failure.map(|said| format!("{name}.slt:{}: {said}", case.line)));
        }
        tested.push(name.to_string());
    }
    assert!(failures.is_empty(), "\n{}", failures.join("\n\n"));
    notice(&format!("{ran} cases in {} files passed", files.len()));

    let sections = populace::functions::sections();
    for function in sections.iter().flat_map(|section| &section.functions) {
        let name = function.doc.name;
        assert!(tested.iter().any(|t| t == name), "{name} has no cases");
    }
}

/// What is wrong with a case; None when it is as expected.
async fn failure(engine: &TestEngine, case: &Case) -> Option<String> {
    let answer = answer(engine, &case.sql).await;
    let wrong = |found: &str, expected: &str| {
        Some(format!(
            "{}\nfound:\n{found}\nexpected:\n{expected}",
            case.sql
        ))
    };
    match (&case.expected, answer) {
        (Expected::Success, Ok(_)) => None,
        (Expected::Rows(rows), Ok(found)) if *rows == found => None,
        (Expected::Error(text), Err(said)) if said.contains(text) => None,
        (Expected::Rows(rows), Ok(found)) => wrong(&found.join("\n"), &rows.join("\n")),
        (Expected::Error(text), Ok(found)) => wrong(&found.join("\n"), &format!("error {text}")),
        (Expected::Error(text), Err(said)) => wrong(&said, &format!("error {text}")),
        (_, Err(said)) => wrong(&said, "no error"),
    }
}

/// The rows of a query, values divided by a space; or the error.
async fn answer(engine: &TestEngine, sql: &str) -> Result<Vec<String>, String> {
    let frame = engine.engine.query("case", sql).await;
    let frame = frame.map_err(|e| format!("{e:?}"))?;
    let batches = frame.collect().await.map_err(|e| e.to_string())?;
    let mut rows = Vec::new();
    for batch in &batches {
        for row in 0..batch.num_rows() {
            let values = batch.columns().iter().map(|column| shown(column, row));
            rows.push(values.collect::<Vec<_>>().join(" "));
        }
    }
    Ok(rows)
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
