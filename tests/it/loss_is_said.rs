//! After each pull the numbers of each source add up: every line that was read is accounted for.

use crate::cases::csv_sender::{file, spell};
use crate::cases::people::{number, patient, write};
use crate::project::{NO_POSTCODES, Project, pipeline, text};
use serde_json::{Value, json};
use std::fs;

/// An NHS number that NHS England publishes as an example.
const PUBLISHED: &str = "9434765919";

fn observation(id: &str, updated: &str, subject: Option<Value>) -> Value {
    let mut line = json!({
        "resourceType": "Observation", "id": id, "meta": {"lastUpdated": updated}, "status": "final",
        "code": {"coding": [{"system": "http://snomed.info/sct", "code": "75367002"}]},
        "effectiveDateTime": "2026-06-01"
    });
    if let Some(subject) = subject {
        line["subject"] = subject;
    }
    line
}

/// A project of hostile data: lines of every fate.
fn hostile() -> Project {
    let project = Project::empty();
    fs::create_dir(project.path("csv")).unwrap();
    let sources = r#"
[sources.record]
kind = "fhir-folder"
url = "fhir"
accept_test_numbers = true
reject_threshold = 1.0
unlinked_threshold = 1.0
[sources.trust]
kind = "csv-folder"
url = "csv"
reject_threshold = 1.0
"#;
    fs::write(project.path("opt-outs.txt"), format!("{}\n", number(1))).unwrap();
    let privacy = format!("opt_outs = \"opt-outs.txt\"\n{NO_POSTCODES}");
    project.write_pipeline(&pipeline(&privacy, sources));
    let mut people: Vec<Value> = (0..10)
        .map(|at| patient(&format!("p{at}"), &number(at), "ZW1 1AA"))
        .collect();
    people.push(json!({"resourceType": "Patient", "id": "none", "meta": {"lastUpdated": "2026-09-01T02:00:00Z"}}));
    write(&project, "fhir/Patient.ndjson", &people);
    let reference = |to: &str| Some(json!({ "reference": to }));
    let now = "2026-09-01T02:00:00Z";
    let lines = [
        observation("stored", now, reference("Patient/p0")),
        observation("stored", now, reference("Patient/p0")),
        observation("versions", now, reference("Patient/p0")),
        observation("versions", "2026-08-01T02:00:00Z", reference("Patient/p2")),
        observation("out", now, reference("Patient/p1")),
        observation("waits", now, reference("Patient/later")),
        observation("rejected", now, reference("Patient/none")),
        observation("contained", now, reference("#nobody")),
        observation(
            "urn",
            now,
            reference("urn:uuid:8f1e2d3c-0000-4000-8000-000000000000"),
        ),
        observation("relative", now, reference("Group/1")),
        observation("absolute", now, reference("https://x.example/fhir/Group/2")),
        observation(
            "conditional",
            now,
            reference("Patient?identifier=https://x.example|1"),
        ),
        observation(
            "logical",
            now,
            Some(json!({"identifier": {"system": "https://x.example", "value": "1"}})),
        ),
        observation("missing", now, None),
    ];
    let mut text: String = lines.iter().map(|line| format!("{line}\n")).collect();
    text.push_str("{broken\n\n");
    text.push_str(
        "{\"resourceType\":\"Basic\",\"id\":\"b\"}\n{\"resourceType\":\"Nonsense\",\"id\":\"n\"}\n",
    );
    text.push_str("{\"resourceType\":\"Bundle\",\"type\":\"transaction\",\"entry\":[{\"request\":{\"method\":\"DELETE\",\"url\":\"Observation/gone\"}}]}\n");
    fs::write(project.path("fhir/Observation.ndjson"), text).unwrap();
    let mut spells: Vec<_> = (1..=12).map(|person| spell(person, &[])).collect();
    spells.push(spell(13, &[("nhs_number", PUBLISHED)]));
    fs::write(project.path("csv/apc_spells.csv"), file(&spells)).unwrap();
    project
}

/// All that became of the lines of a source.
fn told(tally: &Value) -> u64 {
    let number = |name: &str| tally[name].as_u64().unwrap();
    let sum = |name: &str| -> u64 {
        let values = tally[name].as_object().unwrap().values();
        values.map(|value| value.as_u64().unwrap()).sum()
    };
    let numbers = [
        "stored",
        "unchanged",
        "opted_out",
        "deletions",
        "without_row",
        "empty",
    ];
    numbers.map(number).iter().sum::<u64>()
        + ["rejected", "unlinked", "without_view"]
            .map(sum)
            .iter()
            .sum::<u64>()
}

