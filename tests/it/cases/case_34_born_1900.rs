//! One birth date of 1900-01-01 among others: it is not known, and the night goes on.

use super::csv_sender::nhs_number;
use crate::project::{NO_POSTCODES, Project, pipeline, repository};
use std::fs;

fn patient(person: u32, birth: &str) -> String {
    let number = nhs_number(person);
    format!(
        r#"{{"resourceType":"Patient","id":"p{person}","meta":{{"lastUpdated":"2026-09-01T02:00:00Z"}},"identifier":[{{"system":"https://fhir.nhs.uk/Id/nhs-number","value":"{number}","extension":[{{"url":"https://fhir.hl7.org.uk/StructureDefinition/Extension-UKCore-NHSNumberVerificationStatus","valueCodeableConcept":{{"coding":[{{"system":"https://fhir.hl7.org.uk/CodeSystem/UKCore-NHSNumberVerificationStatusEngland","code":"01"}}]}}}}]}}],"gender":"female","birthDate":"{birth}"}}"#
    )
}

fn project(settings: &str, births: &[&str]) -> Project {
    let project = Project::empty();
    fs::create_dir(project.path("fhir")).unwrap();
    let births = (0..).zip(births);
    let lines: Vec<_> = births
        .map(|(person, birth)| patient(person, birth))
        .collect();
    fs::write(project.path("fhir/Patient.ndjson"), lines.join("\n")).unwrap();
    let reference = repository().join("data-samples/reference");
    let reference = reference.display();
    let source = format!(
        "[sources.record]\nkind = \"fhir-folder\"\nurl = \"fhir\"\naccept_test_numbers = true\n{settings}\n[reference]\nlsoa = \"{reference}/lsoa.csv\"\npopulation = \"{reference}/population.csv\"\norganisation = \"{reference}/organisation.csv\"\n"
    );
    project.write_pipeline(&pipeline(NO_POSTCODES, &source));
    project
}

#[test]
fn a_date_that_stands_for_not_known_is_null_and_counted() {
    let births = [
        "1961-04-12",
        "1900-01-01",
        "9999-12-31",
        "1900-01-02",
        "1900",
    ];
    let project = project("", &births);
    project.ok(&["pull"]);
    let found =
        project.sql("select birth_month, count(*) from record.patient group by 1 order by 1");
    assert_eq!(found, [["1961-04-01", "1"], ["", "4"]]);
    let counted = project.sql(
        "select source, table_name, column_name, rule, value_count from populace.data_quality order by rule",
    );
    let of = |rule, count| ["record", "record.patient", "birth_month", rule, count];
    assert_eq!(counted, [of("age-over-120", "1"), of("unknown-date", "3")]);
    // Somebody of 126 years is of no known age, and no check stops the night.
    project.ok(&["run", "core.person"]);
    let ages = project.sql("select age_band, count(*) from core.person group by 1 order by 1");
    assert_eq!(ages, [["65-69", "1"], ["Not known", "4"]]);
}

#[test]
fn the_list_is_a_setting() {
    let births = ["1910-01-01", "1911-11-11", "1900-01-01"];
    let project = project("unknown_dates = [\"1911-11-11\"]", &births);
    project.ok(&["pull"]);
    let found =
        project.sql("select birth_month, count(*) from record.patient group by 1 order by 1");
    assert_eq!(found, [["1910-01-01", "1"], ["", "2"]]);
    // What is no longer on the list is judged as any other date.
    let counted = project.sql("select rule from populace.data_quality order by 1");
    assert_eq!(counted.concat(), ["age-over-120", "unknown-date"]);
    let pipeline = fs::read_to_string(project.path("pipelines/nightly.toml")).unwrap();
    project.write_pipeline(&pipeline.replace("1911-11-11", "11/11/1911"));
    let error = project.fails(2, &["check"]);
    assert!(
        error.contains("'11/11/1911' is no date such as 1900-01-01"),
        "{error}"
    );
}
