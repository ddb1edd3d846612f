//! References that their own resource answers: to what it contains, and by a search.

use super::arena::Value;
use super::evaluate::{Evaluator, Wrong};
use super::numbered_address::number_in_address;
use super::program::Contained;
use super::{naming_system, reference};
use crate::pipeline::NHS_NUMBER_SYSTEM;

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

    /// Pushes the identifier of `system` that a reference string searches for, or the NHS number that a
    /// server has for an id.
    pub(super) fn push_searched(&mut self, value: Value, system: Value) -> Result<(), Wrong> {
        let (reference, system) = (self.bytes(value)?, self.bytes(system)?);
        if let Some(found) = reference::searched(reference, system) {
            let found = self.make(&found);
            self.stack.push(found);
        } else if let Some(id) = number_in_address(reference)
            && naming_system::same(system, NHS_NUMBER_SYSTEM.as_bytes())
        {
            self.stack.push(value.part(id));
        }
        Ok(())
    }
}
