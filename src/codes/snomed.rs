//! Identifiers of SNOMED CT, and of dm+d, which are of the same form.

use crate::privacy::verhoeff;

/// The number of an identifier; None where it cannot be one.
pub(super) fn snomed(code: &str) -> Option<u64> {
    let code = code.trim();
    let digits = code.bytes().all(|b| b.is_ascii_digit());
    (digits && (6..=18).contains(&code.len()) && !code.starts_with('0'))
        .then(|| code.parse().ok())
        .flatten()
}

/// What is wrong with a code of a list.
pub(super) fn fault(code: &str) -> Option<&'static str> {
    if !code.bytes().all(|b| b.is_ascii_digit()) {
        return Some("this is no SNOMED CT identifier, which is digits alone");
    }
    if snomed(code).is_none() {
        return Some(
            "this is no SNOMED CT identifier, which has 6 to 18 digits and begins with no zero",
        );
    }
    if !verhoeff(code.as_bytes()) {
        return Some(
            "the check digit of this SNOMED CT identifier is wrong: a digit was mistyped, or a spreadsheet has cut it after 15 digits",
        );
    }
    let partition = &code[code.len() - 3..code.len() - 1];
    match partition {
        "00" | "10" => None,
        "01" | "11" => Some("this is the identifier of a description, and not of a concept"),
        _ => Some("this is no identifier of a concept"),
    }
}

#[cfg(test)]
mod tests {
    use super::fault;

    #[test]
    fn damage_is_told() {
        for code in ["44054006", "999004691000230108", "1052681000000105"] {
            assert_eq!(fault(code), None, "{code}");
        }
        for (code, says) in [
            ("44054007", "check digit"),
            ("44054006a", "digits alone"),
            ("12345", "6 to 18 digits"),
            ("044054006", "no zero"),
            ("999004691000230000", "check digit"),
            ("754786011", "check digit"),
            ("754786014", "of a description"),
        ] {
            assert!(
                fault(code).is_some_and(|fault| fault.contains(says)),
                "{code}: {:?}",
                fault(code)
            );
        }
    }
}
