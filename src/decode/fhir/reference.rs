//! The key in a reference: `Type/id`.

use std::ops::Range;

/// Where in `reference` its `Type/id` stands; none when it points elsewhere (`#contained`, a URN), or
/// to another type than `kind`.
///
/// `Patient/1`, `Patient/1/_history/2` and `https://server/base/Patient/1` all have the key
/// `Patient/1`. Spaces around a reference and a slash behind it say nothing.
#[inline]
pub(super) fn key(reference: &[u8], kind: Option<&str>) -> Option<Range<usize>> {
    let ends = [reference.first(), reference.last()];
    if ends.iter().flatten().any(|byte| **byte <= b'/') {
        return untidy_key(reference, kind);
    }
    tidy_key(reference, kind)
}

/// The same of a reference that may begin or end with more than it says.
#[cold]
fn untidy_key(reference: &[u8], kind: Option<&str>) -> Option<Range<usize>> {
    let start = reference.len() - reference.trim_ascii_start().len();
    let mut tidy = reference.trim_ascii();
    if let (Some(shorter), true) = (tidy.strip_suffix(b"/"), kind.is_some()) {
        tidy = shorter;
    }
    let key = tidy_key(tidy, kind)?;
    Some(start + key.start..start + key.end)
}

#[inline]
fn tidy_key(reference: &[u8], kind: Option<&str>) -> Option<Range<usize>> {
    if let Some(kind) = kind
        && let Some(id) = reference.strip_prefix(kind.as_bytes())
        && let Some(id) = id.strip_prefix(b"/")
        && !id.is_empty()
        && !goes_on(id)
    {
        return Some(0..reference.len());
    }
    // Parameters (`Patient/1?_format=json`) say how the record is asked for. What is a search has no id
    // before them.
    let question = memchr::memchr(b'?', reference);
    let reference = &reference[..question.unwrap_or(reference.len())];
    let mut end = reference.len();
    let mut slash = memchr::memrchr(b'/', reference)?;
    if reference.get(..slash)?.ends_with(b"/_history") {
        end = slash - b"/_history".len();
        slash = memchr::memrchr(b'/', reference.get(..end)?)?;
    }
    let before = reference.get(..slash)?;
    let start = memchr::memrchr(b'/', before).map_or(0, |slash| slash + 1);
    let found = reference.get(start..slash)?;
    let fits = match kind {
        Some(kind) => found == kind.as_bytes(),
        None => {
            let letters = question.is_none() || found.iter().all(u8::is_ascii_alphabetic);
            letters && found.first().is_some_and(u8::is_ascii_uppercase)
        }
    };
    (fits && slash + 1 < end).then_some(start..end)
}

/// The id in a reference by UUID, which says nothing of the type.
pub(super) fn uuid(reference: &[u8]) -> Option<&[u8]> {
    let id = reference.strip_prefix(b"urn:uuid:")?;
    (!id.is_empty()).then_some(id)
}

/// The value that a conditional reference (`Patient?identifier=system|value`) searches for in `system`.
pub(super) fn searched(reference: &[u8], system: &[u8]) -> Option<Vec<u8>> {
    let question = memchr::memchr(b'?', reference)?;
    let parameters = reference.get(question + 1..)?.split(|byte| *byte == b'&');
    parameters
        .filter_map(|parameter| parameter.strip_prefix(b"identifier="))
        .map(percent_decoded)
        .find_map(|token| {
            let value = token.strip_prefix(system)?.strip_prefix(b"|")?;
            (!value.is_empty()).then(|| value.to_vec())
        })
}

/// `text` with `%7C` and its like in plain letters.
fn percent_decoded(text: &[u8]) -> Vec<u8> {
    let digit = |byte: u8| char::from(byte).to_digit(16);
    let mut plain = Vec::with_capacity(text.len());
    let mut rest = text;
    while let Some((byte, after)) = rest.split_first() {
        let pair = after.first_chunk::<2>().filter(|_| *byte == b'%');
        let code = pair.and_then(|[high, low]| Some(digit(*high)? * 16 + digit(*low)?));
        match code.and_then(|code| u8::try_from(code).ok()) {
            Some(code) => {
                plain.push(code);
                rest = after.get(2..).unwrap_or_default();
            }
            None => {
                plain.push(*byte);
                rest = after;
            }
        }
    }
    plain
}

