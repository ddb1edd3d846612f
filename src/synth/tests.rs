//! The whole record at a small size.

use std::collections::{BTreeMap, BTreeSet};
use std::io::Read;
use std::path::{Path, PathBuf};

use chrono::NaiveDate;
use serde_json::Value;

use super::{Options, Summary, nhs_number, write};
use crate::error::Kind;

fn options(out: &Path, seed: u64, faults: bool) -> Options {
    Options {
        out: out.to_owned(),
        people: 150,
        seed,
        from: NaiveDate::from_ymd_opt(2024, 10, 1).unwrap(),
        to: NaiveDate::from_ymd_opt(2026, 9, 30).unwrap(),
        faults,
        plain: !faults,
    }
}

/// Every file of a record by its name, decompressed.
fn read(folder: &Path) -> BTreeMap<String, Vec<u8>> {
    fn walk(folder: &Path, found: &mut Vec<PathBuf>) {
        for entry in std::fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                walk(&path, found)
            } else {
                found.push(path)
            }
        }
    }
    let mut paths = Vec::new();
    walk(folder, &mut paths);
    let content = |path: &PathBuf| {
        let stored = std::fs::read(path).unwrap();
        let mut bytes = Vec::new();
        if path.extension().is_some_and(|ending| ending == "gz") && !stored.is_empty() {
            flate2::read::GzDecoder::new(&stored[..])
                .read_to_end(&mut bytes)
                .unwrap();
            return bytes;
        }
        stored
    };
    let name = |path: &PathBuf| {
        let inside = path.strip_prefix(folder).unwrap();
        inside.to_str().unwrap().replace('\\', "/")
    };
    paths
        .iter()
        .map(|path| (name(path), content(path)))
        .collect()
}

fn make(seed: u64, faults: bool, threads: usize) -> (Summary, BTreeMap<String, Vec<u8>>) {
    let folder = tempfile::tempdir().unwrap();
    let out = folder.path().join("record");
    let pool = rayon::ThreadPoolBuilder::new()
        .num_threads(threads)
        .build()
        .unwrap();
    let summary = pool
        .install(|| write(&options(&out, seed, faults), &|_| {}))
        .unwrap();
    (summary, read(&out))
}

fn resources(files: &BTreeMap<String, Vec<u8>>) -> Vec<Value> {
    let fhir = files.iter().filter(|(name, _)| name.starts_with("fhir/"));
    fhir.flat_map(|(_, bytes)| std::str::from_utf8(bytes).unwrap().lines())
        .map(|line| serde_json::from_str(line).unwrap())
        .collect()
}

fn rows(bytes: &[u8]) -> Vec<BTreeMap<String, String>> {
    let mut reader = csv::Reader::from_reader(bytes);
    reader.deserialize().map(Result::unwrap).collect()
}

#[test]
fn one_thread_and_two_make_the_same_bytes() {
    for faults in [false, true] {
        let (one, files) = make(7, faults, 1);
        let (two, others) = make(7, faults, 2);
        assert_eq!(one, two);
        assert!(files == others, "the files differ");
        let compressed = one.counts.iter().any(|count| count.files > 0) && one.stored < one.bytes;
        assert_eq!(compressed, faults);
    }
    assert!(
        make(7, false, 2).1 != make(8, false, 2).1,
        "another seed made the same files"
    );
}

