//! Words at the start of a sentence.

/// A word or sentence with a capital first.
pub(crate) fn capital(word: &str) -> String {
    let mut letters = word.chars();
    let first = letters.next();
    first.map_or(String::new(), |first| {
        first.to_uppercase().chain(letters).collect()
    })
}
