//! Figures as text.

use super::frame::Shown;
use crate::disclosure::{NOT_APPLICABLE, SUPPRESSED};

/// A count with thousands separators.
pub(super) fn thousands(n: u64) -> String {
    let digits = n.to_string();
    let mut text = String::new();
    for (index, digit) in digits.chars().enumerate() {
        if index > 0 && (digits.len() - index).is_multiple_of(3) {
            text.push(',');
        }
        text.push(digit);
    }
    text
}

/// For people: thousands separators, and a decimal where the figure is known to it.
pub(super) fn readable(shown: Shown) -> String {
    let text = plain(shown);
    let Shown::Decimal(_) = shown else {
        return match shown {
            Shown::Count(n) => thousands(n),
            _ => text,
        };
    };
    let (whole, rest) = text.split_at(text.find('.').unwrap_or(text.len()));
    match whole.parse() {
        Ok(whole) => format!("{}{rest}", thousands(whole)),
        Err(_) => text,
    }
}

/// For programs: no separators, and a decimal where the figure is known to it.
pub(super) fn plain(shown: Shown) -> String {
    match shown {
        Shown::Count(n) => n.to_string(),
        Shown::Decimal(n) if is_whole(n) => format!("{n:.0}"),
        Shown::Decimal(n) => format!("{n:.1}"),
        Shown::Suppressed => SUPPRESSED.to_owned(),
        Shown::NotApplicable => NOT_APPLICABLE.to_owned(),
    }
}

/// Whether a figure has no tenths: [rounding](crate::disclosure) left them unknown, or there are none.
pub(super) fn is_whole(n: f64) -> bool {
    (n * 10.0).round() % 10.0 == 0.0
}
