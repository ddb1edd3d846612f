//! Condition, Procedure, MedicationRequest and Immunization.

use super::super::conditions::KINDS;
use super::super::life::Life;
use super::super::record::{Event, RecordedProblem};
use super::*;

const DMD: &str = "https://dmd.nhs.uk";
const OPCS4: &str = "https://fhir.hl7.org.uk/Id/opcs-4";

/// Appends one Condition.
pub(crate) fn condition(out: &mut String, life: &Life, problem: &RecordedProblem) {
    let kind = &KINDS[problem.onset.kind];
    let person = &life.person;
    open(out, "Condition", problem.id, problem.updated);
    narrative(
        out,
        &format!("{} {}: {}", person.given, person.family, kind.display),
    );
    let status = if problem.onset.ended.is_some() {
        "resolved"
    } else {
        "active"
    };
    let system = "http://terminology.hl7.org/CodeSystem/condition-clinical";
    concept(out, "clinicalStatus", system, status, "");
    let system = "http://terminology.hl7.org/CodeSystem/condition-ver-status";
    concept(out, "verificationStatus", system, "confirmed", "");
    out.push_str(",\"category\":[{\"coding\":[");
    let system = "http://terminology.hl7.org/CodeSystem/condition-category";
    coding(out, system, "problem-list-item", "Problem List Item");
    out.push_str("]}],\"code\":{\"coding\":[");
    coding(out, SNOMED, kind.snomed, kind.display);
    if problem.clinician.is_multiple_of(2) {
        out.push(',');
        coding(out, "http://hl7.org/fhir/sid/icd-10", kind.icd10, "");
    }
    out.push(']');
    field(out, "text", kind.display);
    out.push('}');
    self::person(out, "subject", person, true);
    if let Some(encounter) = problem.encounter {
        self::encounter(out, encounter);
    }
    day(out, "onsetDateTime", problem.onset.day);
    if let Some(ended) = problem.onset.ended {
        day(out, "abatementDateTime", ended);
    }
    day(out, "recordedDate", problem.recorded);
    out.push_str(",\"recorder\":");
    practitioner(out, problem.clinician);
    if !problem.note.is_empty() {
        out.push_str(",\"note\":[{\"text\":");
        text(out, problem.note);
        out.push_str("}]");
    }
    close(out);
}

/// Appends one Procedure.
pub(crate) fn procedure(out: &mut String, life: &Life, event: &Event) {
    open(out, "Procedure", event.id, event.updated);
    out.push_str(",\"status\":\"completed\",\"code\":{\"coding\":[");
    coding(out, SNOMED, event.code.code, event.code.display);
    out.push(',');
    coding(out, OPCS4, event.extra, "");
    out.push_str("]}");
    person(out, "subject", &life.person, true);
    if let Some(encounter) = event.encounter {
        self::encounter(out, encounter);
    }
    moment(out, "performedDateTime", event.when);
    close(out);
}

/// Appends one MedicationRequest.
pub(crate) fn prescription(out: &mut String, life: &Life, event: &Event) {
    open(out, "MedicationRequest", event.id, event.updated);
    out.push_str(",\"status\":\"completed\",\"intent\":\"order\"");
    concept(
        out,
        "medicationCodeableConcept",
        DMD,
        event.code.code,
        event.code.display,
    );
    person(out, "subject", &life.person, false);
    if let Some(encounter) = event.encounter {
        self::encounter(out, encounter);
    }
    moment(out, "authoredOn", event.when);
    out.push_str(",\"dosageInstruction\":[{\"text\":");
    text(out, event.extra);
    let _ = write!(
        out,
        "}}],\"dispenseRequest\":{{\"quantity\":{{\"value\":{},\"unit\":\"dose\"}}}}",
        event.quantity
    );
    close(out);
}

/// Appends one Immunization.
pub(crate) fn vaccination(out: &mut String, life: &Life, event: &Event) {
    open(out, "Immunization", event.id, event.updated);
    out.push_str(",\"status\":\"completed\"");
    snomed(out, "vaccineCode", event.code);
    person(out, "patient", &life.person, false);
    moment(out, "occurrenceDateTime", event.when);
    out.push_str(",\"primarySource\":true");
    close(out);
}
