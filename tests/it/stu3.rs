//! A shared record that still speaks STU3 fills the same tables as one that speaks R4.

use crate::cases::fhir_record::project_with;
use crate::project::{Project, pipeline_over, plain, repository, shared, synth};

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

/// Pulls and runs every model over `files`, which speak STU3, and no extracts.
fn nightly_of(files: &[(&str, &[String])]) -> Project {
    let project = project_with(files, "fhir_version = \"3.0\"\nreject_threshold = 1.0\n");
    let night = project.json(&["nightly"]);
    let models = night["run"]["models"].as_array().unwrap();
    assert!(models.len() >= 17, "{}", models.len());
    for model in models {
        assert_eq!(model["state"], "new", "{model}");
    }
    project
}

#[test]
fn a_source_of_stu3_alone_builds_every_model() {
    let of = |kind: &str, id: &str, more: &str| {
        format!(
            r#"{{"resourceType":"{kind}","id":"{id}","meta":{{"lastUpdated":"2026-01-05T10:00:00Z"}},{more}}}"#
        )
    };
    let coding = |code: &str| {
        format!(r#"{{"coding":[{{"system":"http://snomed.info/sct","code":"{code}"}}]}}"#)
    };
    let subject = r#""subject":{"reference":"Patient/p1"}"#;
    let ods = r#""identifier":[{"system":"https://fhir.nhs.uk/Id/ods-organization-code","value":"W99001"}]"#;
    let practice = r#","generalPractitioner":[{"reference":"PractitionerRole/r1"}],"address":[{"use":"home","postalCode":"ZW1 1AA"}],"deceasedBoolean":false}"#;
    let patient = PATIENT.replacen(
        "\"birthDate\":\"1957-03-14\"}",
        &format!("\"birthDate\":\"1957-03-14\"{practice}"),
        1,
    );
    let lines = [
        patient,
        CONDITION.to_string(),
        of("Organization", "o1", ods),
        of(
            "PractitionerRole",
            "r1",
            r#""organization":{"reference":"Organization/o1"}"#,
        ),
        of(
            "Location",
            "l1",
            r#""managingOrganization":{"reference":"Organization/o1"}"#,
        ),
        of(
            "Encounter",
            "e1",
            &format!(
                r#""status":"finished","class":{{"code":"AMB"}},{subject},"period":{{"start":"2025-11-05T09:00:00Z","end":"2025-11-05T09:10:00Z"}},"location":[{{"location":{{"reference":"Location/l1"}}}}]"#
            ),
        ),
        of(
            "Observation",
            "ob1",
            &format!(
                r#""status":"final",{subject},"context":{{"reference":"Encounter/e1"}},"code":{},"effectiveDateTime":"2025-11-05T09:00:00Z","valueQuantity":{{"value":31.5}}"#,
                coding("60621009")
            ),
        ),
        of(
            "Medication",
            "m1",
            &format!(r#""code":{}"#, coding("323510009")),
        ),
        of(
            "MedicationRequest",
            "mr1",
            &format!(
                r#""status":"active","intent":"order",{subject},"medicationReference":{{"reference":"Medication/m1"}},"authoredOn":"2025-11-05""#
            ),
        ),
        of(
            "Immunization",
            "i1",
            &format!(
                r#""status":"completed","notGiven":false,"patient":{{"reference":"Patient/p1"}},"vaccineCode":{},"date":"2025-10-05""#,
                coding("39114911000001105")
            ),
        ),
        of(
            "Procedure",
            "pr1",
            &format!(
                r#""status":"completed",{subject},"code":{},"performedDateTime":"2025-10-05""#,
                coding("80146002")
            ),
        ),
        of(
            "ReferralRequest",
            "rr1",
            &format!(
                r#""status":"active","intent":"order",{subject},"serviceRequested":[{}],"authoredOn":"2025-10-05""#,
                coding("3457005")
            ),
        ),
        of(
            "ProcedureRequest",
            "pq1",
            &format!(
                r#""status":"active","intent":"order",{subject},"code":{},"authoredOn":"2025-10-05""#,
                coding("26604007")
            ),
        ),
    ];
    let project = nightly_of(&[("all.ndjson", &lines)]);
    // Each table that views of R4 fill is there, and figures come out of the models.
    let r4 = std::fs::read_dir(repository().join("pipelines/views")).unwrap();
    for view in r4 {
        let file = view.unwrap().path();
        let table = file.file_stem().unwrap().to_str().unwrap().to_string();
        project.number(&format!("select count(*) from record.{table}"));
    }
    assert_eq!(
        project.sql("select practice_code, lsoa21_code, ethnic_category from core.person"),
        [["W99001", "E01990001", "H"]]
    );
    assert_eq!(
        project.sql("select provider_code from core.contact"),
        [["W99001"]]
    );
    assert_eq!(
        project.sql("select code from core.medication"),
        [["323510009"]]
    );
    assert_eq!(
        project.number("select count(*) from record.service_request"),
        2
    );
}

#[test]
fn what_two_gp_systems_send_builds_every_model() {
    let Some(examples) = shared("fhir/gp-connect-stu3") else {
        return;
    };
    let mut all = Vec::new();
    for file in std::fs::read_dir(examples).unwrap() {
        let text = plain(&std::fs::read(file.unwrap().path()).unwrap());
        all.extend(String::from_utf8(text).unwrap().lines().map(str::to_string));
    }
    let project = nightly_of(&[("all.ndjson", &all)]);
    assert!(project.number("select count(*) from core.person") > 0);
    assert!(project.number("select count(*) from record.observation where code is not null") > 0);
}
