//! Figures as CSV, in the columns of the JSON.

use super::endpoint::FIGURE;
use super::figure_of::FigureOf;

/// The bytes of a CSV of figures; None when it cannot be written.
pub(super) fn csv(figures: &[FigureOf]) -> Option<Vec<u8>> {
    let mut writer = csv::WriterBuilder::new().from_writer(Vec::new());
    writer
        .write_record(FIGURE.iter().map(|(name, ..)| *name))
        .ok()?;
    for figure in figures {
        let record = FIGURE.iter().map(|(name, ..)| cell(figure, name));
        writer.write_record(record).ok()?;
    }
    writer.into_inner().ok()
}

fn cell(FigureOf { release, row }: &FigureOf, column: &str) -> String {
    let area = row.area.as_ref();
    let number = |number: Option<f64>| number.map(|number| number.to_string());
    let text = match column {
        "release" => Some(release.clone()),
        "report" => Some(row.report.clone()),
        "table" => Some(row.table.clone()),
        "table_title" => Some(row.table_title.clone()),
        "area_code" => area.and_then(|area| area.code.clone()),
        "area_name" => area.map(|area| area.name.clone()),
        "area_level" => area.map(|area| area.level.clone()),
        "period" => row.period.clone(),
        "breakdown" => serde_json::to_string(&row.breakdown).ok(),
        "breakdown_words" => Some(row.breakdown_words.clone()),
        "is_total" => Some(row.is_total.to_string()),
        "measure" => Some(row.measure.clone()),
        "measure_label" => Some(row.measure_label.clone()),
        "unit" => Some(row.unit.clone()),
        // A field that is empty could be taken for nothing: the word stands in its place.
        "value" => return number(row.value).unwrap_or_else(|| row.status.clone()),
        "lower_95" => return number(row.lower_95).unwrap_or_default(),
        "upper_95" => return number(row.upper_95).unwrap_or_default(),
        "status" => Some(row.status.clone()),
        "held_from" => row.held_from.map(|date| date.to_string()),
        "flags" => Some(row.flags.clone()),
        _ => None,
    };
    inert(text.unwrap_or_default())
}

/// A text that no spreadsheet takes for a formula.
fn inert(text: String) -> String {
    match text.starts_with(['=', '+', '-', '@', '\t', '\r']) {
        true => format!("'{text}"),
        false => text,
    }
}

#[cfg(test)]
mod tests {
    use super::inert;

    #[test]
    fn no_cell_is_a_formula() {
        for (text, written) in [
            ("=1+1", "'=1+1"),
            ("@x", "'@x"),
            ("-5", "'-5"),
            ("People", "People"),
            ("", ""),
        ] {
            assert_eq!(inert(text.to_string()), written);
        }
    }
}
