//! Bundles of deletions, by which a server says what it no longer has.

use super::arena::{Arena, Value};
use super::refusal::Refusal;
use super::shape::Sketch;
use super::{Delete, reference};
use crate::decode::RejectReason;

/// The slots of a Bundle's deletions.
#[derive(Debug, Clone, Copy)]
pub(super) struct Deletions {
    entry: usize,
    request: usize,
    method: usize,
    url: usize,
}

impl Deletions {
    /// Selects from a Bundle what its deletions are found by.
    pub(super) fn select(sketch: &mut Sketch) {
        let entry = sketch.child(Sketch::ROOT, "entry");
        let request = sketch.child(entry, "request");
        sketch.child(request, "method");
        sketch.child(request, "url");
    }

    /// Where that stands in a finished sketch.
    pub(super) fn of(sketch: &Sketch) -> Deletions {
        let entry = sketch.find_child(Sketch::ROOT, "entry");
        let request = sketch.find_child(entry, "request");
        let slot = |place, name| sketch.slot(place, name).map_or(0, usize::from);
        Deletions {
            entry: slot(Sketch::ROOT, "entry"),
            request: slot(entry, "request"),
            method: slot(request, "method"),
            url: slot(request, "url"),
        }
    }

    /// Notes in `deletes` what the Bundle whose members are at `base` deletes.
    pub(super) fn note(
        self,
        arena: &Arena,
        base: usize,
        line: &[u8],
        updated: Option<i64>,
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
            let Value::Object { base } = *entry else {
                return Err(Refusal::new(RejectReason::WrongType));
            };
            let Value::Object { base } = arena.slots[base as usize + self.request] else {
                continue;
            };
            let member = |slot: usize| arena.text_of(arena.slots[base as usize + slot], line);
            if member(self.method) != Some(b"DELETE") {
                continue;
            }
            let url = member(self.url).unwrap_or_default();
            let Some(key) = reference::key(url, None) else {
                return Err(Refusal::new(RejectReason::WrongType));
            };
            let Ok(reference) = std::str::from_utf8(&url[key]) else {
                return Err(Refusal::new(RejectReason::NotJson));
            };
            let reference = reference.to_owned();
            deletes.push(Delete { reference, updated });
        }
        Ok(())
    }
}
