//! PDS sends the language and the need of an interpreter in one extension.

use super::fhir_record::{NUMBERS, patient, project};

#[test]
fn language_interpreter_and_ethnic_category_are_found_in_their_extensions() {
    const BASE: &str = "https://fhir.hl7.org.uk/StructureDefinition/Extension-UKCore-";
    let language = |code: &str| {
        format!(
            r#"{{"url":"language","valueCodeableConcept":{{"coding":[{{"system":"https://fhir.hl7.org.uk/CodeSystem/UKCore-HumanLanguage","code":"{code}"}}]}}}}"#
        )
    };
    let communication =
        |parts: &str| format!(r#"{{"url":"{BASE}NHSCommunication","extension":[{parts}]}}"#);
    let preferred = r#"{"url":"preferred","valueBoolean":true}"#;
    let needed = r#"{"url":"interpreterRequired","valueBoolean":true}"#;
    let ethnic = |codings: &str| {
        format!(
            r#"{{"url":"{BASE}EthnicCategory","valueCodeableConcept":{{"coding":[{codings}]}}}}"#
        )
    };
    let snomed = r#"{"system":"http://snomed.info/sct","code":"494131000000105"}"#;
    let category = r#"{"system":"https://fhir.hl7.org.uk/CodeSystem/UKCore-EthnicCategoryEngland","code":"A"}"#;
    let extensions = [
        [
            communication(&[language("fr"), needed.to_string()].join(",")),
            ethnic(&[snomed, category].join(",")),
        ],
        [
            communication(&language("cy")),
            communication(&[language("pl"), preferred.to_string()].join(",")),
        ],
        [
            r#"{"url":"http://hl7.org/fhir/StructureDefinition/patient-interpreterRequired","valueBoolean":false}"#.to_string(),
            ethnic(r#"{"system":"https://fhir.hl7.org.uk/CodeSystem/UKCore-EthnicCategory","code":"H"}"#),
        ],
    ];
    let mut people: Vec<String> = extensions
        .iter()
        .zip(NUMBERS)
        .enumerate()
        .map(|(at, (extensions, number))| {
            let more = format!(r#","extension":[{}]"#, extensions.join(","));
            patient(&format!("p{at}"), number, &more)
        })
        .collect();
    people.push(patient(
        "p9",
        NUMBERS[4],
        r#","communication":[{"language":{"coding":[{"code":"ur"}]}},{"language":{"coding":[{"code":"bn"}]},"preferred":true}]"#,
    ));
    let project = project(&[("Patient.ndjson", &people)]);
    project.ok(&["pull"]);
    project.ok(&["run", "core.person"]);
    let rows = project.sql(
        "select language, interpreter_required, ethnic_group from core.person order by language",
    );
    assert_eq!(
        rows,
        [
            ["bn", "", "Not known"],
            ["fr", "true", "White"],
            ["pl", "", "Not known"],
            ["", "false", "Asian or Asian British"]
        ]
    );
}
