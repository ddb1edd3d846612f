//! Made-up figures.

use crate::figures::{FigureArea, FigureRow, SUPPRESSED};
use std::collections::BTreeMap;

/// An area of the level `place`.
pub(crate) fn place(name: &str) -> FigureArea {
    FigureArea {
        code: Some(format!("E54{name:_>6}")),
        name: name.to_owned(),
        level: "place".to_owned(),
    }
}

/// A count of the table `people`; suppressed for None.
pub(crate) fn count(value: Option<u64>) -> FigureRow {
    FigureRow {
        report: "profile".to_owned(),
        table: "people".to_owned(),
        table_title: "People by place".to_owned(),
        row: 0,
        area: None,
        period: None,
        breakdown: BTreeMap::new(),
        breakdown_words: String::new(),
        is_total: false,
        measure: "people".to_owned(),
        measure_label: "People".to_owned(),
        unit: "count".to_owned(),
        value: value.map(|n| n as f64),
        lower_95: None,
        upper_95: None,
        status: if value.is_some() {
            "rounded"
        } else {
            SUPPRESSED
        }
        .to_owned(),
        held_from: None,
        flags: String::new(),
    }
}

/// The same of an area.
pub(crate) fn in_place(name: &str, value: Option<u64>) -> FigureRow {
    FigureRow {
        area: Some(place(name)),
        ..count(value)
    }
}

/// The same of a value of a dimension.
pub(crate) fn of(row: FigureRow, dimension: &str, value: &str) -> FigureRow {
    let mut breakdown = row.breakdown.clone();
    breakdown.insert(dimension.to_owned(), value.to_owned());
    let values: Vec<&str> = breakdown.values().map(String::as_str).collect();
    FigureRow {
        breakdown_words: values.join(", "),
        breakdown,
        ..row
    }
}

/// A rate per 1,000 with limits, of an area; suppressed for None.
pub(crate) fn rate(name: &str, value: Option<(f64, f64, f64)>) -> FigureRow {
    FigureRow {
        measure: "rate".to_owned(),
        measure_label: "Rate".to_owned(),
        unit: "per 1000".to_owned(),
        value: value.map(|(value, ..)| value),
        lower_95: value.map(|(_, lower, _)| lower),
        upper_95: value.map(|(.., upper)| upper),
        status: if value.is_some() {
            "calculated"
        } else {
            SUPPRESSED
        }
        .to_owned(),
        ..in_place(name, None)
    }
}

/// A percentage of the whole area, a total; suppressed for None.
pub(crate) fn percentage(value: Option<f64>, limits: Option<(f64, f64)>) -> FigureRow {
    FigureRow {
        is_total: true,
        measure: "share".to_owned(),
        measure_label: "Share".to_owned(),
        unit: "percent".to_owned(),
        value,
        lower_95: limits.map(|(lower, _)| lower),
        upper_95: limits.map(|(_, upper)| upper),
        status: if value.is_some() {
            "calculated"
        } else {
            SUPPRESSED
        }
        .to_owned(),
        ..count(None)
    }
}
