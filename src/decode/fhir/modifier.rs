//! Modifier extensions, which change what the rest of a resource means: "not", "refuted", "of a
//! relative".
//!
//! FHIR forbids to go on with a resource that holds one whose meaning is not known. So a line with a
//! `modifierExtension` anywhere, selected or not, is used only when each of its URLs is on the list of
//! those that the views' author has read and allowed for. Almost no line has one: a chunk is searched
//! for the name once, and only lines that hold it are looked at.

use std::collections::BTreeSet;

use memchr::memmem::Finder;

use super::cursor::Cursor;
use super::text;

const NAME: &[u8] = b"modifierExtension";

/// Which modifier extensions are known.
#[derive(Debug)]
pub(super) struct Modifiers {
    known: BTreeSet<String>,
    name: Finder<'static>,
    /// How a letter of the name would begin if somebody wrote it as an escape.
    escape: Finder<'static>,
}

impl Modifiers {
    /// Modifier extensions with these URLs are known.
    pub fn known(urls: impl IntoIterator<Item = String>) -> Self {
        Modifiers {
            known: urls.into_iter().collect(),
            name: Finder::new(NAME),
            escape: Finder::new(b"\\u00"),
        }
    }

    /// A watch over the lines of one chunk.
    pub fn watch(&self) -> Watch<'_> {
        Watch {
            modifiers: self,
            name: None,
            escape: None,
        }
    }

    /// Whether `line`, which is whole JSON, holds a modifier extension that is not known.
    fn unknown_in(&self, line: &[u8]) -> bool {
        let mut cursor = Cursor { bytes: line, at: 0 };
        while let Some(quote) = memchr::memchr(b'"', line.get(cursor.at..).unwrap_or_default()) {
            cursor.at += quote;
            let Ok(name) = cursor.string() else {
                return true;
            };
            if cursor.token() != b':' {
                continue;
            }
            cursor.at += 1;
            let written = line.get(name.start() as usize..name.end() as usize);
            let found = match name.is_escaped() {
                false => written == Some(NAME),
                true => text::decode(line, name).is_ok_and(|name| &name[..] == NAME),
            };
            if !found {
                continue;
            }
            let start = cursor.at;
            if cursor.skip().is_err() || !self.allows(&line[start..cursor.at]) {
                return true;
            }
            cursor.at = start;
        }
        false
    }

    /// Whether the value of a `modifierExtension` is empty, or holds known ones only.
    fn allows(&self, value: &[u8]) -> bool {
        use serde_json::Value;
        let known = |extension: &Value| {
            let url = extension.get("url").and_then(Value::as_str);
            url.is_some_and(|url| self.known.contains(url))
        };
        match serde_json::from_slice(value) {
            Ok(Value::Null) => true,
            Ok(Value::Array(extensions)) => extensions.iter().all(known),
            Ok(extension) => known(&extension),
            Err(_) => false,
        }
    }
}

/// Where in a chunk the name stands next, so that the chunk is searched once and not line by line.
pub(super) struct Watch<'m> {
    modifiers: &'m Modifiers,
    name: Option<usize>,
    escape: Option<usize>,
}

impl Watch<'_> {
    /// Whether the line `bytes[start..end]`, which is whole JSON, must be refused. Lines come in their
    /// order.
    #[inline]
    pub fn refuses(&mut self, bytes: &[u8], start: usize, end: usize) -> bool {
        let next = |place: &mut Option<usize>, finder: &Finder<'_>| {
            if place.is_none_or(|at| at < start) {
                let found = finder.find(&bytes[start..]);
                *place = Some(found.map_or(bytes.len(), |at| start + at));
            }
            place.is_some_and(|at| at < end)
        };
        let named = next(&mut self.name, &self.modifiers.name);
        let escaped = next(&mut self.escape, &self.modifiers.escape);
        (named || escaped) && self.modifiers.unknown_in(&bytes[start..end])
    }
}
