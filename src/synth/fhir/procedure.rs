//! Procedure.

use super::super::life::Life;
use super::super::record::Event;
use super::variety::{drawn, one_in};
use super::*;

const OPCS4: &str = "https://fhir.hl7.org.uk/Id/opcs-4";

/// Appends one Procedure.
pub(crate) fn write(out: &mut String, life: &Life, event: &Event) {
    open(out, "Procedure", event.id, event.updated);
    let status = match drawn(event.id, 1) % 150 {
        0 => "entered-in-error",
        1..=3 => "not-done",
        _ => "completed",
    };
    let _ = write!(out, ",\"status\":\"{status}\"");
    if status == "not-done" {
        let display = "Procedure contraindicated";
        concept(out, "statusReason", SNOMED, "183932001", display);
    }
    concept(out, "category", SNOMED, "387713003", "Surgical procedure");
    out.push_str(",\"code\":{\"coding\":[");
    coding(out, SNOMED, event.code.code, event.code.display);
    out.push(',');
    coding(out, OPCS4, event.extra, "");
    out.push_str("]}");
    person(out, "subject", &life.person, (true, event.id));
    if let Some(encounter) = event.encounter {
        self::encounter(out, encounter);
    }
    if one_in(5, event.id, 2) {
        let minutes = 20 + (drawn(event.id, 3) % 70) as i64;
        out.push_str(",\"performedPeriod\":{\"start\":\"");
        push_moment(out, event.when);
        out.push_str("+00:00\"");
        moment(out, "end", (event.when + 60 * minutes).min(event.updated));
        out.push('}');
    } else {
        moment(out, "performedDateTime", event.when);
    }
    out.push_str(",\"performer\":[{\"actor\":");
    practitioner(out, (drawn(event.id, 4) % 16) as u8);
    out.push_str("}]");
    close(out);
}