/// Whether more follows an id: a slash or parameters. Ids are short, too short to pay for a call of
/// `memchr`.
#[inline(always)]
fn goes_on(id: &[u8]) -> bool {
    let ends = |block: &[u8; 16]| {
        block
            .iter()
            .fold(false, |found, byte| found | matches!(byte, b'/' | b'?'))
    };
    let (blocks, rest) = id.as_chunks::<16>();
    match id.last_chunk::<16>() {
        // The last block overlaps the one before it.
        Some(last) => blocks.iter().any(ends) || ends(last),
        None => rest.iter().any(|byte| matches!(byte, b'/' | b'?')),
    }
}

#[cfg(test)]
mod tests {
    use super::{key, searched};

    #[test]
    fn a_search_in_the_place_of_a_reference_says_what_it_searches_for() {
        const SYSTEM: &[u8] = b"https://fhir.nhs.uk/Id/nhs-number";
        for (reference, expected) in [
            (
                "Patient?identifier=https://fhir.nhs.uk/Id/nhs-number|9990000018",
                Some("9990000018"),
            ),
            (
                "https://x.example/Patient?active=true&identifier=https%3A%2F%2Ffhir.nhs.uk%2fId%2Fnhs-number%7C9990000018",
                Some("9990000018"),
            ),
            ("Patient?identifier=https://other.example|9990000018", None),
            (
                "Patient?identifier=https://fhir.nhs.uk/Id/nhs-number|",
                None,
            ),
            ("Patient?identifier=%", None),
            ("Patient/1", None),
        ] {
            let found = searched(reference.as_bytes(), SYSTEM);
            let expected = expected.map(|value| value.as_bytes().to_vec());
            assert_eq!(found, expected, "{reference}");
        }
    }

    #[test]
    fn keys() {
        for (reference, kind, expected) in [
            ("Patient/1", Some("Patient"), Some("Patient/1")),
            ("Patient/1", None, Some("Patient/1")),
            ("Patient/1/_history/2", Some("Patient"), Some("Patient/1")),
            (
                "https://x.example/fhir/Patient/1",
                Some("Patient"),
                Some("Patient/1"),
            ),
            (
                "https://x.example/fhir/Patient/1/_history/3",
                None,
                Some("Patient/1"),
            ),
            ("Patient/1", Some("Observation"), None),
            ("NotPatient/1", Some("Patient"), None),
            ("Patient/", Some("Patient"), None),
            ("Patient/01234567890123456789/1", Some("Patient"), None),
            ("Patient/0123456789012345678901/x", Some("Patient"), None),
            (
                "Patient/0123456789012345678901/",
                Some("Patient"),
                Some("Patient/0123456789012345678901"),
            ),
            (" Patient/1\r\n", Some("Patient"), Some("Patient/1")),
            (
                "https://x.example/fhir/Patient/1/ ",
                Some("Patient"),
                Some("Patient/1"),
            ),
            (" Patient/1/_history/2", Some("Patient"), Some("Patient/1")),
            ("Patient/1.", Some("Patient"), Some("Patient/1.")),
            (" / ", Some("Patient"), None),
            ("https://x.example/Patient/", Some("Patient"), None),
            (
                "Patient/0123456789-0123456789-0123456789",
                Some("Patient"),
                Some("Patient/0123456789-0123456789-0123456789"),
            ),
            ("Patient?identifier=https://x.example/Id/n|1", None, None),
            (
                "https://X.example/Patient?identifier=https://x.example/Id/n|1",
                None,
                None,
            ),
            ("Patient?_id=1", Some("Patient"), None),
            (
                "Patient/p1?_format=json",
                Some("Patient"),
                Some("Patient/p1"),
            ),
            ("Patient/p1?_format=json", None, Some("Patient/p1")),
            (
                "https://x.example/fhir/Patient/0123456789-0123456789/_history/2?_pretty=true",
                Some("Patient"),
                Some("Patient/0123456789-0123456789"),
            ),
            ("Patient/?_format=json", Some("Patient"), None),
            ("#p1", None, None),
            ("urn:uuid:5", None, None),
            ("/_history/1", None, None),
            ("", None, None),
        ] {
            let found = key(reference.as_bytes(), kind).map(|range| &reference[range]);
            assert_eq!(found, expected, "{reference}");
        }
    }
}
