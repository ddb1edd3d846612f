//! Lives as FHIR R4 resources in the shape of UK Core, one line of JSON each.
//!
//! Lines are written straight into a buffer with their keys in a fixed order: a tree of values
//! would take several times as long for the millions of lines of a large record.

pub(super) mod activity;
pub(super) mod allergy;
pub(super) mod communication;
pub(super) mod condition;
pub(super) mod consent;
pub(super) mod document;
pub(super) mod encounter;
pub(super) mod immunization;
pub(super) mod medication;
pub(super) mod observation;
pub(super) mod organization;
pub(super) mod patient;
pub(super) mod place;
mod place_id;
pub(super) mod planning;
pub(super) mod procedure;
pub(super) mod questionnaire;
pub(super) mod variety;

use std::fmt::Write;

use super::calendar::{Moment, push_moment};
use super::organisations::Organisation;
use super::person::SyntheticPerson;
use super::record::Coding;

/// SNOMED CT.
pub(super) const SNOMED: &str = "http://snomed.info/sct";
/// ICD-10.
pub(super) const ICD10: &str = "http://hl7.org/fhir/sid/icd-10";
/// Medicines of the dictionary of medicines and devices.
pub(super) const DMD: &str = "https://dmd.nhs.uk";
/// Organisation codes.
pub(super) const ODS: &str = "https://fhir.nhs.uk/Id/ods-organization-code";
/// NHS numbers.
pub(super) const NHS_NUMBER: &str = "https://fhir.nhs.uk/Id/nhs-number";
/// Stem of UK Core extensions and profiles.
pub(super) const UK_CORE: &str = "https://fhir.hl7.org.uk/StructureDefinition/";

/// Appends a JSON string, quoted and escaped.
pub(super) fn text(out: &mut String, value: &str) {
    out.push('"');
    for character in value.chars() {
        match character {
            '"' => out.push_str("\\\""),
            '\\' => out.push_str("\\\\"),
            control if u32::from(control) < 0x20 => out.push(' '),
            other => out.push(other),
        }
    }
    out.push('"');
}

/// Appends `,"key":"value"`.
pub(super) fn field(out: &mut String, key: &str, value: &str) {
    out.push_str(",\"");
    out.push_str(key);
    out.push_str("\":");
    text(out, value);
}

/// Appends an id in the form of a UUID.
pub(super) fn id(out: &mut String, id: u128) {
    const HEX: &[u8; 16] = b"0123456789abcdef";
    for nibble in 0..32 {
        if matches!(nibble, 8 | 12 | 16 | 20) {
            out.push('-');
        }
        let value = match nibble {
            // Version and variant of a random UUID.
            12 => 4,
            16 => 8 | (id >> 60 & 3) as usize,
            _ => (id >> (124 - 4 * nibble) & 15) as usize,
        };
        out.push(char::from(HEX[value]));
    }
}

/// Opens a resource: type, id, last updated, profile.
pub(super) fn open(out: &mut String, kind: &str, resource: u128, updated: Moment) {
    out.push_str("{\"resourceType\":\"");
    out.push_str(kind);
    out.push_str("\",\"id\":\"");
    id(out, resource);
    out.push_str("\",\"meta\":{\"lastUpdated\":\"");
    push_moment(out, updated);
    out.push_str("Z\"");
    // UK Core has no profile of Goal.
    if kind != "Goal" {
        out.push_str(",\"profile\":[\"");
        out.push_str(UK_CORE);
        out.push_str("UKCore-");
        out.push_str(kind);
        out.push_str("\"]");
    }
    out.push('}');
}

/// Closes a resource and its line.
pub(super) fn close(out: &mut String) {
    out.push_str("}\n");
}

/// Appends the narrative, as XHTML.
pub(super) fn narrative(out: &mut String, words: &str) {
    out.push_str(",\"text\":{\"status\":\"generated\",\"div\":\"<div xmlns=\\\"http://www.w3.org/1999/xhtml\\\">");
    for character in words.chars() {
        match character {
            '<' => out.push_str("&lt;"),
            '&' => out.push_str("&amp;"),
            '"' => out.push_str("&quot;"),
            other => out.push(other),
        }
    }
    out.push_str("</div>\"}");
}

/// Appends a coding object.
pub(super) fn coding(out: &mut String, system: &str, code: &str, display: &str) {
    out.push_str("{\"system\":\"");
    out.push_str(system);
    out.push_str("\",\"code\":\"");
    out.push_str(code);
    out.push('"');
    if !display.is_empty() {
        field(out, "display", display);
    }
    out.push('}');
}

/// Appends `,"key":{"coding":[…]}` with one coding.
pub(super) fn concept(out: &mut String, key: &str, system: &str, code: &str, display: &str) {
    out.push_str(",\"");
    out.push_str(key);
    out.push_str("\":{\"coding\":[");
    coding(out, system, code, display);
    out.push_str("]}");
}