#[test]
fn every_resource_is_whole_and_every_number_checks() {
    let (summary, files) = make(3, false, 2);
    let resources = resources(&files);
    let mut ids = BTreeSet::new();
    for resource in &resources {
        let kind = resource["resourceType"].as_str().unwrap();
        let id = resource["id"].as_str().unwrap();
        assert_eq!(id.len(), 36);
        assert!(ids.insert(format!("{kind}/{id}")), "an id twice");
        let updated = resource["meta"]["lastUpdated"].as_str().unwrap();
        assert!(
            updated <= "2026-09-30T23:59:59Z",
            "{kind} updated after the period"
        );
    }
    let references = |resource: &Value| {
        let of = |key: &str| resource[key]["reference"].as_str().map(str::to_owned);
        [of("subject"), of("patient"), of("encounter")]
            .into_iter()
            .flatten()
            .collect::<Vec<_>>()
    };
    for reference in resources.iter().flat_map(references) {
        assert!(ids.contains(&reference), "a reference leads nowhere");
    }
    let mut numbers = 0;
    let mut check = |number: &str| {
        let value: u64 = number.parse().unwrap();
        assert!(number.starts_with("999") && number.len() == 10);
        assert_eq!(nhs_number::check_digit(value / 10), Some(value % 10));
        numbers += 1;
    };
    for patient in resources.iter().filter(|r| r["resourceType"] == "Patient") {
        check(patient["identifier"][0]["value"].as_str().unwrap());
    }
    for (_, bytes) in files.iter().filter(|(name, _)| name.starts_with("csv/")) {
        rows(bytes).iter().for_each(|row| check(&row["nhs_number"]));
    }
    std::str::from_utf8(&files["opt-outs.txt"])
        .unwrap()
        .lines()
        .for_each(&mut check);
    assert!(numbers > 500);
    let fhir = |count: &&super::Count| count.stem.starts_with("fhir/");
    let counted: u64 = summary.counts.iter().filter(fhir).map(|c| c.rows).sum();
    assert_eq!(counted, resources.len() as u64);
}

#[test]
fn nothing_happens_after_its_record_or_after_death() {
    let (_, files) = make(5, false, 2);
    let resources = resources(&files);
    let mut deaths = BTreeMap::new();
    for patient in resources.iter().filter(|r| r["resourceType"] == "Patient") {
        if let Some(death) = patient["deceasedDateTime"].as_str() {
            deaths.insert(
                format!("Patient/{}", patient["id"].as_str().unwrap()),
                death.to_owned(),
            );
        }
    }
    for resource in &resources {
        let updated = &resource["meta"]["lastUpdated"].as_str().unwrap()[..19];
        let person = resource["subject"]["reference"].as_str().unwrap_or("");
        let dates = [
            &resource["effectiveDateTime"],
            &resource["performedDateTime"],
            &resource["occurrenceDateTime"],
            &resource["authoredOn"],
            &resource["recordedDate"],
            &resource["abatementDateTime"],
            &resource["created"],
            &resource["date"],
            &resource["period"]["start"],
            &resource["period"]["end"],
        ];
        for date in dates.into_iter().filter_map(Value::as_str) {
            let date = &date[..date.len().min(19)];
            assert!(
                date <= updated,
                "{} happened after it",
                resource["resourceType"]
            );
            // Letters and the like are written afterwards; contacts are not.
            if resource["resourceType"] == "Encounter"
                && let Some(death) = deaths.get(person)
            {
                assert!(date <= &death[..19], "a contact after death");
            }
        }
    }
    for (name, bytes) in files.iter().filter(|(name, _)| name.starts_with("csv/")) {
        for row in rows(bytes) {
            let extracted = &row["extract_datetime"];
            let dated = |column: &str| column.ends_with("_date") || column.ends_with("_datetime");
            for (column, date) in row.iter().filter(|(column, _)| dated(column)) {
                assert!(date <= extracted, "{name} {column}");
            }
        }
    }
}

#[test]
fn rates_are_plausible() {
    let (summary, files) = make(11, false, 2);
    let rows_of = |stem: &str| {
        let count = summary
            .counts
            .iter()
            .find(|count| count.stem == stem)
            .unwrap();
        count.rows as f64 / 300.0
    };
    assert!((4.0..30.0).contains(&rows_of("fhir/Observation")));
    assert!((0.2..0.8).contains(&rows_of("csv/ecds_attendance")));
    assert!((0.1..0.5).contains(&rows_of("csv/apc_spell")));
    assert!((0.8..2.6).contains(&rows_of("csv/op_attendance")));
    assert!((0.2..0.5).contains(&rows_of("fhir/Consent")));
    assert!((0.4..2.0).contains(&rows_of("fhir/Communication")));
    assert!((0.04..0.3).contains(&rows_of("fhir/QuestionnaireResponse")));
    let resources = resources(&files);
    let general = |r: &&Value| r["serviceType"]["coding"][0]["code"] == "general_practice";
    let contacts = resources.iter().filter(general).count() as f64 / 300.0;
    assert!((3.5..8.0).contains(&contacts), "{contacts}");
    let persons: f64 = rows(&files["reference/population.csv"])
        .iter()
        .map(|row| row["persons"].parse::<f64>().unwrap())
        .sum();
    assert!((persons / 3.0 / 150.0 - 1.0).abs() < 0.15, "{persons}");
}

