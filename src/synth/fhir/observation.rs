//! Observation.

use super::super::contacts::measures::{ClinicalMeasure, KIDNEY, LAB, MEASURES, MOOD, PRESSURE};
use super::super::life::Life;
use super::super::record::{Coding, Finding, Observation, coding as code};
use super::super::world::World;
use super::variety::{drawn, one_in};
use super::*;

const LOINC: &str = "http://loinc.org";
const SYSTOLIC: (Coding, &str) = (code("72313002", "Systolic arterial pressure"), "8480-6");
const DIASTOLIC: (Coding, &str) = (
    code("1091811000000102", "Diastolic arterial pressure"),
    "8462-4",
);

/// How a result stands: few are not final.
fn status(observation: &Observation) -> &'static str {
    let laboratory = MEASURES[observation.measure].category == LAB;
    match drawn(observation.id, 1) % 600 {
        0..=2 => "entered-in-error",
        3 => "cancelled",
        4..=8 => "amended",
        9..=11 => "corrected",
        12..=13 if laboratory => "preliminary",
        _ => "final",
    }
}

fn codes(out: &mut String, (snomed, loinc): (Coding, &str)) {
    out.push_str("{\"coding\":[");
    coding(out, SNOMED, snomed.code, snomed.display);
    if !loinc.is_empty() {
        out.push(',');
        coding(out, LOINC, loinc, "");
    }
    out.push_str("]}");
}

fn quantity(out: &mut String, measure: &ClinicalMeasure, value: i32, comparator: &str) {
    out.push_str(",\"valueQuantity\":{\"value\":");
    let _ = match measure.decimals {
        0 => write!(out, "{value}"),
        _ => write!(out, "{}.{}", value / 10, value % 10),
    };
    if !comparator.is_empty() {
        let _ = write!(out, ",\"comparator\":\"{comparator}\"");
    }
    field(out, "unit", measure.unit.1);
    out.push_str(",\"system\":\"http://unitsofmeasure.org\"");
    field(out, "code", measure.unit.0);
    out.push('}');
}

/// Appends why there is no value.
fn absent(out: &mut String) {
    let system = "http://terminology.hl7.org/CodeSystem/data-absent-reason";
    concept(
        out,
        "dataAbsentReason",
        system,
        "not-performed",
        "Not Performed",
    );
}

fn component(out: &mut String, codes_of: (Coding, &str), value: Option<i32>) {
    out.push_str("{\"code\":");
    codes(out, codes_of);
    match value {
        Some(value) => quantity(out, &MEASURES[PRESSURE], value, ""),
        None => absent(out),
    }
    out.push('}');
}

/// Appends one Observation.
pub(crate) fn write(out: &mut String, world: &World, life: &Life, observation: &Observation) {
    let measure = &MEASURES[observation.measure];
    let status = status(observation);
    open(out, "Observation", observation.id, observation.updated);
    let _ = write!(out, ",\"status\":\"{status}\",\"category\":[{{\"coding\":[");
    let system = "http://terminology.hl7.org/CodeSystem/observation-category";
    coding(out, system, measure.category, "");
    out.push_str("]}],\"code\":");
    codes(out, (code(measure.snomed, measure.display), measure.loinc));
    person(out, "subject", &life.person, (false, observation.id));
    encounter(out, observation.encounter);
    effective(out, observation);
    let laboratory = measure.category == LAB;
    if laboratory && one_in(4, observation.id, 2) {
        let on = super::super::calendar::day_of(observation.when);
        let practice = life.person.practice(on);
        out.push_str(",\"performer\":[");
        organisation_code(out, world.organisations.get(practice));
        out.push(']');
    }
    match status {
        "cancelled" => absent(out),
        _ => value(out, observation, measure),
    }
    close(out);
}

/// The time: a moment, or for a few a period.
fn effective(out: &mut String, observation: &Observation) {
    if one_in(250, observation.id, 3) {
        out.push_str(",\"effectivePeriod\":{\"start\":\"");
        push_moment(out, observation.when);
        out.push_str("+00:00\"");
        moment(
            out,
            "end",
            (observation.when + 600).min(observation.updated),
        );
        out.push('}');
    } else {
        moment(out, "effectiveDateTime", observation.when);
    }
}

fn value(out: &mut String, observation: &Observation, measure: &ClinicalMeasure) {
    match observation.finding {
        Finding::Number(value) if observation.measure == KIDNEY && value > 90 => {
            quantity(out, measure, 90, ">");
        }
        Finding::Number(value) if observation.measure == MOOD && one_in(3, observation.id, 4) => {
            let _ = write!(out, ",\"valueInteger\":{value}");
        }
        Finding::Number(value) => quantity(out, measure, value, ""),
        Finding::Coded(code) => snomed(out, "valueCodeableConcept", code),
        Finding::Pressure(systolic, diastolic) => {
            out.push_str(",\"component\":[");
            component(out, SYSTOLIC, Some(systolic));
            out.push(',');
            let heard = !one_in(400, observation.id, 5);
            component(out, DIASTOLIC, heard.then_some(diastolic));
            out.push(']');
        }
    }
}
