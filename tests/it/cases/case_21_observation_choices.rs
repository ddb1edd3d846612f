//! An observation has its time and value in one of many forms.

use super::fhir_record::{NUMBERS, patient, project, resource};

#[test]
fn no_choice_of_an_observation_is_lost() {
    let observation = |id: usize, more: &str| {
        let own = format!(r#""status":"final","subject":{{"reference":"Patient/p1"}},{more}"#);
        resource("Observation", &format!("o{id}"), &own)
    };
    let code =
        r#""code":{"coding":[{"system":"http://snomed.info/sct","code":"1022431000000105"}]}"#;
    let with = |more: &str| format!("{code},{more}");
    let when = r#""effectiveDateTime":"2026-01-05""#;
    let lines: Vec<String> = [
        with(&format!(r#"{when},"valueQuantity":{{"value":48,"unit":"per mole","code":"mmol/mol"}}"#)),
        with(r#""effectivePeriod":{"start":"2026-01-06","end":"2026-01-07"},"valueQuantity":{"value":5,"comparator":"<","unit":"ng/L"}"#),
        with(r#""effectiveInstant":"2026-01-07T10:00:00Z","valueInteger":7"#),
        with(&format!(r#"{when},"valueBoolean":true"#)),
        with(&format!(r#"{when},"valueString":"positive""#)),
        with(&format!(r#"{when},"valueCodeableConcept":{{"coding":[{{"system":"http://read.info/readv2","code":"1371."}},{{"system":"http://snomed.info/sct","code":"266919005"}}]}}"#)),
        // Read comes first, SNOMED CT is preferred; the placeholder of a transfer never is.
        format!(r#"{when},"code":{{"coding":[{{"system":"http://read.info/readv2","code":"42W5.00"}},{{"system":"http://snomed.info/sct","code":"1049301000000100"}}]}}"#),
        format!(r#"{when},"code":{{"coding":[{{"system":"http://snomed.info/sct","code":"196411000000103"}},{{"system":"http://read.info/readv2","code":"246..00"}}]}}"#),
        format!(r#"{when},"code":{{"coding":[{{"code":"75367002"}}]}},"component":[{{"code":{{"coding":[{{"system":"http://loinc.org","code":"8480-6"}},{{"system":"http://snomed.info/sct","code":"271649006"}}]}},"valueQuantity":{{"value":141,"unit":"mmHg"}}}},{{"code":{{"coding":[{{"system":"http://snomed.info/sct","code":"271650006"}}]}},"valueQuantity":{{"value":90,"comparator":">=","code":"mm[Hg]"}}}}]"#),
    ]
    .iter()
    .enumerate()
    .map(|(at, more)| observation(at, more))
    .collect();
    let project = project(&[
        ("Observation.ndjson", &lines),
        ("Patient.ndjson", &[patient("p1", NUMBERS[0], "")]),
    ]);
    let pulled = project.json(&["pull"]);
    assert_eq!(pulled["rejected"], serde_json::json!({}));
    let rows = project.sql(
        "select code, code_system, cast(effective as date) as day, value, comparator, unit, value_code, value_boolean, value_is_text from record.observation order by code, day, value, value_code, value_boolean, value_is_text",
    );
    let (sct, read) = ("http://snomed.info/sct", "http://read.info/readv2");
    let (hba1c, day) = ("1022431000000105", "2026-01-05");
    let expected = [
        [hba1c, sct, day, "48.0", "", "mmol/mol", "", "", "false"],
        [hba1c, sct, day, "", "", "", "266919005", "", "false"],
        [hba1c, sct, day, "", "", "", "", "true", "false"],
        [hba1c, sct, day, "", "", "", "", "", "true"],
        [
            hba1c,
            sct,
            "2026-01-06",
            "5.0",
            "<",
            "ng/L",
            "",
            "",
            "false",
        ],
        [hba1c, sct, "2026-01-07", "7.0", "", "", "", "", "false"],
        ["1049301000000100", sct, day, "", "", "", "", "", "false"],
        ["246..00", read, day, "", "", "", "", "", "false"],
        ["271649006", sct, day, "141.0", "", "mmHg", "", "", "false"],
        [
            "271650006",
            sct,
            day,
            "90.0",
            ">=",
            "mm[Hg]",
            "",
            "",
            "false",
        ],
        ["75367002", "", day, "", "", "", "", "", "false"],
    ];
    assert_eq!(rows, expected);
}
