//! What a cell may show tonight.

use super::LedgerEntry;

/// What a cell may show tonight.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Holding<'l> {
    /// Its own figure: it has changed enough, or nothing like it is published.
    Fresh,
    /// The figure of exactly these people, which is published already, as tonight's.
    Same(&'l LedgerEntry),
    /// The figure that stands for the cell: nobody, or too few, entered or left since then. Which of the
    /// two it is would tell of somebody, so that both are marked alike.
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
    #[cfg(test)]
    pub(crate) fn entry(self) -> Option<&'l LedgerEntry> {
        match self {
            Holding::Same(entry) | Holding::Held(entry) | Holding::Near(entry) => Some(entry),
            Holding::Fresh | Holding::Empty => None,
        }
    }

    /// Whether the figure is published for the cell from now on.
    pub(crate) fn is_new(self) -> bool {
        matches!(self, Holding::Fresh | Holding::Same(_))
    }
}
