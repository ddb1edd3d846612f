//! One released figure.

use super::area::FigureArea;
use super::schema::without_value;
use chrono::NaiveDate;
use std::collections::BTreeMap;

/// A released figure with all that says what it is: a row of `figures.parquet`.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct FigureRow {
    /// The report, as its files are named.
    pub report: String,
    /// The table's identifier in the report.
    pub table: String,
    /// The table's title.
    pub table_title: String,
    /// Its place in the table as shown, from 0.
    pub row: u32,
    /// The area; None for the whole area of the release.
    pub area: Option<FigureArea>,
    /// An ISO day, a month such as `2026-09`, or a year such as `2025/26`; None where there is none.
    pub period: Option<String>,
    /// The values of the other dimensions by column. A dimension that the figure is the total over is
    /// absent.
    pub breakdown: BTreeMap<String, String>,
    /// The same for people: `Female, 0 to 4`.
    pub breakdown_words: String,
    /// Whether it is a total over a dimension of its table.
    pub is_total: bool,
    /// The measure: lower-case letters, digits and `_`, unique in the table.
    pub measure: String,
    /// The measure's heading.
    pub measure_label: String,
    /// `count`, `percent`, or `per 1000`.
    pub unit: String,
    /// The figure; None where none is shown.
    pub value: Option<f64>,
    /// Its lower 95% limit, where it has one.
    pub lower_95: Option<f64>,
    /// Its upper 95% limit, where it has one.
    pub upper_95: Option<f64>,
    /// What became of it, in the scheme's word.
    pub status: String,
    /// The date of the earlier release whose figure it is.
    pub held_from: Option<NaiveDate>,
    /// `r` for a revised figure; empty for none.
    pub flags: String,
}

impl FigureRow {
    /// Whether its status says that no value is shown.
    pub(crate) fn is_without_value(&self) -> bool {
        without_value(&self.status)
    }

    /// Whether readers had another value of it.
    pub(crate) fn is_revised(&self) -> bool {
        self.flags.contains('r')
    }

    /// The other dimensions as JSON, with keys sorted.
    pub(super) fn breakdown_json(&self) -> String {
        let pairs = self.breakdown.iter();
        let pairs = pairs.map(|(k, v)| (k.clone(), serde_json::Value::String(v.clone())));
        serde_json::Value::Object(pairs.collect()).to_string()
    }
}
