//! A shared record that still speaks STU3 fills the same tables as one that speaks R4.

use crate::project::{Project, pipeline_over, synth};

const PATIENT: &str = r#"{"resourceType":"Patient","id":"p1","meta":{"lastUpdated":"2026-01-05T10:00:00Z"},"extension":[{"url":"https://fhir.hl7.org.uk/STU3/StructureDefinition/Extension-CareConnect-EthnicCategory-1","valueCodeableConcept":{"coding":[{"code":"H"}]}}],"identifier":[{"system":"https://fhir.nhs.uk/Id/nhs-number","value":"9434765919"}],"gender":"female","birthDate":"1957-03-14"}"#;
const CONDITION: &str = r#"{"resourceType":"Condition","id":"c1","meta":{"lastUpdated":"2026-01-05T10:00:00Z"},"clinicalStatus":"active","code":{"coding":[{"system":"http://snomed.info/sct","code":"38341003"}]},"subject":{"reference":"Patient/p1"},"assertedDate":"2019-06-01"}"#;
const WITHOUT_VIEW: &str = r#"{"resourceType":"DataElement","id":"r1"}"#;

#[test]
fn a_source_of_stu3_fills_the_tables_of_r4() {
    let record = synth(30, 31, false);
    let project = Project::over(record.path());
    project.ok(&["pull"]);
    let patients = project.number("select count(*) from record.patient");
    let folder = project.path("yhcr");
    std::fs::create_dir(&folder).unwrap();
    let text = [PATIENT, CONDITION, WITHOUT_VIEW].join("\n");
    std::fs::write(folder.join("all.ndjson"), text).unwrap();
    let source =
        "\n[sources.yhcr]\nkind = \"fhir-folder\"\nfhir_version = \"3.0\"\nurl = \"yhcr\"\n";
    let pipeline = pipeline_over(record.path()) + source;
    project.write_pipeline(&pipeline);
    project.ok(&["check"]);
    let pulled = project.json(&["pull"]);
    assert_eq!(pulled["accepted"], 2);
    assert_eq!(pulled["without_view"], 1);
    assert_eq!(
        pulled["files_read"], 1,
        "the other source is not read again"
    );
    assert_eq!(
        project.number("select count(*) from record.patient"),
        patients + 1
    );
    let rows = project.sql(
        "select p.sex, p.ethnic_category, c.code, c.clinical_status, c.recorded from record.patient p join record.condition c on c.person_key = p.person_key where p.source = 'yhcr'",
    );
    assert_eq!(rows, [["female", "H", "38341003", "active", "2019-06-01"]]);
    // The two definitions of one table are stable.
    let again = project.json(&["pull"]);
    assert_eq!(again["files_read"], 0);
    for table in again["tables"].as_array().unwrap() {
        assert_eq!(table["changed"], false, "{table}");
    }

    project.write_pipeline(&pipeline.replace("\"3.0\"", "\"3\""));
    let error = project.fails(2, &["check"]);
    assert!(error.contains("unknown variant `3`"), "{error}");
}
