use super::sample::{self, SampleColumn, data};
use crate::disclosure::Scheme;
use crate::error::Error;
use crate::release::ReportFile;
use crate::release::frame::Shown;
use crate::release::manifest::FileOptions;
use crate::release::rendered::Rendered;
use crate::release::table_data::TableData;
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
of = "core.person"

[tables.dimensions]
place.from = "reference.lsoa.place_name"
sex.values = ["Female", "Male"]

[[tables.measures]]
column = "people"
label = "People"
kind = "people"
"#;

pub(super) fn small(columns: Vec<(&str, SampleColumn)>) -> Result<Rendered, Error> {
    with(data(columns))
}

pub(super) fn with(table: TableData) -> Result<Rendered, Error> {
    let report = ReportFile::parse(SMALL, "small.toml").unwrap();
    let data = BTreeMap::from([("one".to_owned(), table)]);
    sample::render(
        &report,
        &data,
        &Scheme::Hes2018,
        &sample::about(),
        &FileOptions::default(),
    )
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
fn columns_stand_in_the_order_of_their_labels_whichever_row_has_them() {
    // Where somebody with y comes into the first row, no column changes its place.
    for of_first in [&["z"][..], &["y", "z"]] {
        let of_second = ["x", "y"];
        let places = std::iter::repeat_n("A", of_first.len()).chain(["B", "B"]);
        let sexes: Vec<&str> = of_first.iter().copied().chain(of_second).collect();
        let mut data = sample::data(vec![
            ("place", text(&places.collect::<Vec<_>>())),
            ("sex", text(&sexes)),
            ("people", SampleColumn::Count(vec![50; sexes.len()])),
        ]);
        data.across = ["x", "y", "z"].map(str::to_owned).to_vec();
        let rendered = with(data).unwrap();
        let labels: Vec<&str> = rendered.frames[0]
            .groups
            .iter()
            .map(|group| group.label.as_ref().unwrap().text.as_str())
            .collect();
        assert_eq!(labels, ["x", "y", "z", "Total"]);
    }
}

#[test]
fn bare_numbers_get_their_heading() {
    let place = Arc::new(Int64Array::from(vec![2, 30])) as _;
    let sex = Arc::new(StringArray::from(vec![None, Some("Male")])) as _;
    let batch = RecordBatch::try_from_iter([("place", place), ("sex", sex)]).unwrap();
    let people = vec![("people", vec![50, 60])];
    let rendered = with(sample::counted(&Scheme::Hes2018, batch, people)).unwrap();
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
}

#[test]
fn a_dimension_that_was_not_computed_is_an_error() {
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
    let error = wrong("kind = \"people\"", "kind = \"peple\"");
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
            "kind = \"people\"",
            "kind = \"people\"\nnumerator = \"people\"",
            "does not take `numerator`",
        ),
        (
            "of = \"core.person\"",
            "of = \"person\"",
            "`of` names no model: `person`",
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

/// A table says what it counts; the older form, SQL that yields counts, is refused by one error, whatever
/// else it has.
#[test]
fn a_table_of_sql_is_refused_and_told_how_to_say_what_it_counts() {
    let sql = "sql = \"select place, sex, people from marts.population_profile\"";
    let of = "of = \"core.person\"";
    let older = SMALL
        .replace(of, sql)
        .replace("kind = \"people\"", "kind = \"count\"");
    for text in [
        older.clone(),
        older.replace(sql, "sql = \"\""),
        older.replace(sql, "sql = 3"),
        older.replace("label = \"People\"", "lable = \"People\""),
        SMALL.replace(of, &format!("{of}\n{sql}")),
    ] {
        let error = ReportFile::parse(&text, "small.toml").unwrap_err();
        assert_eq!(error.kind().exit_code(), 2, "{error}");
        let what = "small.toml: table `one`: it has `sql`, and a table says what it counts";
        assert_eq!(error.what(), what);
        let hint = error.hint_text().unwrap();
        for key in ["of = ", "where = ", "rows = ", "[[tables.measures]]"] {
            assert!(hint.contains(key), "{key}: {hint}");
        }
    }
    let error = wrong("of = \"core.person\"\n", "");
    assert_eq!(
        error.what(),
        "small.toml: table `one`: it does not say what it counts"
    );
    let error = wrong("kind = \"people\"", "kind = \"count\"");
    assert!(error.what().contains("unknown variant `count`"), "{error}");
}
