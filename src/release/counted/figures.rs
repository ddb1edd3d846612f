//! Released figures, by where they stand in a table.

use crate::disclosure::Released;
use chrono::NaiveDate;
use std::collections::{BTreeMap, HashMap};

/// Where a figure stands in a table: a value of each dimension, or none for all together.
pub(in crate::release) type TablePlace = Vec<Option<String>>;

/// A figure as it is released.
#[derive(Debug, Clone, Copy)]
pub(in crate::release) struct PlacedFigure {
    /// The figure.
    pub figure: Released,
    /// The date of the earlier release whose figure it is, where it is held.
    pub since: Option<NaiveDate>,
}

/// The released figures of a table's places, by count.
#[derive(Debug, Clone, Default)]
pub(in crate::release) struct CellFigures(BTreeMap<String, HashMap<TablePlace, PlacedFigure>>);

impl CellFigures {
    /// Figures by count and place.
    pub(in crate::release) fn new(
        figures: BTreeMap<String, HashMap<TablePlace, PlacedFigure>>,
    ) -> Self {
        CellFigures(figures)
    }

    /// The figure of a count in a place.
    pub(in crate::release) fn of(&self, count: &str, place: &TablePlace) -> Option<PlacedFigure> {
        self.0.get(count)?.get(place).copied()
    }
}
