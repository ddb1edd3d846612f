//! Whether each figure can have come from the scheme, and totals from their parts.

use super::table::{ReadCell, ReadTable, is_number};
use crate::disclosure::{
    NOT_APPLICABLE, PublishedSum, Released, SUPPRESSED, Scheme, read_together,
};
use std::collections::BTreeMap;

/// More problems of one kind are not listed.
const LISTED: usize = 5;

/// What is wrong with the figures of a table.
pub(super) fn problems(table: &ReadTable, scheme: &Scheme) -> Vec<String> {
    let mut found = Vec::new();
    for cell in &table.cells {
        if let Some(what) = wrong(cell, scheme) {
            found.push(format!("line {} {what}", cell.line));
        }
    }
    if found.is_empty() {
        found.extend(together(table, scheme));
    }
    let more = found.len().saturating_sub(LISTED);
    found.truncate(LISTED);
    if more > 0 {
        found.push(format!("has {more} problems more"));
    }
    found
}

/// What is wrong with one figure.
fn wrong(cell: &ReadCell, scheme: &Scheme) -> Option<&'static str> {
    let words = scheme.words();
    let status = match (cell.unit.as_str(), cell.value.as_str()) {
        (_, SUPPRESSED) => "suppressed",
        (_, NOT_APPLICABLE) => "not applicable",
        ("count", value) => {
            let Some(count) = Released::read(value).and_then(Released::count) else {
                return Some("has a count that is none");
            };
            if !scheme.allows(count) {
                return Some("has a count that the scheme does not allow");
            }
            match count {
                0 => words.zero,
                _ => words.shown,
            }
        }
        (_, value) if !is_number(value) => return Some("has a figure that is none"),
        _ => "calculated",
    };
    (status != cell.status && !is_held(cell))
        .then_some("says another thing of its figure than the figure does")
}

/// Whether a count is said to be that of an earlier release.
fn is_held(cell: &ReadCell) -> bool {
    let date = cell.status.strip_prefix("held from ");
    let date = date.map(|date| chrono::NaiveDate::parse_from_str(date, "%Y-%m-%d"));
    cell.unit == "count" && date.is_some_and(|date| date.is_ok())
}

/// What is wrong with all counts of a table together.
fn together(table: &ReadTable, scheme: &Scheme) -> Vec<String> {
    let counts: Vec<&ReadCell> = table.cells.iter().filter(|c| c.unit == "count").collect();
    let figures: Vec<Released> = counts.iter().filter_map(|cell| cell.count()).collect();
    // Figures of two days need not add up: those of the ledger are read with the lake.
    let of_two_days = counts.iter().any(|cell| is_held(cell));
    if figures.len() < counts.len() || of_two_days {
        return Vec::new();
    }
    let seen = read_together(scheme, &figures, &sums(&counts));
    let line = |at: usize| counts.get(at).map_or(0, |cell| cell.line);
    let mut found = Vec::new();
    if let Some(at) = seen.contradiction {
        found.push(format!(
            "line {} does not fit the figures that it is the total, or a part, of",
            line(at)
        ));
    }
    found.extend(seen.exposed.into_iter().map(|at| {
        format!(
            "line {}: the suppressed count follows from the other figures",
            line(at)
        )
    }));
    found
}

/// The places of a total, where there is one, and of its parts.
type TotalAndParts = (Option<usize>, Vec<usize>);

/// The places of each total and of its parts.
fn sums(counts: &[&ReadCell]) -> Vec<PublishedSum> {
    let mut by_rows: BTreeMap<(&str, &str), TotalAndParts> = BTreeMap::new();
    let mut by_across: BTreeMap<(&str, &[String]), TotalAndParts> = BTreeMap::new();
    for (at, cell) in counts.iter().enumerate() {
        let column = by_rows.entry((&cell.measure, &cell.across)).or_default();
        match cell.is_total_of_rows() {
            true => column.0 = Some(at),
            false => column.1.push(at),
        }
        let row = by_across.entry((&cell.measure, &cell.row)).or_default();
        match cell.is_total_across() {
            true => row.0 = Some(at),
            false => row.1.push(at),
        }
    }
    let all = by_rows.into_values().chain(by_across.into_values());
    let with_total = all.filter_map(|(total, parts)| {
        let total = total?;
        (!parts.is_empty()).then_some(PublishedSum { total, parts })
    });
    with_total.collect()
}
