//! EpisodeOfCare, Flag and Goal.

use super::super::life::Life;
use super::super::record::CareSpan;
use super::super::world::World;
use super::*;

/// Appends one EpisodeOfCare.
pub(crate) fn episode(out: &mut String, world: &World, life: &Life, span: &CareSpan) {
    open(out, "EpisodeOfCare", span.id, span.updated);
    let status = if span.until.is_some() {
        "finished"
    } else {
        "active"
    };
    let _ = write!(out, ",\"status\":\"{status}\",\"type\":[{{\"coding\":[");
    let system = "https://populace.example/CodeSystem/episode-kind";
    coding(out, system, span.code.code, span.code.display);
    out.push_str("]}]");
    person(out, "patient", &life.person, (false, span.id));
    out.push_str(",\"managingOrganization\":");
    organisation(out, world.organisations.get(span.organisation), true);
    period(out, "period", span.since, span.until);
    close(out);
}

/// Appends one Flag.
pub(crate) fn flag(out: &mut String, life: &Life, span: &CareSpan) {
    open(out, "Flag", span.id, span.updated);
    out.push_str(",\"status\":\"active\",\"category\":[{\"coding\":[");
    let system = "https://populace.example/CodeSystem/flag-category";
    coding(
        out,
        system,
        "reasonable_adjustment",
        "Reasonable adjustment",
    );
    out.push_str("]}]");
    snomed(out, "code", span.code);
    person(out, "subject", &life.person, (true, span.id));
    period(out, "period", span.since, span.until);
    close(out);
}

/// Appends one Goal.
pub(crate) fn goal(out: &mut String, life: &Life, span: &CareSpan) {
    open(out, "Goal", span.id, span.updated);
    out.push_str(",\"lifecycleStatus\":\"active\",\"description\":{\"coding\":[");
    coding(out, SNOMED, span.code.code, span.code.display);
    out.push(']');
    let words = match span.code.code {
        "225323000" => "Wants to stop before the baby comes",
        "129839007" => "To get to the shop with the frame and not fall",
        _ => "Lose half a stone by the wedding",
    };
    field(out, "text", words);
    out.push('}');
    person(out, "subject", &life.person, (false, span.id));
    day(out, "startDate", span.since);
    if let Some(due) = span.until {
        out.push_str(",\"target\":[{\"dueDate\":\"");
        super::super::calendar::push_date(out, due);
        out.push_str("\"}]");
    }
    close(out);
}
