//! How good the data behind some figures are, as far as the figures themselves say.

use super::table::{NOT_KNOWN, is_of_one_date, tables};
use super::words::{figure, number};
use crate::figures::{FigureRow, SUPPRESSED};
use crate::plural::things;

/// A fact about the quality of some figures.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct QualityFact {
    /// What it is about.
    pub label: String,
    /// What it says.
    pub words: String,
}

/// The facts: what is not known, suppressed and held.
pub(crate) fn quality(rows: &[FigureRow]) -> Vec<QualityFact> {
    let mut facts = not_known(rows);
    let suppressed = rows.iter().filter(|row| row.status == SUPPRESSED).count();
    let share = |n: usize, of: usize| number(n as f64 * 100.0 / of.max(1) as f64, "percent");
    facts.push(QualityFact {
        label: "Suppressed".to_owned(),
        words: format!(
            "{suppressed} of {} ({})",
            things(rows.len(), "figure"),
            share(suppressed, rows.len())
        ),
    });
    let held = rows.iter().filter(|row| row.held_from.is_some()).count();
    if held > 0 {
        facts.push(QualityFact {
            label: "Held from earlier releases".to_owned(),
            words: things(held, "figure"),
        });
    }
    facts
}

/// How many are not known, by dimension, where a table shows it beside a total.
fn not_known(rows: &[FigureRow]) -> Vec<QualityFact> {
    let mut facts: Vec<QualityFact> = Vec::new();
    for table in tables(rows) {
        let Some(measure) = table.measures().into_iter().next() else {
            continue;
        };
        let all = || {
            table
                .of(measure)
                .filter(|row| row.period.is_none() && row.unit == "count")
        };
        let total = all().find(|row| row.is_total && table.depth(row) == 0);
        let Some(total) = total else { continue };
        for (column, rows) in table.by_dimension(all()) {
            let is_it = |row: &&FigureRow| row.breakdown.values().any(|v| v == NOT_KNOWN);
            let Some((column, row)) = column.zip(rows.into_iter().find(is_it)) else {
                continue;
            };
            let words = match (row.value, total.value) {
                // Counts of two dates have no share.
                (Some(_), Some(_)) if !is_of_one_date(row, total) => format!(
                    "{} of {}",
                    figure(row).unwrap_or_default(),
                    figure(total).unwrap_or_default()
                ),
                (Some(n), Some(of)) if of > 0.0 => format!(
                    "{} of {} ({})",
                    figure(row).unwrap_or_default(),
                    figure(total).unwrap_or_default(),
                    number(n * 100.0 / of, "percent")
                ),
                _ => "suppressed".to_owned(),
            };
            let label = format!("Not known: {}", column.replace('_', " "));
            if !facts.iter().any(|fact| fact.label == label) {
                facts.push(QualityFact { label, words });
            }
        }
    }
    facts
}
