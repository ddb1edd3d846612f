//! The largest group of a table.

use super::headline::{Headline, HeadlineKind};
use super::table::TableFigures;
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
    if alike > 1 {
        return None;
    }
    let share = table.rows.iter().copied().find(|row| {
        let same = row.area == most.area && row.breakdown == most.breakdown;
        row.unit == "percent" && same && row.period.is_none()
    });
    let share = share.filter(|row| row.value.is_some());
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
