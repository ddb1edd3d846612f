//! The published cases of SQL on FHIR v2, run through the decoder that a pull uses.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use arrow::json::writer::{JsonArray, WriterBuilder};
use serde_json::Value;

use crate::decode::fhir::{Chunk, Decoder, View};

/// The rows of `view` over `resources`, or why there are none.
fn rows(view: &Value, resources: &[Value]) -> Result<(Vec<String>, Vec<Value>), String> {
    let view = View::parse("case.json", &view.to_string()).map_err(|error| error.to_string())?;
    let columns = view
        .columns
        .iter()
        .map(|column| column.name.clone())
        .collect();
    let mut lines = String::new();
    for resource in resources {
        lines.push_str(&resource.to_string());
        lines.push('\n');
    }
    // As `populace view` does: one of the cases has no id.
    let decoder = Decoder::new(vec![Arc::new(view)]).with_resources_without_ids();
    let chunk = Chunk {
        bytes: lines.as_bytes(),
        offset: 0,
        first_line: 1,
    };
    let decoded = decoder.decode(&chunk);
    if let Some(reject) = decoded.rejects.first() {
        return Err(format!(
            "line {}: {} {:?}",
            reject.number, reject.reason, reject.column
        ));
    }
    let mut out = Vec::new();
    let mut writer = WriterBuilder::new()
        .with_explicit_nulls(true)
        .build::<_, JsonArray>(&mut out);
    writer
        .write(&decoded.tables[0].batch)
        .map_err(|error| error.to_string())?;
    writer.finish().map_err(|error| error.to_string())?;
    let rows = if out.is_empty() {
        Vec::new()
    } else {
        serde_json::from_slice(&out).unwrap()
    };
    Ok((columns, rows))
}

/// A row in one form, so that rows can be compared in any order: 5 is 5.0, and nothing is null.
fn normal(value: &Value) -> String {
    match value {
        Value::Number(number) => format!("{:?}", number.as_f64()),
        Value::Array(items) => format!("{:?}", items.iter().map(normal).collect::<Vec<_>>()),
        Value::Object(members) => {
            let members: BTreeMap<_, _> = members
                .iter()
                .filter(|(_, value)| !value.is_null())
                .map(|(name, value)| (name, normal(value)))
                .collect();
            format!("{members:?}")
        }
        other => other.to_string(),
    }
}

fn sorted(rows: &[Value]) -> Vec<String> {
    let mut rows: Vec<_> = rows.iter().map(normal).collect();
    rows.sort();
    rows
}

fn check(case: &Value, resources: &[Value]) -> Result<(), String> {
    let result = rows(&case["view"], resources);
    if case["expectError"] == true {
        return match result {
            Ok(_) => Err("an error was expected".to_owned()),
            Err(_) => Ok(()),
        };
    }
    let (columns, rows) = result?;
    if let Some(expected) = case["expectColumns"].as_array()
        && *expected != columns
    {
        return Err(format!("columns {columns:?}"));
    }
    if let Some(expected) = case["expectCount"].as_u64()
        && expected != rows.len() as u64
    {
        return Err(format!("{} rows", rows.len()));
    }
    match case["expect"].as_array() {
        Some(expected) if sorted(expected) != sorted(&rows) => Err(format!(
            "\n  expected {:?}\n  found    {:?}",
            sorted(expected),
            sorted(&rows)
        )),
        _ => Ok(()),
    }
}

/// Where the standard's result file is written: where `POPULACE_TEST_REPORT` says, or in the target
/// folder that this test was built in.
fn report_file() -> PathBuf {
    if let Some(file) = std::env::var_os("POPULACE_TEST_REPORT") {
        return file.into();
    }
    // target/<profile>/deps/<this test>
    let program = std::env::current_exe().unwrap();
    program.ancestors().nth(3).unwrap().join("test_report.json")
}

/// The published form of a case's result: its name, whether it passed, and why not.
fn result(name: &str, outcome: &Result<(), String>) -> Value {
    let result = match outcome {
        Ok(()) => serde_json::json!({"passed": true}),
        Err(why) => serde_json::json!({"passed": false, "reason": why}),
    };
    serde_json::json!({"name": name, "result": result})
}

#[test]
fn sql_on_fhir_cases() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../shared/sql-on-fhir");
    let Ok(files) = std::fs::read_dir(&folder) else {
        crate::notice::missing("shared", "sql-on-fhir is not beside this repository");
        return;
    };
    let mut files: Vec<_> = files.map(|file| file.unwrap().path()).collect();
    files.retain(|file| {
        file.extension()
            .is_some_and(|extension| extension == "json")
    });
    files.sort();
    let (mut passed, mut failed) = (0, Vec::new());
    let mut report = BTreeMap::new();
    for file in files {
        let text = std::fs::read_to_string(&file).unwrap();
        let name = file.file_name().unwrap().to_string_lossy().into_owned();
        let cases: Value = serde_json::from_str(&text).unwrap();
        let resources = cases["resources"].as_array().unwrap();
        let mut tests = Vec::new();
        for case in cases["tests"].as_array().unwrap() {
            let title = case["title"].as_str().unwrap();
            let outcome = check(case, resources);
            tests.push(result(title, &outcome));
            match outcome {
                Ok(()) => passed += 1,
                Err(why) => failed.push(format!("{name} / {title}: {why}")),
            }
        }
        report.insert(name, serde_json::json!({"tests": tests}));
    }
    let file = report_file();
    let text = serde_json::to_string_pretty(&report).unwrap();
    std::fs::write(&file, text + "\n").unwrap();
    crate::notice::notice(&format!(
        "SQL on FHIR cases: {passed} passed, {} failed; listed in {}",
        failed.len(),
        file.display()
    ));
    assert!(failed.is_empty(), "{}", failed.join("\n"));
    assert!(passed >= 134, "only {passed} cases were found");
    // What was written is what the specification's schema asks for, and lists every case.
    let written: Value = serde_json::from_slice(&std::fs::read(&file).unwrap()).unwrap();
    let listed = written.as_object().unwrap().values().flat_map(|file| {
        let tests = file["tests"].as_array().unwrap();
        tests
            .iter()
            .map(|test| (test["name"].as_str(), test["result"]["passed"].as_bool()))
    });
    let listed: Vec<_> = listed.collect();
    assert_eq!(listed.len(), passed);
    assert!(
        listed
            .iter()
            .all(|(name, passed)| name.is_some() && *passed == Some(true))
    );
}

#[test]
fn a_case_that_fails_says_why_in_the_result_file() {
    let failed = result("a case", &Err("2 rows".to_owned()));
    assert_eq!(
        failed.to_string(),
        r#"{"name":"a case","result":{"passed":false,"reason":"2 rows"}}"#
    );
    let passed = result("another", &Ok(()));
    assert_eq!(
        passed.to_string(),
        r#"{"name":"another","result":{"passed":true}}"#
    );
}
