//! Modifier extensions, which change what the rest of a resource means: "not", "refuted", "of a
//! relative".
//!
//! FHIR forbids to go on with a resource that holds one whose meaning is not known. So a line with a
//! `modifierExtension` anywhere, selected or not, is used only when each of its URLs is on the list of
//! those that the views' author has read and allowed for. No joint holds the name ([`super::template`]),
//! so that lines read by template need no second look; in all others the name is searched for.

use std::collections::BTreeSet;

use memchr::memmem::{self, Finder};

use super::cursor::Cursor;
use super::text;

const NAME: &[u8] = b"modifierExtension";
/// How a letter of the name would begin if somebody wrote it as an escape.
const ESCAPE: &[u8] = b"\\u00";

/// Which modifier extensions are known.
#[derive(Debug)]
pub(super) struct Modifiers {
    known: BTreeSet<String>,
    name: Finder<'static>,
    escape: Finder<'static>,
}

impl Modifiers {
    /// Modifier extensions with these URLs are known.
    pub(super) fn known(urls: impl IntoIterator<Item = String>) -> Self {
        Modifiers {
            known: urls.into_iter().collect(),
            name: Finder::new(NAME),
            escape: Finder::new(ESCAPE),
        }
    }

    /// Whether `line`, which is whole JSON, must be refused.
    pub(super) fn refuse(&self, line: &[u8]) -> bool {
        let written = self.name.find(line).or_else(|| self.escape.find(line));
        written.is_some() && self.unknown_in(line)
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

/// Whether a name among these bytes of a line may be that of a modifier extension.
pub(super) fn may_be_in(names: &[u8]) -> bool {
    memmem::find(names, NAME).is_some() || memmem::find(names, ESCAPE).is_some()
}
