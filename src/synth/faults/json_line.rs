//! Changes to a line of JSON as text.

use super::super::fhir;
use super::super::random::Random;

/// Where the value of `"key":"…"` stands, quotes included.
pub(super) fn value(line: &str, key: &str) -> Option<std::ops::Range<usize>> {
    let name = format!("\"{key}\":\"");
    let start = line.find(&name)? + name.len() - 1;
    let length = line[start + 1..].find('"')?;
    Some(start..start + length + 2)
}

/// The line with `json` in the place of the text of `key`.
pub(super) fn replaced(line: &str, key: &str, json: &str) -> Option<String> {
    let at = value(line, key)?;
    Some(format!("{}{json}{}", &line[..at.start], &line[at.end..]))
}

/// A copy under another id, so that spoiling it loses nothing.
pub(super) fn copy(random: &mut Random, line: &str) -> Option<String> {
    let mut id = String::from("\"");
    fhir::id(&mut id, random.id());
    id.push('"');
    replaced(line, "id", &id)
}

/// The line with one more field.
pub(super) fn with_field(line: &str, field: &str) -> Option<String> {
    let body = line.strip_suffix('}')?;
    Some(format!("{body},{field}}}"))
}
