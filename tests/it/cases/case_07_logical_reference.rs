//! A reference names its person in many ways.

use super::fhir_record::{NUMBERS, patient, project, resource};

const SYSTEM: &str = "https://fhir.nhs.uk/Id/nhs-number";

fn condition(id: &str, subject: &str, more: &str) -> String {
    let own = format!(
        r#""subject":{subject},"code":{{"coding":[{{"system":"http://snomed.info/sct","code":"44054006"}}]}},"recordedDate":"2026-01-01"{more}"#
    );
    resource("Condition", id, &own)
}

/// How many conditions each of the five people has.
const OF_EACH: &str = "select p.patient, count(c.record_key) from (select row_number() over (order by record_key) as patient, person_key from record.patient) p left join record.condition c on c.person_key = p.person_key group by 1 order by 1";

#[test]
fn a_reference_leads_to_its_person_in_every_form() {
    let number = NUMBERS[0];
    let identifier = format!(r#""identifier":{{"system":"{SYSTEM}","value":"{number}"}}"#);
    let contained = format!(
        r##","contained":[{{"resourceType":"Organization","id":"o"}},{{"resourceType":"Patient","id":"x",{}}}]"##,
        identifier.replacen(":{", ":[{", 1).replacen('}', "}]", 1)
    );
    let subjects = [
        (r#"{"reference":"Patient/p1"}"#.to_string(), ""),
        (
            r#"{"reference":"https://gp.example/fhir/Patient/p1"}"#.to_string(),
            "",
        ),
        (r#"{"reference":"Patient/p1/_history/3"}"#.to_string(), ""),
        (format!(r#"{{{identifier}}}"#), ""),
        (format!(r#"{{"type":"Patient",{identifier}}}"#), ""),
        (
            format!(
                r#"{{"reference":"urn:uuid:2f3a3c1e-0000-4000-8000-000000000001",{identifier}}}"#
            ),
            "",
        ),
        (
            format!(r#"{{"reference":"Patient?identifier={SYSTEM}|{number}"}}"#),
            "",
        ),
        (r##"{"reference":"#x"}"##.to_string(), contained.as_str()),
    ];
    let conditions: Vec<String> = subjects
        .iter()
        .enumerate()
        .map(|(at, (subject, more))| condition(&format!("c{at}"), subject, more))
        .collect();
    let project = project(&[
        ("Condition.ndjson", &conditions),
        ("Patient.ndjson", &[patient("p1", number, "")]),
    ]);
    let pulled = project.json(&["pull"]);
    assert_eq!(pulled["rejected"], serde_json::json!({}));
    assert_eq!(project.sql(OF_EACH), [["1", "8"]]);
    let stored = project.record_tables();
    let all = format!("{stored:?}");
    assert!(!all.contains(number), "the number itself is not stored");

    // They stay that person's on the next nights, whatever else comes.
    let more = [
        patient("p2", NUMBERS[1], ""),
        condition("c9", r#"{"reference":"Patient/p2"}"#, ""),
    ];
    std::fs::write(project.path("fhir/more.ndjson"), more.join("\n")).unwrap();
    project.ok(&["pull"]);
    let of_people = "select person_key is not null, count(*) from record.condition group by 1";
    assert_eq!(project.sql(of_people), [["true", "9"]]);
    // A Patient that turns out to be another person takes along what refers to it, and only that.
    let newer = patient("p1", NUMBERS[2], "").replace("2026-09-01T02", "2026-09-02T02");
    std::fs::write(project.path("fhir/newer.ndjson"), newer).unwrap();
    project.ok(&["pull"]);
    let groups = "select count(*) from record.condition group by person_key order by 1";
    assert_eq!(project.sql(groups), [["1"], ["3"], ["5"]]);
}

#[test]
fn a_number_that_names_nobody_is_refused() {
    let subject = |system: &str, number: &str| {
        format!(r#"{{"identifier":{{"system":"{system}","value":"{number}"}}}}"#)
    };
    let conditions = [
        condition("c1", &subject(SYSTEM, "9990000019"), ""),
        condition("c2", &subject("https://hospital.example/mrn", "77"), ""),
        condition("c3", r#"{"display":"somebody"}"#, ""),
    ];
    let project = project(&[("Condition.ndjson", &conditions)]);
    let pipeline = std::fs::read_to_string(project.path("pipelines/nightly.toml")).unwrap();
    let all = pipeline.replace(
        "unlinked_threshold",
        "reject_threshold = 1.0\nunlinked_threshold",
    );
    project.write_pipeline(&all);
    let pulled = project.json(&["pull"]);
    let refused = serde_json::json!({"nhs-number-invalid": 1});
    assert_eq!(pulled["rejected"], refused);
    let waiting = "select count(*), count(person_key), count(patient_key) from record.condition";
    assert_eq!(project.sql(waiting), [["2", "0", "0"]]);
}
