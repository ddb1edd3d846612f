//! The latest figure beside that of a year before.

use super::headline::{Headline, HeadlineKind};
use super::table::{TableFigures, is_current, is_part};
use super::words::{figure, period, year_before};
use crate::figures::FigureRow;

/// Smaller counts change by chance and by rounding more than by anything else.
const SMALLEST: f64 = 200.0;

/// Smaller changes, in percent, are within what rounding and holding of such counts make.
const LEAST: f64 = 5.0;

/// A sentence for the whole of each count, and for the series of it that changed most.
pub(super) fn changes(table: &TableFigures<'_>) -> Vec<Headline> {
    let mut found = Vec::new();
    for measure in table.measures() {
        let series = table.series(measure);
        let pairs = series.iter().filter_map(|s| pair(s));
        let pairs: Vec<[&FigureRow; 2]> = pairs.filter(|p| change(p).abs() >= LEAST).collect();
        let (wholes, parts): (Vec<_>, Vec<_>) = pairs.iter().partition(|[now, _]| now.is_total);
        let whole = wholes.into_iter().next();
        let ratio = |pair: &&[&FigureRow; 2]| change(pair).abs();
        // The first of several that changed alike.
        let most = parts
            .into_iter()
            .rev()
            .max_by(|a, b| ratio(a).total_cmp(&ratio(b)));
        found.extend(whole.into_iter().chain(most).map(|pair| said(table, pair)));
    }
    found
}

/// The latest figure of a series and that of a year before, where both are counts that are large enough.
/// The latest is one of this release: a held one says nothing of what changed since.
fn pair<'a>(series: &[&'a FigureRow]) -> Option<[&'a FigureRow; 2]> {
    let now = series.iter().copied().rfind(|row| !is_part(row))?;
    let before = year_before(now.period.as_deref()?)?;
    let before = series
        .iter()
        .copied()
        .find(|row| row.period.as_deref() == Some(&before))?;
    let is_large =
        |row: &FigureRow| row.unit == "count" && row.value.is_some_and(|value| value >= SMALLEST);
    (is_current(now) && is_large(now) && is_large(before)).then_some([now, before])
}

/// The change in percent.
fn change([now, before]: &[&FigureRow; 2]) -> f64 {
    let (now, before) = (
        now.value.unwrap_or_default(),
        before.value.unwrap_or(f64::NAN),
    );
    (now / before - 1.0) * 100.0
}

fn said(table: &TableFigures<'_>, pair: &[&FigureRow; 2]) -> Headline {
    let [now, before] = pair;
    let of = match (table.name(now).as_str(), now.is_total) {
        ("", true) => format!("{}, total", now.measure_label),
        ("", false) => now.measure_label.clone(),
        (name, _) => format!("{}, {name}", now.measure_label),
    };
    let when = |row: &FigureRow| period(row.period.as_deref().unwrap_or_default());
    let value = |row: &FigureRow| figure(row).unwrap_or_default();
    // Rounding moves a count by a few, so a change of counts is said to the nearest percent and no nearer.
    let percent = change(pair).round();
    let than = match percent > 0.0 {
        true => "more than",
        false => "fewer than",
    };
    let published = before.held_from.map_or(String::new(), |day| {
        format!(" as published on {}", day.format("%-d %B %Y"))
    });
    Headline {
        kind: HeadlineKind::Change,
        table: Some(table.id.to_owned()),
        words: format!(
            "{of}: {} in {}, about {:.0}% {than} in {} ({}{published}).",
            value(now),
            when(now),
            percent.abs(),
            when(before),
            value(before)
        ),
        cells: vec![(*now).clone(), (*before).clone()],
    }
}
