//! Appointment and ServiceRequest.

use super::super::life::Life;
use super::super::record::{Appointment, Referral};
use super::super::world::World;
use super::encounter::service;
use super::variety::{drawn, one_in};
use super::*;

/// How an appointment stands: as it went, and a few that were never meant.
fn status(appointment: &Appointment) -> &'static str {
    match one_in(400, appointment.id, 1) {
        true => "entered-in-error",
        false => appointment.status,
    }
}

/// How the person is seen, where it is said.
fn delivery_channel(out: &mut String, appointment: &Appointment) {
    let (code, display) = match drawn(appointment.id, 2) % 12 {
        0 => ("Telephone", "Telephone"),
        1 => ("Video", "Video"),
        2..=5 => ("In-person", "In-person"),
        _ => return,
    };
    out.push_str(",\"extension\":[");
    let url = "Extension-UKCore-DeliveryChannel";
    let system = "https://fhir.hl7.org.uk/CodeSystem/UKCore-DeliveryChannel";
    coded_extension(out, url, system, code, display);
    out.push(']');
}

/// Appends one Appointment.
pub(crate) fn appointment(out: &mut String, world: &World, life: &Life, appointment: &Appointment) {
    open(out, "Appointment", appointment.id, appointment.updated);
    delivery_channel(out, appointment);
    let status = status(appointment);
    let _ = write!(out, ",\"status\":\"{status}\"");
    if status == "cancelled" {
        let system = "http://terminology.hl7.org/CodeSystem/appointment-cancellation-reason";
        concept(out, "cancelationReason", system, "pat", "Patient");
    }
    out.push_str(",\"serviceType\":[{\"coding\":[");
    service(out, appointment.setting);
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
    out.push_str(",\"participant\":[{\"status\":\"accepted\"");
    person(out, "actor", &life.person, (false, appointment.id));
    out.push_str("},{\"actor\":");
    practitioner(out, appointment.clinician);
    out.push_str(",\"status\":\"accepted\"}");
    if one_in(3, appointment.id, 3) {
        let provider = world.organisations.get(appointment.provider);
        out.push_str(",{\"actor\":");
        location(out, provider, appointment.clinician % 2);
        out.push_str(",\"status\":\"accepted\"}");
    }
    out.push(']');
    close(out);
}

/// Appends one ServiceRequest.
pub(crate) fn referral(out: &mut String, world: &World, life: &Life, referral: &Referral) {
    open(out, "ServiceRequest", referral.id, referral.updated);
    let _ = write!(
        out,
        ",\"status\":\"{}\",\"intent\":\"order\",\"priority\":\"{}\"",
        match drawn(referral.id, 1) % 300 {
            0 => "entered-in-error",
            1..=3 => "revoked",
            _ => referral.status,
        },
        referral.priority
    );
    snomed(out, "code", referral.code);
    person(out, "subject", &life.person, (true, referral.id));
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
