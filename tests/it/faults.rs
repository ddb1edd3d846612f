//! What `populace synth --faults` plants costs exactly what its lists say: every line is read, counted
//! or rejected, and nothing else is lost.

use crate::project::{Project, synth};
use std::collections::{BTreeMap, BTreeSet};

/// The people and seed of the record, and what that plants of each kind.
const PEOPLE: u32 = 400;
const SEED: u32 = 7;
const PLANTED: [(&str, u64); 44] = [
    ("bundle", 3),
    ("byte-order-mark", 3),
    ("cr", 1),
    ("crlf", 5),
    ("date-form", 18),
    ("date-in-future", 13),
    ("deleted", 6),
    ("delimiter", 4),
    ("document", 1),
    ("duplicate", 27),
    ("empty-file", 4),
    ("ends-before-it-begins", 2),
    ("gzip", 3),
    ("impossible-age", 1),
    ("key-missing", 10),
    ("last-update-missing", 5),
    ("nhs-number-in-free-text", 12),
    ("nhs-number-invalid", 13),
    ("nhs-number-missing", 13),
    ("nhs-number-spelling", 19),
    ("no-id", 20),
    ("no-resource-type", 18),
    ("null-word", 4),
    ("number-form", 14),
    ("reference-absolute", 4),
    ("reference-conditional", 2),
    ("reference-contained", 2),
    ("reference-to-nobody", 4),
    ("reference-urn", 1),
    ("reference-versioned", 4),
    ("spreadsheet-text", 9),
    ("status-spelling", 9),
    ("superseded", 27),
    ("title", 2),
    ("trailer", 2),
    ("truncated", 29),
    ("unknown-date", 8),
    ("unknown-resource-type", 17),
    ("unknown-word", 5),
    ("unreadable", 7),
    ("utf-16", 1),
    ("windows-1252", 1),
    ("wrong-column-count", 11),
    ("wrong-type", 22),
];
/// Faults for which a line is rejected.
const REJECTED: usize = 160;

/// A line of `faults.csv`.
struct Fault {
    place: (String, u64, u64, u64),
    fault: String,
    handling: String,
    reason: String,
    table: String,
    column: String,
    record: String,
}

fn faults(record: &std::path::Path) -> Vec<Fault> {
    let mut reader = csv::Reader::from_path(record.join("faults.csv")).unwrap();
    let fault = |row: csv::StringRecord| {
        let number = |at: usize| row[at].parse::<u64>().unwrap();
        let text = |at: usize| row[at].to_string();
        Fault {
            place: (text(0), number(1), number(2), number(3)),
            fault: text(4),
            handling: text(5),
            reason: text(6),
            table: text(7),
            column: text(8),
            record: text(9),
        }
    };
    reader.records().map(|row| fault(row.unwrap())).collect()
}

/// The rows of a record's tables by their record, without whose they are.
type Tables = BTreeMap<String, BTreeMap<String, BTreeSet<String>>>;
/// Whose a record is, by its key; empty when it is nobody's.
type Owners = BTreeMap<String, String>;

/// Columns that say where a row came from or whose it is, and not what it says.
const NOT_COMPARED: [&str; 6] = [
    "person_key",
    "shard",
    "digest",
    "extract_order",
    "extract_file",
    "version_order",
];

fn read(project: &Project) -> (Tables, Owners) {
    let (mut tables, mut owners) = (Tables::new(), Owners::new());
    let names = project.sql("select distinct table_schema || '.' || table_name from information_schema.tables where table_schema = 'record'");
    for name in names.into_iter().flatten() {
        let text = project.ok(&[
            "sql",
            "--record-level",
            "a test",
            "--format",
            "csv",
            "-c",
            &format!("select * from {name}"),
        ]);
        let mut reader = csv::Reader::from_reader(text.as_bytes());
        let headers = reader.headers().unwrap().clone();
        let place = |of: &str| headers.iter().position(|header| header == of);
        let key = place("record_key").unwrap();
        let table = tables.entry(name.clone()).or_default();
        for row in reader.records() {
            let row = row.unwrap();
            if let Some(person) = place("person_key") {
                owners.insert(format!("{name} {}", &row[key]), row[person].to_string());
            }
            let said = headers.iter().zip(row.iter());
            let said = said.filter(|(header, _)| !NOT_COMPARED.contains(header));
            let said: Vec<&str> = said.map(|(_, value)| value).collect();
            let rows = table.entry(row[key].to_string()).or_default();
            rows.insert(said.join("\u{1f}"));
        }
    }
    (tables, owners)
}

#[test]
fn every_fault_costs_what_the_lists_say() {
    let clean = synth(PEOPLE, SEED, false);
    let record = synth(PEOPLE, SEED, true);
    for folder in [clean.path(), record.path()] {
        // Whose rows are left out hangs on who is known: here everybody's stay.
        std::fs::write(folder.join("opt-outs.txt"), "").unwrap();
    }
    let without = Project::over(clean.path());
    without.ok(&["pull"]);
    let project = Project::over(record.path());
    let pulled = project.json(&["pull"]);
    let faults = faults(record.path());

    let mut kinds: BTreeMap<&str, u64> = BTreeMap::new();
    for fault in &faults {
        *kinds.entry(&fault.fault).or_default() += 1;
    }
    let kinds: Vec<_> = kinds.into_iter().collect();
    assert_eq!(kinds, PLANTED);
    assert_eq!(summed(record.path()), kinds);

    the_rejects_are_the_planted_ones(&project, &faults);
    values_that_are_not_known_are_counted(&project, &faults);
    every_line_is_accounted_for(&pulled);
    records_are_those_of_the_people_without_faults(&without, &project, &faults);

    // The night goes on.
    project.ok(&["run"]);
}

