//! What `populace synth --faults` plants is what a pull rejects, and nothing else is lost.

use crate::project::{Project, synth};
use std::collections::{BTreeMap, BTreeSet};

/// The people and seed of the record, and what that plants of each kind.
const PEOPLE: u32 = 400;
const SEED: u32 = 7;
const PLANTED: [(&str, usize); 18] = [
    ("byte-order-mark", 3),
    ("crlf", 3),
    ("date-in-future", 14),
    ("deleted", 5),
    ("duplicate", 23),
    ("empty-file", 4),
    ("gzip", 3),
    ("key-missing", 9),
    ("nhs-number-in-free-text", 11),
    ("nhs-number-invalid", 13),
    ("nhs-number-missing", 13),
    ("no-id", 17),
    ("no-resource-type", 14),
    ("superseded", 24),
    ("truncated", 22),
    ("unknown-resource-type", 14),
    ("wrong-column-count", 10),
    ("wrong-type", 26),
];
/// Faults for which a line is rejected.
const REJECTED: usize = 152;

type Place = (String, u64, u64, u64, String);

#[test]
fn the_rejects_are_the_planted_list() {
    let record = synth(PEOPLE, SEED, true);
    let project = Project::over(record.path());
    let pulled = project.json(&["pull"]);

    let mut planted: BTreeSet<Place> = BTreeSet::new();
    let mut kinds: BTreeMap<String, usize> = BTreeMap::new();
    let mut reader = csv::Reader::from_path(record.path().join("faults.csv")).unwrap();
    for row in reader.records() {
        let row = row.unwrap();
        *kinds.entry(row[4].to_string()).or_default() += 1;
        if &row[5] == "reject" {
            let number = |i: usize| row[i].parse::<u64>().unwrap();
            planted.insert((
                row[0].to_string(),
                number(1),
                number(2),
                number(3),
                row[6].to_string(),
            ));
        }
    }
    let kinds: Vec<_> = kinds.iter().map(|(kind, n)| (kind.as_str(), *n)).collect();
    assert_eq!(kinds, PLANTED);
    let rejected: BTreeSet<Place> = project
        .sql("select case source when 'record' then 'fhir/' else 'csv/' end || file, line, byte_start, byte_end, reason from populace.reject")
        .into_iter()
        .map(|r| {
            let number = |i: usize| r[i].parse::<u64>().unwrap();
            (r[0].clone(), number(1), number(2), number(3), r[4].clone())
        })
        .collect();
    let missed: Vec<_> = planted.difference(&rejected).take(5).collect();
    let extra: Vec<_> = rejected.difference(&planted).take(5).collect();
    assert!(
        missed.is_empty() && extra.is_empty(),
        "missed {missed:?}, extra {extra:?}"
    );
    assert_eq!(planted.len(), REJECTED);

    let count = |key: &str| pulled[key].as_u64().unwrap();
    let rejects: u64 = pulled["rejected"]
        .as_object()
        .unwrap()
        .values()
        .map(|v| v.as_u64().unwrap())
        .sum();
    let told = count("accepted") + count("without_view") + count("deletions") + count("other");
    assert_eq!(
        count("lines"),
        told + rejects,
        "every line is accounted for"
    );

    // What was planted to be absorbed leaves a record that builds.
    project.ok(&["run"]);
    let twice = project.number(
        "select count(*) from (select record_key, record_row from record.condition group by 1, 2 having count(*) > 1)",
    );
    assert_eq!(
        twice, 0,
        "duplicates and superseded versions are one record"
    );
}
