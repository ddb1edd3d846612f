//! Patterns of file names that say which period, or organisation, a file is of.

use serde::de::Error;
use serde::{Deserialize, Deserializer};
use std::ops::Range;

/// A pattern such as `cld_{council}_{quarter}*.csv`: a word in braces stands for letters, digits and
/// hyphens, `*` for anything.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NamePattern {
    text: String,
    parts: Vec<NamePart>,
}

#[derive(Debug, Clone, PartialEq, Eq)]
enum NamePart {
    /// Letters as they are, in capitals or not.
    Text(String),
    /// A word that tells files apart.
    Word,
    /// Anything.
    Any,
}

impl NamePattern {
    /// Reads a pattern.
    fn parse(text: &str) -> Result<Self, String> {
        let mut parts = Vec::new();
        let mut rest = text;
        while let Some(at) = rest.find(['{', '}', '*']) {
            let (before, special) = rest.split_at(at);
            if !before.is_empty() {
                parts.push(NamePart::Text(before.to_ascii_lowercase()));
            }
            if let Some(after) = special.strip_prefix('*') {
                parts.push(NamePart::Any);
                rest = after;
                continue;
            }
            let inside = special.strip_prefix('{').and_then(|s| s.split_once('}'));
            let Some((_, after)) = inside.filter(|(name, _)| !name.contains('{')) else {
                return Err(format!("'{text}' has a brace without its other one"));
            };
            parts.push(NamePart::Word);
            rest = after;
        }
        if !rest.is_empty() {
            parts.push(NamePart::Text(rest.to_ascii_lowercase()));
        }
        if !parts.contains(&NamePart::Word) {
            return Err(format!(
                "'{text}' names no period: write the part of the name that does in braces, as in cld_{{council}}_{{quarter}}*.csv"
            ));
        }
        Ok(NamePattern {
            text: text.to_string(),
            parts,
        })
    }

    /// Where the words of a file's name stand in its path; None where the name has another form.
    pub(crate) fn words(&self, path: &str) -> Option<Vec<Range<usize>>> {
        let start = path.rfind('/').map_or(0, |slash| slash + 1);
        let name = path.get(start..)?.to_ascii_lowercase();
        let mut words = Vec::new();
        let fits = matches(&self.parts, &name, 0, &mut words);
        fits.then(|| words.into_iter().map(|w| w.start + start..w.end + start))
            .map(Iterator::collect)
    }

    /// The pattern as it is written.
    pub(crate) fn text(&self) -> &str {
        &self.text
    }
}

/// Whether what stands in `name` from `at` is `parts`. Words are as long as they can be.
fn matches(parts: &[NamePart], name: &str, at: usize, words: &mut Vec<Range<usize>>) -> bool {
    let Some((part, after)) = parts.split_first() else {
        return at == name.len();
    };
    let rest = name.get(at..).unwrap_or_default();
    match part {
        NamePart::Text(text) => {
            rest.starts_with(text.as_str()) && matches(after, name, at + text.len(), words)
        }
        NamePart::Word => {
            let is_word = |byte: u8| byte.is_ascii_alphanumeric() || byte == b'-';
            let length = rest.bytes().take_while(|byte| is_word(*byte)).count();
            (1..=length).rev().any(|length| {
                words.push(at..at + length);
                let fits = matches(after, name, at + length, words);
                if !fits {
                    words.pop();
                }
                fits
            })
        }
        NamePart::Any => (0..=rest.len())
            .filter(|length| rest.is_char_boundary(*length))
            .any(|length| matches(after, name, at + length, words)),
    }
}

impl<'de> Deserialize<'de> for NamePattern {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = String::deserialize(deserializer)?;
        NamePattern::parse(&text).map_err(D::Error::custom)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_are_found_in_names() {
        for (pattern, path, expected) in [
            (
                "cld_{council}_{quarter}*.csv",
                "in/CLD_E06000001_2026Q1_v2.csv",
                Some("E06000001 2026Q1"),
            ),
            ("cld_{council}_{quarter}*.csv", "CLD_E06000001.csv", None),
            ("apc_{period}.csv", "apc_2026-04.csv", Some("2026-04")),
            ("apc_{period}.csv", "apc_2026_04.csv", None),
            ("{month}*", "2026-04é.csv", Some("2026-04")),
        ] {
            let pattern = NamePattern::parse(pattern).unwrap();
            let found = pattern.words(path).map(|words| {
                let words: Vec<&str> = words.into_iter().map(|w| &path[w]).collect();
                words.join(" ")
            });
            assert_eq!(found.as_deref(), expected, "{path}");
        }
        for wrong in ["apc.csv", "apc_{.csv", "apc_}.csv", "a{b{c}.csv"] {
            assert!(NamePattern::parse(wrong).is_err(), "{wrong}");
        }
    }
}
