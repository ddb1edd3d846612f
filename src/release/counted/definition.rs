//! What a table counts, in words, for whoever reads its figures.

use super::counting::{AddedUp, CountKind, CountedTable, Counting};
use crate::release::report_file::ReportTable;

/// What each count of a table is of.
pub(in crate::release) fn definition(table: &ReportTable, counted: &CountedTable) -> Vec<String> {
    let measures = table.counts().zip(&counted.counts);
    let dimensions: Vec<&str> = table.dimensions().collect();
    let words = measures.filter_map(|((_, measure), (_, at, kind))| {
        let counting = counted.countings.get(*at)?;
        let what = match (kind, &counting.amount) {
            (CountKind::Amount, Some(amount)) => {
                format!("the sum of {} over the rows", amount.column)
            }
            (CountKind::People, _) => "different people".to_string(),
            _ => "rows".to_string(),
        };
        let of = &counting.of;
        let label = &measure.label;
        let condition = counting.condition.as_ref();
        let condition = condition.map_or(String::new(), |text| format!(" where {text}"));
        let whole = not_divided(table, counting, &dimensions);
        let withheld = match &counting.amount {
            None => String::new(),
            Some(amount) => withheld(amount),
        };
        Some(format!(
            "{label}: {what} of {of}{condition}{whole}.{withheld}"
        ))
    });
    words.collect()
}

/// When a sum is withheld, which the words of a scheme say of counts alone.
fn withheld(amount: &AddedUp) -> String {
    let whom = match amount.provider {
        Some(_) => "people or fewer than 10 providers have any of it, two of them",
        None => "people have any of it, two of them",
    };
    format!(
        " A sum is * where fewer than 10 {whom} have most of it, all have nearly the same, or another sum would follow from it."
    )
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
