//! The parts of a view's JSON, each with its place, and what is said when one is not as it should be.

use serde_json::{Map, Value};

use super::path::Fault;
use crate::nearest::near;

/// A fault and where in the view it is.
#[derive(Debug)]
pub(super) struct Misplaced {
    pub place: DefinitionPlace,
    pub fault: Fault,
    pub column: Option<String>,
    /// The path at fault, as the view writes it.
    pub path: Option<String>,
}

/// Where in a view's file.
#[derive(Debug)]
pub(super) enum DefinitionPlace {
    /// An element, as `select[0].column[1].path`; the whole view when it is empty.
    Element(String),
    /// Line and column, from 1, of a file that is not JSON.
    Position(usize, usize),
}

/// An object of a view, and its place.
pub(super) type PlacedObject<'v> = (String, &'v Map<String, Value>);

/// The objects of the list `key`, each with its place; none when there is no such list.
pub(super) fn objects<'v>(
    part: &'v Map<String, Value>,
    key: &str,
    place: &str,
) -> Result<Vec<PlacedObject<'v>>, Misplaced> {
    let place = join(place, key);
    match part.get(key) {
        None => Ok(Vec::new()),
        Some(Value::Array(items)) => {
            let items = items.iter().enumerate().map(|(at, item)| match item {
                Value::Object(item) => Ok((format!("{place}[{at}]"), item)),
                _ => Err(wrong(
                    format!("{place}[{at}]"),
                    "this must be an object, { … }",
                )),
            });
            items.collect()
        }
        Some(_) => Err(wrong(place, "this must be a list, [ … ]")),
    }
}

pub(super) fn required(
    part: &Map<String, Value>,
    key: &str,
    place: &str,
) -> Result<String, Misplaced> {
    match optional(part, key, place)? {
        Some(text) => Ok(text),
        None => Err(wrong(join(place, key), format!("'{key}' is missing"))),
    }
}

pub(super) fn optional(
    part: &Map<String, Value>,
    key: &str,
    place: &str,
) -> Result<Option<String>, Misplaced> {
    match part.get(key) {
        None => Ok(None),
        Some(Value::String(text)) => Ok(Some(text.clone())),
        Some(_) => Err(wrong(join(place, key), format!("'{key}' must be a string"))),
    }
}

/// Refuses keys that are not known: a misspelt `forEach` would otherwise silently change the rows.
pub(super) fn only(
    part: &Map<String, Value>,
    known: &[&str],
    place: &str,
) -> Result<(), Misplaced> {
    const ANYWHERE: [&str; 3] = ["id", "extension", "modifierExtension"];
    for key in part.keys() {
        if known.contains(&key.as_str()) || ANYWHERE.contains(&key.as_str()) {
            continue;
        }
        let fault = Fault::new(format!("unknown key '{key}'"));
        let fault = match near(key, known.iter().copied()) {
            Some(near) => fault.hint(format!("did you mean '{near}'?")),
            None => fault,
        };
        return Err(misplaced(join(place, key), fault));
    }
    Ok(())
}

/// Refuses a key of the view itself that is nearly one that decides about rows. A view also has keys
/// that only describe it, and those of its publisher; they are passed over.
pub(super) fn misspelt(view: &Map<String, Value>) -> Result<(), Misplaced> {
    const DECIDE: [&str; 5] = ["resource", "constant", "select", "where", "name"];
    const DESCRIBE: [&str; 4] = ["resourceType", "date", "status", "contact"];
    for key in view.keys() {
        let known = DECIDE.contains(&key.as_str()) || DESCRIBE.contains(&key.as_str());
        // An underscore begins the extensions of an element.
        if known || key.starts_with('_') {
            continue;
        }
        if let Some(near) = near(key, DECIDE)
            && strsim::damerau_levenshtein(key, near) <= 2
        {
            let fault = Fault::new(format!("unknown key '{key}'"));
            return Err(misplaced(
                key,
                fault.hint(format!("did you mean '{near}'?")),
            ));
        }
    }
    Ok(())
}

pub(super) fn join(place: &str, key: &str) -> String {
    if place.is_empty() {
        key.to_owned()
    } else {
        format!("{place}.{key}")
    }
}

pub(super) fn wrong(place: impl Into<String>, what: impl Into<String>) -> Misplaced {
    misplaced(place, Fault::new(what))
}

pub(super) fn misplaced(place: impl Into<String>, fault: Fault) -> Misplaced {
    Misplaced {
        place: DefinitionPlace::Element(place.into()),
        fault,
        column: None,
        path: None,
    }
}
