//! Resources of another version of FHIR than their source says.

use crate::cases::fhir_record::project_with;
use crate::project::{plain, repository, shared};
use populace::decode::fhir::{Decoder, View};
use populace::decode::{Chunk, Decoded, RejectReason};
use std::sync::Arc;

const STU3: &str = "pipelines/views-stu3";
const R4: &str = "pipelines/views";

/// The lines read by the views of a folder.
fn decoded(folder: &str, lines: &str) -> Decoded {
    let mut views = Vec::new();
    for entry in std::fs::read_dir(repository().join(folder)).unwrap() {
        let path = entry.unwrap().path();
        let text = std::fs::read_to_string(&path).unwrap();
        let name = path.file_name().unwrap().to_string_lossy().into_owned();
        views.push(Arc::new(View::parse(&name, &text).unwrap()));
    }
    Decoder::new(views).decode(&Chunk {
        bytes: lines.as_bytes(),
        offset: 0,
        first_line: 1,
    })
}

/// Lines that are of another version than the views of a folder.
fn others(folder: &str, lines: &str) -> Vec<u64> {
    let rejects = decoded(folder, lines).rejects;
    let of_other = |reason| reason == RejectReason::OtherFhirVersion;
    let others = rejects.iter().filter(|reject| of_other(reject.reason));
    others.map(|reject| reject.number).collect()
}

fn resource(kind: &str, more: &str) -> String {
    format!(
        r#"{{"resourceType":"{kind}","id":"x","meta":{{"lastUpdated":"2026-01-05T10:00:00Z"}},{more}}}"#
    )
}

