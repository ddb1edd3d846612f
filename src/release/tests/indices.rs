//! Ratios that are standardised by the whole, and indices of inequality, in a table.

use super::sample::lists;
use crate::disclosure::{Released, Scheme};
use crate::error::Result;
use crate::release::counted::{CellFigures, PlacedFigure, TablePlace};
use crate::release::frame::{Frame, FramePart, Shown};
use crate::release::table_data::TableData;
use crate::release::{ReportFile, pivot};
use arrow::array::{ArrayRef, RecordBatch, StringArray};
use chrono::NaiveDate;
use std::collections::{BTreeMap, HashMap};
use std::sync::Arc;

const REPORT: &str = r#"
name = "small"
title = "Small"
description = "A small report."
audience = "tests"

[[tables]]
id = "one"
title = "Admissions"
description = "Admissions."
rows = ["quintile"]
totals = ["rows"]
of = "core.emergency_admission"

[tables.dimensions]
quintile.from = "reference.deprivation_quintile.quintile_name"
age_group = { from = "reference.age_band.broad_age_group", by = "age_band" }

[[tables.measures]]
column = "admissions"
label = "Admissions"
kind = "rows"

[[tables.measures]]
column = "people"
label = "People"
kind = "people"
of = "core.person"

[[tables.measures]]
label = "Ratio"
kind = "isr"
numerator = "admissions"
denominator = "people"
by = "age_group"
multiplier = 100

[[tables.measures]]
label = "Slope"
kind = "sii"
numerator = "admissions"
denominator = "people"
multiplier = 1000

[[tables.measures]]
label = "Relative"
kind = "rii"
numerator = "admissions"
denominator = "people"
multiplier = 100
"#;

const AGES: [&str; 2] = ["0 to 64", "65 and over"];
const YOUNG: [u64; 5] = [300, 250, 200, 150, 100];
const OLD: [u64; 5] = [600, 550, 500, 450, 400];

/// Five quintiles of 8,000 young and 2,000 old people, of whom so many were admitted; an area has a tenth
/// of the people of the first, and 90 admissions of them.
fn table(names: &[&str]) -> TableData {
    let mut admissions: HashMap<TablePlace, PlacedFigure> = HashMap::new();
    let mut people = HashMap::new();
    let placed = |count: u64| PlacedFigure {
        figure: Released::published(Some(count)),
        since: None,
    };
    let place = |row: Option<&str>, age: Option<&str>, area: Option<&str>| -> TablePlace {
        [row, age, area]
            .map(|value| value.map(str::to_owned))
            .to_vec()
    };
    let both = |young: u64, old: u64| {
        [
            (Some(AGES[0]), young),
            (Some(AGES[1]), old),
            (None, young + old),
        ]
    };
    for (at, name) in names.iter().enumerate() {
        for (age, count) in both(YOUNG[at], OLD[at]) {
            admissions.insert(place(Some(name), age, None), placed(count));
        }
        for (age, count) in both(8_000, 2_000) {
            people.insert(place(Some(name), age, None), placed(count));
        }
    }
    for (age, count) in both(1_000, 2_500) {
        admissions.insert(place(None, age, None), placed(count));
    }
    for (age, count) in both(40_000, 10_000) {
        people.insert(place(None, age, None), placed(count));
    }
    for row in [Some(names[0]), None] {
        for (age, count) in both(30, 60) {
            admissions.insert(place(row, age, Some("WHM")), placed(count));
        }
        for (age, count) in both(800, 200) {
            people.insert(place(row, age, Some("WHM")), placed(count));
        }
    }
    for name in &names[1..] {
        for age in [Some(AGES[0]), Some(AGES[1]), None] {
            admissions.insert(place(Some(name), age, Some("WHM")), placed(0));
            people.insert(place(Some(name), age, Some("WHM")), placed(0));
        }
    }
    let figures = BTreeMap::from([
        ("admissions".to_owned(), admissions),
        ("people".to_owned(), people),
    ]);
    let column: ArrayRef = Arc::new(StringArray::from(names.to_vec()));
    let batch = RecordBatch::try_from_iter([("quintile", column)]).unwrap();
    TableData {
        figures: CellFigures::new(figures, true, 1),
        lists: Arc::new(lists(&batch)),
        batches: vec![batch],
        amounts: Vec::new(),
        standard: AGES.map(|age| (age.to_owned(), 1.0)).to_vec(),
        ..TableData::default()
    }
}

const QUINTILES: [&str; 5] = [
    "Quintile 1 (most deprived)",
    "Quintile 2",
    "Quintile 3",
    "Quintile 4",
    "Quintile 5 (least deprived)",
];

fn made(data: &TableData) -> Result<Frame> {
    let report = ReportFile::parse(REPORT, "small.toml").unwrap();
    pivot::frame(&report.tables[0], 1, data, &Scheme::Hes2018)
}

fn shown(frame: &Frame, measure: usize) -> Vec<Shown> {
    let rows = 0..frame.rows.len();
    rows.map(|row| frame.cell(row, 0, measure).shown(FramePart::Value))
        .collect()
}

const RATIO: usize = 2;
const SLOPE: usize = 3;
const RELATIVE: usize = 4;

