//! What a thread keeps from chunk to chunk: the templates of each resource type, whether they are worth
//! trying, and the room that columns took up.

use super::Templates;
use super::learn::Tree;
use crate::decode::fhir::buffer::Room;
use crate::decode::fhir::shape::{Shapes, Sketch};

/// Types with templates; there are more types than any source has.
const MOST_TYPES: usize = 32;
/// What a line that a template could not read costs, against one that it could.
const COST: u32 = 2;
const MOST_CREDIT: u32 = 4096;
/// What every chunk may spend on finding out whether a template helps again.
const LEAST_CREDIT: u32 = 256;

/// What is known about how lines are written, by the number of their resource type.
#[derive(Debug, Default)]
pub(in crate::decode::fhir) struct TemplateCache {
    /// What each view's columns took up.
    pub rooms: Vec<Vec<Room>>,
    /// How many lines with a view the chunk had.
    pub lines: usize,
    types: Vec<Option<Box<Known>>>,
    known: usize,
}

/// What is known about one resource type.
#[derive(Debug)]
pub(in crate::decode::fhir) struct Known {
    pub templates: Templates,
    tree: Tree,
    /// Falls with every line that a template could not read. At zero, lines are read with care at once.
    credit: u32,
    /// Falls with every line that nothing was learnt from.
    patience: u32,
    #[cfg(test)]
    lines: u64,
}

impl TemplateCache {
    /// Makes ready for another chunk.
    pub(crate) fn refresh(&mut self) {
        for known in self.types.iter_mut().flatten() {
            known.credit = known.credit.max(LEAST_CREDIT);
        }
    }

    /// What a view's column took up in the chunk before.
    pub(crate) fn room(&self, view: usize, column: usize) -> Room {
        let rooms = self.rooms.get(view);
        rooms
            .and_then(|rooms| rooms.get(column))
            .copied()
            .unwrap_or_default()
    }

    /// What is known about a type, if it is worth using.
    #[inline(always)]
    pub(crate) fn of(&mut self, kind: usize) -> Option<&mut Known> {
        let known = self.types.get_mut(kind)?.as_deref_mut()?;
        (known.credit >= COST).then_some(known)
    }

    /// Learns from an accepted line of a type.
    #[cold]
    pub(crate) fn learn(&mut self, kind: usize, shapes: &Shapes, line: &[u8]) {
        if self.types.len() <= kind {
            self.types.resize_with(kind + 1, || None);
        }
        if self.types[kind].is_none() {
            if self.known >= MOST_TYPES {
                return;
            }
            self.known += 1;
        }
        let known = self.types[kind].get_or_insert_with(|| {
            Box::new(Known {
                templates: Templates::new(shapes.at(Sketch::ROOT).members),
                tree: Tree::new(),
                credit: MOST_CREDIT,
                patience: MOST_CREDIT,
                #[cfg(test)]
                lines: 0,
            })
        });
        if known.patience > 0 && !known.tree.learn(&mut known.templates, shapes, line) {
            known.patience -= 1;
        }
    }
}

#[cfg(test)]
impl TemplateCache {
    /// How many lines were read by template.
    pub(crate) fn by_template(&self) -> u64 {
        self.types.iter().flatten().map(|known| known.lines).sum()
    }
}

impl Known {
    /// Notes whether a template could read a line.
    #[inline(always)]
    pub(crate) fn note(&mut self, read: bool) {
        #[cfg(test)]
        {
            self.lines += u64::from(read);
        }
        self.credit = if read {
            (self.credit + 1).min(MOST_CREDIT)
        } else {
            self.credit.saturating_sub(COST)
        };
    }
}
