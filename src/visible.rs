//! Text of unknown origin made fit for a terminal: values of records, names of files.
//!
//! A terminal obeys control characters, and shows text that turns its direction as something else
//! than it is. Both are written as escapes, so that a value can neither move the cursor, nor set a
//! title, nor pass for another one.

use std::borrow::Cow;
use std::fmt::Write;

/// Whether a character acts on a terminal instead of being shown by it.
fn acts(c: char) -> bool {
    c.is_control()
        || matches!(c,
            '\u{61c}'
            | '\u{200b}'..='\u{200f}'
            | '\u{2028}'..='\u{202e}'
            | '\u{2060}'..='\u{206f}'
            | '\u{feff}'
            | '\u{fff9}'..='\u{fffb}'
            | '\u{e0000}'..='\u{e007f}')
}

/// One line of text: every character that acts on a terminal is escaped, line ends too.
pub(crate) fn one_line(text: &str) -> Cow<'_, str> {
    escaped(text, |_| false)
}

/// Text of several lines, which keeps its line ends and tabs.
pub(crate) fn lines(text: &str) -> Cow<'_, str> {
    escaped(text, |c| matches!(c, '\n' | '\t'))
}

fn escaped(text: &str, stays: impl Fn(char) -> bool) -> Cow<'_, str> {
    let shown = |c: char| !acts(c) || stays(c);
    if text.chars().all(&shown) {
        return Cow::Borrowed(text);
    }
    let mut out = String::with_capacity(text.len() + 16);
    for c in text.chars() {
        if shown(c) {
            out.push(c);
        } else {
            out.extend(c.escape_default());
        }
    }
    Cow::Owned(out)
}

/// The text of a JSON document, which stays the same document: what acts on a terminal can only
/// stand in its strings, where JSON has an escape for it.
pub(crate) fn json(text: &str) -> Cow<'_, str> {
    let shown = |c: char| !acts(c) || matches!(c, '\n' | '\t' | '\r');
    if text.chars().all(shown) {
        return Cow::Borrowed(text);
    }
    let mut out = String::with_capacity(text.len() + 16);
    for c in text.chars() {
        if shown(c) {
            out.push(c);
            continue;
        }
        for unit in c.encode_utf16(&mut [0; 2]) {
            let _ = write!(out, "\\u{unit:04x}");
        }
    }
    Cow::Owned(out)
}

/// Makes bytes that come piece by piece fit for a terminal; a character that is cut in two waits
/// for its other half.
#[derive(Debug, Default)]
pub(crate) struct Visible {
    cut: Vec<u8>,
}

impl Visible {
    /// The next piece as a terminal may have it.
    pub(crate) fn next(&mut self, bytes: &[u8]) -> String {
        self.cut.extend_from_slice(bytes);
        let whole = match std::str::from_utf8(&self.cut) {
            // Only the end can be half a character: anything else is no text at all.
            Err(e) if e.error_len().is_none() => e.valid_up_to(),
            _ => self.cut.len(),
        };
        let text = String::from_utf8_lossy(&self.cut[..whole]).into_owned();
        self.cut.drain(..whole);
        lines(&text).into_owned()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_acts_on_a_terminal_is_escaped() {
        for (text, shown) in [
            ("plain é 漢 £", "plain é 漢 £"),
            ("\u{1b}[31mred", "\\u{1b}[31mred"),
            ("a\u{7}\u{8}\u{7f}b", "a\\u{7}\\u{8}\\u{7f}b"),
            ("\u{9b}2J", "\\u{9b}2J"),
            ("a\u{202e}b\u{2066}c", "a\\u{202e}b\\u{2066}c"),
            ("a\r\nb\tc", "a\\r\\nb\\tc"),
        ] {
            assert_eq!(one_line(text), shown);
        }
        assert_eq!(lines("a\n\tb\r"), "a\n\tb\\r");
    }

    #[test]
    fn a_json_document_stays_the_same() {
        let value = serde_json::json!({ "name": "a\u{1b}\u{9b}\u{202e}\u{7f}\u{e0041}é\n" });
        let text = serde_json::to_string(&value).unwrap();
        let shown = json(&text);
        assert!(!shown.chars().any(acts), "{shown:?}");
        assert_eq!(
            serde_json::from_str::<serde_json::Value>(&shown).unwrap(),
            value
        );
    }

    #[test]
    fn a_character_that_is_cut_in_two_is_put_together() {
        let bytes = "a\u{202e}é\u{1b}".as_bytes();
        for at in 0..bytes.len() {
            let mut visible = Visible::default();
            let text = visible.next(&bytes[..at]) + &visible.next(&bytes[at..]);
            assert_eq!(text, "a\\u{202e}é\\u{1b}");
        }
        assert_eq!(Visible::default().next(b"a\xffb"), "a\u{fffd}b");
    }
}
