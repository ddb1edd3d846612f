//! DocumentReference: letters, with the letter inside.

use super::super::calendar::push_date;
use super::super::life::Life;
use super::super::record::Letter;
use super::super::world::World;
use super::*;

const ALPHABET: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

fn base64(out: &mut String, bytes: &[u8]) {
    for chunk in bytes.chunks(3) {
        let byte = |nth: usize| u32::from(chunk.get(nth).copied().unwrap_or(0));
        let bits = byte(0) << 16 | byte(1) << 8 | byte(2);
        for nth in 0..4 {
            if nth <= chunk.len() {
                out.push(char::from(ALPHABET[(bits >> (18 - 6 * nth) & 63) as usize]));
            } else {
                out.push('=');
            }
        }
    }
}

/// Appends one DocumentReference.
pub(crate) fn write(out: &mut String, world: &World, life: &Life, letter: &Letter) {
    let person = &life.person;
    let clinician = super::super::names::clinician(letter.clinician);
    open(out, "DocumentReference", letter.id, letter.updated);
    let name = format!("{} {}", person.given, person.family);
    narrative(
        out,
        &format!("{} about {name}, by {clinician}", letter.code.display),
    );
    out.push_str(match super::variety::one_in(300, letter.id, 1) {
        true => ",\"status\":\"superseded\"",
        false => ",\"status\":\"current\"",
    });
    snomed(out, "type", letter.code);
    out.push_str(",\"category\":[{\"coding\":[");
    coding(out, SNOMED, "823681000000100", "Letter");
    out.push_str("]}]");
    self::person(out, "subject", person, (true, letter.id));
    moment(out, "date", letter.when);
    out.push_str(",\"author\":[");
    practitioner(out, letter.clinician);
    out.push_str("],\"custodian\":");
    organisation(out, world.organisations.get(letter.custodian), true);
    field(
        out,
        "description",
        &format!("{} for {name}", letter.code.display),
    );
    let mut words = format!("Dear {name}, born ");
    push_date(&mut words, person.birth);
    words.push_str(": thank you for coming. We have written to your practice. ");
    words.push_str(clinician);
    out.push_str(",\"content\":[{\"attachment\":{\"contentType\":\"text/plain\",\"data\":\"");
    base64(out, words.as_bytes());
    out.push('"');
    field(out, "title", letter.code.display);
    out.push_str("}}],\"context\":{\"encounter\":[{\"reference\":\"Encounter/");
    id(out, letter.encounter);
    out.push_str("\"}]}");
    close(out);
}

#[cfg(test)]
mod tests {
    #[test]
    fn base64_pads() {
        for (words, expected) in [("M", "TQ=="), ("Ma", "TWE="), ("Man", "TWFu")] {
            let mut out = String::new();
            super::base64(&mut out, words.as_bytes());
            assert_eq!(out, expected);
        }
    }
}
