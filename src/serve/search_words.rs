//! The words that somebody searches for.

/// What people say and what reports say, where both differ.
const SAME: [(&str, &str); 8] = [
    ("a&e", "emergency"),
    ("ae", "emergency"),
    ("ed", "emergency"),
    ("gp", "general practice"),
    ("ltc", "long-term condition"),
    ("imd", "deprivation"),
    ("over-75s", "75"),
    ("outpatients", "outpatient"),
];

/// The words that somebody searches for, in small letters.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct SearchWords(Vec<String>);

impl SearchWords {
    /// The words of a search.
    pub(crate) fn of(text: &str) -> Self {
        let words = text.split_whitespace().take(12).map(folded);
        SearchWords(words.filter(|word| !word.is_empty()).collect())
    }

    /// Whether nothing is searched for.
    pub(crate) fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// How well texts match, the first ones counting most; None when one of the words begins no word of
    /// any of them.
    pub(crate) fn score(&self, texts: &[&str]) -> Option<u32> {
        let texts: Vec<String> = texts.iter().map(|text| folded(text)).collect();
        let mut score = 0;
        for word in &self.0 {
            let also = SAME
                .iter()
                .find(|(said, _)| said == word)
                .map(|(_, meant)| *meant);
            let best = texts.iter().zip([8, 4, 1, 1]).filter_map(|(text, weight)| {
                let begins = |word: &str| begins_a_word(text, word);
                (begins(word) || also.is_some_and(begins)).then_some(weight)
            });
            score += best.max()?;
        }
        Some(score)
    }
}

/// A text in small letters without accents that keyboards lack.
fn folded(text: &str) -> String {
    let lower = text.trim().to_lowercase();
    lower
        .replace(['\u{2019}', '\''], "")
        .replace('\u{2013}', "-")
}

/// Whether a word begins at the beginning of one of a text.
fn begins_a_word(text: &str, word: &str) -> bool {
    text.match_indices(word).any(|(at, _)| {
        let before = text.get(..at).and_then(|before| before.chars().next_back());
        before.is_none_or(|before| !before.is_alphanumeric())
    })
}

#[cfg(test)]
mod tests {
    use super::SearchWords;

    #[test]
    fn all_words_must_begin_one_of_the_text() {
        let label = "People with diabetes";
        let score =
            |words: &str| SearchWords::of(words).score(&[label, "Long-term conditions", "x"]);
        assert_eq!(score("diab"), Some(8));
        assert_eq!(score("DIABETES people"), Some(16));
        assert_eq!(score("diabetes condition"), Some(12));
        assert_eq!(score("term"), Some(4));
        assert_eq!(score("abetes"), None);
        assert_eq!(score("diabetes asthma"), None);
        assert_eq!(score("ltc"), Some(4));
        assert_eq!(score(""), Some(0));
    }
}
