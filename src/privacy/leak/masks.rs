//! Codes that are read as a whole: what is inside of them is no number of a person.

use crate::privacy::spelling::is_word;
use std::ops::Range;

/// The least length of a token of hexadecimal digits, such as a digest or an object's id.
const HEXADECIMAL: usize = 24;
/// The form of a UUID: hexadecimal digits between hyphens.
const UUID: [usize; 5] = [8, 4, 4, 4, 12];
/// The fewest parts of an OID.
const OID: usize = 6;

/// Where UUIDs, long hexadecimal tokens, OIDs and addresses of computers lie in a text, as
/// [`crate::privacy::spelling::folded`] gives it.
pub(super) fn masks(text: &[u8]) -> Vec<Range<usize>> {
    let mut found = Vec::new();
    let mut at = 0;
    while at < text.len() {
        let begins = is_word(text[at]) && (at == 0 || !is_word(text[at - 1]));
        let length = match begins {
            true => uuid(&text[at..])
                .or_else(|| hexadecimal(&text[at..]))
                .or_else(|| dotted(&text[at..]).filter(|_| !follows_a_part(text, at))),
            false => None,
        };
        if let Some(length) = length {
            found.push(at..at + length);
        }
        at += length.unwrap_or(1);
    }
    found
}

/// Whether a number goes on before `at`.
fn follows_a_part(text: &[u8], at: usize) -> bool {
    at > 1 && text[at - 1] == b'.' && text[at - 2].is_ascii_digit()
}

fn ends(text: &[u8], at: usize) -> bool {
    text.get(at).is_none_or(|b| !is_word(*b))
}

fn uuid(text: &[u8]) -> Option<usize> {
    let mut at = 0;
    for (part, length) in UUID.into_iter().enumerate() {
        if part > 0 {
            (text.get(at) == Some(&b'-')).then_some(())?;
            at += 1;
        }
        let digits = text.get(at..at + length)?;
        digits.iter().all(u8::is_ascii_hexdigit).then_some(())?;
        at += length;
    }
    ends(text, at).then_some(at)
}

fn hexadecimal(text: &[u8]) -> Option<usize> {
    let length = text.iter().take_while(|b| is_word(**b)).count();
    let token = &text[..length];
    let fits = length >= HEXADECIMAL
        && token.iter().all(u8::is_ascii_hexdigit)
        && token.iter().any(u8::is_ascii_alphabetic);
    fits.then_some(length)
}

/// An OID (it begins with 0, 1 or 2) or an address of four numbers up to 255.
fn dotted(text: &[u8]) -> Option<usize> {
    let mut parts = Vec::new();
    let mut at = 0;
    loop {
        let digits = text[at..].iter().take_while(|b| b.is_ascii_digit()).count();
        if digits == 0 {
            return None;
        }
        let part = text[at..at + digits].iter().take(9);
        parts.push(part.fold(0u32, |number, b| number * 10 + u32::from(b - b'0')));
        at += digits;
        match (text.get(at), text.get(at + 1)) {
            (Some(b'.'), Some(next)) if next.is_ascii_digit() => at += 1,
            _ => break,
        }
    }
    let oid = parts.len() >= OID && parts[0] <= 2;
    let address = parts.len() == 4 && parts.iter().all(|part| *part <= 255);
    ((oid || address) && ends(text, at)).then_some(at)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn whole_codes_are_known_by_their_form() {
        for (text, wanted) in [
            ("f47ac10b-58cc-4372-a567-0e02b2c3d479", 1),
            ("id 943476591943476591aabbcc", 1),
            ("2.16.840.1.113883.2.1.4.1", 1),
            ("192.168.100.1", 1),
            ("943.476.5919", 0),
            ("9434765919", 0),
            ("a9434765919", 0),
            ("9.4.3.4.7.6.5.9.1.9", 0),
            ("943476591994347659199434", 0),
        ] {
            assert_eq!(masks(text.as_bytes()).len(), wanted, "{text}");
        }
    }
}
