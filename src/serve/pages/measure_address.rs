//! Addresses of the comparison of a measure.

use super::words::in_address;
use crate::figures::FigureRow;
use std::fmt::Write;

/// The address at which a measure is compared between areas, for the period and group of a figure.
pub(super) fn compare_address(
    report: &str,
    table: &str,
    measure: &str,
    figure: Option<&FigureRow>,
) -> String {
    let mut address = format!(
        "/compare?report={}&table={}&measure={}",
        in_address(report),
        in_address(table),
        in_address(measure)
    );
    if let Some(figure) = figure {
        if let Some(period) = &figure.period {
            let _ = write!(address, "&period={}", in_address(period));
        }
        if !figure.breakdown_words.is_empty() {
            let _ = write!(address, "&group={}", in_address(&figure.breakdown_words));
        }
        if let Some(area) = &figure.area {
            let _ = write!(address, "&level={}", in_address(&area.level));
        }
    }
    address
}
