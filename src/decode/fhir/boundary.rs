//! The least and the greatest value that a value of limited precision may stand for
//! (`lowBoundary()`, `highBoundary()`).

use super::program::{Side, StringKind};
use super::temporal::{Precision, Temporal};

/// Half a unit of the last place below or above a number: `1.0` stands for 0.95 to 1.05.
pub(super) fn of_number(text: &str, side: Side) -> Option<f64> {
    let (mantissa, exponent) = match text.split_once(['e', 'E']) {
        Some((mantissa, exponent)) => (mantissa, exponent.parse::<i32>().ok()?),
        None => (text, 0),
    };
    let places = mantissa
        .split_once('.')
        .map_or(0, |(_, places)| places.len());
    let digits: String = mantissa.chars().filter(|letter| *letter != '.').collect();
    let scaled = digits.parse::<i128>().ok()?.checked_mul(10)?;
    let bound = match side {
        Side::Low => scaled.checked_sub(5)?,
        Side::High => scaled.checked_add(5)?,
    };
    let exponent = exponent.checked_sub(i32::try_from(places).ok()? + 1)?;
    let number: f64 = format!("{bound}e{exponent}").parse().ok()?;
    number.is_finite().then_some(number)
}

/// The bound of a date (as a date), of a date-time (to the millisecond, with the offset that makes it
/// least or greatest when none is written) or of a time of day.
pub(super) fn of_text(text: &[u8], side: Side, kind: StringKind) -> Option<String> {
    let text = std::str::from_utf8(text).ok()?;
    let temporal = Temporal::parse(text)?;
    let mut text = text.trim().to_ascii_uppercase();
    if temporal.is_time() {
        return Some(fill(&text, temporal.precision, side));
    }
    if temporal.has_time() {
        // A space may stand for the T.
        text.replace_range(10..11, "T");
        text.retain(|letter| letter != ' ');
    }
    let date_time = temporal.has_time() || kind == StringKind::DateTime;
    if !date_time {
        return day(&temporal, side);
    }
    let (moment, offset) = if temporal.has_offset() {
        let at = text.rfind(['Z', '+', '-'])?;
        text.split_at(at)
    } else {
        (
            text.as_str(),
            if side == Side::Low {
                "+14:00"
            } else {
                "-12:00"
            },
        )
    };
    let time = match moment.split_once('T') {
        Some((_, time)) => fill(time, temporal.precision, side),
        None if side == Side::Low => "00:00:00.000".to_owned(),
        None => "23:59:59.999".to_owned(),
    };
    let date = if temporal.has_time() {
        moment.split_once('T')?.0.to_owned()
    } else {
        day(&temporal, side)?
    };
    Some(format!("{date}T{time}{offset}"))
}

fn day(temporal: &Temporal, side: Side) -> Option<String> {
    let day = match side {
        Side::Low => temporal.day()?,
        Side::High => temporal.last_day()?,
    };
    Some(
        chrono::NaiveDate::from_epoch_days(day)?
            .format("%Y-%m-%d")
            .to_string(),
    )
}

/// A time of day, filled up to the millisecond.
fn fill(time: &str, precision: Precision, side: Side) -> String {
    let (seconds, digit) = if side == Side::Low {
        (":00", '0')
    } else {
        (":59", '9')
    };
    let mut filled = time.to_owned();
    if precision <= Precision::Minute {
        filled.push_str(seconds);
    }
    let written = match precision {
        Precision::Fraction(places) => usize::from(places),
        _ => {
            filled.push('.');
            0
        }
    };
    filled.extend(std::iter::repeat_n(digit, 3_usize.saturating_sub(written)));
    filled
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_in_other_spellings_have_the_same_bounds() {
        let high = |text: &str| of_text(text.as_bytes(), Side::High, StringKind::DateTime);
        let bound = "2024-06-05T10:00:59.999+01:00";
        assert_eq!(high("2024-06-05T10:00+01:00").as_deref(), Some(bound));
        assert_eq!(high("2024-06-05 10:00 +01:00").as_deref(), Some(bound));
        let utc = Some("2024-06-05T10:00:07.999Z");
        assert_eq!(high(" 2024-06-05t10:00:07z").as_deref(), utc);
    }
}
