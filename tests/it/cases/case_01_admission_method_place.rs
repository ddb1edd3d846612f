//! UK Core has the admission method on `Encounter.hospitalization`.

use super::fhir_record::{NUMBERS, patient, project, resource};

#[test]
fn an_admission_method_is_read_from_either_place() {
    let method = |name: &str, code: &str| {
        format!(
            r#""extension":[{{"url":"https://fhir.hl7.org.uk/StructureDefinition/Extension-UKCore-{name}","valueCodeableConcept":{{"coding":[{{"code":"{code}"}}]}}}}]"#
        )
    };
    let encounter = |id: &str, more: String| {
        let own = format!(
            r#""status":"finished","class":{{"code":"IMP"}},"subject":{{"reference":"Patient/p1"}},"period":{{"start":"2026-05-0{day}T09:00:00Z"}},"serviceProvider":{{"identifier":{{"system":"https://fhir.nhs.uk/Id/ods-organization-code","value":"RZ1"}}}},{more}"#,
            day = &id[1..]
        );
        resource("Encounter", id, &own)
    };
    let inside = |name, code| format!(r#""hospitalization":{{{}}}"#, method(name, code));
    let encounters = [
        encounter("e1", inside("AdmissionMethod", "21")),
        encounter("e2", method("AdmissionMethod", "21")),
        encounter("e3", inside("AdmissionMethod", "11")),
        encounter(
            "e4",
            r#""hospitalization":{"admitSource":{"coding":[{"code":"19"}]},"dischargeDisposition":{"coding":[{"code":"65"}]},"extension":[{"url":"https://fhir.hl7.org.uk/StructureDefinition/Extension-UKCore-DischargeMethod","valueCodeableConcept":{"coding":[{"code":"1"}]}}]}"#.to_string(),
        ),
    ];
    let project = project(&[
        ("Patient.ndjson", &[patient("p1", NUMBERS[0], "")]),
        ("Encounter.ndjson", &encounters),
    ]);
    project.ok(&["pull"]);
    project.ok(&["run", "core.contact"]);
    let contacts = project.sql("select setting, emergency from core.contact order by started");
    let expected = [
        ["Emergency admission", "true"],
        ["Emergency admission", "true"],
        ["Planned admission", "false"],
        ["Maternity and other admission", "false"],
    ];
    assert_eq!(contacts, expected);
    let details = "select admission_source, discharge_method, discharge_destination from record.encounter order by started desc limit 1";
    assert_eq!(project.sql(details), [["19", "1", "65"]]);
}
