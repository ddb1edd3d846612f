//! The word of a list that a concept says: by its code, or where it has none, by its display or text.

use super::arena::Value;
use super::evaluate::Evaluator;
use super::program::KnownWords;

impl Evaluator<'_> {
    /// The word that a concept, or a code by itself, says, whatever its capitals, spaces and hyphens: of
    /// its codes, then of its displays, then its text. Otherwise its first code, as it is.
    pub(super) fn known_word(&self, concept: Value, words: &KnownWords) -> Value {
        let Value::Object { base } = concept else {
            let text = self.bytes(concept).map_or(Value::Missing, |_| concept);
            return self.word(concept, words).unwrap_or(text);
        };
        let member = |base: u32, slot: u16| self.arena.slots[base as usize + usize::from(slot)];
        let own = base as usize + usize::from(words.coding);
        let codings = match self.arena.slots[own] {
            Value::Many { start, length } => start as usize..(start + length) as usize,
            _ => own..own + 1,
        };
        if self.look_at(codings.len() as u64).is_err() {
            return Value::Missing;
        }
        let of_codings = |slot: u16| {
            let codings = self.arena.slots[codings.clone()].iter();
            codings.filter_map(move |coding| match coding {
                Value::Object { base } => Some(member(*base, slot)),
                _ => None,
            })
        };
        let text = member(base, words.text);
        let said = of_codings(words.code).chain(of_codings(words.display));
        let word = said.chain([text]).find_map(|text| self.word(text, words));
        let code = || of_codings(words.code).find(|code| *code != Value::Missing);
        word.or_else(code).unwrap_or(Value::Missing)
    }

    /// The word of the list that a text is.
    fn word(&self, text: Value, words: &KnownWords) -> Option<Value> {
        let text = self.bytes(text).ok()?;
        let words = words.words.iter().copied();
        let is = |word: &Value| self.bytes(*word).is_ok_and(|word| is_same_word(text, word));
        words.into_iter().find(is)
    }
}

/// Whether two texts have the same letters and digits.
fn is_same_word(left: &[u8], right: &[u8]) -> bool {
    // A word is longer than nothing, and what stands between its letters is not much.
    left == right
        || left.len() <= right.len() + right.len() / 2
            && left.iter().any(|byte| !is_between(*byte))
            && letters(left).eq(letters(right))
}

fn letters(text: &[u8]) -> impl Iterator<Item = u8> {
    let letters = text.iter().filter(|byte| !is_between(**byte));
    letters.map(u8::to_ascii_lowercase)
}

/// Whether a sign may stand between the letters of a word.
fn is_between(byte: u8) -> bool {
    matches!(byte, b' ' | b'-' | b'_' | b'(' | b')' | b'.' | b',')
}

#[cfg(test)]
mod tests {
    use super::is_same_word;

    #[test]
    fn a_word_is_known_in_every_spelling_and_no_other_is() {
        for text in [
            "entered-in-error",
            "Entered in Error",
            "ENTERED_IN_ERROR",
            "enteredInError",
            " entered - in - error ",
        ] {
            assert!(is_same_word(text.as_bytes(), b"entered-in-error"), "{text}");
        }
        for text in [
            "",
            "-",
            "entered",
            "entered in error?",
            "not entered in error",
            "errors",
        ] {
            assert!(
                !is_same_word(text.as_bytes(), b"entered-in-error"),
                "{text}"
            );
        }
    }
}
