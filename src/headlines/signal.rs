//! Latest figures that common causes do not explain.

use super::headline::{Headline, HeadlineKind};
use super::table::{TableFigures, is_part};
use super::words::{figure, number, period};
use crate::figures::FigureRow;
use crate::statistics::process::Process;
use crate::statistics::signals::Signals;

/// Fewer periods than that make poor limits.
const ENOUGH: usize = 13;

/// Smaller counts say too little month by month.
const SMALLEST: f64 = 10.0;

/// A sentence for each monthly series whose latest figure is a signal.
pub(super) fn signals(table: &TableFigures<'_>) -> Vec<Headline> {
    let mut found = Vec::new();
    for measure in table.measures() {
        for series in table.series(measure) {
            found.extend(signal(table, &series));
        }
    }
    found
}

fn signal(table: &TableFigures<'_>, series: &[&FigureRow]) -> Option<Headline> {
    let is_month = |row: &&FigureRow| row.period.as_ref().is_some_and(|p| p.len() == 7);
    if !series.iter().all(is_month) || series.iter().any(|row| is_part(row)) {
        return None;
    }
    let y: Vec<f64> = series
        .iter()
        .map(|row| row.value.unwrap_or(f64::NAN))
        .collect();
    let process = Process::of(&y, true, y.len(), &mut vec![0.0; y.len()]);
    let is_small = series.iter().any(|row| row.unit == "count") && process.mean < SMALLEST;
    if process.points < ENOUGH || is_small {
        return None;
    }
    let mut signals = Signals::default();
    signals.find(&y, &process);
    let last = series.last()?;
    let signal = signals.of.last().copied().flatten()?;
    let latest = figure(last)?;
    let side = if signals.direction(y.len() - 1) > 0 {
        "higher"
    } else {
        "lower"
    };
    let of = match table.name(last).as_str() {
        "" => last.measure_label.clone(),
        name => format!("{}, {name}", last.measure_label),
    };
    let when = period(last.period.as_deref()?);
    let (points, mean) = (process.points, number(process.mean, &last.unit));
    Some(Headline {
        kind: HeadlineKind::Signal,
        table: Some(table.id.to_owned()),
        words: format!(
            "{of}: {latest} in {when} is {side} than common causes explain ({}); the mean of its {points} months is {mean}.",
            signal.explained()
        ),
        cells: series.iter().map(|row| (*row).clone()).collect(),
    })
}
