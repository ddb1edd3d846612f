//! Figures as CSV, in the columns of the JSON.

use super::endpoint::FIGURE;
use super::figure_of::FigureOf;
use crate::figures::escaped;

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
        "value" => number(row.value).or_else(|| Some(row.status.clone())),
        "lower_95" => number(row.lower_95),
        "upper_95" => number(row.upper_95),
        "status" => Some(row.status.clone()),
        "held_from" => row.held_from.map(|date| date.to_string()),
        "flags" => Some(row.flags.clone()),
        _ => None,
    };
    // As the released files have it: no cell is a formula, and a number with a sign is a number.
    escaped(text).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::serve::tests::sample::figure;

    #[test]
    fn no_cell_is_a_formula() {
        let mut row = figure(Some("Bolton"), "", "2026", Some(-5.5));
        row.table_title = "=1+1".to_string();
        row.measure_label = " @sum".to_string();
        row.breakdown_words = "\n-x".to_string();
        row.area.as_mut().unwrap().name = "＝cmd".to_string();
        row.period = Some("+1".to_string());
        let figure = FigureOf {
            release: "'=a".to_string(),
            row,
        };
        for (column, written) in [
            ("table_title", "'=1+1"),
            ("measure_label", "' @sum"),
            ("breakdown_words", "'\n-x"),
            ("area_name", "'＝cmd"),
            ("release", "''=a"),
            // Numbers stay numbers.
            ("value", "-5.5"),
            ("lower_95", "-7.5"),
            ("period", "+1"),
            ("area_code", "E6"),
            ("held_from", ""),
        ] {
            assert_eq!(cell(&figure, column), written, "{column}");
        }
    }
}
