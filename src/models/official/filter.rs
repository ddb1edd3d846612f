//! Which rows of an official file are wanted.

use super::row::value;
use crate::pipeline::FilterValues;

/// Conditions on values of a row.
pub(super) struct RowFilter<'p> {
    /// A row has one of these values at each place.
    pub only: Vec<(usize, &'p FilterValues)>,
    /// A row has none of these.
    pub except: Vec<(usize, &'p FilterValues)>,
}

impl RowFilter<'_> {
    /// Whether a row is wanted.
    pub(super) fn passes(&self, row: &[String]) -> bool {
        let has = |(at, values): &(usize, &FilterValues)| {
            let found = value(row, *at);
            values.0.iter().any(|wanted| wanted == found)
        };
        self.only.iter().all(has) && !self.except.iter().any(has)
    }
}