#[test]
fn a_ratio_is_to_what_the_whole_lets_expect() {
    let frame = made(&table(&QUINTILES)).unwrap();
    // 200 of the young and 500 of the old are expected in each; of the whole as many as there are.
    let expected = [129.0, 114.0, 100.0, 85.7, 71.4, 100.0].map(Shown::Decimal);
    assert_eq!(shown(&frame, RATIO), expected);
    assert!(frame.measures[RATIO].has_limits);
    assert_eq!(
        crate::release::figures::unit(frame.measures[RATIO].unit),
        "per 100"
    );
}

#[test]
fn in_the_report_of_an_area_the_whole_is_still_that_of_all() {
    let mut area = table(&QUINTILES);
    area.figures = area.figures.of_area(vec![Some("WHM".to_owned())]);
    let frame = made(&area).unwrap();
    // 90 of the 20 and the 50 that are expected of 800 and 200 people.
    let ratio = shown(&frame, RATIO);
    assert_eq!(
        (ratio[0], ratio[5]),
        (Shown::Decimal(129.0), Shown::Decimal(129.0))
    );
    // Nobody is in the other quintiles, so that nothing is said of a slope.
    assert_eq!(shown(&frame, SLOPE), [Shown::NotApplicable; 6]);
}

#[test]
fn indices_are_of_all_quantiles_and_stand_in_the_row_of_totals() {
    let frame = made(&table(&QUINTILES)).unwrap();
    let only_total = |figure: f64| {
        let mut column = [Shown::NotApplicable; 6];
        column[5] = Shown::Decimal(figure);
        column
    };
    // 90 to 50 per 1,000 in the middles of the quintiles: 95 and 45 at the ends.
    assert_eq!(shown(&frame, SLOPE), only_total(50.0));
    assert_eq!(shown(&frame, RELATIVE), only_total(211.0));
    // The order of the rows is that of their labels, and the numbers decide.
    let mut names = QUINTILES;
    names.sort_unstable_by(|a, b| b.cmp(a));
    let turned = made(&table(&names)).unwrap();
    assert_eq!(shown(&turned, SLOPE), only_total(-50.0));
}

#[test]
fn a_quantile_that_is_missing_or_not_numbered_makes_no_index() {
    let mut names = QUINTILES;
    names[2] = "Not known";
    let frame = made(&table(&names)).unwrap();
    assert_eq!(shown(&frame, SLOPE), [Shown::NotApplicable; 6]);
    names[2] = "Middle";
    let error = made(&table(&names)).unwrap_err().to_string();
    assert!(error.contains("not numbered"), "{error}");
}

/// The table with a held figure: the people of the second quintile, of an age or of all.
fn holding(held: Option<&str>, day: NaiveDate) -> TableData {
    let mut data = table(&QUINTILES);
    let mut counts = BTreeMap::new();
    for name in ["admissions", "people"] {
        let mut figures: HashMap<TablePlace, PlacedFigure> = HashMap::new();
        for row in QUINTILES.map(Some).into_iter().chain([None]) {
            for age in AGES.map(Some).into_iter().chain([None]) {
                let place: TablePlace = vec![row.map(str::to_owned)];
                let mut figure = data.figures.of_group(name, &place, age).unwrap();
                let is_held = name == "people" && row == Some(QUINTILES[1]) && age == held;
                figure.since = is_held.then_some(day);
                let place = [row, age, None].map(|value| value.map(str::to_owned));
                figures.insert(place.to_vec(), figure);
            }
        }
        counts.insert(name.to_owned(), figures);
    }
    data.figures = CellFigures::new(counts, true, 1);
    data
}

#[test]
fn figures_made_of_held_counts_are_held_with_them() {
    let day = NaiveDate::from_ymd_opt(2026, 2, 1).unwrap();
    let held = |of: Option<&str>, measure: usize| -> Vec<bool> {
        let frame = made(&holding(of, day)).unwrap();
        let rows = 0..6;
        rows.map(|row| frame.held(row, 0, measure) == Some(day))
            .collect()
    };
    let second = [false, true, false, false, false, false];
    let total = [false, false, false, false, false, true];
    assert_eq!(held(Some(AGES[1]), RATIO), second);
    // Its rates are crude: no age group is in them.
    assert_eq!(held(Some(AGES[1]), SLOPE), [false; 6]);
    assert_eq!(held(None, SLOPE), total);
    assert_eq!(held(None, RELATIVE), total);
}

#[test]
fn what_needs_the_whole_is_refused_without_it() {
    let refused = |from: &str, to: &str| {
        let text = REPORT.replace(from, to);
        ReportFile::parse(&text, "small.toml")
            .unwrap_err()
            .to_string()
    };
    let without = refused("totals = [\"rows\"]", "");
    assert!(without.contains("the row of totals"), "{without}");
    let two = refused(
        "rows = [\"quintile\"]",
        "rows = [\"quintile\", \"age_group\"]",
    );
    assert!(two.contains("the table has other rows"), "{two}");
    let unweighed = refused("by = \"age_group\"\n", "");
    assert!(unweighed.contains("needs `by`"), "{unweighed}");
}
