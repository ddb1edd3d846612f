//! A report under each scheme: its files say what that scheme does, and nothing of any other.

use super::sample::{self, SampleColumn};
use crate::disclosure::rule::SchemeRule;
use crate::disclosure::{Scheme, every_scheme};
use crate::release::ReportFile;
use crate::release::manifest::FileOptions;
use crate::release::rendered::Rendered;
use crate::release::table_data::TableData;
use crate::release::xlsx::shorthand;
use calamine::{Reader as _, Xlsx};
use std::collections::{BTreeMap, BTreeSet};
use std::io::{Cursor, Read};

const REPORT: &str = r#"
name = "places"
title = "Places"
description = "A report of places."
audience = "tests"

[[tables]]
id = "one"
title = "One table"
description = "People."
rows = ["place"]
totals = TOTALS
of = "core.person"

[tables.dimensions]
place.from = "reference.lsoa.place_name"

[tables.chart]
kind = "bar"
x = "place"
y_label = "People with a condition"

[[tables.measures]]
column = "cases"
label = "Cases"
kind = "people"
where = "age > 64"

[[tables.measures]]
column = "people"
label = "People"
kind = "people"

[[tables.measures]]
numerator = "cases"
denominator = "people"
label = "Share"
kind = "percent"
"#;

fn places(scheme: &Scheme) -> TableData {
    let names = ["Ashcombe", "Brackenford", "Carrow Vale", "Dunmere"];
    let names = names.map(str::to_owned).to_vec();
    sample::under(
        scheme,
        vec![
            ("place", SampleColumn::Text(names)),
            ("cases", SampleColumn::Count(vec![0, 4, 13, 27])),
            ("people", SampleColumn::Count(vec![120, 87, 401, 1003])),
        ],
    )
}

fn made(scheme: &Scheme, totals: bool) -> Rendered {
    let text = REPORT.replace("TOTALS", &totals.to_string());
    let report = ReportFile::parse(&text, "places.toml").unwrap();
    let data = BTreeMap::from([("one".to_owned(), places(scheme))]);
    sample::render(
        &report,
        &data,
        scheme,
        &sample::about(),
        &FileOptions::default(),
    )
    .unwrap()
}

/// The files' texts: HTML without its marks, the cells of the workbook with the words beside its
/// drawings, the CSV.
fn texts(rendered: &Rendered) -> BTreeMap<String, String> {
    let mut texts = BTreeMap::new();
    // The same figures as numbers, without a word of the scheme but its statuses.
    let files = rendered.files.iter();
    for file in files.filter(|file| !file.name.ends_with(".parquet")) {
        let text = if file.name.ends_with(".xlsx") {
            workbook(&file.bytes)
        } else {
            let text = String::from_utf8(file.bytes.clone()).unwrap();
            text.replace("&#39;", "'").replace("&quot;", "\"")
        };
        texts.insert(file.name.clone(), text);
    }
    texts
}

fn workbook(bytes: &[u8]) -> String {
    let mut book: Xlsx<_> = Xlsx::new(Cursor::new(bytes.to_vec())).unwrap();
    let mut text = String::new();
    for name in book.sheet_names() {
        for row in book.worksheet_range(&name).unwrap().rows() {
            for cell in row {
                text.push_str(&cell.to_string());
                text.push('\n');
            }
        }
    }
    let mut zip = zip::ZipArchive::new(Cursor::new(bytes.to_vec())).unwrap();
    for at in 0..zip.len() {
        let mut part = Vec::new();
        zip.by_index(at).unwrap().read_to_end(&mut part).unwrap();
        text.push_str(&String::from_utf8_lossy(&part));
    }
    text
}

