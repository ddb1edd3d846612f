//! Bundles are read as the resources that they hold.

use super::fhir_record::{NUMBERS, patient, project, resource};

fn condition(id: &str, subject: &str) -> String {
    let own = format!(
        r#""subject":{{"reference":"{subject}"}},"code":{{"coding":[{{"system":"http://snomed.info/sct","code":"44054006"}}]}}"#
    );
    resource("Condition", id, &own)
}

fn bundle(kind: &str, entries: &[(&str, String)]) -> String {
    let entries: Vec<String> = entries
        .iter()
        .map(|(url, resource)| format!(r#"{{"fullUrl":"{url}","resource":{resource}}}"#))
        .collect();
    format!(
        r#"{{"resourceType":"Bundle","id":"b","type":"{kind}","entry":[{}]}}"#,
        entries.join(",")
    )
}

fn pretty(text: &str) -> String {
    let value: serde_json::Value = serde_json::from_str(text).unwrap();
    serde_json::to_string_pretty(&value).unwrap()
}

#[test]
fn a_bundle_a_line_or_a_file_is_read_as_its_resources() {
    let urn = "urn:uuid:7c1b3c7e-0000-4000-8000-000000000001";
    // The Patient is known by its entry's address alone.
    let nameless = patient("x", NUMBERS[1], "").replacen(r#""id":"x","#, "", 1);
    let lines = [
        bundle(
            "searchset",
            &[
                (
                    "https://gp.example/Patient/p1",
                    patient("p1", NUMBERS[0], ""),
                ),
                (
                    "https://gp.example/Condition/c1",
                    condition("c1", "Patient/p1"),
                ),
            ],
        ),
        bundle(
            "transaction",
            &[(urn, nameless), ("urn:uuid:c2", condition("c2", urn))],
        ),
        // A line of its own, between Bundles, and a Bundle with a resource that cannot be used.
        condition("c3", "https://gp.example/Patient/p1"),
        bundle(
            "batch",
            &[
                ("urn:uuid:c4", condition("c4", "Patient/p1")),
                ("", r#"{"resourceType":"Condition"}"#.to_string()),
            ],
        ),
    ];
    let project = project(&[("bundles.NDJSON", &lines)]);
    let whole = bundle(
        "collection",
        &[("urn:uuid:c5", condition("c5", "Patient/p1"))],
    );
    std::fs::write(project.path("fhir/Whole.JSON"), pretty(&whole)).unwrap();
    let one = pretty(&condition("c6", "Patient/p1")).replace('\n', "\r\n");
    std::fs::write(project.path("fhir/one.json"), one).unwrap();
    std::fs::write(
        project.path("fhir/manifest.json"),
        "{\n\"transactionTime\": 1\n}",
    )
    .unwrap();
    let pipeline = std::fs::read_to_string(project.path("pipelines/nightly.toml")).unwrap();
    let lenient = pipeline.replace(
        "unlinked_threshold",
        "reject_threshold = 0.5\nunlinked_threshold",
    );
    project.write_pipeline(&lenient);
    let pulled = project.json(&["pull"]);
    assert_eq!(pulled["files_read"], 3);
    assert_eq!(pulled["accepted"], 8);
    assert_eq!(pulled["rejected"], serde_json::json!({"no-id": 1}));
    assert_eq!(pulled["without_view"], 0);
    let of_people =
        "select count(*), count(person_key), count(distinct person_key) from record.condition";
    assert_eq!(project.sql(of_people), [["6", "6", "2"]]);
    let again = project.json(&["pull"]);
    assert_eq!(again["files_read"], 0);
}