/// Models find the codes of consents, forms and messages in their reference tables.
#[test]
fn preferences_are_in_codes_that_models_know() {
    let (_, files) = make(11, false, 2);
    let known = |table: &str, columns: [&str; 2]| -> BTreeSet<[String; 2]> {
        let rows = rows(table.as_bytes());
        let pair = |row: &BTreeMap<String, String>| columns.map(|column| row[column].clone());
        rows.iter().map(pair).collect()
    };
    let pair = |coding: &Value| {
        [&coding["system"], &coding["code"]].map(|part| part.as_str().unwrap().to_owned())
    };
    let kinds = known(
        include_str!("../../sql/reference/consent_kind.csv"),
        ["category_system", "category"],
    );
    let media = known(
        include_str!("../../sql/reference/communication_medium.csv"),
        ["code_system", "code"],
    );
    let questions = known(
        include_str!("../../sql/reference/question.csv"),
        ["questionnaire", "link_id"],
    );
    let mut seen: BTreeMap<&str, u32> = BTreeMap::new();
    let resources = resources(&files);
    for resource in &resources {
        let found = match resource["resourceType"].as_str().unwrap() {
            "Consent" => kinds.contains(&pair(&resource["category"][0]["coding"][0])),
            "Communication" => media.contains(&pair(&resource["medium"][0]["coding"][0])),
            "QuestionnaireResponse" => {
                let form = resource["questionnaire"].as_str().unwrap();
                let form = form.split('|').next().unwrap();
                let items = resource["item"].as_array().unwrap().iter();
                let coded = items.filter(|item| item["answer"][0].get("valueCoding").is_some());
                let link = |item: &Value| item["linkId"].as_str().unwrap().to_owned();
                coded
                    .map(|item| [form.to_owned(), link(item)])
                    .all(|question| questions.contains(&question))
            }
            _ => continue,
        };
        assert!(found, "{resource}");
        *seen
            .entry(resource["resourceType"].as_str().unwrap())
            .or_default() += 1;
    }
    assert_eq!(seen.len(), 3, "{seen:?}");
}

/// The text of a file as a pull counts its bytes: UTF-16 is put into UTF-8, without its mark.
fn counted(bytes: &[u8]) -> Vec<u8> {
    let Some(rest) = bytes.strip_prefix(b"\xff\xfe") else {
        return bytes.to_vec();
    };
    let units: Vec<u16> = rest
        .as_chunks::<2>()
        .0
        .iter()
        .map(|pair| u16::from_le_bytes(*pair))
        .collect();
    String::from_utf16(&units).unwrap().into_bytes()
}

