//! Reading a settings file in TOML: every mistake with its line, every misspelling with its cure.

use super::place;
use crate::error::{Error, Result};
use crate::nearest::nearest;
use crate::privacy::place_name::reads_like_a_name;
use serde::de::DeserializeOwned;

/// Parses `text`, the content of `file`; unknown keys are errors that name the nearest known one.
pub(crate) fn parse<T: DeserializeOwned>(file: &str, text: &str) -> Result<T> {
    toml::from_str(text).map_err(|e| {
        let message = without_values(e.message().trim());
        let (setting, said) = of_setting(&message);
        let unknown = unknown_key(said);
        let place = e.span().map_or_else(String::new, |span| {
            let found = match (unknown.as_ref(), setting) {
                (Some((key, _)), _) if said.contains("unknown field") => {
                    place::next_called(text, key, span.start).map(|(key, _)| key)
                }
                (_, Some(name)) => {
                    place::next_called(text, name, span.start).map(|(_, value)| value)
                }
                _ => None,
            };
            place::shown(text, found.as_ref().unwrap_or(&span).start)
        });
        let repeated = e.span().filter(|_| said == "duplicate key");
        let repeated = repeated
            .and_then(|span| text.get(span))
            .filter(|key| reads_like_a_name(key));
        let said_first = match repeated {
            Some(key) => format!("`{key}` is there already"),
            None => match setting {
                Some(name) => format!("{name}: {}", first_part(said)),
                None => first_part(said).to_string(),
            },
        };
        let error = Error::usage(format!("{file}{place}: {said_first}"));
        match unknown {
            Some((key, known)) => error.hint(nearest(key, known)),
            None => error.hint(format!(
                "{}; docs/pipeline-file.md lists every setting",
                cure(said)
            )),
        }
    })
}

/// The setting that an error names in front of what it says, as [`super::parts`] puts it.
fn of_setting(message: &str) -> (Option<&str>, &str) {
    let (mut setting, mut said) = (None, message);
    while let Some((name, rest)) = said.split_once(": ") {
        if name.is_empty() || !name.bytes().all(|b| b.is_ascii_lowercase() || b == b'_') {
            break;
        }
        (setting, said) = (Some(name), rest);
    }
    (setting, said)
}

/// What to do about what the parser says.
fn cure(said: &str) -> String {
    if said.starts_with("missing field") {
        return format!("add `{}`", said.split('`').nth(1).unwrap_or_default());
    }
    if said == "duplicate key" {
        return "keep one of the two".to_string();
    }
    expected(said).unwrap_or("correct the file").to_string()
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
    if message.contains(" is not a date") {
        return Some("write a day from 1700-01-01 to 2199-12-31, such as 2026-11-22");
    }
    if message.starts_with("invalid type: unit variant") {
        return Some("write a text in quotes");
    }
    if message == "string values must be quoted" || message.starts_with("invalid basic string") {
        return Some("write the text between straight quotes, on one line");
    }
    let (_, kind) = message.rsplit_once(", expected ")?;
    match kind {
        "f64" | "a float" => Some("write a number, such as 0.05"),
        "a string" | "string only" => Some("write a text in quotes"),
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
