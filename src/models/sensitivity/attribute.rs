//! Attributes: the identity of a column's values through aliases, joins and groups.

use super::taint::Why;
use std::collections::BTreeSet;
use std::sync::Arc;

/// A column's values, whatever the column is called.
pub(super) type Attr = u32;

/// Some attributes.
pub(super) type Attrs = BTreeSet<Attr>;

/// What a label tells apart: people, or the rows of pulled tables.
pub(super) type Bases = BTreeSet<Arc<str>>;

/// The base of people. A person may have a row in any table, so it overlaps all others.
pub(super) const PEOPLE: &str = "people";

/// Whether the same person or record can be behind both.
pub(super) fn overlap(a: &Bases, b: &Bases) -> bool {
    a.contains(PEOPLE) || b.contains(PEOPLE) || !a.is_disjoint(b)
}

#[derive(Debug, Clone)]
struct Note {
    text: Why,
    label: Option<Bases>,
}

/// All attributes of an analysis.
#[derive(Debug, Default)]
pub(super) struct Attributes(Vec<Note>);

impl Attributes {
    /// A new attribute; `text` is what messages call it.
    pub(super) fn fresh(&mut self, text: impl Into<Why>) -> Attr {
        self.add(text.into(), None)
    }

    /// A new attribute that tells people or records apart: a different one has a different value.
    pub(super) fn label(&mut self, text: impl Into<Why>, bases: Bases) -> Attr {
        self.add(text.into(), Some(bases))
    }

    /// Another attribute that is like this one.
    pub(super) fn copy(&mut self, attr: Attr) -> Attr {
        match self.0.get(attr as usize).cloned() {
            Some(note) => self.add(note.text, note.label),
            None => self.fresh("a column"),
        }
    }

    fn add(&mut self, text: Why, label: Option<Bases>) -> Attr {
        self.0.push(Note { text, label });
        u32::try_from(self.0.len() - 1).unwrap_or(u32::MAX)
    }

    /// What messages call it.
    pub(super) fn text(&self, attr: Attr) -> Why {
        self.0
            .get(attr as usize)
            .map_or_else(|| "a column".into(), |note| note.text.clone())
    }

    /// What it tells apart, if it is a label.
    pub(super) fn label_of(&self, attr: Attr) -> Option<&Bases> {
        self.0.get(attr as usize)?.label.as_ref()
    }
}
