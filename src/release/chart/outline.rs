//! The shape of the whole area over the population pyramid of one of its areas.

use crate::release::about::long_date;
use crate::release::number::thousands;
use chrono::NaiveDate;

/// How many there would be in each bar if the area had the ages and sexes of the whole area.
#[derive(Debug, Clone, PartialEq)]
pub(in crate::release) struct Outline {
    /// For each series and category; none where a figure of the whole area is suppressed.
    pub sides: Vec<Vec<Option<f64>>>,
    /// The earliest date of the figures of the whole area that are of an earlier release.
    pub held_from: Option<NaiveDate>,
}

impl Outline {
    /// To what its figures are told: both sides of a share are rounded counts.
    pub(super) const TOLD_TO: f64 = 10.0;

    /// What the outline is, in a few words.
    pub(in crate::release) const LABEL: &'static str = "The shape of the whole area";

    /// The outline beside a bar.
    pub(in crate::release) fn at(&self, series: usize, category: usize) -> Option<f64> {
        self.sides.get(series)?.get(category).copied().flatten()
    }

    /// A figure of the outline, as a reader is told it.
    pub(in crate::release) fn told(&self, series: usize, category: usize) -> String {
        match self.at(series, category) {
            None => "not known".to_owned(),
            Some(value) if value < Self::TOLD_TO => "fewer than 10".to_owned(),
            Some(value) => {
                let tens = (value / Self::TOLD_TO).round() * Self::TOLD_TO;
                format!("about {}", thousands(tens.max(0.0) as u64))
            }
        }
    }

    /// What a reader must know of it.
    pub(in crate::release) fn notes(&self) -> Vec<String> {
        let mut notes = vec!["The outline is the shape of the whole area: how many people there would be here with its ages and sexes, from released figures of both.".to_owned()];
        let mut points = self.sides.iter().flatten();
        if points.any(Option::is_none) {
            notes.push(
                "It has a gap where a figure of the whole area is suppressed or not known."
                    .to_owned(),
            );
        }
        if let Some(date) = self.held_from {
            notes.push(format!(
                "Some of the figures behind it are those of earlier releases, the earliest of {}.",
                long_date(date)
            ));
        }
        notes
    }
}
