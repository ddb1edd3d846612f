//! Released figures, by where they stand in a table.

use crate::disclosure::Released;
use chrono::NaiveDate;
use std::collections::{BTreeMap, HashMap};
use std::sync::Arc;

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
pub(in crate::release) struct CellFigures {
    figures: Arc<BTreeMap<String, HashMap<TablePlace, PlacedFigure>>>,
    /// Whether there are figures by a dimension that the table does not show.
    by_hidden: bool,
    /// The area whose figures are given: its place among the levels that divide the table.
    area: TablePlace,
}

impl CellFigures {
    /// Figures by count and place.
    pub(in crate::release) fn new(
        figures: BTreeMap<String, HashMap<TablePlace, PlacedFigure>>,
        by_hidden: bool,
        levels: usize,
    ) -> Self {
        CellFigures {
            figures: Arc::new(figures),
            by_hidden,
            area: vec![None; levels],
        }
    }

    /// The figures of one area: a value for its level, and none for the others.
    pub(in crate::release) fn of_area(&self, area: TablePlace) -> Self {
        CellFigures {
            figures: Arc::clone(&self.figures),
            by_hidden: self.by_hidden,
            area,
        }
    }

    /// The figures of the whole.
    pub(in crate::release) fn of_whole(&self) -> Self {
        self.of_area(vec![None; self.area.len()])
    }

    /// The figure of a count in a place.
    pub(in crate::release) fn of(&self, count: &str, place: &TablePlace) -> Option<PlacedFigure> {
        self.of_group(count, place, None)
    }

    /// The figure of a count in a place for one group of the hidden dimension, or for all.
    pub(in crate::release) fn of_group(
        &self,
        count: &str,
        place: &TablePlace,
        group: Option<&str>,
    ) -> Option<PlacedFigure> {
        let mut place = place.clone();
        if self.by_hidden {
            place.push(group.map(str::to_string));
        }
        place.extend(self.area.iter().cloned());
        self.figures.get(count)?.get(&place).copied()
    }
}
