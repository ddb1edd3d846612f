//! The form of a table: which dimensions it has, and which of its measures have limits.

use super::row::FigureRow;
use super::schema::{ALL, FIXED, TOTAL};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// What the values of a dimension are, where they are more than words.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", deny_unknown_fields)]
pub(crate) enum DimensionKind {
    /// Areas, with the column of their codes beside that of their names.
    Area {
        /// The column of codes; none where the site's tables have no codes.
        code: Option<String>,
    },
    /// Months, which stand in files as their first days.
    Month,
    /// Days, quarters or years, as they are written.
    Period,
}

/// The form of a table.
#[derive(Debug, Clone)]
pub(crate) struct TableForm<'a> {
    /// The dimensions of its rows, by their columns.
    pub rows: &'a [String],
    /// The dimension across.
    pub across: Option<&'a str>,
    /// What those dimensions are that are more than words.
    pub kinds: &'a BTreeMap<String, DimensionKind>,
    /// For each measure, in order, whether it has limits.
    pub limits: Vec<bool>,
}

impl<'a> TableForm<'a> {
    /// All dimensions, in the order of the table.
    pub(crate) fn dimensions(&self) -> impl Iterator<Item = &'a str> + use<'a> {
        let rows = self.rows.iter().map(String::as_str);
        rows.chain(self.across)
    }

    /// All columns of its CSV, in order.
    pub(crate) fn columns(&self) -> Vec<&'a str> {
        let mut columns = Vec::new();
        for dimension in self.dimensions() {
            columns.push(dimension);
            if let Some(DimensionKind::Area { code: Some(code) }) = self.kinds.get(dimension) {
                columns.push(code);
            }
        }
        columns.extend(FIXED);
        columns
    }

    /// Whether the figure at this place has limits: the measures take turns.
    pub(super) fn has_limits(&self, at: usize) -> bool {
        let measure = at.checked_rem(self.limits.len());
        measure.is_some_and(|at| self.limits[at])
    }

    /// The label of a figure in the dimension at this place.
    pub(super) fn label(&self, row: &FigureRow, at: usize) -> String {
        let dimension = self.dimensions().nth(at).unwrap_or_default();
        // A value that is none of its kind, such as Not known, stands among the words.
        let words = row.breakdown.get(dimension).cloned();
        let own = match self.kinds.get(dimension) {
            Some(DimensionKind::Area { .. }) => row.area.as_ref().map(|area| area.name.clone()),
            Some(DimensionKind::Month) => row.period.as_ref().map(|month| format!("{month}-01")),
            Some(DimensionKind::Period) => row.period.clone(),
            None => None,
        };
        words.or(own).unwrap_or_else(|| {
            let first = at == 0 || at == self.rows.len();
            if first { TOTAL } else { ALL }.to_owned()
        })
    }
}
