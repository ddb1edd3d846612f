//! The status of an NHS number comes as a word or as a code.

use super::fhir_record::{NUMBERS, identifier, person, project, project_with};

fn people() -> Vec<String> {
    let statuses = [
        "number-present-and-verified",
        "01",
        "trace-required",
        "number-present-but-not-traced",
        "02",
    ];
    let people = NUMBERS.iter().zip(statuses).enumerate();
    let people = people.map(|(at, (number, status))| {
        person(
            &format!("p{at}"),
            &identifier(number, status),
            r#""active":true"#,
        )
    });
    people.collect()
}

const LINKED: &str = "select nhs_number_status from record.patient where person_key is not null order by nhs_number_status";

#[test]
fn a_number_that_is_verified_by_word_links_its_person() {
    let project = project(&[("Patient.ndjson", &people())]);
    project.ok(&["pull"]);
    assert_eq!(
        project.sql(LINKED),
        [["01"], ["number-present-and-verified"]]
    );
    assert_eq!(project.number("select count(*) from record.patient"), 5);
}

#[test]
fn a_setting_says_which_statuses_link() {
    let settings = "verified_statuses = [\"01\", \"number-present-but-not-traced\"]";
    let project = project_with(&[("Patient.ndjson", &people())], settings);
    project.ok(&["pull"]);
    assert_eq!(
        project.sql(LINKED),
        [
            ["01"],
            ["02"],
            ["number-present-and-verified"],
            ["number-present-but-not-traced"]
        ]
    );
    let pipeline = std::fs::read_to_string(project.path("pipelines/nightly.toml")).unwrap();
    project.write_pipeline(&pipeline.replace("\"01\", ", "\"traced\", "));
    let error = project.fails(2, &["check"]);
    assert!(
        error.contains("'traced' is no status of an NHS number"),
        "{error}"
    );
}

#[test]
fn a_number_that_is_old_or_has_ended_names_nobody() {
    let old = |more: &str, number: &str| {
        let text = identifier(number, "01");
        format!("{{{more},{}", &text[1..])
    };
    let ended = r#""period":{"end":"2019-05-31"}"#;
    let people = [
        // The number in use comes second.
        person(
            "p1",
            &[
                old(r#""use":"old""#, NUMBERS[0]),
                identifier(NUMBERS[1], "01"),
            ]
            .join(","),
            r#""active":true"#,
        ),
        person(
            "p2",
            &[old(ended, NUMBERS[0]), identifier(NUMBERS[2], "01")].join(","),
            r#""active":true"#,
        ),
        // It ends only later.
        person(
            "p3",
            &old(r#""period":{"end":"2031-01-01"}"#, NUMBERS[3]),
            r#""active":true"#,
        ),
    ];
    let verified = ["p4", "p5", "p6"]
        .iter()
        .zip([1, 2, 3])
        .map(|(id, at)| person(id, &identifier(NUMBERS[at], "01"), r#""active":true"#));
    let lines: Vec<String> = people.into_iter().chain(verified).collect();
    let project = project(&[("Patient.ndjson", &lines)]);
    project.ok(&["pull"]);
    let people = "select count(*), count(distinct person_key) from record.patient where person_key is not null";
    assert_eq!(project.sql(people), [["6", "3"]]);
}
