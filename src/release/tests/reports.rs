use super::sample::{self, SampleColumn, data};
use crate::disclosure::Scheme;
use crate::error::Error;
use crate::release::frame::Shown;
use crate::release::{Rendered, ReportFile, TableData, render};
use arrow::array::{Int64Array, StringArray};
use arrow::record_batch::RecordBatch;
use std::collections::BTreeMap;
use std::sync::Arc;

const SMALL: &str = r#"
name = "small"
title = "Small"
description = "A small report."
audience = "tests"

[[tables]]
id = "one"
title = "One table"
description = "People."
rows = ["place"]
across = "sex"
totals = true
sql = "select place, sex, people from marts.population_profile"

[tables.dimensions]
place.from = "reference.lsoa.place_name"
sex.values = ["Female", "Male"]

[[tables.measures]]
column = "people"
label = "People"
kind = "count"
"#;

pub(super) fn small(columns: Vec<(&str, SampleColumn)>) -> Result<Rendered, Error> {
    with(data(columns))
}

pub(super) fn with(table: TableData) -> Result<Rendered, Error> {
    let report = ReportFile::parse(SMALL, "small.toml").unwrap();
    let data = BTreeMap::from([("one".to_owned(), table)]);
    render(&report, &data, &Scheme::Hes2018, &sample::about())
}

pub(super) fn text(words: &[&str]) -> SampleColumn {
    SampleColumn::Text(words.iter().map(|word| (*word).to_owned()).collect())
}

fn shown(rendered: &Rendered) -> Vec<Vec<Shown>> {
    let frame = &rendered.frames[0];
    let row = |r| {
        frame
            .columns()
            .iter()
            .map(|column| frame.shown(r, column))
            .collect()
    };
    (0..frame.rows.len()).map(row).collect()
}

#[test]
fn totals_come_from_true_counts() {
    // 12 and 11 are shown as 10 each; their true total of 23 is shown as 25.
    let rendered = small(vec![
        ("place", text(&["A", "A", "B"])),
        ("sex", text(&["Female", "Male", "Male"])),
        ("people", SampleColumn::Count(vec![12, 11, 40])),
    ])
    .unwrap();
    let count = Shown::Count;
    assert_eq!(
        shown(&rendered),
        [
            [count(10), count(10), count(25)],
            [count(0), count(40), count(40)],
            [count(10), count(50), count(65)],
        ]
    );
}

#[test]
fn a_missing_value_across_keeps_its_place() {
    let rendered = small(vec![
        ("place", text(&["A", "A", "B", "B", "B"])),
        ("sex", text(&["x", "z", "x", "y", "z"])),
        ("people", SampleColumn::Count(vec![50; 5])),
    ])
    .unwrap();
    let labels: Vec<&str> = rendered.frames[0]
        .groups
        .iter()
        .map(|group| group.label.as_ref().unwrap().text.as_str())
        .collect();
    assert_eq!(labels, ["x", "y", "z", "Total"]);
}

#[test]
fn bare_numbers_get_their_heading() {
    let place = Arc::new(Int64Array::from(vec![2, 30])) as _;
    let sex = Arc::new(StringArray::from(vec![None, Some("Male")])) as _;
    let people = Arc::new(Int64Array::from(vec![50, 60])) as _;
    let batch = RecordBatch::try_from_iter([("place", place), ("sex", sex), ("people", people)]);
    let batch = batch.unwrap();
    let rendered = with(TableData {
        lists: sample::lists(&batch),
        batches: vec![batch],
        ..TableData::default()
    })
    .unwrap();
    let frame = &rendered.frames[0];
    assert_eq!(frame.rows[0].labels[0].text, "Place 2");
    assert_eq!(frame.rows[1].labels[0].text, "Place 30");
    assert!(
        frame
            .groups
            .iter()
            .any(|g| g.label.as_ref().unwrap().text == "Not known")
    );
}

