//! Ids are unique to a server: in Bundles of several servers the server becomes a part of them.

use super::reference;
use std::ops::Range;

/// What stands between an id and the mark of its server. No id holds it.
pub(super) const MARK: u8 = b'^';

/// The server in the address of a resource, as 16 letters and digits; none where the address is a URN,
/// or names no resource.
pub(super) fn of_address(address: &[u8]) -> Option<String> {
    let lower = address.to_ascii_lowercase();
    let plain = [b"https://".as_slice(), b"http://"];
    let scheme = plain.into_iter().find(|scheme| lower.starts_with(scheme))?;
    let key = reference::key(address, None)?;
    let base = lower.get(scheme.len()..key.start)?;
    let base = base.strip_suffix(b"/").unwrap_or(base);
    Some(blake3::hash(base).to_hex()[..16].to_string())
}

/// An id with the mark of its server.
pub(super) fn marked(id: &[u8], server: &str) -> Vec<u8> {
    [id, &[MARK], server.as_bytes()].concat()
}

/// `text`, a resource of `server`, with the mark of the server in each reference to a record: its own
/// where a reference is relative.
pub(super) fn with_marked_references(text: &[u8], server: Option<&str>) -> Vec<u8> {
    let mut marked = Vec::with_capacity(text.len());
    let mut done = 0;
    for value in references(text) {
        let written = text.get(value.clone()).unwrap_or_default();
        let of_address = of_address(written);
        let relative = !written.contains(&b':') && !written.starts_with(b"#");
        let own = server.filter(|_| relative).map(str::to_string);
        let key = reference::key(written, None);
        let is_marked = written.contains(&MARK);
        if let (Some(server), Some(key), false) = (of_address.or(own), key, is_marked) {
            marked.extend_from_slice(text.get(done..value.start).unwrap_or_default());
            let key = written.get(key).unwrap_or_default();
            marked.extend_from_slice(&self::marked(key, &server));
            done = value.end;
        }
    }
    marked.extend_from_slice(text.get(done..).unwrap_or_default());
    marked
}

/// Where the values of members `reference` stand, without their quotes.
fn references(text: &[u8]) -> impl Iterator<Item = Range<usize>> {
    const NAME: &[u8] = b"\"reference\"";
    memchr::memmem::find_iter(text, NAME).filter_map(move |at| {
        let mut start = at + NAME.len();
        for mark in [b':', b'"'] {
            let rest = text.get(start..)?;
            let blank = rest.iter().take_while(|byte| byte.is_ascii_whitespace());
            start += blank.count();
            if text.get(start) != Some(&mark) {
                return None;
            }
            start += 1;
        }
        let length = memchr::memchr(b'"', text.get(start..)?)?;
        Some(start..start + length)
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn servers_are_told_apart_by_their_address() {
        let of = |address: &str| of_address(address.as_bytes());
        let one = of("https://A.example/fhir/Patient/1").unwrap();
        assert_eq!(
            of("http://a.example/fhir/Encounter/2/_history/3").as_ref(),
            Some(&one)
        );
        assert_ne!(of("https://b.example/fhir/Patient/1").as_ref(), Some(&one));
        assert_ne!(of("https://a.example/other/Patient/1").as_ref(), Some(&one));
        for none in ["urn:uuid:1", "Patient/1", "https://a.example/fhir", ""] {
            assert_eq!(of(none), None, "{none}");
        }
    }

    #[test]
    fn references_are_marked() {
        let text = r##"{"a":{"reference":"Patient/1"},"b":{"reference" : "https://b.example/Patient/1/_history/2"},"c":{"reference":"#x"},"d":{"reference":"urn:uuid:1"},"e":{"reference":"Patient?identifier=s|1"},"reference":{"reference":"Patient/2^0"}}"##;
        let own = "0123456789abcdef";
        let b = of_address(b"https://b.example/Patient/1").unwrap();
        let expected = text
            .replace("\"Patient/1\"", &format!("\"Patient/1^{own}\""))
            .replace(
                "https://b.example/Patient/1/_history/2",
                &format!("Patient/1^{b}"),
            );
        let found = with_marked_references(text.as_bytes(), Some(own));
        assert_eq!(String::from_utf8(found).unwrap(), expected);
    }
}
