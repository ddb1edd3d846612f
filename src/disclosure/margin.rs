//! A total and its parts.

/// One total of a table and the cells it is the sum of, as positions among the table's cells.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Margin {
    /// The total.
    pub total: usize,
    /// Its parts; they may be totals themselves.
    pub parts: Vec<usize>,
}
