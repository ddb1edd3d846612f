//! An area beside the whole that it is a part of: each rate and percentage of both.

use super::headline::{Headline, HeadlineKind};
use super::spread::AreaSpread;
use super::table::{TableFigures, is_of_one_date, is_part, is_time, tables};
use super::words::{figure, listed, period, with_limits};
use crate::figures::{BetterWhen, FigureRow, MeasurePolarity};
use std::cmp::Ordering;
use std::collections::BTreeMap;

/// Indicators that a sentence names before it counts the others.
const NAMED: usize = 4;

/// An indicator of an area and of the whole.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct ProfileLine {
    /// What it is.
    pub label: String,
    /// The area's figure, which has limits.
    pub own: FigureRow,
    /// That of the whole.
    pub whole: FigureRow,
    /// How the area's stands to it: its whole 95% interval is above, or below, or it is neither.
    pub compared: Ordering,
    /// Which figures are better.
    pub better: Option<BetterWhen>,
    /// Where the areas of its level lie; none where fewer than two have the figure.
    pub spread: Option<AreaSpread>,
}

/// The indicators of an area: of each measure with limits the figure of all together, in the latest whole
/// period, with the same figure of the whole. `areas` are the [indicators](is_indicator) of each area of its
/// level, its own among them.
pub(crate) fn profile(
    own: &[FigureRow],
    whole: &[FigureRow],
    areas: &[Vec<FigureRow>],
    polarity: &MeasurePolarity,
) -> Vec<ProfileLine> {
    let own = tables(own);
    let lines = own.iter().flat_map(|table| {
        let measures = table.measures();
        let lines = measures
            .into_iter()
            .filter_map(|m| line(table, m, whole, polarity));
        lines.collect::<Vec<_>>()
    });
    let lines = lines.map(|line| ProfileLine {
        spread: AreaSpread::of(&line.own, areas),
        ..line
    });
    tell_apart(lines.collect())
}

/// Names the tables of indicators that are called alike.
fn tell_apart(mut lines: Vec<ProfileLine>) -> Vec<ProfileLine> {
    let mut labels: BTreeMap<String, usize> = BTreeMap::new();
    for line in &lines {
        *labels.entry(line.label.clone()).or_default() += 1;
    }
    for line in &mut lines {
        if labels.get(&line.label).is_some_and(|lines| *lines > 1) {
            line.label = format!("{} ({})", line.label, line.own.table_title);
        }
    }
    lines
}

/// Whether a figure can be an indicator of an area: it has limits, and is of all groups together in a whole
/// period.
pub(crate) fn is_indicator(row: &FigureRow) -> bool {
    row.is_total && !is_part(row) && row.lower_95.is_some() && is_of_all(row)
}

fn line(
    table: &TableFigures<'_>,
    measure: &str,
    whole: &[FigureRow],
    polarity: &MeasurePolarity,
) -> Option<ProfileLine> {
    let totals = table.of(measure).filter(|row| is_indicator(row));
    let own = totals.max_by(|a, b| a.period.cmp(&b.period).then(a.breakdown.cmp(&b.breakdown)))?;
    let same = |row: &&FigureRow| {
        row.table == own.table
            && row.measure == own.measure
            && row.period == own.period
            && row.breakdown == own.breakdown
            && row.area.is_none()
            && row.unit == own.unit
            && is_of_one_date(row, own)
    };
    let whole = whole.iter().find(same)?;
    let (value, lower, upper) = (whole.value?, own.lower_95?, own.upper_95?);
    own.value?;
    let times = own.breakdown.values().chain(&own.period);
    let times: Vec<String> = times.map(|time| period(time)).collect();
    Some(ProfileLine {
        label: match times.is_empty() {
            true => own.measure_label.clone(),
            false => format!("{}, {}", own.measure_label, times.join(", ")),
        },
        compared: match (lower > value, upper < value) {
            (true, _) => Ordering::Greater,
            (_, true) => Ordering::Less,
            _ => Ordering::Equal,
        },
        better: polarity.of(own),
        spread: None,
        own: own.clone(),
        whole: whole.clone(),
    })
}

/// Whether a figure is of all groups together: what is left of its breakdown is a time.
fn is_of_all(row: &FigureRow) -> bool {
    row.breakdown.values().all(|value| is_time(value))
}

/// Whether an indicator differs for the better or the worse; None where it does not, or neither is better.
fn judged(line: &ProfileLine) -> Option<bool> {
    let better = line.better?;
    let is_higher = match line.compared {
        Ordering::Equal => return None,
        order => order == Ordering::Greater,
    };
    Some(better.is_better(is_higher))
}

/// What of an area differs from the whole, in a sentence.
pub(crate) fn against(lines: &[ProfileLine]) -> Option<Headline> {
    if lines.is_empty() {
        return None;
    }
    let said = |(way, is_better): (Option<Ordering>, Option<bool>)| {
        let lines = lines.iter().filter(|line| match (is_better, way) {
            (None, way) => line.better.is_none() && Some(line.compared) == way,
            (is_better, _) => is_better == judged(line),
        });
        let said = lines.map(|line| {
            let own = with_limits(&line.own).unwrap_or_default();
            let whole = figure(&line.whole).unwrap_or_default();
            format!("{} ({own}; the whole area {whole})", line.label)
        });
        listed(&said.collect::<Vec<_>>(), NAMED)
    };
    // What asks for action first.
    let ways = [
        ("Worse", (None, Some(false))),
        ("Better", (None, Some(true))),
        ("Higher", (Some(Ordering::Greater), None)),
        ("Lower", (Some(Ordering::Less), None)),
    ];
    let ways = ways.map(|(word, way)| (word, said(way)));
    let ways: Vec<&(&str, String)> = ways.iter().filter(|(_, said)| !said.is_empty()).collect();
    let words = match ways.split_first() {
        None if lines.len() == 1 => {
            "The only indicator does not differ from the whole area at 95% confidence.".to_string()
        }
        None => format!(
            "None of the {} indicators differs from the whole area at 95% confidence.",
            lines.len()
        ),
        Some(((word, said), rest)) => {
            let rest = rest.iter().map(|(word, said)| format!(" {word}: {said}."));
            let rest: String = rest.collect();
            format!("{word} than in the whole area at 95% confidence: {said}.{rest}")
        }
    };
    let cells = lines.iter().flat_map(|line| [&line.own, &line.whole]);
    Some(Headline {
        kind: HeadlineKind::Against,
        table: None,
        words,
        cells: cells.cloned().collect(),
    })
}
