//! What the guidance on spreadsheets asks for, read back from the files of a workbook.

use super::sample;
use crate::disclosure::Scheme;
use crate::release::manifest::FileOptions;
use crate::release::table_data::TableData;
use calamine::{Data, Reader, Xlsx};
use std::collections::{BTreeMap, BTreeSet};
use std::io::{Cursor, Read};

fn workbook() -> Vec<u8> {
    workbook_of(&sample::use_of_services())
}

fn workbook_of(data: &BTreeMap<String, TableData>) -> Vec<u8> {
    let report = sample::report("use_of_services");
    let about = sample::about();
    let options = FileOptions::default();
    let made = sample::render(&report, data, &Scheme::Hes2018, &about, &options).unwrap();
    let mut files = made.files.into_iter();
    files
        .find(|file| file.name.ends_with(".xlsx"))
        .unwrap()
        .bytes
}

/// The parts of a workbook that are XML, by name.
fn parts(bytes: &[u8]) -> BTreeMap<String, String> {
    let mut zip = zip::ZipArchive::new(Cursor::new(bytes)).unwrap();
    let mut parts = BTreeMap::new();
    for at in 0..zip.len() {
        let mut part = zip.by_index(at).unwrap();
        let mut text = String::new();
        part.read_to_string(&mut text).unwrap();
        parts.insert(part.name().unwrap().to_string(), text);
    }
    parts
}

/// The values of an attribute.
fn values<'a>(text: &'a str, attribute: &str) -> Vec<&'a str> {
    let marked = format!(" {attribute}=\"");
    let found = text.split(&marked).skip(1);
    found.filter_map(|rest| rest.split('"').next()).collect()
}

#[test]
fn a_workbook_says_its_language_and_title() {
    let parts = parts(&workbook());
    let core = &parts["docProps/core.xml"];
    assert!(core.contains("<dc:language>en-GB</dc:language>"));
    assert!(core.contains("<dc:title>Use of services</dc:title>"));
}

#[test]
fn tables_have_filters_and_frozen_headers_and_no_merged_cells() {
    let parts = parts(&workbook());
    let sheets = parts
        .iter()
        .filter(|(name, _)| name.starts_with("xl/worksheets/sheet"));
    let sheets: Vec<&String> = sheets.map(|(_, text)| text).collect();
    // Cover, contents, notes, five tables, chart data.
    assert_eq!(sheets.len(), 9);
    assert!(sheets.iter().all(|sheet| !sheet.contains("<mergeCell")));
    assert_eq!(
        sheets
            .iter()
            .filter(|sheet| sheet.contains("state=\"frozen\""))
            .count(),
        5
    );
    let tables = parts
        .iter()
        .filter(|(name, _)| name.starts_with("xl/tables/"));
    let filtered = tables
        .clone()
        .filter(|(_, table)| table.contains("<autoFilter"));
    assert_eq!((tables.count(), filtered.count()), (5, 5));
}

#[test]
fn figures_that_are_all_withheld_have_no_native_chart() {
    let charts = |parts: &BTreeMap<String, String>| {
        let drawn = parts.keys();
        drawn.filter(|name| name.starts_with("xl/charts/")).count()
    };
    let all = charts(&parts(&workbook()));
    let mut data = sample::use_of_services();
    let kinds = ["Day case", "Emergency"].map(str::to_owned);
    let columns = vec![
        (
            "point_of_delivery",
            sample::SampleColumn::Text(kinds.into()),
        ),
        ("spells", sample::SampleColumn::Count(vec![3, 4])),
        ("nights", sample::SampleColumn::Count(vec![5, 6])),
    ];
    data.insert("length_of_stay".to_owned(), sample::data(columns));
    let parts = parts(&workbook_of(&data));
    assert_eq!(charts(&parts), all - 1);
    let words = "Nothing is drawn: all figures are withheld (suppressed, not zero).";
    assert!(parts["xl/sharedStrings.xml"].contains(words));
}

#[test]
fn every_chart_has_words_of_its_own_that_excel_keeps() {
    let parts = parts(&workbook());
    let drawings = parts
        .iter()
        .filter(|(name, _)| name.starts_with("xl/drawings/drawing"));
    let words: Vec<&str> = drawings
        .flat_map(|(_, text)| values(text, "descr"))
        .collect();
    let charts = parts
        .keys()
        .filter(|name| name.starts_with("xl/charts/chart"))
        .count();
    // A control chart for each of 13 settings, and one of each other table.
    assert_eq!((words.len(), charts), (17, 17));
    for words in words {
        assert!(words.contains("All figures are in the table."), "{words}");
        assert!(words.chars().count() <= 255, "{words}");
    }
    let gaps = parts
        .iter()
        .filter(|(name, _)| name.starts_with("xl/charts/chart"));
    assert!(
        gaps.clone()
            .all(|(_, chart)| chart.contains("<c:dispBlanksAs val=\"gap\"/>"))
    );
}

