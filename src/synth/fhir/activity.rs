//! Appointment and ServiceRequest.

use super::super::life::Life;
use super::super::record::{Appointment, Referral};
use super::super::world::World;
use super::encounter::SETTINGS;
use super::*;

/// Appends one Appointment.
pub(crate) fn appointment(out: &mut String, life: &Life, appointment: &Appointment) {
    open(out, "Appointment", appointment.id, appointment.updated);
    let _ = write!(
        out,
        ",\"status\":\"{}\",\"serviceType\":[{{\"coding\":[",
        appointment.status
    );
    let setting = appointment.setting.coding();
    coding(out, SETTINGS, setting.code, setting.display);
    out.push_str("]}]");
    if appointment.clinician == 3 {
        field(out, "description", "Follow up, see letter");
    }
    moment(out, "start", appointment.start);
    moment(
        out,
        "end",
        appointment.start + 60 * i64::from(appointment.minutes),
    );
    moment(out, "created", appointment.created);
    if !appointment.comment.is_empty() {
        field(out, "comment", appointment.comment);
    }
    out.push_str(",\"participant\":[{\"actor\":{\"reference\":\"Patient/");
    id(out, life.person.id);
    out.push_str("\"},\"status\":\"accepted\"},{\"actor\":");
    practitioner(out, appointment.clinician);
    out.push_str(",\"status\":\"accepted\"}]");
    close(out);
}

/// Appends one ServiceRequest.
pub(crate) fn referral(out: &mut String, world: &World, life: &Life, referral: &Referral) {
    open(out, "ServiceRequest", referral.id, referral.updated);
    let _ = write!(
        out,
        ",\"status\":\"{}\",\"intent\":\"order\",\"priority\":\"{}\"",
        referral.status, referral.priority
    );
    snomed(out, "code", referral.code);
    person(out, "subject", &life.person, true);
    moment(out, "authoredOn", referral.when);
    out.push_str(",\"requester\":{\"reference\":\"Organization/");
    let practice = world.organisations.get(referral.from);
    id(out, practice.id);
    out.push('"');
    let clinician = super::super::names::clinician(referral.clinician);
    field(out, "display", &format!("{clinician}, {}", practice.name));
    out.push_str("},\"performer\":[");
    organisation(out, world.organisations.get(referral.to), true);
    out.push(']');
    close(out);
}
