//! Bundles of deletions, by which a server says what it no longer has.

use super::arena::{Arena, Value};
use super::refusal::Refusal;
use super::shape::Sketch;
use super::temporal::Temporal;
use super::{Delete, reference};
use crate::decode::{RejectReason, Zone};
use std::collections::HashSet;

/// The slots of a Bundle's deletions.
#[derive(Debug, Clone, Copy)]
pub(super) struct Deletions {
    entry: usize,
    request: usize,
    method: usize,
    url: usize,
    response: usize,
    last_modified: usize,
}

impl Deletions {
    /// Selects from a Bundle what its deletions are found by.
    pub(super) fn select(sketch: &mut Sketch) {
        let entry = sketch.child(Sketch::ROOT, "entry");
        let request = sketch.child(entry, "request");
        sketch.child(request, "method");
        sketch.child(request, "url");
        let response = sketch.child(entry, "response");
        sketch.child(response, "lastModified");
    }

    /// Where that stands in a finished sketch.
    pub(super) fn of(sketch: &Sketch) -> Deletions {
        let entry = sketch.find_child(Sketch::ROOT, "entry");
        let request = sketch.find_child(entry, "request");
        let response = sketch.find_child(entry, "response");
        let slot = |place, name| sketch.slot(place, name).map_or(0, usize::from);
        Deletions {
            entry: slot(Sketch::ROOT, "entry"),
            request: slot(entry, "request"),
            method: slot(request, "method"),
            url: slot(request, "url"),
            response: slot(entry, "response"),
            last_modified: slot(response, "lastModified"),
        }
    }

    /// Notes in `deletes` what the Bundle whose members are at `base` deletes: each when its response says,
    /// else when the Bundle does. A history's deletions without a time of what it has `restored` are
    /// older than that.
    pub(super) fn note(
        self,
        arena: &Arena,
        base: usize,
        line: &[u8],
        (updated, zone): (Option<i64>, Option<Zone>),
        restored: &HashSet<Vec<u8>>,
        deletes: &mut Vec<Delete>,
    ) -> Result<(), Refusal> {
        let place = base + self.entry;
        let entries = match arena.slots[place] {
            Value::Many { start, length } => start as usize..(start + length) as usize,
            Value::Object { .. } => place..place + 1,
            Value::Missing => return Ok(()),
            _ => return Err(Refusal::new(RejectReason::WrongType)),
        };
        for entry in &arena.slots[entries] {
            // One that is no object deletes nothing.
            let Value::Object { base: entry } = *entry else {
                continue;
            };
            let text = |part: usize, slot: usize| match arena.slots[entry as usize + part] {
                Value::Object { base } => arena.text_of(arena.slots[base as usize + slot], line),
                _ => None,
            };
            if text(self.request, self.method) != Some(b"DELETE") {
                continue;
            }
            let url = text(self.request, self.url).unwrap_or_default();
            let Some(key) = reference::key(url, None) else {
                return Err(Refusal::new(RejectReason::WrongType));
            };
            let modified = text(self.response, self.last_modified).and_then(Temporal::parse);
            let modified = modified.and_then(|modified| modified.micros_in(zone));
            if modified.is_none() && restored.contains(&url[key.clone()]) {
                continue;
            }
            let Ok(reference) = std::str::from_utf8(&url[key]) else {
                return Err(Refusal::new(RejectReason::NotJson));
            };
            let (reference, updated) = (reference.to_owned(), modified.or(updated));
            deletes.push(Delete { reference, updated });
        }
        Ok(())
    }
}
