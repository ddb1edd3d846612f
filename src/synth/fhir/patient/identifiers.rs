//! The identifiers of a Patient: NHS numbers, in use and old, and a hospital's own.

use super::super::super::calendar::push_date;
use super::super::super::person::SyntheticPerson;
use super::super::super::world::World;
use super::super::variety::one_in;
use super::super::*;

/// The number a hospital gave the person.
pub(crate) fn local_number(index: u32) -> String {
    format!("H{:07}", u64::from(index) * 7 + 1_000_003)
}

/// Appends `,"identifier":[…]`.
pub(super) fn write(out: &mut String, world: &World, person: &SyntheticPerson) {
    out.push_str(",\"identifier\":[");
    if let Some(old) = world.old_number(person.index) {
        old_number(out, person, old);
        out.push(',');
    }
    out.push_str("{\"extension\":[");
    let system = "https://fhir.hl7.org.uk/CodeSystem/UKCore-NHSNumberVerificationStatusEngland";
    let url = "Extension-UKCore-NHSNumberVerificationStatus";
    // The code of the data dictionary, or the word that later versions of UK Core have for it.
    let words = one_in(8, person.id, 3);
    let (code, display) = match (person.verification, words) {
        ("01", true) => ("number-present-and-verified", "Number present and verified"),
        (_, true) => (
            "number-present-but-not-traced",
            "Number present but not traced",
        ),
        ("01", false) => ("01", "Number present and verified"),
        _ => ("02", "Number present but not traced"),
    };
    coded_extension(out, url, system, code, display);
    let _ = write!(
        out,
        "],\"system\":\"{NHS_NUMBER}\",\"value\":\"{}\"}},\
         {{\"system\":\"https://harrowmere.example/Id/local-patient\",\"value\":\"{}\"}}]",
        person.nhs_number,
        local_number(person.index)
    );
}

/// A number that was the person's before: said to be old, or of a period that has ended.
fn old_number(out: &mut String, person: &SyntheticPerson, number: u64) {
    let ended = person.window.0.min(person.homes[0].since) - 1;
    out.push('{');
    if one_in(2, person.id, 4) {
        out.push_str("\"use\":\"old\",");
    }
    let _ = write!(
        out,
        "\"system\":\"{NHS_NUMBER}\",\"value\":\"{number}\",\"period\":{{\"start\":\""
    );
    push_date(out, person.birth.min(ended));
    out.push('"');
    day(out, "end", ended);
    out.push_str("}}");
}
