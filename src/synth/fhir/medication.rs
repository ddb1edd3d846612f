//! MedicationRequest, and the Medications that some of them refer to.

use super::super::conditions::KINDS;
use super::super::contacts::prescriptions::ACUTE_MEDICINES;
use super::super::life::Life;
use super::super::record::{Coding, Event, coding as code};
use super::super::world::World;
use super::variety::{drawn, one_in};
use super::*;

/// The id of the Medication of a product.
fn product_id(product: Coding) -> u128 {
    let code: u128 = product.code.parse().unwrap_or_default();
    (code << 64) | u128::from(drawn(code, 1))
}

/// The unit in which a product is counted (dm+d).
fn unit(product: Coding) -> Coding {
    match product.display {
        name if name.contains("tablet") => code("428673006", "tablet"),
        name if name.contains("capsule") => code("428641000", "capsule"),
        _ => code("3317411000001100", "dose"),
    }
}

/// Appends every product, once.
pub(crate) fn products(out: &mut String, world: &World) {
    let updated = super::super::calendar::at(world.from, 120);
    let long_term = KINDS.iter().flat_map(|kind| kind.medicines);
    let long_term = long_term.map(|medicine| code(medicine.code, medicine.name));
    let acute = ACUTE_MEDICINES.iter().map(|(product, _, _)| *product);
    let mut written: Vec<&str> = Vec::new();
    for product in long_term.chain(acute) {
        if written.contains(&product.code) {
            continue;
        }
        written.push(product.code);
        open(out, "Medication", product_id(product), updated);
        out.push_str(",\"status\":\"active\"");
        concept(out, "code", DMD, product.code, product.display);
        if product.display.contains("tablet") {
            concept(out, "form", SNOMED, "385055001", "Tablet");
        }
        close(out);
    }
}

/// How a request stands: most are done, those of the last weeks are still in use.
fn status(world: &World, event: &Event) -> &'static str {
    match drawn(event.id, 2) % 400 {
        0 => "entered-in-error",
        1..=3 => "cancelled",
        4..=9 => "stopped",
        _ if event.when > world.end - 28 * 86_400 => "active",
        _ => "completed",
    }
}

/// Appends one MedicationRequest.
pub(crate) fn write(out: &mut String, world: &World, life: &Life, event: &Event) {
    open(out, "MedicationRequest", event.id, event.updated);
    let contained = one_in(40, event.id, 3);
    if contained {
        out.push_str(",\"contained\":[{\"resourceType\":\"Medication\",\"id\":\"med\"");
        concept(out, "code", DMD, event.code.code, event.code.display);
        out.push_str("}]");
    }
    let repeat = event.encounter.is_none();
    let full = one_in(3, event.id, 4);
    if repeat && full {
        repeat_information(out, event);
    }
    let _ = write!(
        out,
        ",\"status\":\"{}\",\"intent\":\"order\"",
        status(world, event)
    );
    if contained {
        out.push_str(",\"medicationReference\":{\"reference\":\"#med\"}");
    } else if one_in(12, event.id, 5) {
        out.push_str(",\"medicationReference\":{\"reference\":\"Medication/");
        id(out, product_id(event.code));
        out.push_str("\"}");
    } else {
        // Codes of the dictionary are SNOMED CT concepts, and some systems say so.
        let system = if one_in(5, event.id, 6) { SNOMED } else { DMD };
        let key = "medicationCodeableConcept";
        concept(out, key, system, event.code.code, event.code.display);
    }
    person(out, "subject", &life.person, (false, event.id));
    if let Some(encounter) = event.encounter {
        self::encounter(out, encounter);
    }
    moment(out, "authoredOn", event.when);
    if full {
        out.push_str(",\"requester\":");
        let practice = life
            .person
            .practice(super::super::calendar::day_of(event.when));
        organisation_code(out, world.organisations.get(practice));
        course(out, repeat);
    }
    out.push_str(",\"dosageInstruction\":[{\"text\":");
    text(out, event.extra);
    out.push_str("}],\"dispenseRequest\":{");
    if full {
        let from = super::super::calendar::day_of(event.when);
        out.push_str("\"validityPeriod\":{\"start\":\"");
        super::super::calendar::push_date(out, from);
        out.push('"');
        day(out, "end", from + 28);
        out.push_str("},");
    }
    let unit = unit(event.code);
    let _ = write!(
        out,
        "\"quantity\":{{\"value\":{},\"unit\":\"{}\",\"system\":\"{SNOMED}\",\"code\":\"{}\"}}}}",
        event.quantity, unit.display, unit.code
    );
    close(out);
}

fn repeat_information(out: &mut String, event: &Event) {
    let _ = write!(
        out,
        ",\"extension\":[{{\"url\":\"{UK_CORE}Extension-UKCore-MedicationRepeatInformation\",\
         \"extension\":[{{\"url\":\"numberOfPrescriptionsIssued\",\"valueUnsignedInt\":{}}}]}}]",
        1 + drawn(event.id, 7) % 11
    );
}

fn course(out: &mut String, repeat: bool) {
    let system = match repeat {
        true => "https://fhir.hl7.org.uk/CodeSystem/UKCore-MedicationRequestCourseOfTherapy",
        false => "http://terminology.hl7.org/CodeSystem/medicationrequest-course-of-therapy",
    };
    let (code, display) = match repeat {
        true => (
            "continuous-repeating-dispensing",
            "Continuous long term (repeat dispensing)",
        ),
        false => ("acute", "Short course (acute) therapy"),
    };
    concept(out, "courseOfTherapyType", system, code, display);
}
