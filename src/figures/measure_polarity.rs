//! Which figures of the measures of a report are better.

use super::better_when::BetterWhen;
use super::row::FigureRow;
use std::collections::BTreeMap;

/// Which figures are better, by table and heading of the measure; those of other measures are neither.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct MeasurePolarity(BTreeMap<(String, String), BetterWhen>);

impl MeasurePolarity {
    /// Which figures of a measure are better.
    pub(crate) fn of(&self, figure: &FigureRow) -> Option<BetterWhen> {
        let measure = (figure.table.clone(), figure.measure_label.clone());
        self.0.get(&measure).copied()
    }
}

/// By table, heading of the measure, and which figures are better.
impl FromIterator<(String, String, BetterWhen)> for MeasurePolarity {
    fn from_iter<I: IntoIterator<Item = (String, String, BetterWhen)>>(measures: I) -> Self {
        let measures = measures.into_iter();
        MeasurePolarity(
            measures
                .map(|(table, label, better)| ((table, label), better))
                .collect(),
        )
    }
}