/// `faults-expected.csv`, by kind.
fn summed(record: &std::path::Path) -> Vec<(&'static str, u64)> {
    let mut reader = csv::Reader::from_path(record.join("faults-expected.csv")).unwrap();
    let mut counts: BTreeMap<&'static str, u64> = BTreeMap::new();
    for row in reader.records() {
        let row = row.unwrap();
        let kind = PLANTED.iter().find(|(kind, _)| *kind == &row[0]).unwrap().0;
        *counts.entry(kind).or_default() += row[4].parse::<u64>().unwrap();
    }
    counts.into_iter().collect()
}

fn the_rejects_are_the_planted_ones(project: &Project, faults: &[Fault]) {
    let planted: BTreeSet<_> = faults
        .iter()
        .filter(|fault| fault.handling == "reject")
        .map(|fault| (fault.place.clone(), fault.reason.clone()))
        .collect();
    let rejected: BTreeSet<_> = project
        .sql("select case source when 'record' then 'fhir/' else 'csv/' end || file, line, byte_start, byte_end, reason from populace.reject")
        .into_iter()
        .map(|row| {
            let number = |at: usize| row[at].parse::<u64>().unwrap();
            ((row[0].clone(), number(1), number(2), number(3)), row[4].clone())
        })
        .collect();
    let missed: Vec<_> = planted.difference(&rejected).take(5).collect();
    let extra: Vec<_> = rejected.difference(&planted).take(5).collect();
    assert!(
        missed.is_empty() && extra.is_empty(),
        "missed {missed:?}, extra {extra:?}"
    );
    assert_eq!(planted.len(), REJECTED);
}

fn values_that_are_not_known_are_counted(project: &Project, faults: &[Fault]) {
    let mut planted: BTreeMap<[&str; 4], u64> = BTreeMap::new();
    for fault in faults {
        let file = fault.place.0.as_str();
        // Of a row that a needed column rejects, the value is counted too.
        let needed = fault.reason == "wrong-type" && file.starts_with("csv/");
        if fault.handling == "not-known" || needed {
            let place = [file, &fault.table, &fault.column, &fault.reason];
            *planted.entry(place).or_default() += 1;
        }
        // What begins in the far future ends before that.
        let end = match fault.table.as_str() {
            "record.apc_spell" => "discharge_date",
            "record.ecds_attendance" => "departed",
            "record.encounter" => "ended",
            _ => continue,
        };
        if fault.fault == "date-in-future" {
            let place = [file, &fault.table, end, "end-before-start"];
            *planted.entry(place).or_default() += 1;
        }
    }
    let mut counted: BTreeMap<[String; 4], u64> = BTreeMap::new();
    for row in project.sql("select case source when 'record' then 'fhir/' else 'csv/' end || file, table_name, column_name, rule, value_count from populace.data_quality") {
        let [file, table, column, rule, count] = row.try_into().unwrap();
        counted.insert([file, table, column, rule], count.parse().unwrap());
    }
    let planted: BTreeMap<[String; 4], u64> = planted
        .into_iter()
        .map(|(place, count)| (place.map(str::to_string), count))
        .collect();
    assert_eq!(counted, planted);
}

fn every_line_is_accounted_for(pulled: &serde_json::Value) {
    let count = |key: &str| pulled[key].as_u64().unwrap();
    let rejected = pulled["rejected"].as_object().unwrap().values();
    let rejected: u64 = rejected.map(|v| v.as_u64().unwrap()).sum();
    let told = count("accepted") + count("without_view") + count("deletions") + count("other");
    assert_eq!(count("lines"), told + rejected);
}

fn records_are_those_of_the_people_without_faults(
    without: &Project,
    with: &Project,
    faults: &[Fault],
) {
    let ((clean, clean_owners), (found, owners)) = (read(without), read(with));
    for (name, clean) in &clean {
        // The addresses of a Patient are in the table of Patients.
        if matches!(
            name.as_str(),
            "record.patient_address" | "record.patient_link"
        ) {
            continue;
        }
        let found = &found[name];
        let lost = clean.keys().filter(|key| !found.contains_key(*key)).count();
        let added = found.keys().filter(|key| !clean.contains_key(*key)).count();
        let other = |key: &&String| found.get(*key).is_some_and(|rows| *rows != clean[*key]);
        let changed = clean.keys().filter(other).count();
        let planted = |what: &str| {
            let of_table = |fault: &&Fault| fault.table == *name && fault.record == what;
            faults.iter().filter(of_table).count()
        };
        assert_eq!(
            (lost, added, changed),
            (planted("lost"), planted("added"), planted("changed")),
            "{name}: lost, added, changed"
        );
    }
    let known: BTreeSet<&String> = owners
        .iter()
        .filter(|(key, _)| key.starts_with("record.patient "))
        .map(|(_, person)| person)
        .collect();
    let mut compared = 0;
    for (key, person) in &clean_owners {
        let Some(now) = owners.get(key).filter(|_| known.contains(person)) else {
            continue;
        };
        compared += 1;
        assert_eq!(now, person, "{key} is another person's");
    }
    assert!(compared > 20_000, "{compared}");
    let nobody = |key: &&String| owners[*key].is_empty() && !clean_owners.contains_key(*key);
    let unlinked = owners.keys().filter(nobody).count();
    let planted = faults.iter().filter(|fault| fault.handling == "unlinked");
    assert_eq!(unlinked, planted.count());
}
