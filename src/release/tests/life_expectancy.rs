//! Life expectancies in a table.

use super::sample::lists;
use crate::disclosure::{Released, Scheme};
use crate::error::Result;
use crate::release::amount_bands::BandEdges;
use crate::release::counted::{CellFigures, PlacedFigure, TablePlace};
use crate::release::frame::{Frame, FramePart, Shown};
use crate::release::table_data::TableData;
use crate::release::{ReportFile, pivot};
use crate::statistics::life_table::AGES;
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
title = "Life expectancy"
description = "Life expectancy."
rows = ["place_name"]
across = "period"
totals = ["rows"]
of = "core.life_table_person"

[tables.dimensions]
place_name.from = "reference.lsoa.place_name"
period.from = "marts.life_table_month.period"
life_table_band.from = "reference.life_table_band.life_table_band"

[[tables.measures]]
column = "deaths"
label = "Deaths"
kind = "people"
of = "core.death"
without = ["period"]

[[tables.measures]]
column = "people"
label = "People"
kind = "people"

[[tables.measures]]
label = "At birth"
kind = "life_expectancy"
numerator = "deaths"
denominator = "people"
by = "life_table_band"

[[tables.measures]]
label = "At 65"
kind = "life_expectancy"
numerator = "deaths"
denominator = "people"
by = "life_table_band"
age = 65
"#;

/// The example of the SQL function: 4,000 years lived in each band (2,000 people of two years), and 1,337 deaths. 83.1 years at birth
/// and 22.1 at 65.
const DEATHS: [u64; 20] = [
    1, 1, 1, 1, 1, 1, 2, 3, 4, 6, 9, 13, 21, 32, 50, 79, 124, 196, 308, 484,
];

/// A place of `many` times these figures, and all of it; the deaths of bands of fewer than eight withheld.
fn table(many: u64, held: Option<(usize, NaiveDate)>) -> TableData {
    of_periods(many, held, &["2024-10 to 2026-09"])
}

fn of_periods(many: u64, held: Option<(usize, NaiveDate)>, periods: &[&str]) -> TableData {
    let (mut deaths, mut lived) = (HashMap::new(), HashMap::new());
    let places = [Some("Harrowmere"), None].into_iter();
    let all = periods.iter().copied().map(Some).chain([None]);
    let all: Vec<_> = all.collect();
    for (place, period) in places.flat_map(|place| all.iter().map(move |period| (place, *period))) {
        let mut place_all = |band: Option<&str>, count: u64, since: Option<NaiveDate>| {
            let at: TablePlace = [place, period, band, None]
                .map(|value| value.map(str::to_owned))
                .to_vec();
            let shown = (count >= 8).then_some(count);
            let figure = Released::published(shown);
            deaths.insert(at.clone(), PlacedFigure { figure, since });
            let figure = Released::published(Some(2_000 * many));
            lived.insert(
                at,
                PlacedFigure {
                    figure,
                    since: None,
                },
            );
        };
        for (at, count) in DEATHS.iter().enumerate() {
            let since = held.filter(|(band, _)| *band == at).map(|(_, day)| day);
            place_all(Some(&AGES[at].to_string()), count * many, since);
        }
        place_all(None, 1_337 * many, None);
    }
    let figures = BTreeMap::from([("deaths".to_owned(), deaths), ("people".to_owned(), lived)]);
    let places: ArrayRef = Arc::new(StringArray::from(vec!["Harrowmere"; periods.len()]));
    let column: ArrayRef = Arc::new(StringArray::from(periods.to_vec()));
    let batch = RecordBatch::try_from_iter([("place_name", places), ("period", column)]).unwrap();
    let ends = AGES[1..].iter().map(|age| Some(f64::from(*age)));
    let ends = ends.chain([None]);
    let amounts = AGES.iter().zip(ends).map(|(age, below)| BandEdges {
        label: age.to_string(),
        at_least: f64::from(*age),
        below,
    });
    TableData {
        figures: CellFigures::new(figures, true, 1),
        lists: Arc::new(lists(&batch)),
        across: periods.iter().map(|period| (*period).to_owned()).collect(),
        batches: vec![batch],
        amounts: amounts.collect(),
        ..TableData::default()
    }
}

fn frame(data: &TableData) -> Frame {
    made(data).unwrap()
}

