//! Values that cannot be true are not known, and counted by source, table, column and rule.

use crate::cases::csv_sender::{file, spell};
use crate::cases::people::{CSV, FHIR, number, patient, write};
use crate::project::{NO_POSTCODES, Project, pipeline};
use serde_json::{Value, json};
use std::fs;

fn person(at: usize, set: &[(&str, Value)]) -> Value {
    let mut person = patient(&format!("p{at}"), &number(at), "ZW1 1AA");
    for (name, value) in set {
        person[*name] = value.clone();
    }
    person
}

fn encounter(id: &str, start: &str, end: &str) -> Value {
    json!({
        "resourceType": "Encounter", "id": id, "meta": {"lastUpdated": "2026-09-01T02:00:00Z"},
        "status": "finished", "class": {"code": "AMB"}, "subject": {"reference": "Patient/p0"},
        "period": {"start": start, "end": end}
    })
}

#[test]
fn impossible_values_of_fhir_and_csv_are_not_known_and_counted() {
    let project = Project::empty();
    fs::create_dir(project.path("csv")).unwrap();
    let source = |name: &str, kind: &str, url: &str| {
        format!(
            "[sources.{name}]\nkind = \"{kind}\"\nurl = \"{url}\"\naccept_test_numbers = true\n"
        )
    };
    let sources = source("record", "fhir-folder", "fhir") + &source("trust", "csv-folder", "csv");
    project.write_pipeline(&pipeline(NO_POSTCODES, &sources));
    let people = [
        person(0, &[]),
        person(1, &[("birthDate", json!("1850-03-01"))]),
        person(2, &[("birthDate", json!("2090-03-01"))]),
        person(
            3,
            &[
                ("birthDate", json!("1980-03-01")),
                ("deceasedDateTime", json!("1979-05-01")),
            ],
        ),
        person(4, &[("gender", json!("F"))]),
        // Somebody who died long ago was not over 120.
        person(
            5,
            &[
                ("birthDate", json!("1850-03-01")),
                ("deceasedDateTime", json!("1930-05-01")),
            ],
        ),
    ];
    write(&project, "fhir/Patient.ndjson", &people);
    let encounters = [
        encounter("good", "2026-06-01T10:00:00Z", "2026-06-01T11:00:00Z"),
        encounter("bad", "2026-06-01T10:00:00Z", "2026-06-01T09:00:00Z"),
    ];
    write(&project, "fhir/Encounter.ndjson", &encounters);
    let spells = [
        spell(1, &[]),
        spell(
            2,
            &[
                ("admission_date", "2026-06-20"),
                ("discharge_date", "2026-06-19"),
            ],
        ),
    ];
    fs::write(project.path("csv/apc_spells.csv"), file(&spells)).unwrap();
    project.ok(&["pull"]);
    let counted = project.sql(
        "select source, table_name, column_name, rule, value_count from populace.data_quality order by 1, 2, 3, 4",
    );
    let row = |text: &str| text.split(' ').map(str::to_string).collect::<Vec<_>>();
    assert_eq!(
        counted,
        [
            row("record record.encounter ended end-before-start 1"),
            row("record record.patient birth_month age-over-120 1"),
            row("record record.patient birth_month birth-in-future 1"),
            row("record record.patient birth_month death-before-birth 1"),
            row("record record.patient sex unknown-code 1"),
            row("trust record.apc_spell discharge_date end-before-start 1"),
        ]
    );
    // Nothing is lost but the values.
    assert_eq!(project.number("select count(*) from record.patient"), 6);
    assert_eq!(
        project.number("select count(birth_month) from record.patient"),
        3
    );
    assert_eq!(
        project.number("select count(death_month) from record.patient"),
        2
    );
    assert_eq!(project.number("select count(sex) from record.patient"), 5);
    assert_eq!(
        project.number("select count(ended) from record.encounter"),
        1
    );
    assert_eq!(
        project.number("select count(discharge_date) from record.apc_spell"),
        1
    );
}