#[test]
fn the_list_of_faults_points_at_them() {
    let (summary, files) = make(7, true, 2);
    let list = rows(&files["faults.csv"]);
    assert_eq!(summary.faults, list.len() as u64);
    let mut kinds: BTreeMap<String, u64> = BTreeMap::new();
    for fault in &list {
        *kinds.entry(fault["fault"].clone()).or_default() += 1;
        let bytes = counted(&files[&fault["file"]]);
        let place = |column: &str| fault[column].parse::<usize>().unwrap();
        let (line, start, end) = (place("line"), place("byte_start"), place("byte_end"));
        if line == 0 {
            assert_eq!((start, end), (0, 0));
            assert_eq!(fault["table_name"], "");
            continue;
        }
        let text = String::from_utf8_lossy(&bytes[start..end]);
        assert!(!text.contains(['\n', '\r', '\u{feff}']));
        let returns = !bytes.contains(&b'\n');
        let line_end = if returns { b'\r' } else { b'\n' };
        let before = bytes[..start].iter().filter(|byte| **byte == line_end);
        assert_eq!(before.count() + 1, line);
        assert!(matches!(bytes[end], b'\n' | b'\r'));
        assert!(start == 0 || bytes[start - 1] == line_end || bytes[..start] == [0xef, 0xbb, 0xbf]);
        match (fault["fault"].as_str(), fault["file"].starts_with("fhir/")) {
            ("truncated", true) => assert!(serde_json::from_str::<Value>(&text).is_err()),
            (_, true) => assert!(serde_json::from_str::<Value>(&text).is_ok()),
            _ => {}
        }
    }
    // What is expected of a pull is the sum of the list.
    for expected in rows(&files["faults-expected.csv"]) {
        let same = |fault: &&BTreeMap<String, String>| {
            ["fault", "handling", "reason", "record"]
                .iter()
                .all(|column| fault[*column] == expected[*column])
        };
        let found = list.iter().filter(same).count();
        assert_eq!(found.to_string(), expected["count"], "{expected:?}");
    }
    let expected = [
        ("truncated", 3),
        ("wrong-type", 3),
        ("unknown-resource-type", 3),
        ("no-resource-type", 3),
        ("no-id", 3),
        ("key-missing", 3),
        ("wrong-column-count", 3),
        ("date-in-future", 3),
        ("nhs-number-missing", 3),
        ("nhs-number-invalid", 3),
        ("duplicate", 3),
        ("superseded", 3),
        ("deleted", 3),
        ("nhs-number-in-free-text", 3),
        ("nhs-number-spelling", 3),
        ("status-spelling", 3),
        ("date-form", 3),
        ("number-form", 3),
        ("null-word", 3),
        ("spreadsheet-text", 3),
        ("unreadable", 3),
        ("unknown-date", 3),
        ("unknown-word", 3),
        ("impossible-age", 1),
        ("ends-before-it-begins", 2),
        ("last-update-missing", 3),
        ("reference-absolute", 3),
        ("reference-versioned", 3),
        ("reference-to-nobody", 3),
        ("reference-urn", 1),
        ("bundle", 1),
        ("document", 1),
        ("byte-order-mark", 3),
        ("crlf", 3),
        ("cr", 1),
        ("utf-16", 1),
        ("windows-1252", 1),
        ("delimiter", 4),
        ("title", 2),
        ("trailer", 2),
        ("gzip", 3),
        ("empty-file", 3),
    ];
    for (kind, least) in expected {
        assert!(
            kinds.get(kind).is_some_and(|count| *count >= least),
            "{kind}: {kinds:?}"
        );
    }
    // Few resources name their person by number, so that some records have none to spoil.
    kinds.retain(|kind, _| {
        !matches!(
            kind.as_str(),
            "reference-conditional" | "reference-contained"
        )
    });
    assert_eq!(kinds.len(), expected.len());
}

#[test]
fn one_person_for_a_season_and_a_few_for_ten_years_can_be_made() {
    let folder = tempfile::tempdir().unwrap();
    let mut odd = options(&folder.path().join("season"), 1, true);
    (odd.people, odd.to) = (1, NaiveDate::from_ymd_opt(2024, 12, 31).unwrap());
    write(&odd, &|_| {}).unwrap();
    odd = options(&folder.path().join("decade"), 1, true);
    (odd.people, odd.from) = (30, NaiveDate::from_ymd_opt(2016, 2, 29).unwrap());
    let finished = std::sync::atomic::AtomicU64::new(0);
    let count = |people| {
        finished.fetch_add(people, std::sync::atomic::Ordering::Relaxed);
    };
    write(&odd, &count).unwrap();
    assert_eq!(finished.into_inner(), 30);
    odd.out = folder.path().join("day");
    odd.from = odd.to;
    assert_eq!(write(&odd, &|_| {}).unwrap_err().kind(), Kind::Usage);
    // An empty folder gives way, and nothing is left beside it.
    std::fs::create_dir(folder.path().join("empty")).unwrap();
    write(&options(&folder.path().join("empty/"), 1, false), &|_| {}).unwrap();
    assert_eq!(std::fs::read_dir(folder.path()).unwrap().count(), 3);
}

#[test]
fn a_folder_that_holds_something_is_left_alone() {
    let folder = tempfile::tempdir().unwrap();
    let theirs = folder.path().join("theirs.txt");
    std::fs::write(&theirs, "kept").unwrap();
    let error = write(&options(folder.path(), 1, false), &|_| {}).unwrap_err();
    assert_eq!(error.kind(), Kind::Usage);
    assert!(error.hint_text().is_some());
    assert_eq!(std::fs::read_dir(folder.path()).unwrap().count(), 1);
    for people in [0, nhs_number::MOST_PEOPLE + 1] {
        let mut wrong = options(&folder.path().join("new"), 1, false);
        wrong.people = people;
        assert_eq!(write(&wrong, &|_| {}).unwrap_err().kind(), Kind::Usage);
    }
}
