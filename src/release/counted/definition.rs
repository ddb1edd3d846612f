//! What a table counts, in words, for whoever reads its figures.

use super::counting::{CountedTable, Counting};
use crate::release::report_file::ReportTable;

/// What each count of a table is of.
pub(in crate::release) fn definition(table: &ReportTable, counted: &CountedTable) -> Vec<String> {
    let measures = table.counts().zip(&counted.counts);
    let dimensions: Vec<&str> = table.dimensions().collect();
    let words = measures.filter_map(|((_, measure), (_, at, rows))| {
        let counting = counted.countings.get(*at)?;
        let what = match rows {
            true => "rows",
            false => "different people",
        };
        let of = &counting.of;
        let label = &measure.label;
        let condition = counting.condition.as_ref();
        let condition = condition.map_or(String::new(), |text| format!(" where {text}"));
        let whole = not_divided(table, counting, &dimensions);
        Some(format!("{label}: {what} of {of}{condition}{whole}."))
    });
    words.collect()
}

fn not_divided(table: &ReportTable, counting: &Counting, dimensions: &[&str]) -> String {
    let missing = dimensions.iter().enumerate();
    let missing = missing.filter(|(place, _)| !counting.places.contains(place));
    let names: Vec<String> = missing.map(|(_, name)| table.label(name)).collect();
    match names.is_empty() {
        true => String::new(),
        false => format!(", whatever their {}", names.join(" and ").to_lowercase()),
    }
}