#[test]
fn every_line_of_hostile_data_is_accounted_for_on_the_first_pull() {
    let project = hostile();
    let summary = project.json(&["pull"]);
    let record = &summary["sources"]["record"];
    let expected = json!({
        "files": 2, "read": 30, "stored": 11, "unchanged": 2, "opted_out": 2, "deletions": 1,
        "without_row": 0, "empty": 1,
        "rejected": {"nhs-number-missing": 1, "not-json": 1, "unknown-resource-type": 1},
        "unlinked": {"no-patient-reference": 6, "patient-unknown": 2, "patient-rejected": 1},
        "without_view": {"Basic": 1},
        "failed_at_server": {},
        "unresolved_references": {"absolute": 1, "conditional": 1, "contained": 1, "logical": 1,
            "missing": 1, "relative": 1},
    });
    assert_eq!(*record, expected);
    let trust = &summary["sources"]["trust"];
    assert_eq!(trust["read"], 14);
    assert_eq!(trust["stored"], 1);
    assert_eq!(trust["rejected"], json!({"nhs-number-test-range": 12}));
    for tally in [record, trust] {
        assert_eq!(tally["read"].as_u64().unwrap(), told(tally));
    }
    // What is read again is no loss, and adds up too.
    let patients = fs::read(project.path("fhir/Patient.ndjson")).unwrap();
    fs::write(
        project.path("fhir/Patient.ndjson"),
        [&patients[..], b"\n"].concat(),
    )
    .unwrap();
    let summary = project.json(&["pull"]);
    let record = &summary["sources"]["record"];
    assert_eq!(
        (&record["read"], &record["unchanged"]),
        (&json!(31), &json!(22))
    );
    assert_eq!(
        (&record["opted_out"], &record["empty"]),
        (&json!(2), &json!(2))
    );
    assert_eq!(record["read"].as_u64().unwrap(), told(record));
    assert_eq!(summary["sources"]["trust"], Value::Null);
    let status = project.json(&["status"]);
    assert_eq!(status["sources"]["record"]["last"]["lines"], *record);
    assert_eq!(status["sources"]["trust"]["last"]["lines"]["read"], 14);
    // A Patient that comes later finds its rows, which are no lines of that pull.
    write(
        &project,
        "fhir/Patient.later.ndjson",
        &[patient("later", &number(20), "ZW1 1AA")],
    );
    let summary = project.json(&["pull"]);
    let record = &summary["sources"]["record"];
    assert_eq!((&record["read"], &record["stored"]), (&json!(1), &json!(1)));
    assert_eq!(
        project.number("select count(*) from record.observation where person_key is not null"),
        3
    );
}

#[test]
fn a_patient_that_was_rejected_is_remembered() {
    let project = hostile();
    project.ok(&["pull"]);
    let rejected = || project.number("select count(*) from populace.rejected_patient");
    assert_eq!(rejected(), 1);
    let of_it = |id: &str| {
        let reference = Some(json!({"reference": "Patient/none"}));
        observation(id, "2026-09-02T02:00:00Z", reference)
    };
    write(&project, "fhir/Observation.next.ndjson", &[of_it("next")]);
    let summary = project.json(&["pull"]);
    assert_eq!(
        summary["sources"]["record"]["unlinked"],
        json!({"patient-rejected": 1})
    );
    // One that can be used is forgotten, and finds its rows.
    write(
        &project,
        "fhir/Patient.later.ndjson",
        &[patient("none", &number(20), "ZW1 1AA")],
    );
    project.ok(&["pull"]);
    assert_eq!(rejected(), 0);
    let linked = "select count(*) from record.observation where person_key is not null";
    assert_eq!(project.number(linked), 4);
}

#[test]
fn the_table_is_readable_on_a_terminal() {
    let project = hostile();
    let output = project.run(&["pull", "--no-progress"]);
    let said = text(&output.stderr);
    for line in [
        "         source  read  stored  unchanged  rejected  unlinked  opted out  no view  deletions  other",
        "         record    30      11          2         3         9          2        1          1      1",
        "         trust     14       1          0        12         0          0        0          0      1",
        "         record: unlinked: 6 name no Patient that can be found",
        "         record: unlinked: 2 wait for their Patient",
        "         record: references to Patients that can never be resolved: 1 absolute, 1 conditional, 1 contained, 1 logical, 1 missing, 1 relative",
        "         record: types without a view: 1 Basic",
        "         trust: rejected: 12 nhs-number-test-range (see populace.reject)",
        "         trust: nhs-number-test-range: ask the sender for the live record; set `accept_test_numbers = true` for a source of test data only",
    ] {
        assert!(said.lines().any(|own| own == line), "{line}\n{said}");
    }
    let status = text(&project.run(&["status"]).stdout);
    assert!(status.contains("30 lines read, 11 stored"), "{status}");
}

#[test]
fn the_numbers_are_the_same_when_rows_go_to_the_disk() {
    let project = hostile();
    let expected = project.json(&["pull"])["sources"].clone();
    fs::remove_dir_all(project.path("lake")).unwrap();
    let spilled = project.json(&["pull", "--memory-limit", "64MB"])["sources"].clone();
    assert_eq!(spilled, expected);
}
