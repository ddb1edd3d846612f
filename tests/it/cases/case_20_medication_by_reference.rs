//! The medicine of a prescription may be a resource of its own.

use super::fhir_record::{NUMBERS, patient, project, resource};

#[test]
fn the_code_of_a_medicine_is_found_wherever_it_stands() {
    let coding = r#"{"coding":[{"system":"http://snomed.info/sct","code":"323510009"}]}"#;
    let request = |id: &str, more: &str| {
        let own = format!(
            r#""status":"active","intent":"order","subject":{{"reference":"Patient/p1"}},"authoredOn":"2026-01-05",{more}"#
        );
        resource("MedicationRequest", id, &own)
    };
    let contained = format!(
        r##""contained":[{{"resourceType":"Medication","id":"other","code":{{"coding":[{{"code":"1"}}]}}}},{{"resourceType":"Medication","id":"x","code":{coding}}}],"medicationReference":{{"reference":"#x"}}"##
    );
    let degraded = r#""medicationCodeableConcept":{"coding":[{"system":"http://snomed.info/sct","code":"196421000000109"},{"system":"http://read.info/readv2","code":"dia2.00"}]}"#;
    let both = r#""medicationCodeableConcept":{"coding":[{"system":"http://read.info/readv2","code":"dia2.00"},{"system":"https://dmd.nhs.uk","code":"323510009"}]}"#;
    let requests = [
        request("m1", &format!(r#""medicationCodeableConcept":{coding}"#)),
        request(
            "m2",
            r#""medicationReference":{"reference":"Medication/med1"}"#,
        ),
        request("m3", &contained),
        request("m4", degraded),
        request("m5", both),
        request(
            "m6",
            r#""medicationReference":{"reference":"Medication/none"}"#,
        ),
    ];
    let project = project(&[
        ("MedicationRequest.ndjson", &requests),
        ("Patient.ndjson", &[patient("p1", NUMBERS[0], "")]),
    ]);
    project.ok(&["pull"]);
    // The Medication arrives on another night.
    let medication = resource("Medication", "med1", &format!(r#""code":{coding}"#));
    std::fs::write(project.path("fhir/Medication.ndjson"), medication).unwrap();
    project.ok(&["pull"]);
    project.ok(&["run", "core.medication"]);
    let codes =
        "select code, code_system, count(*) from core.medication group by 1, 2 order by 3 desc, 1";
    assert_eq!(
        project.sql(codes),
        [
            ["323510009", "http://snomed.info/sct", "3"],
            ["323510009", "https://dmd.nhs.uk", "1"],
            ["dia2.00", "http://read.info/readv2", "1"],
            ["", "", "1"]
        ]
    );
}
