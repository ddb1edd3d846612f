//! AllergyIntolerance: what some people must not be given, or that nothing is known.

use super::super::life::Life;
use super::super::record::{Coding, coding as code};
use super::variety::{drawn, one_in};
use super::*;

const SUBSTANCES: [(Coding, &str); 5] = [
    (code("764146007", "Penicillin"), "medication"),
    (code("387207008", "Ibuprofen"), "medication"),
    (
        code(
            "373270004",
            "Substance with penicillin structure and antibacterial mechanism of action",
        ),
        "medication",
    ),
    (code("256259004", "Pollen"), "environment"),
    (code("111088007", "Latex"), "environment"),
];
const NONE_KNOWN: Coding = code("716186003", "No known allergy");

/// Appends what a life has: one in eight people an allergy, and one in ten that there is none.
pub(crate) fn write(out: &mut String, life: &Life) {
    let person = &life.person;
    let (allergic, asked) = (one_in(8, person.id, 20), one_in(10, person.id, 21));
    if !allergic && !asked {
        return;
    }
    let resource = person.id.rotate_left(40) ^ 1;
    open(out, "AllergyIntolerance", resource, life.updated);
    let status = match drawn(resource, 1) % 100 {
        0 => "entered-in-error",
        1..=2 => "refuted",
        3..=14 => "unconfirmed",
        _ => "confirmed",
    };
    if status != "entered-in-error" {
        let system = "http://terminology.hl7.org/CodeSystem/allergyintolerance-clinical";
        let clinical = if one_in(15, resource, 2) {
            "inactive"
        } else {
            "active"
        };
        concept(out, "clinicalStatus", system, clinical, "");
    }
    let system = "http://terminology.hl7.org/CodeSystem/allergyintolerance-verification";
    concept(out, "verificationStatus", system, status, "");
    if allergic {
        substance(out, resource);
    } else {
        snomed(out, "code", NONE_KNOWN);
    }
    self::person(out, "patient", person, (false, resource));
    let recorded = super::super::calendar::day_of(life.updated);
    day(
        out,
        "recordedDate",
        recorded.min(life.window.1).max(person.birth),
    );
    if allergic {
        out.push_str(",\"reaction\":[{\"manifestation\":[{\"coding\":[");
        coding(out, SNOMED, "271807003", "Eruption of skin");
        out.push_str("]}]}]");
    }
    close(out);
}

fn substance(out: &mut String, resource: u128) {
    let (substance, category) = SUBSTANCES[(drawn(resource, 3) % SUBSTANCES.len() as u64) as usize];
    let criticality = if one_in(6, resource, 4) {
        "high"
    } else {
        "low"
    };
    let _ = write!(
        out,
        ",\"type\":\"allergy\",\"category\":[\"{category}\"],\"criticality\":\"{criticality}\""
    );
    snomed(out, "code", substance);
}
