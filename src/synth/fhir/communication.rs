//! Communication: letters, messages and calls to people, with their words inside.

use super::super::life::Life;
use super::super::record::Message;
use super::super::world::World;
use super::*;

/// Appends one Communication.
pub(crate) fn write(out: &mut String, world: &World, life: &Life, message: &Message) {
    let person = &life.person;
    open(out, "Communication", message.id, message.updated);
    let _ = write!(out, ",\"status\":\"{}\"", message.status);
    out.push_str(",\"category\":[{\"coding\":[");
    let system = "http://terminology.hl7.org/CodeSystem/communication-category";
    coding(out, system, message.category, "");
    out.push_str("]}],\"medium\":[{\"coding\":[");
    let system = "http://terminology.hl7.org/CodeSystem/v3-ParticipationMode";
    coding(out, system, message.medium.code, message.medium.display);
    out.push_str("]}]");
    self::person(out, "subject", person, (false, message.id));
    moment(out, "sent", message.sent);
    if let Some(received) = message.received {
        moment(out, "received", received);
    }
    out.push_str(",\"sender\":");
    organisation(out, world.organisations.get(message.organisation), true);
    out.push_str(",\"payload\":[{\"contentString\":");
    let words = format!(
        "Dear {} {}, please ring us about your appointment.",
        person.given, person.family
    );
    text(out, &words);
    out.push_str("}]");
    close(out);
}
