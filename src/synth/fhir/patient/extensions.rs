//! The extensions of a Patient: ethnic category, language and interpreter, death notification, and
//! removal from the list of a practice.

use super::super::super::person::SyntheticPerson;
use super::super::variety::one_in;
use super::super::*;
use super::codes;

const HUMAN_LANGUAGE: &str = "https://fhir.hl7.org.uk/CodeSystem/UKCore-HumanLanguage";

/// Whether language and interpreter are in the extension of the spine and not in `communication`.
fn as_the_spine_says(person: &SyntheticPerson) -> bool {
    one_in(4, person.id, 1)
}

/// Appends `,"extension":[…]`.
pub(super) fn write(out: &mut String, person: &SyntheticPerson) {
    out.push_str(",\"extension\":[");
    let system = "https://fhir.hl7.org.uk/CodeSystem/UKCore-EthnicCategoryEngland";
    let ethnic = codes::ethnic(person.ethnicity);
    let url = "Extension-UKCore-EthnicCategory";
    coded_extension(out, url, system, person.ethnicity, ethnic);
    if as_the_spine_says(person) {
        out.push(',');
        communication_extension(out, person);
    } else if person.interpreter {
        out.push_str(
            ",{\"url\":\"http://hl7.org/fhir/StructureDefinition/patient-interpreterRequired\",\
             \"valueBoolean\":true}",
        );
    }
    if let Some(death) = person.death {
        death_notification(out, person, death);
    } else if let Some(left) = person.registrations[0].until {
        removal(out, left);
    }
    out.push(']');
}

fn communication_extension(out: &mut String, person: &SyntheticPerson) {
    let _ = write!(
        out,
        "{{\"url\":\"{UK_CORE}Extension-UKCore-NHSCommunication\",\"extension\":[{{\"url\":\"language\""
    );
    let display = codes::language(person.language);
    concept(
        out,
        "valueCodeableConcept",
        HUMAN_LANGUAGE,
        person.language,
        display,
    );
    let interpreter = person.interpreter;
    let _ = write!(
        out,
        "}},{{\"url\":\"preferred\",\"valueBoolean\":true}},\
         {{\"url\":\"interpreterRequired\",\"valueBoolean\":{interpreter}}}]}}"
    );
}

fn death_notification(out: &mut String, person: &SyntheticPerson, death: i32) {
    let (code, display) = match one_in(3, person.id, 2) {
        true => (
            "1",
            "Informal - death notice received via an update from a local NHS Organisation",
        ),
        false => (
            "2",
            "Formal - death notice received from Registrar of Deaths",
        ),
    };
    let _ = write!(
        out,
        ",{{\"url\":\"{UK_CORE}Extension-UKCore-DeathNotificationStatus\",\
         \"extension\":[{{\"url\":\"deathNotificationStatus\""
    );
    let system = "https://fhir.hl7.org.uk/CodeSystem/UKCore-DeathNotificationStatus";
    concept(out, "valueCodeableConcept", system, code, display);
    out.push_str("},{\"url\":\"systemEffectiveDate\"");
    let noon = super::super::super::calendar::at(death, 720);
    moment(out, "valueDateTime", noon);
    out.push_str("}]}");
}

/// Taken off the list of a practice of the area: moved away.
fn removal(out: &mut String, left: i32) {
    out.push_str(
        ",{\"url\":\"https://fhir.nhs.uk/StructureDefinition/Extension-PDS-RemovalFromRegistration\",\
         \"extension\":[{\"url\":\"removalFromRegistrationCode\"",
    );
    let system = "https://fhir.nhs.uk/CodeSystem/PDS-RemovalReasonExitCode";
    concept(
        out,
        "valueCodeableConcept",
        system,
        "SCT",
        "Transferred to Scotland",
    );
    out.push_str("},{\"url\":\"effectiveTime\"");
    period(out, "valuePeriod", left, None);
    out.push_str("}]}");
}

/// Appends `,"communication":[…]`, where the language is not in an extension.
pub(super) fn communication(out: &mut String, person: &SyntheticPerson) {
    if as_the_spine_says(person) {
        return;
    }
    out.push_str(",\"communication\":[{\"language\":{\"coding\":[");
    let display = codes::language(person.language);
    coding(out, HUMAN_LANGUAGE, person.language, display);
    out.push_str("]},\"preferred\":true}]");
}
