//! Reading a settings file in TOML: every mistake with its line, every misspelling with its cure.

use crate::error::{Error, Result};
use crate::nearest::nearest;
use crate::privacy::place_name::reads_like_a_name;
use serde::de::DeserializeOwned;

/// Parses `text`, the content of `file`; unknown keys are errors that name the nearest known one.
pub fn parse<T: DeserializeOwned>(file: &str, text: &str) -> Result<T> {
    toml::from_str(text).map_err(|e| {
        let place = e.span().map_or_else(String::new, |span| {
            let before = &text[..span.start.min(text.len())];
            let line = before.matches('\n').count() + 1;
            let column = before.len() - before.rfind('\n').map_or(0, |i| i + 1) + 1;
            format!(":{line}:{column}")
        });
        let message = without_values(e.message().trim());
        let error = Error::usage(format!("{file}{place}: {}", first_part(&message)));
        match unknown_key(&message) {
            Some((key, known)) => error.hint(nearest(key, known)),
            None => {
                let missing = message.split('`').nth(1).unwrap_or_default();
                let missing = message
                    .starts_with("missing field")
                    .then(|| format!("add `{missing}`"));
                let cure = missing.as_deref().or_else(|| expected(&message));
                let cure = cure.unwrap_or("correct the file");
                error.hint(format!("{cure}; docs/pipeline-file.md lists every setting"))
            }
        }
    })
}

/// The parser's words without a value that stands in the file: it may be a secret in a wrong place.
fn without_values(message: &str) -> String {
    let mut parts = message.split('"');
    let mut kept = parts.next().unwrap_or_default().to_string();
    while let Some(quoted) = parts.next() {
        if !reads_like_a_name(quoted) {
            kept = kept.trim_end().to_string();
        } else {
            kept.push_str(&format!("\"{quoted}\""));
        }
        kept.push_str(parts.next().unwrap_or_default());
    }
    // A key of the file stands between backticks, and may be a secret too.
    let (mut shown, mut inside) = (Vec::new(), false);
    for part in kept.split('`') {
        shown.push(if inside && !reads_like_a_name(part) && part.len() > 1 {
            "…"
        } else {
            part
        });
        inside = !inside;
    }
    shown.join("`")
}

/// Serde lists every known key after "expected"; the hint says the one that was meant.
fn first_part(message: &str) -> &str {
    message.split(", expected").next().unwrap_or(message)
}

/// What to write where the type is wrong.
fn expected(message: &str) -> Option<&'static str> {
    let (_, kind) = message.rsplit_once(", expected ")?;
    match kind {
        "a string" => Some("write a text in quotes"),
        "a boolean" => Some("write true or false"),
        "a sequence" => Some("write a list, such as [\"a\", \"b\"]"),
        "u8" | "u16" | "u32" | "u64" | "usize" => Some("write a whole number, 0 or more"),
        _ => None,
    }
}

fn unknown_key(message: &str) -> Option<(&str, Vec<&str>)> {
    if !message.contains("unknown field") && !message.contains("unknown variant") {
        return None;
    }
    let mut quoted = message.split('`').skip(1).step_by(2);
    let key = quoted.next()?;
    Some((key, quoted.collect()))
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde::Deserialize;

    #[derive(Debug, Deserialize)]
    #[serde(deny_unknown_fields)]
    struct Sample {
        #[allow(dead_code)]
        shards: u32,
    }

    #[test]
    fn a_misspelt_key_is_placed_and_mended() {
        let err = parse::<Sample>("x.toml", "\nshrads = 3\n").unwrap_err();
        assert_eq!(err.what(), "x.toml:2:1: unknown field `shrads`");
        assert_eq!(err.hint_text(), Some("did you mean 'shards'?"));
    }

    #[test]
    fn a_wrong_type_says_what_to_write() {
        let err = parse::<Sample>("x.toml", "shards = \"three\"\n").unwrap_err();
        assert!(err.what().starts_with("x.toml:1:10: invalid type"), "{err}");
        assert_eq!(
            err.hint_text(),
            Some("write a whole number, 0 or more; docs/pipeline-file.md lists every setting")
        );
    }
}
