//! Tables in the report of one area, and figures that are held.

use super::sample::{self, SampleColumn};
use crate::disclosure::Scheme;
use crate::figures::FigureArea;
use crate::pipeline::AreaLevel;
use crate::release::ReportFile;
use crate::release::counted::{CellFigures, PlacedFigure, TablePlace};
use crate::release::manifest::FileOptions;
use crate::release::pack_area::PackArea;
use crate::release::pivot;
use crate::release::rendered::Rendered;
use crate::release::table_data::TableData;
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
title = "One table"
description = "People."
rows = ["place"]
totals = true
of = "core.person"

[tables.dimensions]
place.from = "reference.lsoa.place_name"

[[tables.measures]]
column = "people"
label = "People"
kind = "people"

[[tables.measures]]
column = "all"
label = "All people"
kind = "people"

[[tables.measures]]
label = "Percentage"
kind = "percent"
numerator = "people"
denominator = "all"

[[tables.measures]]
label = "Rate"
kind = "rate"
numerator = "people"
denominator = "all"
multiplier = 1000

[[tables.measures]]
column = "people"
label = "Share"
kind = "percent"
of = "column"
"#;

const PLACES: [&str; 3] = ["Harrowmere", "Thurlmouth", "Wendale"];

fn table() -> TableData {
    let places = PLACES.map(str::to_owned).to_vec();
    let mut data = sample::data(vec![
        ("place", SampleColumn::Text(places)),
        ("people", SampleColumn::Count(vec![40, 60, 0])),
        ("all", SampleColumn::Count(vec![100, 200, 300])),
    ]);
    let area = |(name, code): (&str, &str)| {
        let area = FigureArea {
            code: Some(code.to_owned()),
            name: name.to_owned(),
            level: "area".to_owned(),
        };
        (name.to_owned(), area)
    };
    let areas = PLACES.into_iter().zip(["WHM", "WTM", "WUW"]).map(area);
    data.areas = Arc::new(BTreeMap::from([("place".to_owned(), areas.collect())]));
    data.compares_areas = true;
    data
}

fn rendered(data: TableData) -> Rendered {
    let report = ReportFile::parse(REPORT, "small.toml").unwrap();
    let data = BTreeMap::from([("one".to_owned(), data)]);
    sample::render(
        &report,
        &data,
        &Scheme::Hes2018,
        &sample::about(),
        &FileOptions::default(),
    )
    .unwrap()
}

fn text(rendered: &Rendered, name: &str) -> String {
    let mut files = rendered.files.iter();
    let file = files.find(|file| file.name == name).unwrap();
    String::from_utf8(file.bytes.clone()).unwrap()
}

fn harrowmere(code: &str) -> PackArea {
    PackArea {
        level: AreaLevel::Place,
        code: code.to_owned(),
        name: "Harrowmere".to_owned(),
    }
}

