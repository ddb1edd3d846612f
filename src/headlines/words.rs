//! Figures, periods and lists in words.

use crate::figures::FigureRow;
use chrono::NaiveDate;

/// The figure of a row; None where none is shown.
pub(super) fn figure(row: &FigureRow) -> Option<String> {
    row.value.map(|value| number(value, &row.unit))
}

/// A figure with its limits, as far as it has them.
pub(super) fn with_limits(row: &FigureRow) -> Option<String> {
    let value = figure(row)?;
    Some(match (row.lower_95, row.upper_95) {
        (Some(lower), Some(upper)) => {
            let (lower, upper) = (number(lower, &row.unit), number(upper, &row.unit));
            format!("{value}; 95% limits {lower} to {upper}")
        }
        _ => value,
    })
}

/// A number of a unit: counts whole, all others with a decimal where they are known to it.
pub(crate) fn number(value: f64, unit: &str) -> String {
    let (text, sign) = match unit {
        "count" => (format!("{value:.0}"), ""),
        "percent" => (tenths(value), "%"),
        _ => (tenths(value), ""),
    };
    let (whole, decimals) = match text.split_once('.') {
        Some((whole, decimals)) => (whole, format!(".{decimals}")),
        None => (text.as_str(), String::new()),
    };
    let digits: Vec<char> = whole.chars().collect();
    let mut grouped = String::new();
    for (index, digit) in digits.iter().enumerate() {
        let left = digits.len() - index;
        if index > 0 && left.is_multiple_of(3) && digits[index - 1].is_ascii_digit() {
            grouped.push(',');
        }
        grouped.push(*digit);
    }
    format!("{grouped}{decimals}{sign}")
}

/// A number with its tenths, where it has any.
fn tenths(value: f64) -> String {
    let text = format!("{value:.1}");
    text.strip_suffix(".0").map_or(text.clone(), str::to_owned)
}

/// A period as people say it: `September 2026`, `October 2024 to September 2026`, `30 September 2026`, `2025/26`.
pub(crate) fn period(text: &str) -> String {
    if let Some((from, to)) = text.split_once(" to ") {
        return format!("{} to {}", period(from), period(to));
    }
    let date = |text: &str| NaiveDate::parse_from_str(text, "%Y-%m-%d").ok();
    if let Some(month) = date(&format!("{text}-01")) {
        return month.format("%B %Y").to_string();
    }
    date(text).map_or(text.to_owned(), |date| date.format("%-d %B %Y").to_string())
}

/// The period a year before; None where it cannot be said.
pub(super) fn year_before(text: &str) -> Option<String> {
    let (year, rest) = (text.get(..4)?, text.get(4..)?);
    let year: i32 = year.parse().ok()?;
    match rest.strip_prefix('/') {
        Some(second) => {
            let (second, rest) = (second.get(..2)?, second.get(2..)?);
            let second: i32 = second.parse().ok()?;
            Some(format!("{}/{:02}{rest}", year - 1, (second + 99) % 100))
        }
        None => Some(format!("{}{rest}", year - 1)),
    }
}

/// Some of a list, and how many more there are.
pub(super) fn listed(items: &[String], most: usize) -> String {
    let named = items.get(..most.min(items.len())).unwrap_or_default();
    let more = items.len() - named.len();
    match (named.split_last(), more) {
        (None, _) => String::new(),
        (Some((last, [])), 0) => last.clone(),
        (Some((last, first)), 0) => format!("{} and {last}", first.join(", ")),
        _ => format!("{} and {more} more", named.join(", ")),
    }
}
