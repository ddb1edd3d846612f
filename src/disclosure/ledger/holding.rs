//! What a cell may show tonight.

use super::LedgerEntry;

/// What a cell may show tonight.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Holding<'l> {
    /// Its own figure: it has changed enough, or is nearly nobody else's.
    Fresh,
    /// The figure of exactly these people, which is published already. It is tonight's figure too.
    Same(&'l LedgerEntry),
    /// The figure that stands for the cell: too few people entered or left since then.
    Held(&'l LedgerEntry),
    /// Nothing stands for the cell yet, and another one of nearly the same people is published: its
    /// figure stands for this one as well.
    Near(&'l LedgerEntry),
    /// Nobody was in the cell when its table was first published, and too few are in it now: it still
    /// says that nobody is.
    Empty,
}

impl<'l> Holding<'l> {
    /// The entry whose figure the cell shows.
    pub(crate) fn entry(self) -> Option<&'l LedgerEntry> {
        match self {
            Holding::Same(entry) | Holding::Held(entry) | Holding::Near(entry) => Some(entry),
            Holding::Fresh | Holding::Empty => None,
        }
    }

    /// Whether the figure is another night's and not that of tonight's people.
    pub(crate) fn is_held(self) -> bool {
        matches!(self, Holding::Held(_) | Holding::Near(_) | Holding::Empty)
    }
}
