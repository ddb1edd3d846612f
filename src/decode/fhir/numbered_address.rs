//! Addresses of Patients whose ids are NHS numbers.

use super::{reference, server};
use crate::privacy::NhsNumber;
use std::ops::Range;

const PATIENT: &str = "Patient";

/// Whether a reference may be an address: a look at how it begins.
pub(super) fn may_be(reference: &[u8]) -> bool {
    matches!(reference.first(), Some(b'h' | b'H' | ..=b' '))
}

/// Where in the address of a Patient at a server its id stands, if that is an NHS number, as ids of the
/// Personal Demographics Service are.
pub(super) fn number_in_address(reference: &[u8]) -> Option<Range<usize>> {
    let start = reference.len() - reference.trim_ascii_start().len();
    let scheme = reference.get(start..start + 4)?;
    // In Bundles of several servers a mark stands in the place of the address.
    let mark = || memchr::memchr(server::MARK, reference);
    let is_address = scheme.eq_ignore_ascii_case(b"http");
    let end = match is_address {
        true => None,
        false => Some(mark()?),
    };
    let key = reference::key(reference, Some(PATIENT))?;
    let id = key.start + PATIENT.len() + 1..end.unwrap_or(key.end);
    let text = str::from_utf8(reference.get(id.clone())?).ok()?;
    let is_plain = text.len() == 10 && text.bytes().all(|byte| byte.is_ascii_digit());
    (is_plain && NhsNumber::parse(text, true).is_ok()).then_some(id)
}

#[cfg(test)]
mod tests {
    use super::number_in_address;

    #[test]
    fn an_address_with_an_nhs_number_for_an_id_says_whose_it_is() {
        const PDS: &str = "https://api.service.nhs.uk/personal-demographics/FHIR/R4";
        for (reference, expected) in [
            (format!("{PDS}/Patient/9000000009"), Some("9000000009")),
            (
                format!(" {PDS}/Patient/9000000009/_history/2 "),
                Some("9000000009"),
            ),
            (format!("{PDS}/Patient/9000000009/"), Some("9000000009")),
            (
                "HTTP://x.example/Patient/9000000009".into(),
                Some("9000000009"),
            ),
            (
                "Patient/9000000009^0123456789abcdef".into(),
                Some("9000000009"),
            ),
            // The last digit does not check, or it is no number of ten digits.
            (format!("{PDS}/Patient/9000000008"), None),
            (format!("{PDS}/Patient/19000000009"), None),
            (format!("{PDS}/Patient/900-000-0009"), None),
            (format!("{PDS}/Organization/9000000009"), None),
            // At home a number is an id like any other.
            ("Patient/9000000009".into(), None),
            ("urn:uuid:9000000009".into(), None),
        ] {
            let found = number_in_address(reference.as_bytes()).map(|range| &reference[range]);
            assert_eq!(found, expected, "{reference}");
        }
    }
}