fn made(data: &TableData) -> Result<Frame> {
    let report = ReportFile::parse(REPORT, "small.toml").unwrap();
    pivot::frame(&report.tables[0], 1, data, &Scheme::Hes2018)
}

const AT_BIRTH: usize = 2;
const AT_65: usize = 3;

/// Value and limits of the place.
fn shown(frame: &Frame, measure: usize) -> [Shown; 3] {
    [FramePart::Value, FramePart::Lower, FramePart::Upper]
        .map(|part| frame.cell(0, 0, measure).shown(part))
}

#[test]
fn years_are_those_of_the_life_table_of_released_figures() {
    let many = frame(&table(10, None));
    assert_eq!(
        shown(&many, AT_BIRTH),
        [83.1, 82.8, 83.4].map(Shown::Decimal)
    );
    assert_eq!(shown(&many, AT_65), [22.1, 21.9, 22.3].map(Shown::Decimal));
    assert!(many.measures[AT_BIRTH].has_limits);
    let unit = crate::release::figures::unit(many.measures[AT_BIRTH].unit);
    assert_eq!(unit, "years");
}

#[test]
fn withheld_deaths_of_the_young_withhold_life_expectancy_at_birth_alone() {
    let few = frame(&table(1, None));
    assert_eq!(shown(&few, AT_BIRTH), [Shown::Suppressed; 3]);
    assert_eq!(shown(&few, AT_65), [22.1, 21.4, 22.8].map(Shown::Decimal));
}

#[test]
fn it_is_held_with_the_deaths_that_it_is_made_of() {
    let day = NaiveDate::from_ymd_opt(2026, 2, 1).unwrap();
    let frame = frame(&table(10, Some((17, day))));
    assert_eq!(frame.held(0, 0, AT_65), Some(day));
    assert_eq!(frame.held(0, 0, 0), None);
}

#[test]
fn a_wrong_declaration_says_what_to_write() {
    let refused = |from: &str, to: &str| {
        let text = REPORT.replace(from, to);
        let error = ReportFile::parse(&text, "small.toml").unwrap_err();
        (error.to_string(), format!("{error:?}"))
    };
    let (age, hint) = refused("age = 65", "age = 66");
    assert!(age.contains("`age` is no age at which a band"), "{age}");
    assert!(hint.contains("age = 65"), "{hint}");
    let (bands, hint) = refused(
        "life_table_band.from = \"reference.life_table_band.life_table_band\"",
        "life_table_band.values = [\"0\", \"1-4\"]",
    );
    assert!(bands.contains("names no list of bands"), "{bands}");
    assert!(hint.contains("reference.life_table_band"), "{hint}");
    let (by, _) = refused("by = \"life_table_band\"\nage", "age");
    assert!(by.contains("it needs `by`"), "{by}");
    let (multiplied, _) = refused("age = 65", "multiplier = 100");
    assert!(
        multiplied.contains("does not take `multiplier`"),
        "{multiplied}"
    );
    let (other, _) = refused(
        "kind = \"life_expectancy\"\nnumerator = \"deaths\"\ndenominator = \"people\"\nby = \"life_table_band\"\nage = 65",
        "kind = \"dsr\"\nnumerator = \"deaths\"\ndenominator = \"people\"\nby = \"life_table_band\"\nmultiplier = 1000",
    );
    assert!(
        other.contains("life expectancies and figures by other bands"),
        "{other}"
    );
}

#[test]
fn a_period_says_how_many_years_it_is_and_has_deaths_of_its_own() {
    let refused = |periods: &[&str]| {
        let error = made(&of_periods(10, None, periods)).unwrap_err();
        error.to_string()
    };
    for unknown in [
        "2025/26",
        "2026-10 to 2026-09",
        "2026-07 to 2026-09",
        "2026-13 to 2027-12",
    ] {
        let error = refused(&[unknown]);
        assert!(error.contains("do not say how many years"), "{error}");
    }
    let error = refused(&["2024-10 to 2025-09", "2025-10 to 2026-09"]);
    assert!(error.contains("not divided by `period`"), "{error}");
    // The same deaths of two years, and of one.
    let of = |period: &str| shown(&frame(&of_periods(10, None, &[period])), AT_65)[0];
    assert_eq!(of("2024-10 to 2026-09"), Shown::Decimal(22.1));
    assert_eq!(of("2025-10 to 2026-09"), Shown::Decimal(15.7));
}
