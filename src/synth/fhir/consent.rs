//! Consent: what people agreed to, or not.

use super::super::life::Life;
use super::super::record::Agreement;
use super::super::world::World;
use super::*;

/// Appends one Consent.
pub(crate) fn write(out: &mut String, world: &World, life: &Life, agreement: &Agreement) {
    open(out, "Consent", agreement.id, agreement.updated);
    let _ = write!(out, ",\"status\":\"{}\"", agreement.status);
    let system = "http://terminology.hl7.org/CodeSystem/consentscope";
    concept(out, "scope", system, agreement.scope, "");
    out.push_str(",\"category\":[{\"coding\":[");
    let category = agreement.category;
    coding(out, agreement.system, category.code, category.display);
    out.push_str("]}]");
    person(out, "patient", &life.person, (true, agreement.id));
    day(out, "dateTime", agreement.recorded);
    out.push_str(",\"organization\":[");
    organisation(out, world.organisations.get(agreement.organisation), true);
    out.push_str("],\"policyRule\":{\"text\":\"Sharing of records in Wendale\"}");
    if !agreement.decision.is_empty() {
        let _ = write!(out, ",\"provision\":{{\"type\":\"{}\"", agreement.decision);
        period(out, "period", agreement.recorded, agreement.until);
        out.push('}');
    }
    close(out);
}
