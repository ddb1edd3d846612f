//! The NHS's naming systems under the addresses that senders write.

use super::people::{FHIR, number, patient, write};
use crate::project::{NO_POSTCODES, Project, pipeline};
use serde_json::json;

const SYSTEMS: [&str; 5] = [
    "https://fhir.nhs.uk/Id/",
    "https://fhir.nhs.uk/id/",
    "http://fhir.nhs.net/Id/",
    "http://fhir.nhs.uk/Id/",
    "https://fhir.nhs.net/id/",
];

#[test]
fn case_32_numbers_and_codes_are_read_whatever_the_address_of_their_system() {
    let project = Project::empty();
    project.write_pipeline(&pipeline(NO_POSTCODES, FHIR));
    let patients = SYSTEMS.iter().enumerate().map(|(at, system)| {
        let mut patient = patient(&format!("p{at}"), &number(at), "ZW1 1AA");
        patient["identifier"][0]["system"] = json!(format!("{system}nhs-number"));
        patient["generalPractitioner"] = json!([{"identifier": {
            "system": format!("{system}ods-organization-code"), "value": "W99001"
        }}]);
        patient
    });
    write(
        &project,
        "fhir/Patient.ndjson",
        &patients.collect::<Vec<_>>(),
    );
    let organisations = SYSTEMS.iter().enumerate().map(|(at, system)| {
        json!({
            "resourceType": "Organization", "id": format!("o{at}"),
            "meta": {"lastUpdated": "2026-09-01T02:00:00Z"}, "name": "A practice",
            "identifier": [
                {"system": "https://example.org/Id/ods-organization-code", "value": "X"},
                {"system": format!("{system}ods-organization-code"), "value": "W99001"}
            ]
        })
    });
    write(
        &project,
        "fhir/Organization.ndjson",
        &organisations.collect::<Vec<_>>(),
    );
    project.ok(&["pull", "-q"]);
    assert_eq!(project.number("select count(*) from populace.reject"), 0);
    let people =
        "select count(distinct person_key) from record.patient where practice_code = 'W99001'";
    assert_eq!(project.number(people), 5);
    let codes = "select count(*) from record.organisation where ods_code = 'W99001'";
    assert_eq!(project.number(codes), 5);
}

#[test]
fn case_32_a_test_number_is_rejected_for_what_it_is() {
    let project = Project::empty();
    let live = FHIR.replace("accept_test_numbers = true", "reject_threshold = 1.0");
    project.write_pipeline(&pipeline(NO_POSTCODES, &live));
    let patients = [
        patient("p1", &number(1), "ZW1 1AA"),
        patient("p2", "9434765918", "ZW1 1AA"),
    ];
    write(&project, "fhir/Patient.ndjson", &patients);
    let summary = project.json(&["pull"]);
    assert_eq!(
        summary["rejected"],
        json!({"nhs-number-invalid": 1, "nhs-number-test-range": 1})
    );
    let project = Project::empty();
    write(&project, "fhir/Patient.ndjson", &patients);
    let strict = FHIR.replace("accept_test_numbers = true\n", "");
    project.write_pipeline(&pipeline(NO_POSTCODES, &strict));
    let error = project.fails(3, &["pull"]);
    assert!(error.contains("accept_test_numbers = true"), "{error}");
}
