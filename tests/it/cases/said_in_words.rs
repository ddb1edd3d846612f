//! What a record says in words, or in the place of another type, where a code or a date is usual.

use super::fhir_record::{NUMBERS, patient, person, project, resource};

const STATUS: &str =
    "https://fhir.hl7.org.uk/StructureDefinition/Extension-UKCore-NHSNumberVerificationStatus";

fn of_p1(kind: &str, id: &str, more: &str) -> String {
    let about = format!(r#""subject":{{"reference":"Patient/p1"}},{more}"#);
    resource(kind, id, &about)
}

#[test]
fn a_status_in_words_is_the_word_of_its_value_set() {
    let conditions: Vec<String> = [
        r#""verificationStatus":{"text":"Confirmed"},"clinicalStatus":{"coding":[{"display":"Active"}]},"category":[{"text":"Problem List Item"}]"#,
        r#""verificationStatus":{"text":"entered in error"},"clinicalStatus":{"coding":[{"system":"http://snomed.info/sct","code":"55561003","display":"Active"}]}"#,
        r#""verificationStatus":{"coding":[{"display":"Refuted"}]},"clinicalStatus":{"coding":[{"code":"RESOLVED"}]}"#,
        r#""verificationStatus":"Entered-In-Error","clinicalStatus":{"coding":[{"code":"active"}],"text":"resolved"}"#,
        r#""verificationStatus":{"coding":[{"code":"local","display":"Probably"}]},"clinicalStatus":{"text":"Ask the patient"}"#,
    ]
    .iter()
    .enumerate()
    .map(|(at, more)| of_p1("Condition", &at.to_string(), &format!(r#""onsetDateTime":"202{at}-01-01",{more}"#)))
    .collect();
    let project = project(&[
        ("Condition.ndjson", &conditions),
        ("Patient.ndjson", &[patient("p1", NUMBERS[0], "")]),
    ]);
    project.ok(&["pull"]);
    let words = "select coalesce(verification_status, ''), coalesce(clinical_status, ''), coalesce(category, '') from record.condition order by onset";
    assert_eq!(
        project.sql(words),
        [
            ["confirmed", "active", "problem-list-item"],
            ["entered-in-error", "active", ""],
            ["refuted", "resolved", ""],
            ["entered-in-error", "active", ""],
            ["local", "", ""],
        ]
    );
    project.ok(&["run", "staging.condition"]);
    assert_eq!(project.number("select count(*) from staging.condition"), 2);
}

#[test]
fn a_number_whose_status_says_in_words_that_it_is_not_traced_links_nobody() {
    let of = |id: &str, number: &str, status: &str| {
        let identifier = format!(
            r#"{{"extension":[{{"url":"{STATUS}","valueCodeableConcept":{status}}}],"system":"https://fhir.nhs.uk/Id/nhs-number","value":"{number}"}}"#
        );
        person(id, &identifier, r#""active":true"#)
    };
    let patients = [
        of("a", NUMBERS[0], r#"{"text":"Number present and verified"}"#),
        of(
            "b",
            NUMBERS[1],
            r#"{"coding":[{"display":"Trace required"}]}"#,
        ),
        of(
            "c",
            NUMBERS[2],
            r#"{"text":"Trace needs to be resolved - (NHS Number or patient detail conflict)"}"#,
        ),
        // What is no word of the value set says nothing.
        of("d", NUMBERS[3], r#"{"text":"seen by the clerk"}"#),
    ];
    let project = project(&[("Patient.ndjson", &patients)]);
    project.ok(&["pull"]);
    let linked = "select count(*), count(person_key) from record.patient";
    assert_eq!(project.sql(linked), [["4", "2"]]);
}

#[test]
fn times_are_read_from_every_type_that_an_element_may_have() {
    let lines = [
        of_p1(
            "Observation",
            "1",
            r#""effectiveTiming":{"event":["2020-01-02T03:04:05Z","2020-02-01"]},"issued":"2021-01-01T00:00:00Z""#,
        ),
        of_p1(
            "Observation",
            "2",
            r#""effectiveTiming":{"repeat":{"boundsPeriod":{"start":"2020-01-03"}}}"#,
        ),
        of_p1(
            "Observation",
            "3",
            r#""effectiveInstant":"2020-01-04T03:04:05Z""#,
        ),
        of_p1(
            "Observation",
            "4",
            r#""issued":"2020-01-05T03:04:05.123+01:00""#,
        ),
        of_p1(
            "Observation",
            "5",
            r#""effectivePeriod":{"end":"2020-01-06"}"#,
        ),
        of_p1(
            "Observation",
            "6",
            r#""effectiveTiming":{"code":{"text":"daily"}}"#,
        ),
        of_p1(
            "Procedure",
            "1",
            r#""status":"completed","performedString":"spring 2020""#,
        ),
        of_p1(
            "Procedure",
            "2",
            r#""status":"completed","performedString":"2020-03-04""#,
        ),
        of_p1(
            "Procedure",
            "3",
            r#""status":"completed","performedAge":{"value":45,"unit":"a"}"#,
        ),
        of_p1(
            "Procedure",
            "4",
            r#""status":"completed","performedRange":{"low":{"value":1945}}"#,
        ),
        of_p1(
            "Condition",
            "1",
            r#""onsetString":"as a child","abatementString":"2020-05""#,
        ),
        patient("p1", NUMBERS[0], ""),
    ];
    for version in ["3.0", "4.0"] {
        let settings = format!("fhir_version = \"{version}\"");
        let project = super::fhir_record::project_with(&[("all.ndjson", &lines)], &settings);
        project.ok(&["pull"]);
        let days = "select coalesce(cast(cast(effective as date) as varchar), '') as day from record.observation order by day";
        assert_eq!(
            project.sql(days),
            [
                [""],
                ["2020-01-02"],
                ["2020-01-03"],
                ["2020-01-04"],
                ["2020-01-05"],
                ["2020-01-06"]
            ],
            "{version}"
        );
        let days = "select coalesce(cast(cast(performed as date) as varchar), '') as day from record.procedure order by day";
        assert_eq!(
            project.sql(days),
            [[""], [""], [""], ["2020-03-04"]],
            "{version}"
        );
        let counted = "select table_name, column_name, rule, cast(sum(value_count) as bigint) from populace.data_quality group by 1, 2, 3 order by 1, 2";
        let counted = project.sql(counted);
        assert_eq!(
            counted,
            [
                ["record.condition", "onset", "wrong-type", "1"],
                ["record.procedure", "performed", "wrong-type", "3"],
            ],
            "{version}"
        );
    }
}
