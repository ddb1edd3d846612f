//! One odd value costs the value, and the resource only where nothing is left without it.

use super::fhir_record::{NUMBERS, patient, project, resource};

const SUBJECT: &str = r#""subject":{"reference":"Patient/p1"}"#;

fn observation(id: &str, more: &str) -> String {
    let own = format!(
        r#""status":"final",{SUBJECT},"code":{{"coding":[{{"system":"http://snomed.info/sct","code":"27113001"}}]}},{more}"#
    );
    resource("Observation", id, &own)
}

#[test]
fn an_odd_value_costs_the_value_and_is_counted() {
    let observations = [
        observation("o1", r#""valueQuantity":{"value":"70.5","unit":"kg"}"#),
        observation("o2", r#""valueQuantity":{"value":"about 70"}"#),
        observation(
            "o3",
            r#""valueQuantity":"70","effectiveDateTime":"2026-02-31""#,
        ),
        observation("o4", r#""component":"none","valueQuantity":{"value":71}"#),
        observation("o5", r#""effectiveDateTime":["2026-02-01"]"#).replacen(
            r#""code":"27113001""#,
            r#""code":27113001"#,
            1,
        ),
        observation("o6", "\"valueInteger\":3").replacen(
            r#""lastUpdated":"2026-09-01T02:00:00Z""#,
            r#""lastUpdated":"2026-09-01T02:011:00Z""#,
            1,
        ),
        // Whose these are, and when that was, nothing says.
        observation("o7", "\"valueInteger\":3").replacen(SUBJECT, r#""subject":"Patient/p1""#, 1),
        observation("o8", "\"valueInteger\":3").replacen(
            SUBJECT,
            r#""subject":{"reference":{}}"#,
            1,
        ),
        resource(
            "Encounter",
            "e1",
            &format!(r#"{SUBJECT},"period":{{"start":"2026-02-31T09:00:00Z"}}"#),
        ),
        resource(
            "Encounter",
            "e2",
            &format!(
                r#"{SUBJECT},"class":{{"code":{{}}}},"period":{{"start":"2026-02-01T09:00:00Z","end":"soon"}}"#
            ),
        ),
        "{\"resourceType\":\"Observation\",\"id\":".to_string(),
    ];
    let odd =
        patient("p1", NUMBERS[0], "").replacen(r#""gender":"female""#, r#""gender":{"a":1}"#, 1);
    let project = project(&[
        ("Observation.ndjson", &observations),
        ("Patient.ndjson", &[odd]),
    ]);
    let pipeline = std::fs::read_to_string(project.path("pipelines/nightly.toml")).unwrap();
    project.write_pipeline(&pipeline.replace(
        "unlinked_threshold",
        "reject_threshold = 0.5\nunlinked_threshold",
    ));
    let pulled = project.json(&["pull"]);
    assert_eq!(
        pulled["rejected"],
        serde_json::json!({"not-json": 1, "wrong-type": 3})
    );
    assert_eq!(
        project.sql("select column_name, count(*) from populace.reject where reason = 'wrong-type' group by 1 order by 1"),
        [["person_key", "2"], ["started", "1"]]
    );
    assert_eq!(
        project.sql("select code, count(*), count(value), min(value), max(value) from record.observation group by 1"),
        [["27113001", "6", "3", "3.0", "71.0"]]
    );
    assert_eq!(
        project.sql("select sex, birth_month from record.patient"),
        [["", "1961-04-01"]]
    );
    assert_eq!(
        project.sql("select class, ended, started_date from record.encounter"),
        [["", "", "2026-02-01"]]
    );
    assert_eq!(
        project.sql("select source, table_name, column_name, rule, value_count from populace.data_quality order by table_name, column_name"),
        [
            ["record", "record.encounter", "class", "wrong-type", "1"],
            ["record", "record.encounter", "ended", "wrong-type", "1"],
            ["record", "record.observation", "code", "wrong-type", "1"],
            ["record", "record.observation", "comparator", "wrong-type", "1"],
            ["record", "record.observation", "effective", "wrong-type", "1"],
            ["record", "record.observation", "unit", "wrong-type", "1"],
            ["record", "record.observation", "updated", "wrong-type", "1"],
            ["record", "record.observation", "value", "wrong-type", "2"],
            ["record", "record.patient", "sex", "wrong-type", "1"],
        ]
    );
}
