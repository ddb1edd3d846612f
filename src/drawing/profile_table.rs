//! The profile of an area as a table, which the page of a report, its workbook and the planners' page have.

use super::compared::Compared;
use super::spine_chart::SpineChart;
use crate::figures::BetterWhen;
use crate::headlines::ProfileLine;

/// The profile of an area as a table.
pub(crate) struct ProfileTable {
    /// The headings of the figures.
    pub headings: Vec<&'static str>,
    /// An indicator a row.
    pub rows: Vec<ProfileRow>,
}

/// An indicator.
pub(crate) struct ProfileRow {
    /// What it is.
    pub label: String,
    /// A figure for each heading; none where it does not apply.
    pub figures: Vec<Option<f64>>,
    /// The unit of all of them but the number of areas.
    unit: String,
    /// How the area stands to the whole.
    pub compared: Compared,
}

/// The figures of an indicator.
const OWN: [&str; 4] = [
    "This area",
    "Lower 95% limit",
    "Upper 95% limit",
    "The whole area",
];

/// Those of the areas of its kind.
const SPREAD: [&str; 5] = [
    "Worst or lowest area",
    "25th percentile",
    "75th percentile",
    "Best or highest area",
    "Areas",
];

impl ProfileTable {
    /// The table of an area's indicators; with those of the other areas where any of them has a spine.
    pub(crate) fn of(lines: &[ProfileLine]) -> ProfileTable {
        let has_spread = SpineChart::of(lines).is_some();
        let spread = SPREAD.into_iter().filter(|_| has_spread);
        let rows = lines.iter().map(|line| ProfileRow::of(line, has_spread));
        ProfileTable {
            headings: OWN.into_iter().chain(spread).collect(),
            rows: rows.collect(),
        }
    }
}

impl ProfileRow {
    fn of(line: &ProfileLine, has_spread: bool) -> ProfileRow {
        let mut figures = vec![
            line.own.value,
            line.own.lower_95,
            line.own.upper_95,
            line.whole.value,
        ];
        if has_spread {
            figures.extend(spread(line));
        }
        ProfileRow {
            label: line.label.clone(),
            figures,
            unit: line.own.unit.clone(),
            compared: Compared::judged(line.compared, line.better),
        }
    }

    /// The unit of a figure, as files have it.
    pub(crate) fn unit(&self, at: usize) -> &str {
        match at + 1 == OWN.len() + SPREAD.len() {
            true => "count",
            false => &self.unit,
        }
    }
}

fn spread(line: &ProfileLine) -> [Option<f64>; 5] {
    let Some(spread) = line.spread else {
        return [None; 5];
    };
    let (worst, best) = match line.better {
        Some(BetterWhen::Lower) => (spread.largest, spread.smallest),
        _ => (spread.smallest, spread.largest),
    };
    let (low, high) = spread.quarters.unzip();
    #[allow(clippy::cast_precision_loss)] // areas
    let areas = spread.areas as f64;
    [Some(worst), low, high, Some(best), Some(areas)]
}
