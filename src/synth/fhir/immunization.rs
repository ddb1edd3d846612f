//! Immunization: the procedure in the extension of UK Core, and the product where it is known.

use super::super::life::Life;
use super::super::record::{Coding, Event, coding as code};
use super::super::world::World;
use super::variety::{drawn, one_in};
use super::*;

/// The product that was given, by the code of the procedure.
fn product(procedure: &str) -> Option<Coding> {
    Some(match procedure {
        "1239861000000100" => code("46233009", "Influenza virus vaccine"),
        "1324681000000101" => code("1119305005", "SARS-CoV-2 antigen vaccine"),
        "722215002" => code("407737004", "Varicella-zoster vaccine"),
        "12866006" => code("333598008", "Pneumococcal vaccine"),
        "38598009" | "170433008" => code("61153008", "Measles, mumps and rubella vaccine"),
        _ => return None,
    })
}

/// Appends one Immunization.
pub(crate) fn write(out: &mut String, world: &World, life: &Life, event: &Event) {
    let not_done = one_in(60, event.id, 1);
    open(out, "Immunization", event.id, event.updated);
    out.push_str(",\"extension\":[");
    let url = "Extension-UKCore-VaccinationProcedure";
    coded_extension(out, url, SNOMED, event.code.code, event.code.display);
    if life.person.age(super::super::calendar::day_of(event.when)) < 16 {
        let _ = write!(
            out,
            ",{{\"url\":\"{UK_CORE}Extension-UKCore-ParentPresent\",\"valueBoolean\":true}}"
        );
    }
    out.push(']');
    let status = match not_done {
        true => "not-done",
        false if one_in(400, event.id, 2) => "entered-in-error",
        false => "completed",
    };
    let _ = write!(out, ",\"status\":\"{status}\"");
    if not_done {
        let display = "Vaccine declined by patient";
        concept(out, "statusReason", SNOMED, "591000119102", display);
    }
    match product(event.code.code).filter(|_| one_in(2, event.id, 3)) {
        Some(product) => concept(out, "vaccineCode", SNOMED, product.code, product.display),
        None => {
            let system = "http://terminology.hl7.org/CodeSystem/v3-NullFlavor";
            concept(out, "vaccineCode", system, "UNK", "unknown");
        }
    }
    person(out, "patient", &life.person, (false, event.id));
    moment(out, "occurrenceDateTime", event.when);
    day(out, "recorded", super::super::calendar::day_of(event.when));
    out.push_str(",\"primarySource\":true");
    if !not_done {
        given(out, world, life, event);
    }
    close(out);
}

fn given(out: &mut String, world: &World, life: &Life, event: &Event) {
    let practice = life
        .person
        .practice(super::super::calendar::day_of(event.when));
    out.push_str(",\"location\":");
    location(out, world.organisations.get(practice), 0);
    let lot = drawn(event.id, 4) % 9_000 + 1_000;
    let _ = write!(out, ",\"lotNumber\":\"HW{lot}\"");
    concept(out, "site", SNOMED, "368208006", "Left upper arm structure");
    concept(out, "route", SNOMED, "78421000", "Intramuscular route");
}
