//! A released table, read back from its CSV by what the manifest says of it.

use crate::disclosure::SUPPRESSED;
use crate::figures::{ALL, TOTAL, unescaped, unmarked};
use crate::plural::things;
use crate::release::manifest::TableMade;
use chrono::NaiveDate;
use std::collections::BTreeMap;

/// Tables that are read together, so that all processors have work and no more than these is held as bytes.
pub(super) const TOGETHER: usize = 128;

/// A line of a table: one figure.
#[derive(Debug, Clone)]
pub(super) struct ReadCell {
    /// Its line in the file, from 1.
    pub line: usize,
    /// The labels of its row.
    pub row: Vec<String>,
    /// Whether something is across.
    pub has_across: bool,
    /// The label across; empty where nothing is.
    pub across: String,
    /// The heading of its measure.
    pub measure: String,
    /// count, percent or per so many.
    pub unit: String,
    /// The figure, or a sign.
    pub value: String,
    /// What became of it, in a word.
    pub status: String,
}

impl ReadCell {
    /// Whether it is in the row of totals.
    pub(super) fn is_total_of_rows(&self) -> bool {
        self.row.first().is_some_and(|label| label == TOTAL)
            && self.row.iter().skip(1).all(|label| label == ALL)
    }

    /// Whether it is in the column of totals.
    pub(super) fn is_total_across(&self) -> bool {
        self.across == TOTAL
    }

    /// Its labels in the order of the dimensions; none for all together.
    pub(super) fn labels(&self) -> Vec<Option<&str>> {
        let is_total = self.is_total_of_rows();
        let row = self.row.iter();
        let mut labels: Vec<Option<&str>> = row
            .map(|label| (!is_total).then_some(label.as_str()))
            .collect();
        if self.has_across {
            labels.push((!self.is_total_across()).then_some(&self.across));
        }
        labels
    }

    /// The date of the earlier release whose figure it is, where it is a count that is held, or a figure
    /// made from one.
    pub(super) fn held_from(&self) -> Option<NaiveDate> {
        let date = self.status.strip_prefix("held from ")?;
        let date = NaiveDate::parse_from_str(date, "%Y-%m-%d").ok();
        date.filter(|_| self.unit == "count" || is_number(&self.value))
    }
}

/// A released table.
#[derive(Debug, Clone)]
pub(super) struct ReadTable {
    /// Its dimensions in the order of the file.
    pub dimensions: Vec<String>,
    /// Its figures in the order of the file.
    pub cells: Vec<ReadCell>,
}

impl ReadTable {
    /// Reads a table; says what is wrong where it has not the form that the manifest says.
    pub(super) fn read(bytes: &[u8], made: &TableMade) -> Result<Self, String> {
        let mut reader = csv::Reader::from_reader(bytes);
        let form = |_| "is no CSV of a release".to_string();
        let headers = reader.headers().map_err(form)?.clone();
        let dimensions: Vec<String> = made.rows.iter().chain(&made.across).cloned().collect();
        let expected = made.form().columns();
        if !headers.iter().eq(expected.iter().copied()) {
            return Err("has other columns than the manifest says".to_string());
        }
        let mut cells = Vec::new();
        for (index, record) in reader.records().enumerate() {
            let record = record.map_err(form)?;
            let at = |column: &str| {
                let place = expected.iter().position(|name| *name == column);
                let text = place.and_then(|place| record.get(place));
                unescaped(text.unwrap_or_default()).to_string()
            };
            let across = made.across.as_ref();
            cells.push(ReadCell {
                line: index + 2,
                row: made.rows.iter().map(|column| at(column)).collect(),
                has_across: across.is_some(),
                across: across.map_or(String::new(), |column| at(column)),
                measure: at("measure"),
                unit: at("unit"),
                value: at("value"),
                status: unmarked(&at("status")).to_string(),
            });
        }
        Ok(ReadTable { dimensions, cells })
    }

    /// Where its figures do not have the form that the manifest says.
    pub(super) fn differs(&self, made: &TableMade) -> Option<String> {
        let measures: Vec<(&str, &str)> = made
            .measures
            .iter()
            .map(|m| (m.label.as_str(), m.unit.as_str()))
            .collect();
        for (index, cell) in self.cells.iter().enumerate() {
            let wanted = measures.get(index % measures.len().max(1));
            if wanted != Some(&(cell.measure.as_str(), cell.unit.as_str())) {
                return Some(format!(
                    "line {} is of another measure than the manifest says",
                    cell.line
                ));
            }
        }
        let mut seen = BTreeMap::new();
        for cell in &self.cells {
            let place = (&cell.row, &cell.across, &cell.measure);
            if let Some(before) = seen.insert(place, cell.line) {
                return Some(format!(
                    "line {} has the labels of line {before}",
                    cell.line
                ));
            }
        }
        let suppressed = self.cells.iter().filter(|c| c.value == SUPPRESSED);
        let suppressed = suppressed.count();
        let told = (self.cells.len() - suppressed, suppressed);
        if told != (made.cells_shown, made.cells_suppressed) {
            return Some(format!(
                "has {} shown and {} suppressed, and the manifest says {} and {}",
                things(told.0, "figure"),
                told.1,
                made.cells_shown,
                made.cells_suppressed
            ));
        }
        let totals = (
            self.cells.iter().any(ReadCell::is_total_of_rows),
            self.cells.iter().any(ReadCell::is_total_across),
        );
        (totals != (made.totals_of_rows, made.totals_across))
            .then(|| "has other totals than the manifest says".to_string())
    }
}

/// Whether a figure is a number.
pub(super) fn is_number(value: &str) -> bool {
    value.parse::<f64>().is_ok_and(f64::is_finite)
}
