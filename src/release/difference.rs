//! How a manifest differs from the one that a release was made with, in words.

use serde_json::Value;
use std::collections::BTreeSet;

/// Differences that are told; more are counted.
const TOLD: usize = 8;
/// Characters of a text from an altered file that are shown.
const SHOWN: usize = 80;

/// How the manifest `found` differs from `made`; they are not the same bytes.
pub(super) fn differences(made: &[u8], found: &[u8]) -> Vec<String> {
    let Ok(mut made) = serde_json::from_slice::<Value>(made) else {
        return vec!["is not the one that the release was made with".to_string()];
    };
    let Ok(mut found) = serde_json::from_slice::<Value>(found) else {
        return vec!["is no JSON".to_string()];
    };
    // It differs whenever anything does, and says nothing of what.
    for manifest in [&mut made, &mut found] {
        if let Some(manifest) = manifest.as_object_mut() {
            manifest.remove("certificate");
        }
    }
    if made["release"] != found["release"] {
        let of = shown(found["release"].as_str().unwrap_or("nothing"));
        return vec![format!("is that of another release: {of}")];
    }
    let mut told = Vec::new();
    compare("", &made, &found, &mut told);
    if told.is_empty() {
        return vec!["has another layout, or a key twice".to_string()];
    }
    if told.len() > TOLD {
        let more = told.len() - TOLD;
        told.truncate(TOLD);
        told.push(format!("differs in {more} more places"));
    }
    told
}

fn compare(path: &str, made: &Value, found: &Value, told: &mut Vec<String>) {
    if made == found {
        return;
    }
    match (parts(made), parts(found)) {
        (Some(made), Some(found)) => {
            let names: BTreeSet<&String> =
                made.iter().chain(&found).map(|(name, _)| name).collect();
            for name in names {
                let of = |parts: &[(String, Value)]| {
                    let mut same = parts.iter().filter(|(other, _)| other == name);
                    same.next().map(|(_, value)| value.clone())
                };
                let path = match path {
                    "" => shown(name),
                    path => format!("{path}.{}", shown(name)),
                };
                match (of(&made), of(&found)) {
                    (Some(made), Some(found)) => compare(&path, &made, &found, told),
                    (Some(_), None) => told.push(format!("lacks {path}")),
                    (None, _) => told.push(format!("has {path}, which is none of its own")),
                }
            }
        }
        _ => told.push(format!(
            "says {path} is {}, not {}",
            scalar(found),
            scalar(made)
        )),
    }
}

/// What a map or a list is made of, by name: things in a list go by the name that they have.
fn parts(value: &Value) -> Option<Vec<(String, Value)>> {
    match value {
        Value::Object(map) => Some(map.iter().map(|(k, v)| (k.clone(), v.clone())).collect()),
        Value::Array(list) => {
            let named = list.iter().enumerate().map(|(at, item)| {
                let name = item.get("name").or_else(|| item.get("table"));
                let name = name.and_then(Value::as_str);
                let name = name.map_or_else(|| at.to_string(), str::to_string);
                (name, item.clone())
            });
            Some(named.collect())
        }
        _ => None,
    }
}

fn scalar(value: &Value) -> String {
    match value {
        Value::String(text) => shown(text),
        other => shown(&other.to_string()),
    }
}

/// A text that somebody else may have written, so that it can do nothing to a terminal, and looks like
/// no other: letters of other scripts and spaces at an end are shown as escapes.
pub(super) fn shown(text: &str) -> String {
    let inner = text.trim();
    let start = text.len() - text.trim_start().len();
    let mut kept = String::new();
    for (at, c) in text.char_indices().take(SHOWN) {
        let outside = at < start || at >= start + inner.len();
        match c {
            c if c.is_control() => kept.push('\u{fffd}'),
            c if !c.is_ascii() || (c.is_whitespace() && outside) => kept.extend(c.escape_unicode()),
            c => kept.push(c),
        }
    }
    if text.chars().nth(SHOWN).is_some() {
        kept.push('…');
    }
    kept
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_that_look_alike_are_told_apart() {
        assert_eq!(shown("people.csv"), "people.csv");
        assert_eq!(shown("a b.csv"), "a b.csv");
        assert_eq!(shown("pe\u{43e}ple.csv"), "pe\\u{43e}ple.csv");
        assert_eq!(shown("people.csv "), "people.csv\\u{20}");
        assert_eq!(shown("\u{1b}[2J"), "\u{fffd}[2J");
    }

    #[test]
    fn an_edited_manifest_is_told_apart_field_by_field() {
        let made = r#"{"release":"r","as_of":"2026-09-30","scheme":{"name":"hes2018"},"files":[{"name":"a.csv","sha256":"1"},{"name":"b.csv","sha256":"2"}]}"#;
        let told = |from: &str, to: &str| {
            let found = made.replace(from, to);
            assert_ne!(found, made);
            differences(made.as_bytes(), found.as_bytes())
        };
        assert_eq!(
            told("2026-09-30", "2030-01-31"),
            ["says as_of is 2030-01-31, not 2026-09-30"]
        );
        assert_eq!(
            told("hes2018", "none"),
            ["says scheme.name is none, not hes2018"]
        );
        assert_eq!(
            told(r#"{"name":"a.csv","sha256":"1"},"#, ""),
            ["lacks files.a.csv"]
        );
        assert_eq!(
            told(r#""sha256":"2""#, r#""sha256":"3""#),
            ["says files.b.csv.sha256 is 3, not 2"]
        );
        assert_eq!(
            told(r#""as_of""#, r#""note":1,"as_of""#),
            ["has note, which is none of its own"]
        );
        assert_eq!(told("\"r\"", "\"s\""), ["is that of another release: s"]);
        assert_eq!(
            told("{\"release\"", "{ \"release\""),
            ["has another layout, or a key twice"]
        );
        assert_eq!(told("}]}", "}"), ["is no JSON"]);
        assert_eq!(
            told("hes2018", "\\u001b[2Jx"),
            ["says scheme.name is \u{fffd}[2Jx, not hes2018"]
        );
    }
}
