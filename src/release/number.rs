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

/// For people: thousands separators, one decimal.
pub(super) fn readable(shown: Shown) -> String {
    match shown {
        Shown::Count(n) => thousands(n),
        Shown::Decimal(n) => {
            let text = format!("{n:.1}");
            match text.split_once('.') {
                Some((whole, tenth)) => match whole.parse() {
                    Ok(whole) => format!("{}.{tenth}", thousands(whole)),
                    Err(_) => text,
                },
                None => text,
            }
        }
        other => plain(other),
    }
}

/// For programs: no separators, one decimal.
pub(super) fn plain(shown: Shown) -> String {
    match shown {
        Shown::Count(n) => n.to_string(),
        Shown::Decimal(n) => format!("{n:.1}"),
        Shown::Suppressed => SUPPRESSED.to_owned(),
        Shown::NotApplicable => NOT_APPLICABLE.to_owned(),
    }
}
