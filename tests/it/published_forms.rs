//! What the shipped views read in forms that the published profiles allow and their examples do not show.

use crate::project::repository;
use arrow::util::display::array_value_to_string;
use populace::decode::Chunk;
use populace::decode::fhir::{Decoder, View};
use std::collections::BTreeMap;
use std::sync::Arc;

/// The rows that a shipped view makes of a resource, by column; what is null is left out.
fn rows(view: &str, resource: &str) -> Vec<BTreeMap<String, String>> {
    let file = repository().join("pipelines").join(view);
    let text = std::fs::read_to_string(file).unwrap();
    let decoder = Decoder::new(vec![Arc::new(View::parse(view, &text).unwrap())]);
    let decoded = decoder.decode(&Chunk {
        bytes: resource.as_bytes(),
        offset: 0,
        first_line: 1,
    });
    assert!(
        decoded.rejects.is_empty(),
        "{resource}: {:?}",
        decoded.rejects
    );
    let batch = &decoded.tables[0].batch;
    let row = |row: usize| {
        let columns = batch.schema_ref().fields().iter().zip(batch.columns());
        columns
            .filter(|(_, column)| column.is_valid(row))
            .map(|(field, column)| {
                (
                    field.name().clone(),
                    array_value_to_string(column, row).unwrap(),
                )
            })
            .collect()
    };
    (0..batch.num_rows()).map(row).collect()
}

/// Checks the values of columns in the first row; an empty text stands for null.
fn check(view: &str, resource: &str, expected: &[(&str, &str)]) {
    let rows = rows(view, resource);
    for (column, value) in expected {
        let found = rows[0].get(*column).map_or("", String::as_str);
        assert_eq!(found, *value, "{view}: {column} of {resource}");
    }
}

fn patient(more: &str) -> String {
    format!(
        r#"{{"resourceType":"Patient","id":"p","meta":{{"lastUpdated":"2026-09-01T02:00:00Z"}},{more}}}"#
    )
}

const NHS: &str = r#""system":"https://fhir.nhs.uk/Id/nhs-number""#;
const BOTH: [&str; 2] = ["views/patient.json", "views-stu3/patient.json"];

