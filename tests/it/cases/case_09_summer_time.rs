//! A contact just after midnight in summer counts on its own day, from FHIR and CSV alike.

use super::csv_sender::nhs_number;
use crate::project::{NO_POSTCODES, Project, pipeline};
use std::fs;

const ATTENDANCE: [&str; 23] = [
    "nhs_number",
    "nhs_number_status",
    "postcode",
    "gp_practice",
    "provider_code",
    "site_code",
    "attendance_id",
    "department_type",
    "attendance_category",
    "arrival_datetime",
    "departure_datetime",
    "arrival_mode",
    "attendance_source",
    "acuity",
    "chief_complaint",
    "diagnosis_01",
    "diagnosis_02",
    "discharge_status",
    "discharge_destination",
    "hrg",
    "tariff_cost",
    "extract_datetime",
    "note",
];

fn project(settings: &str) -> Project {
    let project = Project::empty();
    fs::create_dir_all(project.path("in/csv")).unwrap();
    fs::create_dir_all(project.path("in/fhir")).unwrap();
    let number = nhs_number(1);
    let mut rows = vec![ATTENDANCE.join(",")];
    for (id, time) in [
        ("A1", "2026-04-01T00:30:00"),
        ("A2", "2026-03-31T23:30:00Z"),
        ("A3", "2026-03-31 23:59"),
    ] {
        rows.push(format!(
            "{number},01,,,RZ1,,{id},1,1,{time},,,,,,,,,,,,2026-05-05T02:05:00,"
        ));
    }
    fs::write(project.path("in/csv/ecds_attendance.csv"), rows.join("\n")).unwrap();
    let encounter = |id: &str, start: &str| {
        format!(
            r#"{{"resourceType":"Encounter","id":"{id}","meta":{{"lastUpdated":"2026-09-01T02:00:00Z"}},"status":"finished","class":{{"code":"EMER"}},"subject":{{"reference":"Patient/p"}},"period":{{"start":"{start}"}},"serviceProvider":{{"identifier":{{"system":"https://fhir.nhs.uk/Id/ods-organization-code","value":"RZ2"}}}}}}"#
        )
    };
    let patient = format!(
        r#"{{"resourceType":"Patient","id":"p","meta":{{"lastUpdated":"2026-09-01T02:00:00Z"}},"identifier":[{{"system":"https://fhir.nhs.uk/Id/nhs-number","value":"{number}"}}],"birthDate":"1961-04-12"}}"#
    );
    let lines = [
        patient,
        encounter("e1", "2026-04-01T00:30:00+01:00"),
        encounter("e2", "2026-03-31T23:30:00Z"),
        encounter("e3", "2026-04-01T00:30:00"),
        encounter("e4", "2026-03-31T22:59:00Z"),
    ];
    fs::write(project.path("in/fhir/all.ndjson"), lines.join("\n")).unwrap();
    let sources = format!(
        "[sources.record]\nkind = \"fhir-folder\"\nurl = \"in/fhir\"\naccept_test_numbers = true\n{settings}\n[sources.extracts]\nkind = \"csv-folder\"\nurl = \"in/csv\"\naccept_test_numbers = true\n{settings}\n"
    );
    project.write_pipeline(&pipeline(NO_POSTCODES, &sources));
    project.ok(&["pull"]);
    project
}

#[test]
fn days_are_local_and_the_lake_holds_utc() {
    let project = project("");
    let started = project.sql(
        "select started, started_date, count(*) from record.encounter group by 1, 2 order by 1",
    );
    let arrived = project.sql(
        "select arrived, arrived_date, count(*) from record.ecds_attendance group by 1, 2 order by 1",
    );
    assert_eq!(
        started,
        [
            ["2026-03-31T22:59:00", "2026-03-31", "1"],
            ["2026-03-31T23:30:00", "2026-04-01", "3"]
        ]
    );
    assert_eq!(
        arrived,
        [
            ["2026-03-31T22:59:00", "2026-03-31", "1"],
            ["2026-03-31T23:30:00", "2026-04-01", "2"]
        ]
    );
    assert_eq!(
        project.sql("select distinct department_type from record.ecds_attendance"),
        [["01"]]
    );
    assert_eq!(
        project.sql("select distinct updated from record.ecds_attendance"),
        [["2026-05-05T01:05:00"]]
    );
}

#[test]
fn another_zone_is_a_setting() {
    let project = project("time_zone = \"UTC\"");
    let days = project
        .sql("select arrived_date, count(*) from record.ecds_attendance group by 1 order by 1");
    assert_eq!(days, [["2026-03-31", "2"], ["2026-04-01", "1"]]);
    let pipeline = fs::read_to_string(project.path("pipelines/nightly.toml")).unwrap();
    project.write_pipeline(&pipeline.replace("\"UTC\"", "\"BST\""));
    let error = project.fails(2, &["check"]);
    assert!(
        error.contains("'BST' is no time zone of the IANA list"),
        "{error}"
    );
}
