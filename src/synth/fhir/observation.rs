//! Observation.

use super::super::contacts::measures::{ClinicalMeasure, LOINC, MEASURES};
use super::super::life::Life;
use super::super::record::{Finding, Observation};
use super::*;

fn quantity(out: &mut String, measure: &ClinicalMeasure, value: i32) {
    out.push_str(",\"valueQuantity\":{\"value\":");
    let _ = match measure.decimals {
        0 => write!(out, "{value}"),
        _ => write!(out, "{}.{}", value / 10, value % 10),
    };
    field(out, "unit", measure.unit);
    out.push_str(",\"system\":\"http://unitsofmeasure.org\"");
    field(out, "code", measure.unit);
    out.push('}');
}

fn component(out: &mut String, code: &str, display: &str, value: i32) {
    out.push_str("{\"code\":{\"coding\":[");
    coding(out, LOINC, code, display);
    out.push_str("]}");
    quantity(out, &MEASURES[0], value);
    out.push('}');
}

/// Appends one Observation.
pub(crate) fn write(out: &mut String, life: &Life, observation: &Observation) {
    let measure = &MEASURES[observation.measure];
    open(out, "Observation", observation.id, observation.updated);
    out.push_str(",\"status\":\"final\",\"category\":[{\"coding\":[");
    let system = "http://terminology.hl7.org/CodeSystem/observation-category";
    coding(out, system, measure.category, "");
    out.push_str("]}]");
    concept(out, "code", measure.system, measure.code, measure.display);
    person(out, "subject", &life.person, false);
    encounter(out, observation.encounter);
    moment(out, "effectiveDateTime", observation.when);
    match observation.finding {
        Finding::Number(value) => quantity(out, measure, value),
        Finding::Coded(code) => snomed(out, "valueCodeableConcept", code),
        Finding::Pressure(systolic, diastolic) => {
            out.push_str(",\"component\":[");
            component(out, "8480-6", "Systolic blood pressure", systolic);
            out.push(',');
            component(out, "8462-4", "Diastolic blood pressure", diastolic);
            out.push(']');
        }
    }
    close(out);
}
