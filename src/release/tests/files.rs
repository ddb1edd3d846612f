use super::sample;
use crate::disclosure::Scheme;
use crate::release::File;
use crate::release::frame::{FramePart, Shown};
use crate::release::manifest::FileOptions;
use crate::release::rendered::Rendered;
use base64::prelude::{BASE64_STANDARD, Engine};
use calamine::{Data, Reader, Xlsx};
use sha2::{Digest, Sha256};
use std::io::Cursor;

fn both() -> Vec<Rendered> {
    let made = |name, data| {
        sample::render(
            &sample::report(name),
            &data,
            &Scheme::Hes2018,
            &sample::about(),
            &FileOptions::default(),
        )
        .unwrap()
    };
    vec![
        made("population_profile", sample::population_profile()),
        made("use_of_services", sample::use_of_services()),
    ]
}

fn file<'a>(rendered: &'a Rendered, name: &str) -> &'a File {
    rendered
        .files
        .iter()
        .find(|file| file.name == name)
        .unwrap()
}

fn html(rendered: &Rendered) -> String {
    String::from_utf8(
        file(rendered, &format!("{}.html", rendered.report))
            .bytes
            .clone(),
    )
    .unwrap()
}

#[test]
fn every_file_is_made() {
    for rendered in both() {
        assert_eq!(rendered.files.len(), 3 * rendered.frames.len() + 2);
        assert!(rendered.files.iter().all(|file| !file.bytes.is_empty()));
    }
}

#[test]
fn the_same_bytes_a_second_later() {
    let first = both();
    std::thread::park_timeout(std::time::Duration::from_millis(1100));
    for (a, b) in first.iter().zip(both()) {
        assert!(a.files == b.files);
    }
}

/// The workbook's table sheets hold, cell by cell, what the CSV holds line by line.
#[test]
fn the_workbook_agrees_with_the_csv() {
    for rendered in both() {
        let name = format!("{}.xlsx", rendered.report);
        let bytes = Cursor::new(file(&rendered, &name).bytes.clone());
        let mut workbook: Xlsx<_> = calamine::open_workbook_from_rs(bytes).unwrap();
        for frame in &rendered.frames {
            let range = workbook
                .worksheet_range(&format!("Table_{}", frame.number))
                .unwrap();
            let first = &frame.row_dimensions[0].1;
            let header = range
                .rows()
                .position(|row| row[0] == Data::String(first.clone()))
                .unwrap();
            let csv = &file(&rendered, &format!("{}-{}.csv", rendered.report, frame.id)).bytes;
            let mut reader = csv::Reader::from_reader(csv.as_slice());
            let value_at = reader
                .headers()
                .unwrap()
                .iter()
                .position(|h| h == "value")
                .unwrap();
            let mut lines = reader.records();
            let mut compared = 0;
            for r in 0..frame.rows.len() {
                let row: Vec<&Data> = range.rows().nth(header + 1 + r).unwrap().iter().collect();
                let mut line = csv::StringRecord::new();
                for (c, column) in frame.columns().iter().enumerate() {
                    if column.part == FramePart::Value {
                        line = lines.next().unwrap().unwrap();
                    }
                    let offset = match column.part {
                        FramePart::Value => 0,
                        FramePart::Lower => 1,
                        FramePart::Upper => 2,
                    };
                    let of_csv = &line[value_at + offset];
                    match row[frame.row_dimensions.len() + c] {
                        Data::String(sign) => {
                            // The workbook has the shorthand of the Government Analysis Function.
                            assert_eq!(sign.replace("[c]", "*"), of_csv);
                        }
                        Data::Float(n) => {
                            let is_percent = &line[value_at - 1] == "percent";
                            let n = if is_percent { n * 100.0 } else { *n };
                            let of_csv: f64 = of_csv.parse().unwrap();
                            assert!((n - of_csv).abs() < 1e-9, "{} {n} {of_csv}", frame.id);
                        }
                        other => panic!("{} has a cell {other:?}", frame.id),
                    }
                    compared += 1;
                }
            }
            assert_eq!(compared, frame.rows.len() * frame.columns().len());
            assert!(lines.next().is_none());
        }
    }
}

/// No count from 1 to 7 on any sheet.
#[test]
fn no_small_figure_in_the_workbook() {
    for rendered in both() {
        let bytes = file(&rendered, &format!("{}.xlsx", rendered.report))
            .bytes
            .clone();
        let mut workbook: Xlsx<_> = calamine::open_workbook_from_rs(Cursor::new(bytes)).unwrap();
        let names = workbook.sheet_names();
        assert_eq!(names[..3], ["Cover", "Contents", "Notes"]);
        assert!(names.contains(&"Chart_data".to_owned()));
        for name in names {
            for row in workbook.worksheet_range(&name).unwrap().rows() {
                for cell in row {
                    // A percentage of 100 is the number 1 to Excel.
                    if let Data::Float(n) = cell
                        && n.fract() == 0.0
                        && *n != 1.0
                    {
                        assert!(!(1.0..=7.0).contains(&n.abs()), "sheet {name}");
                    }
                }
            }
        }
    }
}

