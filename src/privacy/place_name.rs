//! Whether a text can be the name of a place, or may be a secret that was written in its stead.
//!
//! Somebody writes `env:` or `file:` and then the key itself. An error that repeated it would put
//! the key into a log. A place that exists is a name; any other text is shown only when it reads
//! like one: words, with a few digits behind each.

/// The longest word of a name, and the most digits behind it: enough for a date.
const LONGEST_WORD: usize = 16;
const MOST_DIGITS: usize = 8;
/// The longest name.
const LONGEST: usize = 200;

/// Whether `text` reads like names do: words of one case, digits behind them, and `_`, `-`, `.`,
/// `/` between them. A key of hexadecimal digits, a token or a signature does not.
pub(crate) fn reads_like_a_name(text: &str) -> bool {
    let separators = ['_', '-', '.', '/', '\\', ' ', ':'];
    text.len() <= LONGEST && !text.is_empty() && text.split(separators).all(is_word)
}

/// Whether a name has more than one word: one alone may be a password.
pub(crate) fn has_parts(text: &str) -> bool {
    let parts = text.split(['_', '-', '.', '/', '\\']);
    parts.filter(|part| !part.is_empty()).count() > 1
}

fn is_word(word: &str) -> bool {
    let letters = word.trim_end_matches(|c: char| c.is_ascii_digit());
    let digits = word.len() - letters.len();
    let rest = letters.get(1..).unwrap_or_default();
    let lower = |text: &str| text.chars().all(|c| c.is_lowercase());
    let one_case = lower(rest) || letters.chars().all(char::is_uppercase);
    digits <= MOST_DIGITS && letters.chars().count() <= LONGEST_WORD && one_case
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_told_from_secrets() {
        for name in [
            "POPULACE_KEY",
            "KEY_2026",
            "/srv/populace/key-2026.txt",
            "keys/sample.key",
            "../Keys/populace.pem",
            "no-such-program-anywhere",
        ] {
            assert!(reads_like_a_name(name) && has_parts(name), "{name}");
        }
        for secret in [
            "000102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f",
            "abcdefabcdefabcdefabcdefabcdefabcdefabcdefabcdefabcdefabcdefabcd",
            "AKIAIOSFODNN7EXAMPLE",
            "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY",
            "eyJhbGciOiJub25lIn0.eyJzdWIiOiJ4In0.c2ln",
            "Xyz8Q~abcdEFGH1234",
            "",
        ] {
            assert!(!reads_like_a_name(secret), "{secret}");
        }
        assert!(!has_parts("hunter2"));
    }
}
