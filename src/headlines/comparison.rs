//! Who is higher or lower than the whole, at 95% confidence.

use super::headline::{Headline, HeadlineKind};
use super::table::{TableFigures, is_of_one_date, is_part, is_time};
use super::words::{figure, listed, period, with_limits};
use crate::figures::{BetterWhen, FigureRow, MeasurePolarity};

/// Places that a sentence names before it counts the others.
const NAMED: usize = 3;

/// A sentence for each measure that has limits and a total.
pub(super) fn comparisons(table: &TableFigures<'_>, polarity: &MeasurePolarity) -> Vec<Headline> {
    let measures = table.measures();
    measures
        .iter()
        .filter_map(|measure| of_measure(table, measure, polarity))
        .collect()
}

fn of_measure(
    table: &TableFigures<'_>,
    measure: &str,
    polarity: &MeasurePolarity,
) -> Option<Headline> {
    let rows: Vec<&FigureRow> = table.of(measure).collect();
    // The latest whole period, or column of a period, that has a figure of the whole.
    let benchmark = rows.iter().copied();
    let benchmark =
        benchmark.filter(|row| row.is_total && table.area_of(row).is_none() && !is_part(row));
    let benchmark = benchmark.filter(|row| row.value.is_some() && is_benchmark(table, &rows, row));
    let benchmark = benchmark.max_by(|a, b| at(a).cmp(&at(b)))?;
    let value = benchmark.value?;
    let parts: Vec<&FigureRow> = rows
        .iter()
        .copied()
        .filter(|row| is_part_of(table, row, benchmark) && row.lower_95.is_some())
        .collect();
    if parts.len() < 2 {
        return None;
    }
    let is_higher = |row: &&&FigureRow| row.lower_95.is_some_and(|lower| lower > value);
    let is_lower = |row: &&&FigureRow| row.upper_95.is_some_and(|upper| upper < value);
    let higher: Vec<&FigureRow> = parts.iter().filter(is_higher).copied().collect();
    let lower: Vec<&FigureRow> = parts.iter().filter(is_lower).copied().collect();
    Some(Headline {
        kind: HeadlineKind::Comparison,
        table: Some(table.id.to_owned()),
        words: words(
            (table, polarity.of(benchmark)),
            benchmark,
            higher,
            lower,
            &parts,
        ),
        cells: std::iter::once(benchmark).chain(parts).cloned().collect(),
    })
}

/// When a figure is of: its period, or the value of a dimension that is one.
fn at(row: &FigureRow) -> (Option<&str>, Vec<&String>) {
    (row.period.as_deref(), row.breakdown.values().collect())
}

/// Whether a figure is the whole of others that have limits.
fn is_benchmark<'a>(
    table: &TableFigures<'a>,
    rows: &[&'a FigureRow],
    total: &'a FigureRow,
) -> bool {
    rows.iter()
        .any(|row| is_part_of(table, row, total) && row.lower_95.is_some())
}

/// Whether a figure is that of a part of the whole of another: one dimension deeper, all else alike.
fn is_part_of<'a>(table: &TableFigures<'a>, row: &'a FigureRow, total: &'a FigureRow) -> bool {
    let same = |(column, value)| row.breakdown.get(column) == Some(value);
    row.period == total.period
        && is_of_one_date(row, total)
        && table.depth(row) == table.depth(total) + 1
        && total.breakdown.iter().all(same)
        // A whole of one sex is not the whole that a place is of.
        && total.breakdown.values().all(|value| is_time(value))
        // Ages differ by nature.
        && row.breakdown.keys().all(|column| !column.starts_with("age"))
}

fn words<'a>(
    (table, better): (&TableFigures<'a>, Option<BetterWhen>),
    benchmark: &'a FigureRow,
    mut higher: Vec<&'a FigureRow>,
    mut lower: Vec<&'a FigureRow>,
    compared: &[&'a FigureRow],
) -> String {
    let value = |row: &&FigureRow| row.value.unwrap_or_default();
    higher.sort_by(|a, b| value(b).total_cmp(&value(a)));
    lower.sort_by(|a, b| value(a).total_cmp(&value(b)));
    let when = benchmark.period.as_deref().map(period);
    let when = when
        .into_iter()
        .chain(benchmark.breakdown.values().cloned());
    let when: Vec<String> = when.collect();
    let when = match when.is_empty() {
        true => String::new(),
        false => format!(", {}", when.join(", ")),
    };
    let whole = figure(benchmark).unwrap_or_default();
    let whole = format!("the total ({whole})");
    let names = |rows: &[&'a FigureRow]| {
        let place = |row: &&'a FigureRow| {
            let figure = with_limits(row).unwrap_or_default();
            format!("{} ({figure})", of_part(table, row, benchmark))
        };
        listed(&rows.iter().map(place).collect::<Vec<_>>(), NAMED)
    };
    let way = |is_higher: bool| {
        let word = if is_higher { "higher" } else { "lower" };
        better.map_or(word.to_owned(), |better| {
            format!("{word}, which is {},", better.word(is_higher))
        })
    };
    let mut ways = [(true, names(&higher)), (false, names(&lower))];
    // What asks for action first.
    if better == Some(BetterWhen::Higher) {
        ways.reverse();
    }
    let ways: Vec<&(bool, String)> = ways.iter().filter(|(_, names)| !names.is_empty()).collect();
    let said = match ways.split_first() {
        None => format!(
            "{} differs from {whole} at 95% confidence",
            nobody(table, compared, benchmark)
        ),
        Some(((is_higher, names), rest)) => {
            let rest = rest.iter();
            let rest = rest.map(|(is_higher, names)| format!("; {} in {names}", way(*is_higher)));
            let rest: String = rest.collect();
            let way = way(*is_higher);
            format!("{way} than {whole} at 95% confidence in {names}{rest}")
        }
    };
    format!("{}{when}: {said}.", benchmark.measure_label)
}

/// All parts, as those of which none differs.
fn nobody<'a>(
    table: &TableFigures<'a>,
    parts: &[&'a FigureRow],
    benchmark: &'a FigureRow,
) -> String {
    let kind = match parts.iter().all(|row| table.area_of(row).is_some()) {
        true => "areas",
        false => "groups",
    };
    match parts {
        [one, other] => {
            let name = |row| of_part(table, row, benchmark);
            format!("neither {} nor {}", name(one), name(other))
        }
        _ => format!("none of the {} {kind}", parts.len()),
    }
}

/// The name of a part without what it shares with the whole.
fn of_part<'a>(table: &TableFigures<'a>, row: &'a FigureRow, benchmark: &'a FigureRow) -> String {
    if let Some(area) = table.area_of(row) {
        return area.name.clone();
    }
    let own = row.breakdown.iter();
    let own = own.filter(|(column, _)| !benchmark.breakdown.contains_key(*column));
    let own: Vec<&str> = own.map(|(_, value)| value.as_str()).collect();
    own.join(", ")
}