#[test]
fn births_and_deaths_in_each_form() {
    for view in BOTH {
        for (more, column, expected) in [
            (r#""birthDate":"1950""#, "birth_month", "1950-01-01"),
            (r#""birthDate":"1950-05""#, "birth_month", "1950-05-01"),
            (
                r#""_birthDate":{"extension":[{"url":"http://hl7.org/fhir/StructureDefinition/patient-birthTime","valueDateTime":"1950-05-17T10:00:00Z"}]}"#,
                "birth_month",
                "1950-05-17",
            ),
            (r#""deceasedBoolean":true"#, "deceased", "true"),
            (r#""deceasedBoolean":"true""#, "deceased", "true"),
            (r#""deceasedBoolean":true"#, "death_month", ""),
            (
                r#""deceasedDateTime":"2026-01""#,
                "death_month",
                "2026-01-01",
            ),
            (
                r#""deceasedDateTime":"2026-01-05T10:00:00+00:00""#,
                "death_month",
                "2026-01-05",
            ),
            (r#""deceasedDateTime":"2026-01-05""#, "deceased", ""),
            (r#""active":false"#, "active", "false"),
        ] {
            check(view, &patient(more), &[(column, expected)]);
        }
    }
}

#[test]
fn the_number_in_use_wins_with_its_own_status() {
    let status = |url: &str, code: &str| {
        format!(
            r#""extension":[{{"url":"{url}","valueCodeableConcept":{{"coding":[{{"code":"{code}"}}]}}}}]"#
        )
    };
    let number = |value: &str, more: &str| format!(r#"{{{NHS},"value":"{value}"{more}}}"#);
    const UK: &str =
        "https://fhir.hl7.org.uk/StructureDefinition/Extension-UKCore-NHSNumberVerificationStatus";
    const CARE: &str = "https://fhir.hl7.org.uk/STU3/StructureDefinition/Extension-CareConnect-NHSNumberVerificationStatus-1";
    for view in BOTH {
        for url in [UK, CARE] {
            for code in ["01", "1", "number-present-and-verified"] {
                let ended = number("9990000018", r#","period":{"end":"2020-01-01"}"#);
                let old = number("9990000379", r#","use":"old""#);
                let later = number("9990000743", r#","period":{"end":"2027-01-01"}"#);
                let own = number("9990001111", &format!(",{}", status(url, code)));
                let more = format!(r#""identifier":[{ended},{old},{later},{own}]"#);
                check(
                    view,
                    &patient(&more),
                    &[
                        ("person_identifier", "9990001111"),
                        ("nhs_number_status", code),
                    ],
                );
            }
        }
        // One that ends later is in use where there is no other; a number may lack its quotes.
        let later = r#"{"system":"https://fhir.nhs.uk/Id/nhs-number","value":9990000743,"period":{"end":"2027-01-01"}}"#;
        let more = format!(r#""identifier":[{later},{{{NHS}}}]"#);
        check(
            view,
            &patient(&more),
            &[("person_identifier", "9990000743")],
        );
        let more = format!(
            r#""identifier":[{}]"#,
            number("9990000379", r#","use":"old""#)
        );
        check(view, &patient(&more), &[("person_identifier", "")]);
    }
}

#[test]
fn ethnicity_and_language_by_either_extension() {
    for view in BOTH {
        for url in [
            "https://fhir.hl7.org.uk/StructureDefinition/Extension-UKCore-EthnicCategory",
            "https://fhir.hl7.org.uk/STU3/StructureDefinition/Extension-CareConnect-EthnicCategory-1",
        ] {
            let more = format!(
                r#""extension":[{{"url":"{url}","valueCodeableConcept":{{"coding":[{{"system":"http://snomed.info/sct","code":"976631000000101"}},{{"system":"https://fhir.hl7.org.uk/CodeSystem/UKCore-EthnicCategoryEngland","code":"H"}}]}}}}]"#
            );
            check(view, &patient(&more), &[("ethnic_category", "H")]);
        }
        for url in [
            "https://fhir.hl7.org.uk/StructureDefinition/Extension-UKCore-NHSCommunication",
            "https://fhir.hl7.org.uk/STU3/StructureDefinition/Extension-CareConnect-NHSCommunication-1",
        ] {
            let one = |language: &str, more: &str| {
                format!(
                    r#"{{"url":"{url}","extension":[{{"url":"language","valueCodeableConcept":{{"coding":[{{"code":"{language}"}}]}}}}{more}]}}"#
                )
            };
            let preferred = r#",{"url":"preferred","valueBoolean":true},{"url":"interpreterRequired","valueBoolean":true}"#;
            let more = format!(
                r#""extension":[{},{}]"#,
                one("en", ""),
                one("pl", preferred)
            );
            check(
                view,
                &patient(&more),
                &[("language", "pl"), ("interpreter_required", "true")],
            );
        }
        let more = r#""communication":[{"language":{"coding":[{"code":"ur"}]}}],"extension":[{"url":"http://hl7.org/fhir/StructureDefinition/patient-interpreterRequired","valueBoolean":true}]"#;
        check(
            view,
            &patient(more),
            &[("language", "ur"), ("interpreter_required", "true")],
        );
    }
}

#[test]
fn observations_with_each_choice_of_value() {
    for view in ["views/observation.json", "views-stu3/observation.json"] {
        let observation = |more: &str| {
            format!(
                r#"{{"resourceType":"Observation","id":"o","status":"final","subject":{{"reference":"Patient/p"}},{more}}}"#
            )
        };
        for (more, expected) in [
            (
                r#""valueQuantity":{"value":5,"comparator":"<","unit":"mg/L","code":"mg/L"}"#,
                &[("value", "5.0"), ("comparator", "<"), ("unit", "mg/L")][..],
            ),
            (
                r#""valueCodeableConcept":{"coding":[{"system":"http://read.info/readv2","code":"137R."},{"system":"http://snomed.info/sct","code":"77176002"}]}"#,
                &[
                    ("value_code", "77176002"),
                    ("value_code_system", "http://snomed.info/sct"),
                ],
            ),
            (r#""valueBoolean":false"#, &[("value_boolean", "false")]),
            (r#""valueInteger":3"#, &[("value", "3.0")]),
            (
                r#""valueString":"text""#,
                &[("value_is_text", "true"), ("value", "")],
            ),
            (
                r#""dataAbsentReason":{"coding":[{"code":"unknown"}]},"effectivePeriod":{"start":"2026-01-05T09:00:00Z"}"#,
                &[("value", ""), ("effective", "2026-01-05T09:00:00")],
            ),
            (
                r#""effectiveInstant":"2026-01-05T09:00:00Z""#,
                &[("effective", "2026-01-05T09:00:00")],
            ),
            // Nothing of a GP2GP transfer but that there was a code.
            (
                r#""code":{"coding":[{"system":"http://snomed.info/sct","code":"196411000000103"},{"system":"http://read.info/readv2","code":"246A."}]}"#,
                &[
                    ("code", "246A."),
                    ("code_system", "http://read.info/readv2"),
                ],
            ),
        ] {
            check(view, &observation(more), expected);
        }
        let component = |code: &str, value: u32| {
            format!(
                r#"{{"code":{{"coding":[{{"system":"http://snomed.info/sct","code":"{code}"}}]}},"valueQuantity":{{"value":{value},"code":"mm[Hg]"}}}}"#
            )
        };
        let pressure = observation(&format!(
            r#""code":{{"coding":[{{"system":"http://snomed.info/sct","code":"75367002"}}]}},"component":[{},{}]"#,
            component("72313002", 120),
            component("1091811000000102", 80)
        ));
        let found: Vec<_> = rows(view, &pressure)
            .into_iter()
            .map(|row| {
                (
                    row["code"].clone(),
                    row.get("value").cloned().unwrap_or_default(),
                )
            })
            .collect();
        let expected = [
            ("75367002", ""),
            ("72313002", "120.0"),
            ("1091811000000102", "80.0"),
        ];
        assert_eq!(
            found,
            expected.map(|(code, value)| (code.to_string(), value.to_string()))
        );
    }
}

#[test]
fn statuses_and_what_was_not_done_in_each_version() {
    let of = |kind: &str, more: &str| format!(r#"{{"resourceType":"{kind}","id":"x",{more}}}"#);
    check(
        "views/condition.json",
        &of(
            "Condition",
            r#""clinicalStatus":{"coding":[{"code":"active"}]},"verificationStatus":{"coding":[{"code":"entered-in-error"}]},"onsetAge":{"value":40}"#,
        ),
        &[
            ("clinical_status", "active"),
            ("verification_status", "entered-in-error"),
            ("onset_age", "40.0"),
        ],
    );
    check(
        "views-stu3/condition.json",
        &of(
            "Condition",
            r#""clinicalStatus":"active","verificationStatus":"entered-in-error","onsetPeriod":{"start":"2020-03"}"#,
        ),
        &[
            ("clinical_status", "active"),
            ("verification_status", "entered-in-error"),
            ("onset", "2020-03-01"),
        ],
    );
    check(
        "views/immunization.json",
        &of(
            "Immunization",
            r#""status":"not-done","occurrenceDateTime":"2026-01-05""#,
        ),
        &[("not_given", "true"), ("occurred", "2026-01-05T00:00:00")],
    );
    check(
        "views-stu3/immunization.json",
        &of(
            "Immunization",
            r#""status":"completed","notGiven":true,"date":"2026-01-05""#,
        ),
        &[("not_given", "true"), ("occurred", "2026-01-05T00:00:00")],
    );
    check(
        "views/procedure.json",
        &of(
            "Procedure",
            r#""status":"not-done","performedPeriod":{"start":"2026-01-05"}"#,
        ),
        &[("not_done", "true"), ("performed", "2026-01-05T00:00:00")],
    );
    check(
        "views-stu3/procedure.json",
        &of("Procedure", r#""status":"aborted","notDone":true"#),
        &[("not_done", "true")],
    );
    check(
        "views/medication_request.json",
        &of(
            "MedicationRequest",
            r##""status":"entered-in-error","contained":[{"resourceType":"Medication","id":"m","code":{"coding":[{"system":"https://dmd.nhs.uk","code":"1"}]}}],"medicationReference":{"reference":"#m"}"##,
        ),
        &[
            ("status", "entered-in-error"),
            ("code", "1"),
            ("code_system", "https://dmd.nhs.uk"),
        ],
    );
    for (view, class) in [
        ("views/encounter.json", r#"{"code":"AMB"}"#),
        ("views/encounter.json", r#"{"coding":[{"code":"AMB"}]}"#),
        ("views-stu3/encounter.json", r#"{"code":"AMB"}"#),
    ] {
        check(
            view,
            &of("Encounter", &format!(r#""class":{class}"#)),
            &[("class", "AMB")],
        );
    }
    check(
        "views/appointment.json",
        &of(
            "Appointment",
            r#""status":"noshow","start":"2026-01-05T09:00:00Z","participant":[{"actor":{"reference":"Practitioner/d"}},{"actor":{"reference":"urn:uuid:1"}},{"actor":{"reference":"Patient/p"}},{"actor":{"reference":"Location/l"}}]"#,
        ),
        &[
            ("person_key", "Patient/p"),
            ("location_key", "Location/l"),
            ("status", "noshow"),
        ],
    );
}
