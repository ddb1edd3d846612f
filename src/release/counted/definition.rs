//! What a table counts: in words for whoever reads its figures, and by its conditions for analysts.

use super::counting::{CountedTable, Counting};
use crate::release::report_file::{Measure, ReportTable};

/// What the counts of a table are of, in words: people, of whom each counts once, or records. Conditions
/// are said by the headings and the description of the table.
pub(in crate::release) fn counted_in_words(
    table: &ReportTable,
    counted: &CountedTable,
) -> Vec<String> {
    let said = [
        (false, "Each person counts once"),
        (true, "Each record counts, several of one person too"),
    ];
    let said = said.into_iter().filter_map(|(rows, words)| {
        let of = counts(table, counted).filter(|(_, _, of)| *of == rows);
        let labels = of.map(|(measure, counting, _)| {
            let whole = not_divided(table, counting);
            match whole.is_empty() {
                true => measure.label.clone(),
                false => format!("{} (whatever their {whole})", measure.label),
            }
        });
        let labels: Vec<String> = labels.collect();
        (!labels.is_empty()).then(|| format!("{words}: {}.", labels.join("; ")))
    });
    said.collect()
}

/// What each count of a table is of, as its queries have it.
pub(in crate::release) fn conditions(table: &ReportTable, counted: &CountedTable) -> Vec<String> {
    let conditions = counts(table, counted).map(|(measure, counting, rows)| {
        let what = match rows {
            true => "rows",
            false => "different people",
        };
        let (label, of) = (&measure.label, &counting.of);
        let condition = counting.condition.as_ref();
        let condition = condition.map_or(String::new(), |text| format!(" where {text}"));
        format!("{label}: {what} of {of}{condition}.")
    });
    conditions.collect()
}

/// The counts of a table: each with what it counts, and whether that is records.
fn counts<'a>(
    table: &'a ReportTable,
    counted: &'a CountedTable,
) -> impl Iterator<Item = (&'a Measure, &'a Counting, bool)> {
    let measures = table.counts().zip(&counted.counts);
    measures.filter_map(|((_, measure), (_, at, rows))| {
        Some((measure, counted.countings.get(*at)?, *rows))
    })
}

/// The dimensions that do not divide a count.
fn not_divided(table: &ReportTable, counting: &Counting) -> String {
    let missing = table.dimensions().enumerate();
    let missing = missing.filter(|(place, _)| !counting.places.contains(place));
    let names: Vec<String> = missing.map(|(_, name)| table.label(name)).collect();
    names.join(" and ").to_lowercase()
}
