//! The shape of the whole area over the pyramid of one of its areas.

use super::sample::{self, SampleColumn};
use crate::disclosure::Scheme;
use crate::figures::FigureRow;
use crate::release::ReportFile;
use crate::release::boundaries::BoundarySet;
use crate::release::chart::{Chart, chart};
use crate::release::manifest::FileOptions;
use crate::release::pivot;
use crate::release::projection::PopulationProjection;
use crate::release::render::RenderedFrom;
use crate::release::rendered::Rendered;
use crate::release::table_data::TableData;
use chrono::NaiveDate;
use std::collections::BTreeMap;

const REPORT: &str = r#"
name = "small"
title = "Small"
description = "A small report."
audience = "tests"

[[tables]]
id = "ages"
title = "People by age and sex"
description = "People."
rows = ["age_band"]
across = "sex"
of = "core.person"
TOTALS

[tables.dimensions]
age_band.from = "reference.age_band.age_label"
sex.from = "reference.sex.sex_name"

[[tables.measures]]
column = "people"
label = "People"
kind = "people"

[tables.chart]
kind = "pyramid"
x = "age_band"
series = "sex"
left = "Female"
right = "Male"
y_label = "People"
"#;

fn report(totals: &str) -> ReportFile {
    ReportFile::parse(&REPORT.replace("TOTALS", totals), "small.toml").unwrap()
}

/// Women and men of three ages, from the youngest on.
fn people(counts: [i64; 6]) -> TableData {
    let texts = |texts: [&str; 6]| SampleColumn::Text(texts.map(str::to_owned).to_vec());
    let ages = ["0-19", "0-19", "20-64", "20-64", "65+", "65+"];
    let sexes = ["Female", "Male", "Female", "Male", "Female", "Male"];
    sample::data(vec![
        ("age_band", texts(ages)),
        ("sex", texts(sexes)),
        ("people", SampleColumn::Count(counts.to_vec())),
    ])
}

fn rendered(report: &ReportFile, data: TableData, whole: &[FigureRow]) -> Rendered {
    let from = RenderedFrom {
        report,
        of_report: &report.name,
        data: &BTreeMap::from([("ages".to_owned(), data)]),
        scheme: &Scheme::Hes2018,
        about: &sample::about(),
        options: &FileOptions::default(),
        whole,
        areas: &[],
        before: None,
        boundaries: &BoundarySet::default(),
        population: &PopulationProjection::default(),
    };
    from.all().unwrap()
}

/// The pyramid of an area with the figures of the whole.
fn pyramid(totals: &str, own: [i64; 6], whole: &[FigureRow]) -> Chart {
    let report = report(totals);
    let table = &report.tables[0];
    let frame = pivot::frame(table, 1, &people(own), &Scheme::Hes2018).unwrap();
    let spec = table.chart.as_ref().unwrap();
    chart(spec, &frame, &Scheme::Hes2018.words()).beside_the_whole(spec, &frame, whole)
}

fn whole(totals: &str, counts: [i64; 6]) -> Vec<FigureRow> {
    let whole = rendered(&report(totals), people(counts), &[]);
    whole.figures.rows().unwrap()
}

const ALL: &str = "totals = true";
const WHOLE: [i64; 6] = [1000, 1000, 2000, 1500, 500, 0];
const OWN: [i64; 6] = [100, 100, 100, 150, 150, 0];

#[test]
fn an_outline_is_the_shape_of_the_whole_for_as_many_people() {
    // Without totals, what is shown is added up.
    for totals in [ALL, ""] {
        let chart = pyramid(totals, OWN, &whole(totals, WHOLE));
        let outline = chart.outline.clone().unwrap();
        // 600 of 6,000: a tenth of each.
        let expected = [
            vec![Some(100.0), Some(200.0), Some(50.0)],
            vec![Some(100.0), Some(150.0), Some(0.0)],
        ];
        assert_eq!(outline.sides, expected, "{totals}");
        assert_eq!(chart.largest(), 200.0);
        assert_eq!(
            chart.told(0, 1),
            "20-64, Female: 100; with the shape of the whole area about 200"
        );
        assert!(chart.told(1, 2).ends_with("fewer than 10"));
        let said = chart.alternative();
        assert!(said.contains("Most above it: 65+, Female. Most below it: 20-64, Female"));
    }
}

#[test]
fn a_suppressed_figure_of_the_whole_is_a_gap() {
    let mut counts = WHOLE;
    counts[5] = 3;
    let chart = pyramid(ALL, OWN, &whole(ALL, counts));
    let outline = chart.outline.unwrap();
    assert_eq!(outline.sides[1][2], None);
    // The total is 6,005 then: it stands for 6,003.
    assert_eq!(outline.sides[0][2], Some(500.0 / 6005.0 * 600.0));
    assert_eq!(outline.told(1, 2), "not known");
    assert!(chart.notes.iter().any(|note| note.contains("gap")));
    // Of whom nobody knows how many they are, nobody knows the shares.
    assert!(pyramid("", OWN, &whole("", counts)).outline.is_none());
}

#[test]
fn there_is_none_without_the_whole_and_held_figures_say_so() {
    assert!(pyramid(ALL, OWN, &[]).outline.is_none());
    let mut rows = whole(ALL, WHOLE);
    for row in &mut rows {
        row.held_from = NaiveDate::from_ymd_opt(2026, 2, 1);
    }
    let notes = pyramid(ALL, OWN, &rows).notes.join(" ");
    assert!(notes.contains("the earliest of 1 February 2026"), "{notes}");
    for row in &mut rows {
        row.table = "others".to_owned();
    }
    assert!(pyramid(ALL, OWN, &rows).outline.is_none());
}

#[test]
fn page_and_workbook_draw_it_and_the_page_has_it_as_a_table() {
    let mut counts = WHOLE;
    counts[3] = 3;
    let area = rendered(&report(ALL), people(OWN), &whole(ALL, counts));
    let file = |end: &str| {
        let mut files = area.files.iter();
        files
            .find(|file| file.name.ends_with(end))
            .unwrap()
            .bytes
            .clone()
    };
    let page = String::from_utf8(file(".html")).unwrap();
    let paths = page.split("<path class=\"outline\" d=\"").skip(1);
    let paths: Vec<&str> = paths.filter_map(|rest| rest.split('"').next()).collect();
    // Two sides on two surfaces; the right one is broken in the middle.
    let pieces: Vec<usize> = paths.iter().map(|d| d.matches('M').count()).collect();
    assert_eq!(pieces, [1, 2, 1, 2]);
    assert!(page.contains("The outline in figures"));
    assert!(page.contains("not known"));
    let mut zip = zip::ZipArchive::new(std::io::Cursor::new(file(".xlsx"))).unwrap();
    let mut text = String::new();
    let mut part = zip.by_name("xl/charts/chart1.xml").unwrap();
    std::io::Read::read_to_string(&mut part, &mut text).unwrap();
    assert_eq!(text.matches("<c:ser>").count(), 4);
    assert_eq!(text.matches("<a:noFill/>").count(), 2);
    // Both sides are as long, with room for the outline: 2,000 of 4,505, times 600.
    assert!(text.contains("<c:max val=\"300\"/>") && text.contains("<c:min val=\"-300\"/>"));
    let alone = rendered(&report(ALL), people(OWN), &[]);
    let page = alone.files.iter().find(|file| file.name.ends_with(".html"));
    let page = String::from_utf8(page.unwrap().bytes.clone()).unwrap();
    assert!(!page.contains("class=\"outline\""));
}
