//! How far an NHS number was verified, by code or by word.

/// The codes of the NHS Data Dictionary (NHS number status indicator) with the words that UK Core's
/// code system has for them.
const STATUSES: [(&str, &str); 8] = [
    ("01", "number-present-and-verified"),
    ("02", "number-present-but-not-traced"),
    ("03", "trace-required"),
    ("04", "trace-attempted-no-match-or-multiple-match-found"),
    (
        "05",
        "trace-needs-to-be-resolved-nhs-number-or-patient-detail-conflict",
    ),
    ("06", "trace-in-progress"),
    ("07", "number-not-present-and-trace-not-required"),
    ("08", "trace-postponed-baby-under-six-weeks-old"),
];

/// Present and verified.
pub(crate) const VERIFIED: &str = "01";

/// The two-digit code of a status that is written as a code, with or without its zero, or as a word;
/// none for what is neither.
pub(crate) fn verification_status(text: &str) -> Option<&'static str> {
    let text = text.trim().to_ascii_lowercase().replace([' ', '_'], "-");
    STATUSES
        .iter()
        .find(|(code, word)| {
            text == *code || code.strip_prefix('0') == Some(&*text) || text == *word
        })
        .map(|(code, _)| *code)
}

#[cfg(test)]
mod tests {
    use super::verification_status;

    #[test]
    fn a_status_is_known_by_code_and_by_word() {
        for (text, expected) in [
            ("01", Some("01")),
            ("1", Some("01")),
            (" 08 ", Some("08")),
            ("number-present-and-verified", Some("01")),
            ("Number present and verified", Some("01")),
            ("number-present-but-not-traced", Some("02")),
            ("trace-required", Some("03")),
            ("trace-postponed-baby-under-six-weeks-old", Some("08")),
            ("", None),
            ("0", None),
            ("verified", None),
            ("11", None),
        ] {
            assert_eq!(verification_status(text), expected, "{text}");
        }
    }
}
