//! The figures of the samples, exactly: rows of every table and model, and what is released.

use crate::project::{Project, repository};
use std::collections::BTreeMap;
use std::fmt::Write;

/// Holds the figures of a project over the samples against `sample_figures.txt`, which
/// `POPULACE_UPDATE=1` writes anew.
pub fn are_those_that_are_kept(project: &Project, pull: &serde_json::Value) {
    let found = figures(project, pull);
    let file = repository().join("tests/it/sample_figures.txt");
    if std::env::var_os("POPULACE_UPDATE").is_some() {
        std::fs::write(&file, &found).unwrap();
    }
    let kept = std::fs::read_to_string(&file).unwrap();
    for (found, kept) in found.lines().zip(kept.lines()) {
        assert_eq!(found, kept, "sample_figures.txt");
    }
    assert_eq!(found.lines().count(), kept.lines().count());
}

fn figures(project: &Project, pull: &serde_json::Value) -> String {
    let mut text = String::new();
    for key in ["lines", "accepted", "without_view", "deletions", "other"] {
        writeln!(text, "pull: {key} {}", pull[key]).unwrap();
    }
    let status = project.json(&["status"]);
    for table in status["tables"].as_array().unwrap() {
        let name = table["table"].as_str().unwrap();
        // The program's own tables say what happened, not what is in the samples.
        if !name.starts_with("populace.") {
            writeln!(text, "rows: {name} {}", table["rows"]).unwrap();
        }
    }
    for (name, bytes) in project.released() {
        let Some((_, file)) = name.split_once('/') else {
            continue;
        };
        if let Some(table) = file.strip_suffix(".csv") {
            writeln!(text, "released: {table} {}", table_figures(&bytes)).unwrap();
        }
    }
    text
}

/// Rows of a released table by status, and the sum of its counts.
fn table_figures(bytes: &[u8]) -> String {
    let mut reader = csv::Reader::from_reader(bytes);
    let headers = reader.headers().unwrap().clone();
    let column = |name: &str| headers.iter().position(|header| header == name).unwrap();
    let (unit, value, status) = (column("unit"), column("value"), column("status"));
    let mut by_status: BTreeMap<String, u64> = BTreeMap::new();
    let mut sum = 0;
    for row in reader.records() {
        let row = row.unwrap();
        *by_status.entry(row[status].to_string()).or_default() += 1;
        if &row[unit] == "count" {
            sum += row[value].parse::<u64>().unwrap_or(0);
        }
    }
    let by_status = by_status
        .iter()
        .map(|(status, rows)| format!("{rows} {status}"));
    let by_status: Vec<_> = by_status.collect();
    format!("{}; counts add up to {sum}", by_status.join(", "))
}

/// Every line of the released table that README.md shows is in it.
pub fn the_readme_shows_them(project: &Project) {
    let page = std::fs::read_to_string(repository().join("README.md")).unwrap();
    let (_, shown) = page.split_once("```csv\n").unwrap();
    let (shown, _) = shown.split_once("```").unwrap();
    let released = project.released();
    let table = released
        .iter()
        .find(|(name, _)| name.ends_with("-by_place_and_age.csv"));
    let (_, bytes) = table.unwrap();
    let table = String::from_utf8_lossy(bytes);
    for line in shown.lines() {
        assert!(
            table.lines().any(|found| found == line),
            "{line} is not released"
        );
    }
    assert_eq!(shown.lines().count(), 6);
}
