//! What is not complete, what is held, and what is revised.

use super::headline::{Headline, HeadlineKind};
use super::table::TableFigures;
use super::words::listed;
use crate::figures::FigureRow;
use crate::plural::things;

/// A sentence for a table with parts of periods.
pub(super) fn incomplete(table: &TableFigures<'_>) -> Option<Headline> {
    let mut labels: Vec<String> = Vec::new();
    let mut cells = Vec::new();
    for row in &table.rows {
        let of_row = row.breakdown.values().chain(&row.period);
        for label in of_row.filter(|label| label.contains("(part")) {
            if !labels.contains(label) {
                labels.push(label.clone());
                cells.push((*row).clone());
            }
        }
    }
    if labels.is_empty() {
        return None;
    }
    let (is, it, whole) = if labels.len() > 1 {
        ("are", "them", "complete periods")
    } else {
        ("is", "it", "a complete period")
    };
    Some(Headline {
        kind: HeadlineKind::Incomplete,
        table: Some(table.id.to_owned()),
        words: format!(
            "{}: {} {is} not {whole}, so do not compare {it} with others.",
            table.title,
            listed(&labels, 3)
        ),
        cells,
    })
}

/// A sentence for figures that are those of earlier releases.
pub(super) fn held(rows: &[FigureRow]) -> Option<Headline> {
    // What is made from held counts is held with them, and is no count.
    let counts_held = rows
        .iter()
        .filter(|row| row.held_from.is_some() && row.unit == "count");
    let held: Vec<&FigureRow> = counts_held.collect();
    let first = held.iter().filter_map(|row| row.held_from).min()?;
    let counts = rows.iter().filter(|row| row.unit == "count").count();
    let are = match held.len() {
        1 => "is held from an earlier release",
        _ => "are held from earlier releases",
    };
    Some(Headline {
        kind: HeadlineKind::Held,
        table: None,
        words: format!(
            "{} of {counts} counts {are}, the earliest of {}: a count stays as it was published until its change says nothing about any one person.",
            held.len(),
            first.format("%-d %B %Y")
        ),
        cells: held.into_iter().cloned().collect(),
    })
}

/// A sentence for figures that readers had otherwise.
pub(super) fn revised(rows: &[FigureRow]) -> Option<Headline> {
    let revised: Vec<&FigureRow> = rows.iter().filter(|row| row.is_revised()).collect();
    let (are, they) = match revised.len() {
        0 => return None,
        1 => ("is revised: it differs", "it"),
        _ => ("are revised: they differ", "them"),
    };
    Some(Headline {
        kind: HeadlineKind::Revised,
        table: None,
        words: format!(
            "{} of {} {are} from the last published release; the tables mark {they} with [r].",
            revised.len(),
            things(rows.len(), "figure")
        ),
        cells: revised.into_iter().cloned().collect(),
    })
}