#[test]
fn only_signs_that_a_figure_can_have_are_explained() {
    let mut book: Xlsx<_> = Xlsx::new(Cursor::new(workbook())).unwrap();
    let notes = book.worksheet_range("Notes").unwrap();
    let lines: Vec<String> = notes.used_cells().map(|(_, _, c)| c.to_string()).collect();
    // The scheme's own notes speak of some of them too.
    let explained: BTreeSet<&str> = lines
        .iter()
        .filter(|line| line.starts_with('['))
        .filter_map(|line| line.split(' ').next())
        .collect();
    assert_eq!(explained, BTreeSet::from(["[c]", "[r]", "[z]"]));
}

#[test]
fn months_are_dates_and_suppressed_figures_are_said_so() {
    let bytes = workbook();
    let mut book: Xlsx<_> = Xlsx::new(Cursor::new(bytes)).unwrap();
    let months = book.worksheet_range("Table_1").unwrap();
    let first = months.rows().find_map(|row| match &row[0] {
        Data::DateTime(date) => Some(date.as_f64()),
        _ => None,
    });
    // Days of Excel: 1 April 2024.
    assert_eq!(first, Some(45_383.0));
    let mut signs = 0;
    for sheet in [
        "Table_1",
        "Table_2",
        "Table_3",
        "Table_4",
        "Table_5",
        "Chart_data",
    ] {
        let range = book.worksheet_range(sheet).unwrap();
        for (row, _, cell) in range.used_cells() {
            assert_ne!(cell, &Data::String("*".to_owned()), "{sheet}, row {row}");
            // In the data of charts a sign would be drawn as a zero.
            let is_sign = cell == &Data::String("[c]".to_owned());
            assert!(!is_sign || sheet != "Chart_data", "row {row}");
            signs += usize::from(is_sign);
        }
    }
    assert!(signs > 20, "{signs}");
}

#[test]
fn above_a_table_stand_at_most_four_lines_of_notes() {
    let report = sample::report("use_of_services");
    let mut book: Xlsx<_> = Xlsx::new(Cursor::new(workbook())).unwrap();
    for (at, table) in report.tables.iter().enumerate() {
        let sheet = book.worksheet_range(&format!("Table_{}", at + 1)).unwrap();
        let lines: Vec<String> = sheet.rows().map(|row| row[0].to_string()).collect();
        let place = |text: &str| lines.iter().position(|line| line.starts_with(text));
        let (day, notes) = (place("As of ").unwrap(), place("All notes on").unwrap());
        assert!((1..=5).contains(&(notes - day)), "{lines:?}");
        assert_eq!(place("Back to contents"), Some(notes + 1));
        let title = format!("Table {}: {}", at + 1, table.title);
        assert_eq!(lines[0], title);
    }
    // What has no room there is on the sheet of notes.
    let notes = book.worksheet_range("Notes").unwrap();
    let notes: Vec<String> = notes.used_cells().map(|(_, _, c)| c.to_string()).collect();
    for note in report.tables.iter().flat_map(|table| &table.notes) {
        let words = note.split_whitespace().collect::<Vec<_>>().join(" ");
        assert!(notes.contains(&words), "{words}");
    }
}

#[test]
fn the_figures_of_a_column_have_one_precision() {
    // Of few contacts the tenths of a rate are not known, of many they are.
    let parts = parts(&workbook());
    let sheets = parts
        .iter()
        .filter(|(name, _)| name.starts_with("xl/worksheets/sheet"));
    let mut columns = 0;
    for (name, sheet) in sheets {
        let rows = sheet.split("<row r=").skip(1);
        let mut styles: BTreeMap<String, BTreeSet<&str>> = BTreeMap::new();
        for cell in rows.flat_map(|row| row.split("<c r=\"").skip(1)) {
            let Some((place, rest)) = cell.split_once('"') else {
                continue;
            };
            // Numbers alone: texts have a type.
            let style = rest
                .strip_prefix(" s=\"")
                .and_then(|rest| rest.split_once('"'));
            let Some((style, _)) = style.filter(|(_, rest)| rest.starts_with("><v>")) else {
                continue;
            };
            let column: String = place.chars().take_while(char::is_ascii_uppercase).collect();
            styles.entry(column).or_default().insert(style);
        }
        // Charts have a block below another on the sheet of their figures.
        let is_table = sheet.contains("state=\"frozen\"");
        for (column, styles) in styles.iter().filter(|_| is_table) {
            // That of the rows, and that of the total.
            assert!(styles.len() <= 2, "{name} {column}: {styles:?}");
            columns += 1;
        }
    }
    assert!(columns > 20, "{columns}");
}