#[test]
fn the_page_asks_for_nothing() {
    for rendered in both() {
        let html = html(&rendered);
        for word in [
            "http:",
            "https:",
            "@import",
            "src=",
            "javascript:",
            "url(h",
            " on",
        ] {
            let tags = html
                .split('<')
                .skip(1)
                .filter_map(|tag| tag.split('>').next());
            let found = tags.clone().find(|tag| {
                tag.contains(&format!("{word}=")) || (word != " on" && tag.contains(word))
            });
            assert_eq!(found, None, "{word}");
        }
        // One style and one script, which the policy names by their digests.
        for part in ["style", "script"] {
            let (_, rest) = html.split_once(&format!("<{part}>")).unwrap();
            let (text, rest) = rest.split_once(&format!("</{part}>")).unwrap();
            assert!(!rest.contains(&format!("<{part}")), "{part}");
            let digest = BASE64_STANDARD.encode(Sha256::digest(text.as_bytes()));
            let allowed = format!("{part}-src 'sha256-{digest}'");
            let policy = html.split_once("Content-Security-Policy").unwrap().1;
            let policy = policy.split_once('>').unwrap().0.replace("&#39;", "'");
            assert!(
                policy.contains("default-src 'none'") && policy.contains(&allowed),
                "{policy}"
            );
            assert!(part != "script" || text.len() <= 10_000, "{}", text.len());
        }
        assert!(html.contains("lang=\"en-GB\"") && html.contains("<svg"));
        assert!(html.matches("<caption>").count() == rendered.frames.len());
        assert!(
            html.matches(" id=\"").count() == {
                let ids: std::collections::BTreeSet<&str> = html
                    .split(" id=\"")
                    .skip(1)
                    .filter_map(|rest| rest.split('"').next())
                    .collect();
                ids.len()
            }
        );
    }
}

#[test]
fn text_from_data_is_escaped() {
    let html = html(&both()[1]);
    assert!(html.contains("Eastwick &amp; Moor") && !html.contains("Eastwick & Moor"));
}

#[test]
fn suppressed_is_never_zero() {
    let rendered = &both()[0];
    let frame = rendered
        .frames
        .iter()
        .find(|frame| frame.id == "by_ethnic_group")
        .unwrap();
    let columns = frame.columns();
    let shown = |label: &str, column: usize| {
        let row = frame
            .rows
            .iter()
            .position(|row| row.labels[0].text == label)
            .unwrap();
        frame.shown(row, &columns[column])
    };
    assert_eq!(shown("Other Ethnic Groups", 0), Shown::Suppressed);
    assert_eq!(shown("Other Ethnic Groups", 1), Shown::Suppressed);
    assert_eq!(shown("Not known", 0), Shown::Count(0));
    assert_eq!(shown("Not known", 1), Shown::Decimal(0.0));
    let csv = String::from_utf8(
        file(rendered, "population_profile-by_ethnic_group.csv")
            .bytes
            .clone(),
    );
    let csv = csv.unwrap();
    assert!(csv.contains("Other Ethnic Groups,People,count,*,,,suppressed\n"));
    assert!(csv.contains("Not known,People,count,0,,,zero\n"));
    // In the picture: as many hatched marks as suppressed points, and no bar without length.
    let html = html(rendered);
    assert!(html.contains("class=\"h\"") && !html.contains("width=\"0\" height"));
}

#[test]
fn a_changed_cell_is_refused_by_the_audit() {
    let rendered = &both()[0];
    let frame = &rendered.frames[0];
    let lists = &super::sample::population_profile()["by_age_and_sex"].lists;
    let looked = |csv: &str| crate::release::audit(frame, csv.as_bytes(), &Scheme::Hes2018, lists);
    let csv = "age_band,sex,measure,unit,value\n0 to 4,Male,People,count,15\n";
    looked(csv).unwrap();
    // A label that no list holds, as if a true count stood in it.
    let csv = "age_band,sex,measure,unit,value\n0 to 4 (13 true),Male,People,count,15\n";
    assert!(
        looked(csv)
            .unwrap_err()
            .to_string()
            .contains("does not allow")
    );
    let csv = "age_band,sex,measure,unit,value\n0 to 4,Male,People,count,3\n";
    let error = looked(csv).unwrap_err();
    assert_eq!(error.kind().exit_code(), 1);
    let csv = "age_band,sex,measure,unit,value\n0 to 4,Male,People,count,12\n";
    assert!(looked(csv).is_err());
}

#[test]
fn a_night_without_data_makes_reports_that_say_so() {
    let report = sample::report("use_of_services");
    let none = report
        .tables
        .iter()
        .map(|table| (table.id.clone(), sample::nobody(table)));
    let rendered = sample::render(
        &report,
        &none.collect(),
        &Scheme::Hes2018,
        &sample::about(),
        &FileOptions::default(),
    )
    .unwrap();
    assert!(html(&rendered).contains("There are no rows"));
}