#[test]
fn a_span_that_ends_before_it_begins_does_not_last_for_ever() {
    let project = Project::empty();
    let source =
        "[sources.record]\nkind = \"fhir-folder\"\nurl = \"fhir\"\naccept_test_numbers = true\n";
    project.write_pipeline(&pipeline(NO_POSTCODES, source));
    write(&project, "fhir/Patient.ndjson", &[person(0, &[])]);
    let episode = json!({
        "resourceType": "EpisodeOfCare", "id": "e", "meta": {"lastUpdated": "2026-09-01T02:00:00Z"},
        "status": "active", "patient": {"reference": "Patient/p0"},
        "period": {"start": "2026-06-02", "end": "2026-06-01"}
    });
    write(&project, "fhir/EpisodeOfCare.ndjson", &[episode]);
    project.ok(&["pull"]);
    assert_eq!(
        project.number("select count(ended) from record.episode_of_care"),
        1
    );
    assert_eq!(
        project.sql("select column_name, rule from populace.data_quality"),
        [["ended", "end-before-start"]]
    );
}

#[test]
fn a_date_past_the_last_update_costs_the_value_unless_the_row_needs_it() {
    let project = Project::empty();
    fs::create_dir(project.path("csv")).unwrap();
    // Of a few lines one is a large share.
    let sources = [FHIR, CSV].map(|source| format!("{source}reject_threshold = 1.0\n"));
    project.write_pipeline(&pipeline(NO_POSTCODES, &sources.concat()));
    // A death, a measurement and an end in years to come, and beginnings.
    let people = [
        person(0, &[]),
        person(1, &[("deceasedDateTime", json!("2062-05-01"))]),
    ];
    write(&project, "fhir/Patient.ndjson", &people);
    let observation = json!({
        "resourceType": "Observation", "id": "o", "meta": {"lastUpdated": "2026-09-01T02:00:00Z"},
        "status": "final", "code": {"coding": [{"system": "http://snomed.info/sct", "code": "27113001"}]},
        "subject": {"reference": "Patient/p0"}, "effectiveDateTime": "2062-06-01T10:00:00Z",
        "valueQuantity": {"value": 80}
    });
    write(&project, "fhir/Observation.ndjson", &[observation]);
    let encounters = [
        encounter("good", "2026-06-01T10:00:00Z", "2026-06-01T11:00:00Z"),
        encounter("late", "2062-06-01T10:00:00Z", "2062-06-01T11:00:00Z"),
    ];
    write(&project, "fhir/Encounter.ndjson", &encounters);
    let spells = [
        spell(1, &[]),
        spell(2, &[("discharge_date", "2062-06-19")]),
        spell(3, &[("admission_date", "2062-06-19")]),
    ];
    fs::write(project.path("csv/apc_spells.csv"), file(&spells)).unwrap();
    project.ok(&["pull"]);
    let row = |text: &str| text.split(' ').map(str::to_string).collect::<Vec<_>>();
    assert_eq!(
        project.sql("select table_name, column_name, rule, value_count from populace.data_quality where rule = 'date-in-future' order by 1"),
        [
            row("record.apc_spell discharge_date date-in-future 1"),
            row("record.observation effective date-in-future 1"),
            row("record.patient death_month date-in-future 1"),
        ]
    );
    assert_eq!(
        project.sql("select file, line, reason from populace.reject order by 1"),
        [
            row("Encounter.ndjson 2 date-in-future"),
            row("apc_spells.csv 4 date-in-future"),
        ]
    );
    assert_eq!(
        project.sql("select count(*), count(effective), sum(value) from record.observation"),
        [["1", "0", "80.0"]]
    );
    assert_eq!(
        project.sql("select count(*), count(death_month) from record.patient"),
        [["2", "0"]]
    );
    assert_eq!(
        project.sql("select count(*), count(discharge_date) from record.apc_spell"),
        [["2", "1"]]
    );
}