/// Everything that a scheme has a release say.
fn said(scheme: &Scheme) -> BTreeSet<String> {
    let words = scheme.words();
    let lines = [&words.notes[..], &words.above_a_table, &words.under_a_table].concat();
    let short = [
        words.in_a_chart,
        words.sign.to_owned(),
        words.gap.to_owned(),
    ];
    let all = lines.into_iter().chain(short);
    all.flat_map(|line| {
        line.split_inclusive(". ")
            .map(|s| s.trim().to_owned())
            .collect::<Vec<_>>()
    })
    .collect()
}

#[test]
fn no_file_says_a_sentence_of_another_scheme() {
    for scheme in every_scheme() {
        let own: String = said(&scheme).into_iter().collect::<Vec<_>>().join("\n");
        for (file, text) in texts(&made(&scheme, false)) {
            for other in every_scheme() {
                // A sentence that is a part of one of the scheme's own is its own.
                let theirs = said(&other);
                let mut foreign = theirs.iter().filter(|s| s.len() > 8 && !own.contains(*s));
                let found = foreign.find(|sentence| text.contains(*sentence));
                assert_eq!(
                    found,
                    None,
                    "{file} under {}: of {}",
                    scheme.name(),
                    other.name()
                );
            }
        }
    }
}

#[test]
fn every_file_says_what_its_scheme_does() {
    for scheme in every_scheme() {
        let (texts, words) = (texts(&made(&scheme, false)), scheme.words());
        let (html, xlsx, csv) = (
            &texts["places.html"],
            &texts["places.xlsx"],
            &texts["places-one.csv"],
        );
        let name = scheme.name();
        for note in &words.notes {
            assert!(
                html.contains(note) && xlsx.contains(&shorthand(note)),
                "{name}: {note}"
            );
        }
        // What stands for a figure, in the lines that it takes; the rest is said where notes have room.
        let in_one_line = |text: &str| text.split_whitespace().collect::<Vec<_>>().join(" ");
        let sign = shorthand(words.above_a_table.first().unwrap());
        assert!(in_one_line(xlsx).contains(&sign), "{name}: {sign}");
        assert!(
            words.under_a_table.iter().all(|line| html.contains(line)),
            "{name}"
        );
        assert!(
            html.contains(&format!("scheme {name}")) && xlsx.contains(&format!("scheme {name}"))
        );
        if csv.contains(",*,") {
            let sign = format!("<abbr title=\"{}\">*</abbr>", words.sign);
            assert!(
                html.contains(&sign) && html.contains(&words.in_a_chart),
                "{name}"
            );
            assert!(xlsx.contains(words.gap), "{name}");
        }
        for other in ["rounded", "exact", "perturbed"] {
            let is_own = [words.shown, words.zero].contains(&other);
            assert!(is_own || !csv.contains(other), "{name}: {other}");
        }
    }
}

#[test]
fn totals_are_those_of_the_scheme() {
    let total = |name: &str| {
        let scheme = every_scheme()
            .into_iter()
            .find(|s| s.name() == name)
            .unwrap();
        let csv = texts(&made(&scheme, true))
            .remove("places-one.csv")
            .unwrap();
        let lines: Vec<String> = csv
            .lines()
            .filter(|l| l.starts_with("Total"))
            .map(str::to_owned)
            .collect();
        lines.join("; ")
    };
    assert_eq!(
        total("hes2018"),
        "Total,Cases,count,45,,,rounded; Total,People,count,1610,,,rounded; Total,Share,percent,2.8,2.1,3.7,calculated"
    );
    assert_eq!(
        total("hes2018_api"),
        "Total,Cases,count,45,,,rounded; Total,People,count,1610,,,rounded; Total,Share,percent,2.8,2.1,3.7,calculated"
    );
    // 15 + 25, and 120 + 85 + 400 + 1005.
    assert!(
        total("opensafely").starts_with("Total,Cases,count,40,,,rounded; Total,People,count,1610,")
    );
    // 3 + 15 + 27, and 117 + 87 + 399 + 1005.
    assert!(
        total("midpoint6").starts_with("Total,Cases,count,45,,,rounded; Total,People,count,1608,")
    );
}
