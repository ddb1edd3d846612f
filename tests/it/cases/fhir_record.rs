//! A shared record of a few FHIR resources and no extracts.

use crate::project::{Project, pipeline, repository};

/// Five numbers of the test range.
pub const NUMBERS: [&str; 5] = [
    "9990000018",
    "9990000379",
    "9990000743",
    "9990001111",
    "9990001480",
];

/// A postcode of the samples and the area that it is in.
pub const HARROWMERE: (&str, &str) = ("ZW1 1AA", "E01990001");

/// A project over `files`, each a name below `fhir` and its lines, with more settings of the source.
pub fn project_with(files: &[(&str, &[String])], settings: &str) -> Project {
    let project = Project::empty();
    for folder in ["fhir", "csv"] {
        std::fs::create_dir(project.path(folder)).unwrap();
    }
    for (name, lines) in files {
        let file = project.path("fhir").join(name);
        std::fs::write(file, lines.join("\n") + "\n").unwrap();
    }
    let samples = repository().join("data-samples/reference");
    let samples = samples.display();
    let sections = format!(
        r#"
[sources.record]
kind = "fhir-folder"
url = "fhir"
accept_test_numbers = true
unlinked_threshold = 1.0
{settings}
[sources.extracts]
kind = "csv-folder"
url = "csv"
allow_empty = true
[reference]
lsoa = "{samples}/lsoa.csv"
population = "{samples}/population.csv"
organisation = "{samples}/organisation.csv"
"#
    );
    let lookups = format!("[privacy.lookups]\npostcode_lsoa = \"{samples}/postcode_lsoa.csv\"\n");
    let parameters = r#"
period_start = { type = "date", default = "2024-10-01" }
period_end = { type = "date", default = "2026-09-30" }
"#;
    project.write_pipeline(&(pipeline(&lookups, &sections) + parameters));
    project
}

/// The same over R4.
pub fn project(files: &[(&str, &[String])]) -> Project {
    project_with(files, "")
}

/// A woman born in 1961 who is registered with W99001, with more members of her Patient.
pub fn patient(id: &str, number: &str, more: &str) -> String {
    person(
        id,
        &identifier(number, "01"),
        &format!(
            r#""generalPractitioner":[{{"identifier":{{"system":"https://fhir.nhs.uk/Id/ods-organization-code","value":"W99001"}}}}]{more}"#
        ),
    )
}

/// A Patient with an identifier and more members.
pub fn person(id: &str, identifier: &str, more: &str) -> String {
    format!(
        r#"{{"resourceType":"Patient","id":"{id}","meta":{{"lastUpdated":"2026-09-01T02:00:00Z"}},"identifier":[{identifier}],"gender":"female","birthDate":"1961-04-12",{more}}}"#
    )
}

/// An NHS number with the code or word of its status.
pub fn identifier(number: &str, status: &str) -> String {
    format!(
        r#"{{"extension":[{{"url":"https://fhir.hl7.org.uk/StructureDefinition/Extension-UKCore-NHSNumberVerificationStatus","valueCodeableConcept":{{"coding":[{{"code":"{status}"}}]}}}}],"system":"https://fhir.nhs.uk/Id/nhs-number","value":"{number}"}}"#
    )
}

/// A resource that was last updated on 2026-09-01.
pub fn resource(kind: &str, id: &str, more: &str) -> String {
    format!(
        r#"{{"resourceType":"{kind}","id":"{id}","meta":{{"lastUpdated":"2026-09-01T02:00:00Z"}},{more}}}"#
    )
}