/// Appends `,"key":{"coding":[…]}` with a SNOMED CT code.
pub(super) fn snomed(out: &mut String, key: &str, code: Coding) {
    concept(out, key, SNOMED, code.code, code.display);
}

/// Appends `,"key":"moment"` as a FHIR dateTime.
pub(super) fn moment(out: &mut String, key: &str, when: Moment) {
    out.push_str(",\"");
    out.push_str(key);
    out.push_str("\":\"");
    push_moment(out, when);
    out.push_str("+00:00\"");
}

/// Appends `,"key":"date"`.
pub(super) fn day(out: &mut String, key: &str, day: i32) {
    out.push_str(",\"");
    out.push_str(key);
    out.push_str("\":\"");
    super::calendar::push_date(out, day);
    out.push('"');
}

/// Appends `,"key":{"start":…,"end":…}` in days.
pub(super) fn period(out: &mut String, key: &str, since: i32, until: Option<i32>) {
    let _ = write!(out, ",\"{key}\":{{\"start\":\"");
    super::calendar::push_date(out, since);
    out.push('"');
    if let Some(until) = until {
        self::day(out, "end", until);
    }
    out.push('}');
}

/// Appends `,"key":{"reference":"Patient/…"}`, for some with the name as display.
///
/// One in 250 resources names its person by NHS number and no more, as systems do that do not know
/// the other's ids.
pub(super) fn person(
    out: &mut String,
    key: &str,
    person: &SyntheticPerson,
    (named, resource): (bool, u128),
) {
    out.push_str(",\"");
    out.push_str(key);
    if person.verification == "01" && variety::one_in(250, resource, 30) {
        let _ = write!(
            out,
            "\":{{\"type\":\"Patient\",\"identifier\":{{\"system\":\"{}\",\"value\":\"{}\"}}}}",
            NHS_NUMBER, person.nhs_number
        );
        return;
    }
    out.push_str("\":{\"reference\":\"Patient/");
    id(out, person.id);
    out.push('"');
    if named {
        field(
            out,
            "display",
            &format!("{} {}", person.given, person.family),
        );
    }
    out.push('}');
}

/// Appends `,"encounter":{"reference":"Encounter/…"}`.
pub(super) fn encounter(out: &mut String, encounter: u128) {
    out.push_str(",\"encounter\":{\"reference\":\"Encounter/");
    id(out, encounter);
    out.push_str("\"}");
}

/// Appends an organisation reference object, with its ODS code and, when `named`, its name.
pub(super) fn organisation(out: &mut String, organisation: &Organisation, named: bool) {
    out.push_str("{\"reference\":\"Organization/");
    id(out, organisation.id);
    out.push_str("\",\"identifier\":{\"system\":\"");
    out.push_str(ODS);
    out.push_str("\",\"value\":\"");
    out.push_str(&organisation.code);
    out.push_str("\"}");
    if named {
        field(out, "display", &organisation.name);
    }
    out.push('}');
}

/// Appends an organisation reference object that only its Organization explains.
pub(super) fn organisation_reference(out: &mut String, organisation: &Organisation) {
    out.push_str("{\"reference\":\"Organization/");
    id(out, organisation.id);
    out.push_str("\"}");
}

/// Appends an organisation reference object that is its ODS code and no more.
pub(super) fn organisation_code(out: &mut String, organisation: &Organisation) {
    let _ = write!(
        out,
        "{{\"type\":\"Organization\",\"identifier\":{{\"system\":\"{ODS}\",\"value\":\"{}\"}}}}",
        organisation.code
    );
}

/// Appends a reference object to the Location of a site.
pub(super) fn location(out: &mut String, organisation: &Organisation, site: u8) {
    out.push_str("{\"reference\":\"Location/");
    id(out, place_id::site(organisation, site));
    out.push_str("\"}");
}

/// Appends a practitioner reference object: a display only, as many systems send it.
pub(super) fn practitioner(out: &mut String, clinician: u8) {
    out.push_str("{\"display\":");
    text(out, super::names::clinician(clinician));
    out.push('}');
}

/// Appends a reference object to a role of staff at an organisation.
pub(super) fn practitioner_role(out: &mut String, organisation: &Organisation, role: u8) {
    out.push_str("{\"reference\":\"PractitionerRole/");
    id(out, place_id::role(organisation, role));
    out.push_str("\"}");
}

/// Appends an extension object whose value is one coding.
pub(super) fn coded_extension(
    out: &mut String,
    url: &str,
    system: &str,
    code: &str,
    display: &str,
) {
    let _ = write!(out, "{{\"url\":\"{UK_CORE}{url}\"");
    concept(out, "valueCodeableConcept", system, code, display);
    out.push('}');
}
