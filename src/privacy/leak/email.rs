//! E-mail addresses, in signs or in words.

use std::borrow::Cow;

/// The most blanks on each side of an `@` or of a full stop.
const BLANKS: usize = 3;

/// Whether a text (as [`crate::privacy::spelling::plain`] gives it) holds an e-mail address.
pub(super) fn found(text: &str) -> bool {
    let text = signs(text);
    text.match_indices('@').any(|(at, _)| {
        let local = trimmed_end(&text[..at]).chars().next_back();
        local.is_some_and(is_local) && is_host(&text[at + 1..])
    })
}

/// The text with `[at]`, `(dot)` and the like as signs; ` at ` and ` dot ` too, when both are there.
fn signs(text: &str) -> Cow<'_, str> {
    let mut read = Cow::Borrowed(text);
    if text.contains(['[', '(', '{', '<']) {
        for (word, sign) in [("at", "@"), ("dot", "."), (".", "."), ("@", "@")] {
            bracketed(&mut read, word, sign);
        }
    }
    let at = |read: &str| read.contains('@') || word(read, " at ").is_some();
    if word(&read, " dot ").is_some() && at(&read) {
        for (spelled, sign) in [(" dot ", "."), (" at ", "@")] {
            while let Some(at) = word(&read, spelled) {
                read.to_mut().replace_range(at..at + spelled.len(), sign);
            }
        }
    }
    read
}

/// Where a word stands, whatever its case; `word` is in lower case.
fn word(text: &str, word: &str) -> Option<usize> {
    let bytes = text.as_bytes();
    memchr::memchr_iter(b' ', bytes).find(|at| {
        let found = bytes.get(*at..at + word.len());
        found.is_some_and(|found| found.eq_ignore_ascii_case(word.as_bytes()))
    })
}

/// Replaces a word in brackets, and the blanks around it, by a sign.
fn bracketed(text: &mut Cow<'_, str>, word: &str, sign: &str) {
    let mut from = 0;
    while let Some(open) = text[from..].find(['[', '(', '{', '<']).map(|at| from + at) {
        from = open + 1;
        let Some(close) = text[open..].find([']', ')', '}', '>']) else {
            return;
        };
        if !text[open + 1..open + close]
            .trim()
            .eq_ignore_ascii_case(word)
        {
            continue;
        }
        let begin = text[..open].trim_end().len();
        let after = &text[open + close + 1..];
        let end = text.len() - after.trim_start().len();
        text.to_mut().replace_range(begin..end, sign);
        from = begin + sign.len();
    }
}

fn trimmed_end(text: &str) -> &str {
    let trimmed = text.trim_end();
    match text[trimmed.len()..].chars().count() {
        0..=BLANKS => trimmed,
        _ => "",
    }
}

fn trimmed(text: &str) -> &str {
    let trimmed = text.trim_start();
    match text[..text.len() - trimmed.len()].chars().count() {
        0..=BLANKS => trimmed,
        _ => "",
    }
}

/// What may stand before the `@`.
fn is_local(sign: char) -> bool {
    sign.is_alphanumeric() || "\"'._%+-!#$&*/=?^`{|}~)]>".contains(sign)
}

/// Whether a text begins with the name of a host: labels with full stops between them, the last one
/// of letters, or an address in brackets.
fn is_host(text: &str) -> bool {
    let mut rest = trimmed(text);
    if let Some(address) = rest.strip_prefix('[') {
        return address.starts_with(|c: char| c.is_ascii_hexdigit());
    }
    let mut labels = 0;
    loop {
        let length = rest
            .find(|c: char| !c.is_alphanumeric() && c != '-' && c != '_')
            .unwrap_or(rest.len());
        let label = &rest[..length];
        if label.is_empty() {
            return false;
        }
        labels += 1;
        if labels > 1 && is_top(label) {
            return true;
        }
        let after = &rest[length..];
        let Some(next) = trimmed(after).strip_prefix('.') else {
            return false;
        };
        // A sentence ends without a blank before its full stop.
        let blank = after.starts_with(char::is_whitespace);
        rest = match blank {
            true => trimmed(next),
            false => next,
        };
    }
}

/// Whether a label can be the last of a host's name.
fn is_top(label: &str) -> bool {
    let letters = label.chars().all(char::is_alphabetic);
    letters && label.chars().nth(1).is_some() || label.to_ascii_lowercase().starts_with("xn--")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn addresses_are_found_in_signs_and_in_words() {
        for address in [
            "a.b@example.org",
            "mailto:a.b@example.org?subject=x",
            "a.b @ example.org",
            "a.b@ example . org",
            "a.b [at] example [dot] org",
            "a.b(at)example.org",
            "a.b at example dot org",
            "A.B AT EXAMPLE DOT ORG",
            "josé@exämple.org",
            "имя@почта.рф",
            "a@[192.0.2.1]",
            "<a_b+c@mail.example.nhs.uk>",
            "x@xn--e1afmkfd.xn--p1ai",
            "\"a b\"@example.org",
        ] {
            assert!(found(address), "{address}");
        }
    }

    #[test]
    fn other_uses_of_the_sign_are_not() {
        for text in [
            "5 mg @ 8.00",
            "10 @ 2.5mg",
            "@home",
            "look at the dot",
            "taken at home. Then stopped",
            "(at) rest",
            "a @ b",
            "seen @ clinic. Next week",
        ] {
            assert!(!found(text), "{text}");
        }
    }
}
