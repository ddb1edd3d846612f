//! The key in a reference: `Type/id`.

use std::ops::Range;

/// Where in `reference` its `Type/id` stands; none when it points elsewhere (`#contained`, a URN), or
/// to another type than `kind`.
///
/// `Patient/1`, `Patient/1/_history/2` and `https://server/base/Patient/1` all have the key
/// `Patient/1`.
#[inline]
pub(super) fn key(reference: &[u8], kind: Option<&str>) -> Option<Range<usize>> {
    if let Some(kind) = kind
        && let Some(id) = reference.strip_prefix(kind.as_bytes())
        && let Some(id) = id.strip_prefix(b"/")
        && !id.is_empty()
        && !has_slash(id)
    {
        return Some(0..reference.len());
    }
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
        None => found.first().is_some_and(u8::is_ascii_uppercase),
    };
    (fits && slash + 1 < end).then_some(start..end)
}

/// Whether there is a slash in an id. Ids are short, too short to pay for a call of `memchr`.
#[inline(always)]
fn has_slash(id: &[u8]) -> bool {
    let slash = |block: &[u8; 16]| {
        block
            .iter()
            .fold(false, |found, byte| found | (*byte == b'/'))
    };
    let (blocks, rest) = id.as_chunks::<16>();
    match id.last_chunk::<16>() {
        // The last block overlaps the one before it.
        Some(last) => blocks.iter().any(slash) || slash(last),
        None => rest.contains(&b'/'),
    }
}

#[cfg(test)]
mod tests {
    use super::key;

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
            ("Patient/0123456789012345678901/", Some("Patient"), None),
            (
                "Patient/0123456789-0123456789-0123456789",
                Some("Patient"),
                Some("Patient/0123456789-0123456789-0123456789"),
            ),
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
