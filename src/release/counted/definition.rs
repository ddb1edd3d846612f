//! What a table counts: in words for whoever reads its figures, and by its conditions for analysts.

use super::counting::{AddedUp, CountKind, CountedTable, Counting};
use crate::release::report_file::{Measure, ReportTable};

/// What the counts of a table are of, in words: people, of whom each counts once, records, or
/// amounts of these. Conditions
/// are said by the headings and the description of the table.
pub(in crate::release) fn counted_in_words(
    table: &ReportTable,
    counted: &CountedTable,
) -> Vec<String> {
    let said = [
        (CountKind::People, "Counts of people, each of them once"),
        (
            CountKind::Rows,
            "Counts of records, of which a person may have several",
        ),
        (CountKind::Amount, "Added up over records"),
    ];
    let amounts = counts(table, counted).filter_map(|(_, counting, _)| counting.amount.as_ref());
    let amount = amounts.max_by_key(|amount| amount.provider.is_some());
    let said = said.into_iter().filter_map(|(kind, words)| {
        let of = counts(table, counted).filter(|(_, _, of)| *of == kind);
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
    said.chain(amount.map(withheld)).collect()
}

/// When a sum is withheld, which the words of a scheme say of counts alone.
fn withheld(amount: &AddedUp) -> String {
    let whom = match amount.provider {
        Some(_) => "people or fewer than 10 providers have any of it, two of them",
        None => "people have any of it, two of them",
    };
    format!(
        "A sum is * where fewer than 10 {whom} have most of it, all have nearly the same, or another sum would follow from it."
    )
}

/// What each count of a table is of, as its queries have it.
pub(in crate::release) fn conditions(table: &ReportTable, counted: &CountedTable) -> Vec<String> {
    let conditions = counts(table, counted).map(|(measure, counting, kind)| {
        let what = match (kind, &counting.amount) {
            (CountKind::Amount, Some(amount)) => {
                format!("the sum of {} over the rows", amount.column)
            }
            (CountKind::People, _) => "different people".to_string(),
            _ => "rows".to_string(),
        };
        let (label, of) = (&measure.label, &counting.of);
        let condition = counting.condition.as_ref();
        let condition = condition.map_or(String::new(), |text| format!(" where {text}"));
        format!("{label}: {what} of {of}{condition}.")
    });
    conditions.collect()
}

/// The counts of a table: each with what it counts, and of what kind it is.
fn counts<'a>(
    table: &'a ReportTable,
    counted: &'a CountedTable,
) -> impl Iterator<Item = (&'a Measure, &'a Counting, CountKind)> {
    let measures = table.counts().zip(&counted.counts);
    measures.filter_map(|((_, measure), (_, at, kind))| {
        Some((measure, counted.countings.get(*at)?, *kind))
    })
}

/// The dimensions that do not divide a count.
fn not_divided(table: &ReportTable, counting: &Counting) -> String {
    let missing = table.dimensions().enumerate();
    let missing = missing.filter(|(place, _)| !counting.places.contains(place));
    let names: Vec<String> = missing.map(|(_, name)| table.label(name)).collect();
    names.join(" and ").to_lowercase()
}
