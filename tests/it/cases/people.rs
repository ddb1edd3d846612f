//! Records of a few people, in the form of this project's cases.

use crate::project::Project;
use serde_json::{Value, json};

/// Numbers of the range that is for tests, with their check digits.
pub fn number(person: usize) -> String {
    let mut left = person;
    for nine in 999_100_000u64.. {
        let digits = nine.to_string();
        let sum: u64 = digits
            .bytes()
            .zip((2..=10).rev())
            .map(|(d, w)| u64::from(d - b'0') * w)
            .sum();
        let check = (11 - sum % 11) % 11;
        if check < 10 {
            if left == 0 {
                return format!("{digits}{check}");
            }
            left -= 1;
        }
    }
    unreachable!()
}

/// A Patient with a verified number.
pub fn patient(id: &str, number: &str, postcode: &str) -> Value {
    json!({
        "resourceType": "Patient", "id": id, "meta": {"lastUpdated": "2026-09-01T02:00:00Z"},
        "identifier": [{
            "system": "https://fhir.nhs.uk/Id/nhs-number", "value": number,
            "extension": [{
                "url": "https://fhir.hl7.org.uk/StructureDefinition/Extension-UKCore-NHSNumberVerificationStatus",
                "valueCodeableConcept": {"coding": [{
                    "system": "https://fhir.hl7.org.uk/CodeSystem/UKCore-NHSNumberVerificationStatusEngland",
                    "code": "01"
                }]}
            }]
        }],
        "gender": "female", "birthDate": "1961-04-12",
        "address": [{"use": "home", "postalCode": postcode}]
    })
}

/// Writes resources into a file of the project, one a line.
pub fn write(project: &Project, file: &str, resources: &[Value]) {
    let path = project.path(file);
    std::fs::create_dir_all(path.parent().unwrap()).unwrap();
    let lines: String = resources.iter().map(|r| format!("{r}\n")).collect();
    std::fs::write(path, lines).unwrap();
}

/// The source of these resources, for a pipeline file.
pub const FHIR: &str =
    "[sources.record]\nkind = \"fhir-folder\"\nurl = \"fhir\"\naccept_test_numbers = true\n";

/// A source of CSV files, for a pipeline file.
pub const CSV: &str =
    "[sources.extracts]\nkind = \"csv-folder\"\nurl = \"csv\"\naccept_test_numbers = true\n";
