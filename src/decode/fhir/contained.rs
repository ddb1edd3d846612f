//! References that their own resource answers: to what it contains, and by a search.

use super::arena::Value;
use super::evaluate::{Evaluator, Wrong};
use super::program::Contained;
use super::reference;

impl Evaluator<'_> {
    /// Pushes the contained resource that a reference string (`#id`) leads to.
    pub(super) fn push_contained(&mut self, value: Value, place: Contained) -> Result<(), Wrong> {
        let Value::Object { base } = self.resource else {
            return Ok(());
        };
        let list = base as usize + usize::from(place.list);
        let items = match self.arena.slots[list] {
            Value::Many { start, length } => start as usize..(start + length) as usize,
            Value::Object { .. } => list..list + 1,
            _ => return Ok(()),
        };
        let Some(wanted) = self.bytes(value)?.strip_prefix(b"#") else {
            return Ok(());
        };
        self.look_at(items.len() as u64)?;
        let found = self.arena.slots[items].iter().copied().find(|item| {
            let Value::Object { base } = *item else {
                return false;
            };
            let id = self.arena.slots[base as usize + usize::from(place.id)];
            // Some write the mark of the reference into the id as well.
            let id = self.bytes(id).map(|id| id.strip_prefix(b"#").unwrap_or(id));
            id == Ok(wanted)
        });
        self.stack.extend(found);
        Ok(())
    }

    /// Pushes the identifier of `system` that a reference string searches for.
    pub(super) fn push_searched(&mut self, value: Value, system: Value) -> Result<(), Wrong> {
        if let Some(found) = reference::searched(self.bytes(value)?, self.bytes(system)?) {
            let found = self.make(&found);
            self.stack.push(found);
        }
        Ok(())
    }
}
