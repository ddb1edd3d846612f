//! Condition.

use super::super::conditions::{ConditionKind, KINDS};
use super::super::life::Life;
use super::super::record::RecordedProblem;
use super::variety::{drawn, one_in};
use super::*;

/// What stands for a code that was lost on the way from one system to another.
const DEGRADED: &str = "196411000000103";
const ICD10_UK: &str = "http://hl7.org/fhir/sid/icd-10-uk";

/// The place of a resource among the hundreds, for proportions that exclude each other.
fn verification(id: u128) -> &'static str {
    match drawn(id, 1) % 200 {
        0 => "entered-in-error",
        1..=2 => "refuted",
        3..=4 => "differential",
        5..=8 => "provisional",
        9..=14 => "unconfirmed",
        _ => "confirmed",
    }
}

fn clinical(problem: &RecordedProblem) -> &'static str {
    match drawn(problem.id, 2) % 60 {
        _ if problem.onset.ended.is_none() => match drawn(problem.id, 3) % 60 {
            0 => "recurrence",
            1 => "relapse",
            _ => "active",
        },
        0..=5 => "inactive",
        6..=8 => "remission",
        _ => "resolved",
    }
}

/// Appends one Condition.
pub(crate) fn write(out: &mut String, life: &Life, problem: &RecordedProblem) {
    let kind = &KINDS[problem.onset.kind];
    let person = &life.person;
    open(out, "Condition", problem.id, problem.updated);
    narrative(
        out,
        &format!("{} {}: {}", person.given, person.family, kind.display),
    );
    let verification = verification(problem.id);
    // A condition entered in error has no clinical status.
    if verification != "entered-in-error" {
        let system = "http://terminology.hl7.org/CodeSystem/condition-clinical";
        concept(out, "clinicalStatus", system, clinical(problem), "");
    }
    let system = "http://terminology.hl7.org/CodeSystem/condition-ver-status";
    concept(out, "verificationStatus", system, verification, "");
    out.push_str(",\"category\":[{\"coding\":[");
    let system = "http://terminology.hl7.org/CodeSystem/condition-category";
    match one_in(8, problem.id, 4) {
        true => coding(out, system, "encounter-diagnosis", "Encounter Diagnosis"),
        false => coding(out, system, "problem-list-item", "Problem List Item"),
    }
    out.push_str("]}]");
    if one_in(12, problem.id, 5) {
        concept(out, "severity", SNOMED, "6736007", "Moderate");
    }
    code(out, problem, kind);
    self::person(out, "subject", person, (true, problem.id));
    if let Some(encounter) = problem.encounter {
        self::encounter(out, encounter);
    }
    onset(out, life, problem);
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

fn code(out: &mut String, problem: &RecordedProblem, kind: &ConditionKind) {
    out.push_str(",\"code\":{\"coding\":[");
    if one_in(150, problem.id, 6) {
        // Degraded on the way: the placeholder first, and what is left of the meaning behind it.
        coding(out, SNOMED, DEGRADED, "Transfer-degraded record entry");
        out.push(',');
        coding(out, ICD10, kind.icd10, "");
    } else {
        described(out, problem, kind);
        if problem.clinician.is_multiple_of(2) {
            out.push(',');
            let system = if one_in(10, problem.id, 7) {
                ICD10_UK
            } else {
                ICD10
            };
            coding(out, system, kind.icd10, "");
        }
    }
    out.push(']');
    field(out, "text", kind.display);
    out.push('}');
}

/// The SNOMED CT coding, for some with the words that the clinician chose.
fn described(out: &mut String, problem: &RecordedProblem, kind: &ConditionKind) {
    if !one_in(10, problem.id, 8) {
        return coding(out, SNOMED, kind.snomed, kind.display);
    }
    let _ = write!(
        out,
        "{{\"extension\":[{{\"url\":\"{UK_CORE}Extension-UKCore-CodingSCTDescDisplay\",\"valueString\":"
    );
    text(out, kind.display);
    let _ = write!(
        out,
        "}}],\"system\":\"{SNOMED}\",\"code\":\"{}\"",
        kind.snomed
    );
    field(out, "display", kind.display);
    out.push_str(",\"userSelected\":true}");
}

/// The onset: a day, a month, a year, a period, or the age at which it began.
fn onset(out: &mut String, life: &Life, problem: &RecordedProblem) {
    let began = problem.onset.day;
    let date = super::super::calendar::date(began);
    match drawn(problem.id, 9) % 50 {
        0..=3 => {
            let _ = write!(out, ",\"onsetDateTime\":\"{}\"", date.format("%Y-%m"));
        }
        4..=5 => {
            let _ = write!(out, ",\"onsetDateTime\":\"{}\"", date.format("%Y"));
        }
        6..=7 => period(out, "onsetPeriod", began, None),
        8 => {
            let years = life.person.age(began).max(0);
            let _ = write!(
                out,
                ",\"onsetAge\":{{\"value\":{years},\"unit\":\"year\",\
                 \"system\":\"http://unitsofmeasure.org\",\"code\":\"a\"}}"
            );
        }
        _ => day(out, "onsetDateTime", began),
    }
}