#[test]
fn an_element_that_its_version_does_not_have_gives_a_resource_away() {
    let period = r#"{"start":"2026-01-05T10:00:00Z"}"#;
    let of_stu3 = [
        ("Immunization", r#""notGiven":true,"date":"2026-01-05""#),
        (
            "Immunization",
            r#""notGiven":false,"occurrenceDateTime":"2026-01-05""#,
        ),
        ("Condition", r#""assertedDate":"2026-01-05""#),
        (
            "Encounter",
            r#""reason":[{"text":"x"}],"period":{"start":"2026-01-05"}"#,
        ),
        (
            "Procedure",
            r#""notDone":true,"performedDateTime":"2026-01-05""#,
        ),
        (
            "MedicationRequest",
            r#""context":{"reference":"Encounter/1"}"#,
        ),
        ("Observation", r#""comment":"x""#),
        ("DocumentReference", r#""indexed":"2026-01-05T10:00:00Z""#),
        ("QuestionnaireResponse", r#""parent":[{}]"#),
        ("Patient", r#""animal":{}"#),
        ("Goal", r#""status":"in-progress""#),
    ];
    let of_r4 = [
        ("Immunization", r#""occurrenceDateTime":"2026-01-05""#),
        ("Condition", r#""recordedDate":"2026-01-05""#),
        ("Encounter", r#""reasonCode":[{"text":"x"}]"#),
        (
            "Procedure",
            r#""encounter":{"reference":"Encounter/1"},"performedDateTime":"2026-01-05""#,
        ),
        ("Goal", r#""lifecycleStatus":"active""#),
        ("DocumentReference", r#""date":"2026-01-05T10:00:00Z""#),
    ];
    let of_r5 = [
        ("Encounter", format!(r#""actualPeriod":{period}"#)),
        ("Encounter", r#""admission":{}"#.to_owned()),
        (
            "Procedure",
            r#""occurrenceDateTime":"2026-01-05""#.to_owned(),
        ),
        ("Procedure", format!(r#""occurrencePeriod":{period}"#)),
        ("Immunization", r#""reason":[{}]"#.to_owned()),
        ("MedicationUsage", r#""adherence":{}"#.to_owned()),
        ("ServiceRequest", r#""reason":[{}]"#.to_owned()),
    ];
    for (own, other, lines) in [(STU3, R4, &of_stu3[..]), (R4, STU3, &of_r4[..])] {
        for (kind, more) in lines {
            let line = resource(kind, more);
            assert_eq!(others(other, &line), [1], "{other}: {line}");
            // Together with elements of both versions a resource is of neither.
            if !more.contains(r#"notGiven":false"#) {
                assert_eq!(others(own, &line), [0; 0], "{own}: {line}");
            }
        }
    }
    for (kind, more) in &of_r5 {
        let line = resource(kind, more);
        assert_eq!(others(R4, &line), [1], "{line}");
        if *kind != "ServiceRequest" {
            assert_eq!(others(STU3, &line), [1], "{line}");
        }
    }
    // An empty list says nothing.
    assert_eq!(others(R4, &resource("Encounter", r#""reason":[]"#)), [0; 0]);
}

#[test]
fn a_profile_of_another_version_gives_a_resource_away() {
    let care = "https://fhir.hl7.org.uk/STU3/StructureDefinition/CareConnect-Patient-1";
    let uk = "https://fhir.hl7.org.uk/StructureDefinition/UKCore-Patient";
    for (folder, own, other) in [(R4, uk, care), (STU3, care, uk)] {
        let line = |profile: &str| {
            format!(
                r#"{{"resourceType":"Patient","id":"x","meta":{{"profile":["http://example.org/a",{profile}]}}}}"#
            )
        };
        let lines = [own, other, own].map(|profile| line(&format!("\"{profile}\"")));
        assert_eq!(others(folder, &lines.join("\n")), [2], "{folder}");
        let alone = line("1").replace(r#"["http://example.org/a",1]"#, &format!("\"{other}\""));
        assert_eq!(others(folder, &alone), [1], "{alone}");
    }
}

#[test]
fn lines_after_thousands_of_the_own_version_are_told_too() {
    let own = resource("Immunization", r#""occurrenceDateTime":"2026-01-05""#);
    let other = resource(
        "Immunization",
        r#""occurrenceDateTime":"2026-01-05","notGiven":true"#,
    );
    let mut lines = vec![own.as_str(); 2000];
    lines[1500] = &other;
    assert_eq!(others(R4, &lines.join("\n")), [1501]);
}

#[test]
fn published_records_are_of_the_version_that_they_say() {
    let sets = [
        ("fhir/uk-core-examples", R4),
        ("fhir/pds-examples", R4),
        ("fhir/bars-examples", R4),
        ("fhir/synthea-us-50", R4),
        ("fhir/gp-connect-stu3", STU3),
    ];
    for (set, folder) in sets {
        let Some(set) = shared(set) else { continue };
        let mut lines = 0;
        for entry in std::fs::read_dir(&set).unwrap() {
            let path = entry.unwrap().path();
            if !path.to_string_lossy().contains(".ndjson") {
                continue;
            }
            let text = String::from_utf8(plain(&std::fs::read(&path).unwrap())).unwrap();
            lines += text.lines().count();
            assert_eq!(others(folder, &text), [0; 0], "{}", path.display());
        }
        assert!(lines >= 60, "{}: {lines}", set.display());
    }
}

#[test]
fn a_pull_says_that_a_source_speaks_another_version() {
    let given = resource(
        "Immunization",
        r#""patient":{"reference":"Patient/p"},"notGiven":true,"date":"2026-01-05""#,
    );
    let lines = [given];
    let project = project_with(&[("all.ndjson", &lines)], "reject_threshold = 1.0");
    let pulled = project.json(&["pull"]);
    assert_eq!(pulled["rejected"]["other-fhir-version"], 1, "{pulled}");
    let stored = "select count(*) from record.immunization";
    assert_eq!(project.number(stored), 0);
    let strict = project_with(&[("all.ndjson", &lines)], "");
    let error = strict.fails(1, &["pull"]);
    assert!(error.contains("1 other-fhir-version"), "{error}");
    assert!(error.contains("set fhir_version when"), "{error}");
}
