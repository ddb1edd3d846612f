//! What `populace synth --faults` plants is what a pull rejects, and nothing else is lost.

use crate::project::{Project, synth};
use std::collections::BTreeSet;

type Place = (String, u64, u64, u64, String);

#[test]
fn the_rejects_are_the_planted_list() {
    let record = synth(400, 7, true);
    let project = Project::over(record.path());
    let pulled = project.json(&["pull"]);

    let mut planted: BTreeSet<Place> = BTreeSet::new();
    let mut kinds = BTreeSet::new();
    let mut reader = csv::Reader::from_path(record.path().join("faults.csv")).unwrap();
    for row in reader.records() {
        let row = row.unwrap();
        kinds.insert(row[4].to_string());
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
    assert!(kinds.len() >= 12, "{kinds:?}");
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
    assert!(planted.len() >= 20, "{}", planted.len());

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