#[test]
fn a_table_of_areas_has_all_of_them_and_marks_its_own() {
    let whole = rendered(table());
    let pack = rendered(table().of_area(&harrowmere("WHM")));
    // The figures, and the file that programs read, are those of the whole.
    assert_eq!(text(&pack, "small-one.csv"), text(&whole, "small-one.csv"));
    let marked: Vec<bool> = pack.frames[0]
        .rows
        .iter()
        .map(|r| r.labels[0].is_own)
        .collect();
    assert_eq!(marked, [true, false, false, false]);
    let page = text(&pack, "small.html");
    assert!(page.contains("<strong>Harrowmere (this area)</strong>"));
    assert!(page.contains("as in the whole report. Harrowmere is marked."));
    assert!(!text(&whole, "small.html").contains("(this area)"));
    // Its headlines are about the area, and not about others: where it differs, and which of the areas is largest
    // is no news of it.
    let tags = |page: &str| {
        let tags = page.split("<strong class=\"tag\">").skip(1);
        let tags = tags.filter_map(|rest| rest.split_once("</strong>"));
        tags.map(|(tag, _)| tag.to_owned()).collect::<Vec<_>>()
    };
    let of_whole = tags(&text(&whole, "small.html"));
    assert_eq!(of_whole, ["Compared", "Compared", "Largest group"]);
    assert_eq!(tags(&page), ["Compared", "Compared"]);
    // They stand among those of the release once, as the whole report's.
    assert_eq!(pack.figures.rows().unwrap(), []);
    let areas: Vec<_> = whole
        .figures
        .rows()
        .unwrap()
        .into_iter()
        .map(|r| r.area)
        .collect();
    assert_eq!(areas[5].as_ref().unwrap().name, "Thurlmouth");
    assert_eq!(areas[15], None);
    // Another area, or one of the same name with another code, is none of them.
    let other = rendered(table().of_area(&harrowmere("X99")));
    assert!(other.frames[0].rows.iter().all(|row| !row.labels[0].is_own));
    let other = text(&other, "small.html");
    assert!(other.contains("Harrowmere is none of them."));
    assert!(tags(&other).is_empty());
}

/// The same figures with those of some places held.
fn held(data: &TableData, held: &[(&str, Option<&str>, &str)]) -> CellFigures {
    let mut counts: BTreeMap<String, HashMap<TablePlace, PlacedFigure>> = BTreeMap::new();
    for count in ["people", "all"] {
        for place in PLACES.map(Some).into_iter().chain([None]) {
            let at = vec![place.map(str::to_owned)];
            let mut placed = data.figures.of(count, &at).unwrap();
            let own = held.iter().find(|(c, p, _)| (*c, *p) == (count, place));
            placed.since = own.map(|(_, _, date)| date.parse::<NaiveDate>().unwrap());
            counts
                .entry(count.to_owned())
                .or_default()
                .insert(at, placed);
        }
    }
    CellFigures::new(counts, false, 0)
}

#[test]
fn what_is_made_from_held_counts_is_held_with_them() {
    let report = ReportFile::parse(REPORT, "small.toml").unwrap();
    let mut data = table();
    data.figures = held(
        &data,
        &[
            ("people", Some("Harrowmere"), "2026-05-31"),
            ("all", Some("Harrowmere"), "2026-04-30"),
            ("all", Some("Thurlmouth"), "2026-06-30"),
            ("people", Some("Wendale"), "2026-05-31"),
        ],
    );
    let frame = pivot::frame(&report.tables[0], 1, &data, &Scheme::Hes2018).unwrap();
    let of = |row| {
        let dates = (0..5).map(|m| frame.held(row, 0, m).map(|date| date.to_string()));
        dates
            .map(|date| date.map_or(String::new(), |d| d[5..7].to_owned()))
            .collect::<Vec<_>>()
    };
    // People, all people, percentage, rate, share of the column.
    assert_eq!(of(0), ["05", "04", "04", "04", "05"]);
    assert_eq!(of(1), ["", "06", "06", "06", ""]);
    // Nobody: a share of zero is a figure, of which the count is held.
    assert_eq!(of(2), ["05", "", "05", "05", "05"]);
    assert_eq!(of(3), ["", "", "", "", ""]);
    // The note counts counts.
    let note = frame
        .notes
        .iter()
        .find(|note| note.contains("earlier releases"))
        .unwrap();
    assert!(
        note.starts_with(
            "4 of 8 counts are those of earlier releases, the earliest of 30 April 2026"
        ),
        "{note}"
    );

    // A share is of a day no later than its total.
    data.figures = held(&data, &[("people", None, "2026-03-31")]);
    let frame = pivot::frame(&report.tables[0], 1, &data, &Scheme::Hes2018).unwrap();
    assert_eq!(frame.held(0, 0, 4), NaiveDate::from_ymd_opt(2026, 3, 31));
    assert_eq!(frame.held(0, 0, 2), None);
}
