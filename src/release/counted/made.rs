//! What a count is of, in a form in which a release can be checked from its files.

use super::counting::{CountKind, CountedTable};
use crate::release::report_file::ReportTable;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// What a count is of, and what divides it: with the labels of a cell, the name that the cell has in all
/// releases.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct CountMade {
    /// What is counted, of which model, and which of its rows.
    pub what: String,
    /// Where the values of each dimension of the table come from; none for one that does not divide it.
    pub by: Vec<Option<String>>,
    /// The area whose people alone are counted: where it comes from, and its code.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub within: Option<(String, String)>,
    /// Whether nobody is in two of its cells, so that these add up: rows always do, people where the model
    /// has one row for each.
    pub adds_up: bool,
}

/// What each count of a table is of, by name. `one_row_each` says of each query of the table whether its
/// model has one row for each person.
pub(in crate::release) fn counts_made(
    table: &ReportTable,
    counted: &CountedTable,
    one_row_each: &[bool],
) -> BTreeMap<String, CountMade> {
    let made = |(name, at, kind): &(String, usize, CountKind)| {
        let counting = counted.countings.get(*at)?;
        let source = |place: usize| {
            let at = counting.places.iter().position(|known| *known == place)?;
            counting.by.get(at).map(|dimension| dimension.source())
        };
        let count = CountMade {
            what: counting.what(*kind),
            by: (0..table.dimensions().count()).map(source).collect(),
            within: None,
            adds_up: *kind != CountKind::People || one_row_each.get(*at).copied().unwrap_or(false),
        };
        Some((name.clone(), count))
    };
    counted.counts.iter().filter_map(made).collect()
}
