//! The recent trend of yearly figures with limits, as Fingertips marks it.

use super::headline::{Headline, HeadlineKind};
use super::table::{TableFigures, is_current, is_part};
use super::words::{figure, period, year_before};
use crate::figures::FigureRow;
use crate::statistics::trend_slope::{POINTS, TrendSlope};

/// A sentence for each series whose last five years rise or fall by more than chance.
pub(super) fn trends(table: &TableFigures<'_>) -> Vec<Headline> {
    let mut found = Vec::new();
    for measure in table.measures() {
        let series = table.series(measure);
        found.extend(series.iter().filter_map(|series| trend(table, series)));
    }
    found
}

fn trend(table: &TableFigures<'_>, series: &[&FigureRow]) -> Option<Headline> {
    let whole: Vec<&FigureRow> = series.iter().copied().filter(|row| !is_part(row)).collect();
    let last = whole.last_chunk::<POINTS>()?;
    let mut values = [[0.0; 3]; POINTS];
    for (values, row) in values.iter_mut().zip(last) {
        let (lower, upper) = (row.lower_95?, row.upper_95?);
        if lower >= upper {
            return None;
        }
        *values = [row.value?, lower, upper];
    }
    // One year after the other, and none between them.
    let follows = |pair: &[&FigureRow]| {
        let before = pair[1].period.as_deref().and_then(year_before);
        before.is_some() && before == pair[0].period
    };
    if !last.windows(2).all(follows) {
        return None;
    }
    let slope = TrendSlope::of_values(&values);
    if !slope.is_significant() || !slope.steady {
        return None;
    }
    let [first, .., latest] = last;
    let (from, to) = (figure(first)?, figure(latest)?);
    // A held figure says nothing of the latest year, and figures that read the same do not rise or fall.
    let rose = latest.value? > first.value?;
    if !is_current(latest) || from == to || rose != (slope.slope > 0.0) {
        return None;
    }
    let way = if rose { "up" } else { "down" };
    let of = match table.name(latest).as_str() {
        "" => latest.measure_label.clone(),
        name => format!("{}, {name}", latest.measure_label),
    };
    let when = |row: &FigureRow| period(row.period.as_deref().unwrap_or_default());
    Some(Headline {
        kind: HeadlineKind::Trend,
        table: Some(table.id.to_owned()),
        words: format!(
            "{of}: {way} over the last five years, from {from} in {} to {to} in {}, by more than chance explains.",
            when(first),
            when(latest)
        ),
        cells: last.iter().map(|row| (*row).clone()).collect(),
    })
}
