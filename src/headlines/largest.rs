//! The largest group of a table.

use super::headline::{Headline, HeadlineKind};
use super::table::{NOT_KNOWN, TableFigures, is_of_one_date};
use super::words::figure;
use crate::figures::FigureRow;

/// The largest of more groups says little.
const MOST: usize = 12;

/// A sentence for the first count of a table that has a total.
pub(super) fn largest(table: &TableFigures<'_>) -> Option<Headline> {
    let is_count = |measure: &&str| table.of(measure).any(|row| row.unit == "count");
    let measure = table.measures().into_iter().find(is_count)?;
    let rows = || table.of(measure).filter(|row| row.period.is_none());
    let total = rows().find(|row| row.is_total && table.depth(row) == 0)?;
    // Of groups of people rather than of areas, and of few of them: the broadest.
    let by = table.by_dimension(rows());
    let groups = by
        .into_iter()
        .filter(|(_, rows)| (3..=MOST).contains(&rows.len()));
    let (_, groups) = groups.min_by_key(|(dimension, rows)| (dimension.is_none(), rows.len()))?;
    let value = |row: &&FigureRow| row.value.unwrap_or(f64::NEG_INFINITY);
    let most = groups
        .iter()
        .copied()
        .max_by(|a, b| value(a).total_cmp(&value(b)))?;
    let alike = groups.iter().filter(|row| row.value == most.value).count();
    let is_known = most.breakdown.values().all(|value| value != NOT_KNOWN);
    // Everybody is in it: that there are no others says the table.
    let is_all = most.value >= total.value;
    if alike > 1 || is_all || !is_known || !is_comparable(&groups, most, total) {
        return None;
    }
    let share = table.rows.iter().copied().find(|row| {
        let same = row.area == most.area && row.breakdown == most.breakdown;
        same && row.period.is_none() && is_share(row, most, total)
    });
    let percent = share.and_then(figure);
    let percent = percent.map_or(String::new(), |percent| format!(" ({percent})"));
    Some(Headline {
        kind: HeadlineKind::Largest,
        table: Some(table.id.to_owned()),
        words: format!(
            "{}: the largest group is {}, with {} of {}{percent}.",
            table.title,
            table.name(most),
            figure(most)?,
            figure(total)?
        ),
        cells: [Some(most), Some(total), share]
            .into_iter()
            .flatten()
            .cloned()
            .collect(),
    })
}

/// Whether groups can be compared: all shown ones and the total are of one date, and none that is suppressed
/// can be the largest.
fn is_comparable(groups: &[&FigureRow], most: &FigureRow, total: &FigureRow) -> bool {
    let shown = groups.iter().filter(|row| row.value.is_some());
    let of_one_date = shown.clone().all(|row| is_of_one_date(row, total));
    let sum: f64 = shown.clone().filter_map(|row| row.value).sum();
    let rest = total.value.unwrap_or(f64::INFINITY) - sum;
    let all_shown = shown.count() == groups.len();
    of_one_date && (all_shown || most.value.is_some_and(|most| rest < most))
}

/// Whether a figure is the percentage that a count is of its total: other percentages of the same group are
/// of something else.
fn is_share(row: &FigureRow, count: &FigureRow, total: &FigureRow) -> bool {
    let share = count.value.zip(total.value);
    let share = share.map(|(n, of)| n * 100.0 / of);
    // It is shown with one decimal.
    let is_same = |(shown, share): (f64, f64)| (shown - share).abs() < 0.051;
    row.unit == "percent" && row.value.zip(share).is_some_and(is_same)
}
