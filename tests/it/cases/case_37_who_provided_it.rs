//! Organisations are referred to by record.

use super::fhir_record::{NUMBERS, identifier, patient, person, project, resource};

#[test]
fn organisations_are_followed_from_encounters_and_people() {
    let code = r#""identifier":[{"system":"https://fhir.nhs.uk/Id/ods-organization-code","value":"W99001"}]"#;
    let encounter = |day: u32, more: &str| {
        let own = format!(
            r#""status":"finished","class":{{"code":"AMB"}},"subject":{{"reference":"Patient/p1"}},"period":{{"start":"2026-06-0{day}T09:00:00Z"}},{more}"#
        );
        resource("Encounter", &format!("e{day}"), &own)
    };
    let contained = format!(
        r##""contained":[{{"resourceType":"Organization","id":"own",{code}}}],"serviceProvider":{{"reference":"#own"}}"##
    );
    let encounters = [
        encounter(1, r#""serviceProvider":{"reference":"Organization/o1"}"#),
        encounter(
            2,
            r#""serviceProvider":{"reference":"https://gp.example/fhir/Organization/o1/_history/4"}"#,
        ),
        encounter(
            3,
            r#""serviceProvider":{"identifier":{"system":"https://fhir.nhs.uk/Id/ods-organization-code","value":"W99001"}}"#,
        ),
        encounter(4, &contained),
        encounter(
            5,
            r#""location":[{"location":{"reference":"Location/l1"}}]"#,
        ),
        encounter(6, r#""serviceProvider":{"reference":"Organization/none"}"#),
    ];
    let by = |id: &str, number: &str, reference: &str| {
        let practice = format!(r#""generalPractitioner":[{{"reference":"{reference}"}}]"#);
        person(id, &identifier(number, "01"), &practice)
    };
    let project = project(&[
        ("Encounter.ndjson", &encounters),
        (
            "Patient.ndjson",
            &[
                by("p1", NUMBERS[0], "Organization/o1"),
                by("p2", NUMBERS[1], "PractitionerRole/r1"),
                by("p3", NUMBERS[2], "Practitioner/someone"),
                patient("p4", NUMBERS[3], ""),
            ],
        ),
        (
            "Organization.ndjson",
            &[resource("Organization", "o1", code)],
        ),
        (
            "others.ndjson",
            &[
                resource(
                    "Location",
                    "l1",
                    r#""managingOrganization":{"reference":"Organization/o1"}"#,
                ),
                resource(
                    "PractitionerRole",
                    "r1",
                    r#""organization":{"reference":"Organization/o1"}"#,
                ),
            ],
        ),
    ]);
    project.ok(&["pull"]);
    project.ok(&["run"]);
    let contacts =
        "select setting, provider_code, count(*) from core.contact group by 1, 2 order by 3";
    assert_eq!(
        project.sql(contacts),
        [["Outpatient", "", "1"], ["General practice", "W99001", "5"]]
    );
    let practices = "select practice_code, count(*) from core.person group by 1 order by 2";
    assert_eq!(project.sql(practices), [["", "1"], ["W99001", "3"]]);
}
