//! A table as tidy CSV: one released figure a line.

use super::frame::{Cell, Frame, FramePart, Shown, Unit};
use super::number::plain;
use crate::disclosure::{Figure, SchemeWords};
use crate::error::{Context, Result};

/// The CSV's unit of a measure.
pub(super) fn unit(unit: Unit) -> String {
    match unit {
        Unit::Count => "count".to_owned(),
        Unit::Percent => "percent".to_owned(),
        Unit::Per(n) => format!("per {n}"),
    }
}

/// What became of a cell, in a word.
fn status(cell: Cell, words: &SchemeWords) -> &'static str {
    match (cell, cell.shown(FramePart::Value)) {
        (_, Shown::Suppressed) => "suppressed",
        (_, Shown::NotApplicable) => "not applicable",
        (Cell::Count(_), Shown::Count(0)) => words.zero,
        (Cell::Count(_), _) => words.shown,
        (Cell::Figure(_), _) => "calculated",
    }
}

/// The bytes of a table's CSV.
///
/// # Errors
/// Data, when the CSV cannot be written.
pub(super) fn bytes(frame: &Frame, words: &SchemeWords) -> Result<Vec<u8>> {
    let mut writer = csv::WriterBuilder::new().from_writer(Vec::new());
    let dimensions = frame
        .row_dimensions
        .iter()
        .chain(&frame.across)
        .map(|(name, _)| name.as_str());
    let fixed = ["measure", "unit", "value", "lower_95", "upper_95", "status"];
    let failed = || format!("cannot write the CSV of table `{}`", frame.id);
    writer.write_record(dimensions.chain(fixed)).data(failed)?;
    for (r, row) in frame.rows.iter().enumerate() {
        for (g, group) in frame.groups.iter().enumerate() {
            for (m, measure) in frame.measures.iter().enumerate() {
                let cell = frame.cell(r, g, m);
                let labels = row
                    .labels
                    .iter()
                    .chain(&group.label)
                    .map(|label| label.value.clone());
                let mut record: Vec<String> = labels.collect();
                record.extend([measure.label.clone(), unit(measure.unit)]);
                record.push(plain(cell.shown(FramePart::Value)));
                // No limits: the field is empty, which is not a figure.
                let has_limits = matches!(
                    cell,
                    Cell::Figure(Figure::Suppressed | Figure::NotApplicable)
                ) || matches!(cell, Cell::Figure(Figure::Value(e)) if e.limits().is_some());
                for part in [FramePart::Lower, FramePart::Upper] {
                    let shown = has_limits && measure.has_limits;
                    record.push(if shown {
                        plain(cell.shown(part))
                    } else {
                        String::new()
                    });
                }
                let held = frame.held(r, g, m);
                record.push(match held {
                    Some(date) => format!("held from {date}"),
                    None => status(cell, words).to_owned(),
                });
                writer.write_record(&record).data(failed)?;
            }
        }
    }
    writer.into_inner().data(failed)
}
