//! The recent trend of yearly figures with limits, as Fingertips marks it.

use super::headline::{Headline, HeadlineKind};
use super::table::{TableFigures, is_current, is_part};
use super::words::{figure, period, year_before};
use crate::figures::{FigureRow, MeasurePolarity};
use crate::statistics::trend_slope::{POINTS, TrendSlope};

/// Where five years go, one after the other.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum RecentTrend {
    /// They rise by more than chance.
    Up,
    /// They fall by more than chance.
    Down,
    /// Neither.
    Flat,
}

impl RecentTrend {
    /// The trend of the last five of some years, which are in their order; None where there are not five
    /// that follow each other, each with a figure and its limits, or the latest is held from an earlier
    /// release.
    pub(crate) fn of(series: &[&FigureRow]) -> Option<Self> {
        five(series).and_then(|last| trend_of(&last))
    }
}

/// A sentence for each series whose last five years rise or fall by more than chance.
pub(super) fn trends(table: &TableFigures<'_>, polarity: &MeasurePolarity) -> Vec<Headline> {
    let mut found = Vec::new();
    for measure in table.measures() {
        let series = table.series(measure);
        found.extend(
            series
                .iter()
                .filter_map(|series| trend(table, series, polarity)),
        );
    }
    found
}

/// The last five years of a series, one after the other and none between them.
fn five<'a>(series: &[&'a FigureRow]) -> Option<[&'a FigureRow; POINTS]> {
    let whole: Vec<&FigureRow> = series.iter().copied().filter(|row| !is_part(row)).collect();
    let last = *whole.last_chunk::<POINTS>()?;
    let follows = |pair: &[&FigureRow]| {
        let before = pair[1].period.as_deref().and_then(year_before);
        before.is_some() && before == pair[0].period
    };
    last.windows(2).all(follows).then_some(last)
}

fn trend_of(last: &[&FigureRow; POINTS]) -> Option<RecentTrend> {
    let mut values = [[0.0; 3]; POINTS];
    for (values, row) in values.iter_mut().zip(last) {
        let (lower, upper) = (row.lower_95?, row.upper_95?);
        if lower >= upper {
            return None;
        }
        *values = [row.value?, lower, upper];
    }
    let [first, .., latest] = last;
    // A held figure says nothing of the latest year.
    if !is_current(latest) {
        return None;
    }
    let slope = TrendSlope::of_values(&values);
    let rose = latest.value? > first.value?;
    // Figures that read the same do not rise or fall.
    let moves = figure(first) != figure(latest) && rose == (slope.slope > 0.0);
    Some(match slope.is_significant() && slope.steady && moves {
        false => RecentTrend::Flat,
        true if rose => RecentTrend::Up,
        true => RecentTrend::Down,
    })
}

fn trend(
    table: &TableFigures<'_>,
    series: &[&FigureRow],
    polarity: &MeasurePolarity,
) -> Option<Headline> {
    let last = five(series)?;
    let rose = match trend_of(&last)? {
        RecentTrend::Flat => return None,
        trend => trend == RecentTrend::Up,
    };
    let [first, .., latest] = last;
    let (from, to) = (figure(first)?, figure(latest)?);
    let way = if rose { "up" } else { "down" };
    let way = match polarity.of(latest) {
        None => way.to_owned(),
        Some(better) => format!("{way}, which is {},", better.word(rose)),
    };
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
