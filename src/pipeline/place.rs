//! Where in a settings file something stands.

use std::ops::Range;
use toml::Spanned;
use toml::de::{DeTable, DeValue};

/// `:line:column` of a byte of `text`.
pub(super) fn shown(text: &str, byte: usize) -> String {
    let before = text.get(..byte).unwrap_or(text);
    let line = before.matches('\n').count() + 1;
    let column = before.len() - before.rfind('\n').map_or(0, |i| i + 1) + 1;
    format!(":{line}:{column}")
}

/// `:line:column` of the setting at `path`, or of the last part of it that is there; nothing where
/// none of it is.
pub(super) fn of_setting(text: &str, path: &[&str]) -> String {
    let Ok(document) = DeTable::parse(text) else {
        return String::new();
    };
    let mut found = None;
    let mut table = document.get_ref();
    for name in path {
        let Some((key, value)) = table.iter().find(|(key, _)| key.get_ref() == name) else {
            break;
        };
        found = Some(key.span().start);
        match value.get_ref() {
            DeValue::Table(below) => table = below,
            _ => break,
        }
    }
    found.map_or_else(String::new, |byte| shown(text, byte))
}

/// The first setting called `name` at or after the byte `from`: where its name stands, and its value.
pub(super) fn next_called(
    text: &str,
    name: &str,
    from: usize,
) -> Option<(Range<usize>, Range<usize>)> {
    let document = DeTable::parse(text).ok()?;
    let mut found = Vec::new();
    collect(document.get_ref(), name, &mut found);
    found.retain(|(key, _)| key.start >= from);
    found.into_iter().min_by_key(|(key, _)| key.start)
}

fn collect(table: &DeTable<'_>, name: &str, found: &mut Vec<(Range<usize>, Range<usize>)>) {
    for (key, value) in table {
        if key.get_ref() == name {
            found.push((key.span(), Spanned::span(value)));
        }
        if let DeValue::Table(below) = value.get_ref() {
            collect(below, name, found);
        }
    }
}