#[test]
fn nothing_to_count_is_a_table_without_rows() {
    let none: Vec<(&str, SampleColumn)> = vec![
        ("place", text(&[])),
        ("sex", text(&[])),
        ("people", SampleColumn::Count(vec![])),
    ];
    assert!(small(none).unwrap().frames[0].rows.is_empty());
    assert!(
        with(TableData::default()).unwrap().frames[0]
            .rows
            .is_empty()
    );
}

#[test]
fn what_cannot_be_counted_is_refused_without_its_value() {
    let twice = small(vec![
        ("place", text(&["A", "A"])),
        ("sex", text(&["Male", "Male"])),
        ("people", SampleColumn::Count(vec![12, 11])),
    ]);
    let shown = twice.unwrap_err().to_string();
    assert!(
        shown.contains("two rows have the same place and sex"),
        "{shown}"
    );
    let negative = small(vec![
        ("place", text(&["A"])),
        ("sex", text(&["Male"])),
        ("people", SampleColumn::Count(vec![-31])),
    ]);
    let shown = negative.unwrap_err().to_string();
    assert!(shown.contains("`one`") && shown.contains("`people`") && !shown.contains("31"));
    let not_a_count = small(vec![
        ("place", text(&["A"])),
        ("sex", text(&["Male"])),
        ("people", text(&["31"])),
    ]);
    let shown = not_a_count.unwrap_err().to_string();
    assert!(shown.contains("a count cannot be Utf8") && !shown.contains("31"));
    let absent = small(vec![
        ("place", text(&["A"])),
        ("people", SampleColumn::Count(vec![12])),
    ]);
    assert!(absent.unwrap_err().to_string().contains("column `sex`"));
}

fn wrong(from: &str, to: &str) -> Error {
    let text = SMALL.replacen(from, to, 1);
    assert_ne!(text, SMALL);
    let error = ReportFile::parse(&text, "small.toml").unwrap_err();
    assert_eq!(error.kind().exit_code(), 2);
    error
}

#[test]
fn a_misspelt_key_names_its_place_and_the_nearest() {
    let error = wrong("audience", "audiense");
    assert!(
        error
            .what()
            .starts_with("small.toml:5:1: unknown field `audiense`"),
        "{error}"
    );
    assert_eq!(error.hint_text(), Some("did you mean 'audience'?"));
    let error = wrong("column = ", "colum = ");
    assert_eq!(error.hint_text(), Some("did you mean 'column'?"));
    let error = wrong("kind = \"count\"", "kind = \"cuont\"");
    assert!(error.what().starts_with("small.toml:23:8: "), "{error}");
}

#[test]
fn words_that_hold_a_number_of_somebody_are_refused() {
    for (from, to, says) in [
        (
            "title = \"Small\"",
            "title = \"Of 943 476 5919\"",
            "the title holds",
        ),
        (
            "label = \"People\"",
            "label = \"3074457345618258603\"",
            "a heading holds",
        ),
        (
            "description = \"People.\"",
            "description = \"9434765919\"",
            "the description of a table holds",
        ),
    ] {
        let error = wrong(from, to).to_string();
        assert!(error.contains(says) && !error.contains("5919"), "{error}");
    }
    let address = SMALL.replace("audience = \"tests\"", "audience = \"team@example.org\"");
    assert!(ReportFile::parse(&address, "small.toml").is_ok());
}

#[test]
fn a_report_that_makes_no_sense_is_refused() {
    for (from, to, says) in [
        (
            "name = \"small\"",
            "name = \"../small\"",
            "cannot be a file name",
        ),
        (
            "kind = \"count\"",
            "kind = \"count\"\nof = \"row\"",
            "does not take `of`",
        ),
        ("rows = [\"place\"]", "rows = []", "`rows`"),
        ("across = \"sex\"", "across = \"place\"", "used twice"),
        (
            "totals = true",
            "totals = true\norder = \"peple\"",
            "`peple` is not a count measure",
        ),
        (
            "totals = true",
            "totals = [\"cloumns\"]",
            "expected true, false",
        ),
    ] {
        let error = wrong(from, to);
        assert!(error.to_string().contains(says), "{error}");
    }
    assert!(Scheme::takes("none").is_err());
}
