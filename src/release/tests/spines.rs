//! The profile of an area between the worst and the best of its kind, on the page.

use super::sample::{self, SampleColumn};
use crate::disclosure::Scheme;
use crate::figures::FigureRow;
use crate::headlines::is_indicator;
use crate::release::ReportFile;
use crate::release::boundaries::BoundarySet;
use crate::release::manifest::FileOptions;
use crate::release::projection::PopulationProjection;
use crate::release::render::RenderedFrom;
use crate::release::rendered::Rendered;
use calamine::{Data, Reader, Xlsx};
use std::collections::BTreeMap;
use std::io::Cursor;

const REPORT: &str = r#"
name = "small"
title = "Small"
description = "A small report."
audience = "tests"

[[tables]]
id = "one"
title = "People with asthma"
description = "People."
rows = ["sex"]
totals = true
of = "core.person"

[tables.dimensions]
sex.from = "reference.sex.sex_name"

[[tables.measures]]
column = "with"
label = "With asthma"
kind = "people"
where = "asthma"

[[tables.measures]]
column = "people"
label = "People"
kind = "people"

[[tables.measures]]
label = "Percentage"
kind = "percent"
numerator = "with"
denominator = "people"
better = "lower"
"#;

/// The report of so many women and men with asthma, of 1,000 each.
fn rendered(with: [i64; 2], whole: &[FigureRow], areas: &[Vec<FigureRow>]) -> Rendered {
    let report = ReportFile::parse(REPORT, "small.toml").unwrap();
    let sexes = ["Female", "Male"].map(str::to_owned).to_vec();
    let data = sample::data(vec![
        ("sex", SampleColumn::Text(sexes)),
        ("with", SampleColumn::Count(with.to_vec())),
        ("people", SampleColumn::Count(vec![1000, 1000])),
    ]);
    let from = RenderedFrom {
        report: &report,
        of_report: &report.name,
        data: &BTreeMap::from([("one".to_owned(), data)]),
        scheme: &Scheme::Hes2018,
        about: &sample::about(),
        options: &FileOptions::default(),
        whole,
        areas,
        before: None,
        boundaries: &BoundarySet::default(),
        population: &PopulationProjection::default(),
    };
    from.all().unwrap()
}

fn rows(with: [i64; 2]) -> Vec<FigureRow> {
    rendered(with, &[], &[]).figures.rows().unwrap()
}

fn page(rendered: &Rendered) -> String {
    let page = rendered
        .files
        .iter()
        .find(|file| file.name.ends_with(".html"));
    String::from_utf8(page.unwrap().bytes.clone()).unwrap()
}

#[test]
fn the_page_of_an_area_shows_where_the_areas_of_its_kind_lie() {
    let indicators = |with| -> Vec<FigureRow> {
        let rows: Vec<FigureRow> = rows(with).into_iter().filter(is_indicator).collect();
        // That of all together alone.
        assert_eq!(rows.len(), 1);
        rows
    };
    let own = [150, 150];
    let areas = [own, [100, 100], [50, 50], [300, 200]].map(indicators);
    let whole = rows([100, 100]);
    let made = page(&rendered(own, &whole, &areas));
    assert!(made.contains("This area between the worst and the best area of its kind"));
    // 15% of 10% in the whole; areas from 25 to 5%; the table has the quarters.
    let told = "Percentage: 15%, worse; the whole area 10%; areas from 25% to 5%";
    assert!(made.contains(told));
    let cells: Vec<&str> = made.split("<td class=\"n\">").skip(1).collect();
    let cells = cells.iter().filter_map(|cell| cell.split('<').next());
    let cells: Vec<&str> = cells.take(9).collect();
    assert_eq!(cells[0], "15%");
    assert_eq!(cells[3..], ["10%", "25%", "8.8%", "17.5%", "5%", "4"]);
    // The workbook has the same table.
    let made = rendered(own, &whole, &areas);
    let file = made.files.iter().find(|file| file.name.ends_with(".xlsx"));
    let bytes = Cursor::new(file.unwrap().bytes.clone());
    let mut workbook: Xlsx<_> = calamine::open_workbook_from_rs(bytes).unwrap();
    assert_eq!(workbook.sheet_names()[3], "Profile");
    let sheet = workbook.worksheet_range("Profile").unwrap();
    let row = sheet
        .rows()
        .find(|row| row[0] == Data::String("Percentage".to_owned()));
    let row = row.unwrap();
    let expected = [0.1, 0.25, 0.088, 0.175, 0.05, 4.0].map(Data::Float);
    assert_eq!(row[4..10], expected);
    assert_eq!(row[10], Data::String("worse".to_owned()));
    // One area has no worst and no best: its figures stand beside the whole.
    let alone = page(&rendered(own, &whole, &areas[..1]));
    assert!(alone.contains("Index (the whole area is 100)"));
    assert!(!alone.contains("25th percentile"));
    assert!(!page(&rendered(own, &[], &[])).contains("This area beside"));
}
