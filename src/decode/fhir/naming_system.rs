//! Addresses of the NHS's own naming systems, which senders write in more than one way.

/// Whether two texts are the same, or the same naming system of the NHS: `Id` or `id`, `http` or
/// `https`, `fhir.nhs.uk` or the earlier `fhir.nhs.net`, with or without a `/` at its end.
#[inline]
pub(crate) fn same(left: &[u8], right: &[u8]) -> bool {
    left == right || may_be_same(left, right) && same_system(left, right)
}

/// Whether the names of two systems may be the same, by their last letters: most texts that are compared
/// are told apart by these, in a tenth of the time.
#[inline]
fn may_be_same(left: &[u8], right: &[u8]) -> bool {
    let last = |text: &[u8]| {
        let name = text.strip_suffix(b"/").unwrap_or(text);
        name.last().map(u8::to_ascii_lowercase)
    };
    let is_oid = |text: &[u8]| text.starts_with(b"urn:");
    last(left) == last(right) || is_oid(left) || is_oid(right)
}

fn same_system(left: &[u8], right: &[u8]) -> bool {
    match (name(left), name(right)) {
        (Some(left), Some(right)) => left.eq_ignore_ascii_case(right),
        _ => false,
    }
}

/// The OID of the NHS number.
const NHS_NUMBER: &[u8] = b"urn:oid:2.16.840.1.113883.2.1.4.1";

/// The name of a system of the NHS, such as `nhs-number`; None for other texts.
fn name(system: &[u8]) -> Option<&[u8]> {
    if system == NHS_NUMBER {
        return Some(b"nhs-number");
    }
    let rest = without(system, b"http")?;
    let rest = without(rest, b"s").unwrap_or(rest);
    let rest = without(rest, b"://fhir.nhs.")?;
    let rest = without(rest, b"uk").or_else(|| without(rest, b"net"))?;
    let name = without(rest, b"/id/")?;
    Some(name.strip_suffix(b"/").unwrap_or(name))
}

fn without<'t>(text: &'t [u8], begin: &[u8]) -> Option<&'t [u8]> {
    let (first, rest) = text.split_at_checked(begin.len())?;
    first.eq_ignore_ascii_case(begin).then_some(rest)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_system_has_several_addresses() {
        let wanted = b"https://fhir.nhs.uk/Id/nhs-number";
        for address in [
            "https://fhir.nhs.uk/Id/nhs-number",
            "https://fhir.nhs.uk/id/nhs-number",
            "http://fhir.nhs.uk/Id/nhs-number",
            "http://fhir.nhs.net/Id/nhs-number",
            "https://fhir.nhs.uk/Id/nhs-number/",
            "HTTPS://FHIR.NHS.UK/ID/NHS-NUMBER",
            "urn:oid:2.16.840.1.113883.2.1.4.1",
        ] {
            assert!(same(address.as_bytes(), wanted), "{address}");
        }
        for other in [
            "https://fhir.nhs.uk/Id/ods-organization-code",
            "https://fhir.nhs.uk/Id/nhs-number-old",
            "https://fhir.nhs.uk.example.org/Id/nhs-number",
            "https://fhir.nhs.uk/nhs-number",
            "http://snomed.info/sct",
            "",
        ] {
            assert!(!same(other.as_bytes(), wanted), "{other}");
        }
        assert!(same(b"a", b"a") && !same(b"a", b"A"));
    }
}
