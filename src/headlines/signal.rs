//! Latest figures that common causes do not explain.

use super::headline::{Headline, HeadlineKind};
use super::table::{TableFigures, is_current, is_part, month_number};
use super::words::{figure, number, period};
use crate::figures::FigureRow;
use crate::statistics::process::{Process, unbroken};
use crate::statistics::signals::{Signals, XmrSignal};

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
    let last = series.last().filter(|row| is_current(row))?;
    let y = by_month(series)?;
    // Without a gap there is a row for each month.
    let y = &y[unbroken(&y)?..];
    let series = &series[series.len().checked_sub(y.len())?..];
    let process = Process::of(y, true, y.len(), &mut vec![0.0; y.len()]);
    let is_small = series.iter().any(|row| row.unit == "count") && process.mean < SMALLEST;
    // Of a series that hardly moves the limits are its mean, and a step of rounding would be a signal.
    let is_flat = process.upper <= process.lower;
    if process.points < ENOUGH || is_small || is_flat {
        return None;
    }
    let mut signals = Signals::default();
    signals.find(y, &process);
    let signal = signals.of.last().copied().flatten()?;
    // A trend may end on either side of the mean.
    let is_up = signals.direction(y.len() - 1) > 0;
    let of = match table.name(last).as_str() {
        "" => last.measure_label.clone(),
        name => format!("{}, {name}", last.measure_label),
    };
    let (latest, when) = (figure(last)?, period(last.period.as_deref()?));
    let (limit, side, way) = match is_up {
        true => ("upper", "above", "rise"),
        false => ("lower", "below", "fall"),
    };
    let what = match signal {
        XmrSignal::Outside => {
            format!("{latest} in {when}, {side} the {limit} process limit")
        }
        XmrSignal::TwoInThree => {
            format!(
                "two of the three months to {when} lie near the {limit} process limit, the latest {latest}"
            )
        }
        XmrSignal::Trend => {
            format!("at least seven months to {when} {way} without a break, to {latest}")
        }
        XmrSignal::Shift => {
            format!("at least seven months to {when} are all {side} the mean, the latest {latest}")
        }
    };
    let (points, mean) = (process.points, number(process.mean, &last.unit));
    Some(Headline {
        kind: HeadlineKind::Signal,
        table: Some(table.id.to_owned()),
        words: format!(
            "{of}: {what}; the mean of {points} months is {mean}. Chance alone seldom explains that."
        ),
        cells: series.iter().map(|row| (*row).clone()).collect(),
    })
}

/// The values of a series month by month, NaN where one is missing or none is shown; None where a period is
/// no whole month.
fn by_month(series: &[&FigureRow]) -> Option<Vec<f64>> {
    let months = series.iter().map(|row| {
        let month = row.period.as_deref().and_then(month_number);
        month.filter(|_| !is_part(row))
    });
    let months: Vec<usize> = months.collect::<Option<_>>()?;
    let (first, last) = (*months.first()?, *months.last()?);
    let mut y = vec![f64::NAN; last.checked_sub(first)? + 1];
    for (month, row) in months.iter().zip(series) {
        *y.get_mut(month - first)? = row.value.unwrap_or(f64::NAN);
    }
    Some(y)
}
