//! Every kind of reference to every type that is followed, whatever arrives first.

use super::fhir_record::{NUMBERS, identifier, patient, person, project, project_with, resource};

const UUID: &str = "7c1b3c7e-0000-4000-8000-000000000001";
const ODS: &str = "https://fhir.nhs.uk/Id/ods-organization-code";
const SITE: &str = "https://fhir.nhs.uk/Id/ods-site-code";

fn logical(system: &str, value: &str) -> String {
    format!(r#"{{"identifier":{{"system":"{system}","value":"{value}"}}}}"#)
}

/// References that lead to a record of `kind` with the id [`UUID`].
fn to_record(kind: &str) -> Vec<String> {
    [
        format!("{kind}/{UUID}"),
        format!("{kind}/{UUID}/_history/2"),
        format!("https://gp.example/fhir/{kind}/{UUID}"),
        format!("https://gp.example/fhir/{kind}/{UUID}/_history/3"),
        format!("urn:uuid:{UUID}"),
    ]
    .iter()
    .map(|reference| format!(r#"{{"reference":"{reference}"}}"#))
    .collect()
}

/// A search in the place of a reference, plain and percent-encoded.
fn searches(kind: &str, system: &str, value: &str) -> Vec<String> {
    let encoded = system.replace(':', "%3A").replace('/', "%2F");
    vec![
        format!(r#"{{"reference":"{kind}?identifier={system}|{value}"}}"#),
        format!(r#"{{"reference":"https://gp.example/{kind}?identifier={encoded}%7C{value}"}}"#),
    ]
}

fn contained(resource: &str, element: &str) -> String {
    format!(r#""contained":[{resource}],{element}"#)
}

/// A number of the test range.
fn number(n: u64) -> String {
    let digits = format!("99910{n:04}");
    let sum: u32 = digits
        .chars()
        .zip((2..=10).rev())
        .map(|(digit, weight)| digit.to_digit(10).unwrap() * weight)
        .sum();
    match 11 - sum % 11 {
        11 => digits + "0",
        10 => number(n + 1_000),
        check => digits + &check.to_string(),
    }
}

#[test]
fn patients_are_followed_by_every_kind_of_reference() {
    let nhs = "https://fhir.nhs.uk/Id/nhs-number";
    let mut subjects = to_record("Patient");
    subjects.extend(searches("Patient", nhs, NUMBERS[0]));
    subjects.push(logical(nhs, NUMBERS[0]));
    let mut conditions: Vec<String> = subjects
        .iter()
        .enumerate()
        .map(|(at, subject)| {
            resource(
                "Condition",
                &format!("c{at}"),
                &format!(r#""subject":{subject}"#),
            )
        })
        .collect();
    let own = format!(
        r##"{{"resourceType":"Patient","id":"p","identifier":[{{"system":"{nhs}","value":"{}"}}]}}"##,
        NUMBERS[0]
    );
    conditions.push(resource(
        "Condition",
        "inside",
        &contained(&own, r##""subject":{"reference":"#p"}"##),
    ));
    let project = project(&[("Condition.ndjson", &conditions)]);
    project.ok(&["pull"]);
    // Who needs no record is known at once; the others wait for it.
    let linked =
        "select count(*), count(person_key), count(distinct person_key) from record.condition";
    assert_eq!(project.sql(linked), [["9", "4", "1"]]);
    std::fs::write(
        project.path("fhir/Patient.ndjson"),
        patient(UUID, NUMBERS[0], ""),
    )
    .unwrap();
    project.ok(&["pull"]);
    assert_eq!(project.sql(linked), [["9", "9", "1"]]);
}

#[test]
fn organisations_and_places_are_followed_by_every_kind_of_reference() {
    let encounter = |id: String, more: &str| {
        let own = format!(
            r#""status":"finished","class":{{"code":"AMB"}},"subject":{{"reference":"Patient/p1"}},"period":{{"start":"2026-06-01T09:00:00Z"}},{more}"#
        );
        resource("Encounter", &id, &own)
    };
    let mut providers = to_record("Organization");
    providers.extend(searches("Organization", ODS, "W99001"));
    providers.push(logical(ODS, "W99001"));
    providers.push(logical(SITE, "W99001"));
    let mut encounters: Vec<String> = providers
        .iter()
        .enumerate()
        .map(|(at, provider)| {
            encounter(
                format!("o{at}"),
                &format!(r#""serviceProvider":{provider}"#),
            )
        })
        .collect();
    let own = format!(
        r#"{{"resourceType":"Organization","id":"x","identifier":[{{"system":"{ODS}","value":"W99001"}}]}}"#
    );
    encounters.push(encounter(
        "o-inside".to_string(),
        &contained(&own, r##""serviceProvider":{"reference":"#x"}"##),
    ));
    let organisations = encounters.len();
    let mut places = to_record("Location");
    places.extend(searches("Location", SITE, "RW901"));
    places.push(logical(SITE, "RW901"));
    let places = places.iter().enumerate();
    encounters.extend(places.map(|(at, place)| {
        encounter(
            format!("l{at}"),
            &format!(r#""location":[{{"location":{place}}}]"#),
        )
    }));
    for (id, member) in [
        (
            "l-managed",
            format!(r#""managingOrganization":{}"#, logical(ODS, "W99001")),
        ),
        (
            "l-site",
            format!(r#""identifier":[{{"system":"{SITE}","value":"RW901"}}]"#),
        ),
    ] {
        let own = format!(r#"{{"resourceType":"Location","id":"x",{member}}}"#);
        encounters.push(encounter(
            id.to_string(),
            &contained(&own, r##""location":[{"location":{"reference":"#x"}}]"##),
        ));
    }
    let project = project(&[
        ("Encounter.ndjson", &encounters),
        ("Patient.ndjson", &[patient("p1", NUMBERS[0], "")]),
    ]);
    project.ok(&["pull"]);
    let targets = [
        resource(
            "Organization",
            UUID,
            &format!(r#""identifier":[{{"system":"{ODS}","value":"W99001"}}]"#),
        ),
        resource(
            "Location",
            UUID,
            &format!(
                r#""identifier":[{{"system":"{SITE}","value":"RW901"}}],"managingOrganization":{{"reference":"Organization/{UUID}"}}"#
            ),
        ),
    ];
    std::fs::write(project.path("fhir/targets.ndjson"), targets.join("\n")).unwrap();
    project.ok(&["pull"]);
    project.ok(&["run", "intermediate.contact_encounter"]);
    let found =
        "select provider_code, count(*) from intermediate.contact_encounter group by 1 order by 1";
    assert_eq!(organisations, 10);
    // Four name the place by the code of a site alone: whose it is says only a list of sites.
    assert_eq!(project.sql(found), [["W99001", "16"], ["", "4"]]);
    let sites = "select count(*) from record.encounter where site_code = 'RW901'";
    assert!(project.number(sites) >= 4);
}

#[test]
fn roles_of_practitioners_are_followed_by_every_kind_of_reference() {
    let mut practices = to_record("PractitionerRole");
    practices.extend(searches("PractitionerRole", ODS, "W99001"));
    practices.push(logical(ODS, "W99001"));
    let registered = |id: String, more: String| {
        let at = id.len() as u64 * 100 + u64::from(id.as_bytes()[id.len() - 1]);
        person(&id, &identifier(&number(at), "01"), &more)
    };
    let mut people: Vec<String> = practices
        .iter()
        .enumerate()
        .map(|(at, practice)| {
            registered(
                format!("r{at}"),
                format!(r#""generalPractitioner":[{practice}]"#),
            )
        })
        .collect();
    let role = format!(
        r#"{{"resourceType":"PractitionerRole","id":"x","organization":{}}}"#,
        logical(ODS, "W99001")
    );
    people.push(registered(
        "inside".to_string(),
        contained(&role, r##""generalPractitioner":[{"reference":"#x"}]"##),
    ));
    let role = format!(
        r#"{{"resourceType":"PractitionerRole","id":"x","organization":{{"reference":"Organization/{UUID}"}}}}"#
    );
    people.push(registered(
        "inside2".to_string(),
        contained(&role, r##""generalPractitioner":[{"reference":"#x"}]"##),
    ));
    let all = people.len().to_string();
    let project = project(&[("Patient.ndjson", &people)]);
    project.ok(&["pull"]);
    let targets = [
        resource(
            "Organization",
            UUID,
            &format!(r#""identifier":[{{"system":"{ODS}","value":"W99001"}}]"#),
        ),
        resource(
            "PractitionerRole",
            UUID,
            &format!(r#""organization":{{"reference":"Organization/{UUID}"}}"#),
        ),
    ];
    std::fs::write(project.path("fhir/targets.ndjson"), targets.join("\n")).unwrap();
    project.ok(&["pull"]);
    project.ok(&["run", "intermediate.newest_patient"]);
    let found = "select count(*), count(practice_code), min(practice_code), max(practice_code) from intermediate.newest_patient";
    assert_eq!(
        project.sql(found),
        [[all.as_str(), &all, "W99001", "W99001"]]
    );
}

#[test]
fn medicines_are_followed_by_every_kind_of_reference() {
    const SNOMED: &str = "http://snomed.info/sct";
    let mut medicines = to_record("Medication");
    medicines.extend(searches("Medication", SNOMED, "323510009"));
    medicines.push(logical("https://dmd.nhs.uk", "323510009"));
    let request = |id: String, more: &str| {
        let own = format!(
            r#""status":"active","subject":{{"reference":"Patient/p1"}},"authoredOn":"2026-01-05",{more}"#
        );
        resource("MedicationRequest", &id, &own)
    };
    let mut requests: Vec<String> = medicines
        .iter()
        .enumerate()
        .map(|(at, medicine)| {
            request(
                format!("m{at}"),
                &format!(r#""medicationReference":{medicine}"#),
            )
        })
        .collect();
    let code = format!(r#""code":{{"coding":[{{"system":"{SNOMED}","code":"323510009"}}]}}"#);
    let own = format!(r#"{{"resourceType":"Medication","id":"x",{code}}}"#);
    requests.push(request(
        "inside".to_string(),
        &contained(&own, r##""medicationReference":{"reference":"#x"}"##),
    ));
    let all = requests.len().to_string();
    let project = project(&[
        ("MedicationRequest.ndjson", &requests),
        ("Patient.ndjson", &[patient("p1", NUMBERS[0], "")]),
    ]);
    project.ok(&["pull"]);
    std::fs::write(
        project.path("fhir/Medication.ndjson"),
        resource("Medication", UUID, &code),
    )
    .unwrap();
    project.ok(&["pull"]);
    project.ok(&["run", "core.medication"]);
    let found = "select count(*), count(code), min(code), max(code) from core.medication";
    assert_eq!(
        project.sql(found),
        [[all.as_str(), &all, "323510009", "323510009"]]
    );
}

#[test]
fn a_patient_that_lost_its_number_in_a_merge_is_the_one_that_replaced_it() {
    let link = |kind: &str| {
        format!(r#""link":[{{"other":{{"reference":"Patient/new"}},"type":"{kind}"}}]"#)
    };
    let old_number = identifier(NUMBERS[1], "01").replacen('{', r#"{"use":"old","#, 1);
    let about = |id: &str, patient: &str| {
        resource(
            "Condition",
            id,
            &format!(r#""subject":{{"reference":"Patient/{patient}"}}"#),
        )
    };
    let lines = [
        person("a", "", &link("replaced-by")),
        person("b", &old_number, &link("replaced-by")),
        // Neither a link of another kind nor none says who somebody is.
        person("c", "", &link("seealso")),
        person("d", "", r#""active":false"#),
        person("new", &identifier(NUMBERS[0], "01"), r#""active":true"#),
        about("1", "a"),
        about("2", "b"),
        about("3", "c"),
        about("4", "d"),
        about("5", "new"),
    ];
    let project = project_with(&[("all.ndjson", &lines)], "reject_threshold = 0.5");
    let pulled = project.json(&["pull"]);
    assert_eq!(
        pulled["rejected"],
        serde_json::json!({"nhs-number-missing": 2})
    );
    let people =
        "select count(*), count(person_key), count(distinct person_key) from record.patient";
    assert_eq!(project.sql(people), [["3", "3", "1"]]);
    let ill =
        "select count(*), count(person_key), count(distinct person_key) from record.condition";
    assert_eq!(project.sql(ill), [["5", "3", "1"]]);
}

/// A Patient who was born in a year.
fn born(year: u32, id: &str, number: &str) -> String {
    patient(id, number, "").replace("1961", &year.to_string())
}

/// Whom each condition is of, by the year of their birth; empty for nobody known.
const WHOSE: &str = "select c.code, coalesce(min(substr(cast(p.birth_month as varchar), 1, 4)), '') from record.condition c left join record.patient p on p.person_key = c.person_key group by c.code order by c.code";

fn about(id: &str, reference: &str) -> String {
    resource(
        "Condition",
        id,
        &format!(
            r#""code":{{"coding":[{{"system":"http://snomed.info/sct","code":"{id}"}}]}},"subject":{reference}"#
        ),
    )
}

#[test]
fn an_identifier_beside_a_reference_says_whose_a_row_is_until_its_patient_comes() {
    let nhs = "https://fhir.nhs.uk/Id/nhs-number";
    let both = |id: &str, number: &str| {
        format!(
            r#"{{"reference":"Patient/{id}","identifier":{{"system":"{nhs}","value":"{number}"}}}}"#
        )
    };
    let elsewhere = [born(1950, "a", NUMBERS[0]), born(1960, "b", NUMBERS[1])];
    let first = [
        about("1", &both("x", NUMBERS[0])),
        about("2", &both("y", NUMBERS[1])),
        about("3", r#"{"reference":"Patient/x"}"#),
        // What is no number says nothing, and costs nothing.
        about("4", &both("x", "12345")),
    ];
    let arrived = [born(1950, "x", NUMBERS[0]), born(1970, "y", NUMBERS[2])];
    let later = [about("5", &both("y", NUMBERS[1]))];
    let project = project(&[("elsewhere.ndjson", &elsewhere), ("first.ndjson", &first)]);
    let pulled = project.json(&["pull"]);
    assert_eq!(pulled["rejected"], serde_json::json!({}));
    assert_eq!(pulled["patients_named_otherwise"], 0);
    assert_eq!(
        pulled["sources"]["record"]["unlinked"],
        serde_json::json!({"patient-unknown": 2})
    );
    let whose = project.sql(WHOSE);
    assert_eq!(whose, [["1", "1950"], ["2", "1960"], ["3", ""], ["4", ""]]);
    // The Patients come: one is who the identifier said, the other is somebody else.
    std::fs::write(project.path("fhir/arrived.ndjson"), arrived.join("\n")).unwrap();
    let pulled = project.json(&["pull"]);
    assert_eq!(pulled["patients_named_otherwise"], 1);
    let expected = [["1", "1950"], ["2", "1970"], ["3", "1950"], ["4", "1950"]];
    assert_eq!(project.sql(WHOSE), expected);
    std::fs::write(project.path("fhir/later.ndjson"), later.join("\n")).unwrap();
    let said = crate::project::text(&project.run(&["pull"]).stderr);
    assert!(
        said.contains("1 Patient is named with another NHS number beside references to it"),
        "{said}"
    );
    assert!(!said.contains(NUMBERS[1]), "{said}");
    assert_eq!(project.sql(WHOSE)[4], ["5", "1970"]);
    assert_eq!(
        project.number("select count(*) from populace.named_beside"),
        0
    );
    // In whichever order they come, the same.
    let together = self::project(&[(
        "all.ndjson",
        &[&elsewhere[..], &first, &arrived, &later].concat(),
    )]);
    let pulled = together.json(&["pull"]);
    assert_eq!(pulled["patients_named_otherwise"], 1);
    assert_eq!(together.sql(WHOSE), project.sql(WHOSE));
}

#[test]
fn the_address_of_a_patient_in_pds_names_a_person() {
    let pds = "https://api.service.nhs.uk/personal-demographics/FHIR/R4/Patient";
    let lines = [
        born(1950, "local", "9000000009"),
        about("1", &format!(r#"{{"reference":"{pds}/9000000009"}}"#)),
        about(
            "2",
            &format!(r#"{{"reference":"{pds}/9000000009/_history/2"}}"#),
        ),
        // No number of ten digits that checks, and an id at home.
        about("3", &format!(r#"{{"reference":"{pds}/9000000008"}}"#)),
        about("4", r#"{"reference":"Patient/9000000009"}"#),
    ];
    let project = project(&[("all.ndjson", &lines)]);
    project.ok(&["pull"]);
    assert_eq!(
        project.sql(WHOSE),
        [["1", "1950"], ["2", "1950"], ["3", ""], ["4", ""]]
    );
    // A Patient with that id is whom its own record says.
    let own = born(1960, "9000000009", NUMBERS[1]);
    std::fs::write(project.path("fhir/own.ndjson"), own).unwrap();
    project.ok(&["pull"]);
    assert_eq!(
        project.sql(WHOSE),
        [["1", "1960"], ["2", "1960"], ["3", ""], ["4", "1960"]]
    );
}
