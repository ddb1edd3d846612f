//! Periods of a series as numbers, so that they have an order and a distance.

/// The number of a period that is written as a text: `2025`, `2025/26`, `2025-04` or `2025-04-01`,
/// in months. A day of the month is a fraction, so that only periods of the same day are whole
/// months apart. None of another text.
pub(super) fn period_of(text: &str) -> Option<f64> {
    let year = digits(text.get(..4)?)?;
    let rest = text.get(4..)?;
    let (month, day) = match (rest.get(..1), rest.len()) {
        (None, 0) => (1, 1),
        (Some("/"), 3) if digits(&rest[1..])? == (year + 1) % 100 => (1, 1),
        (Some("/"), 5) if digits(&rest[1..])? == year + 1 => (1, 1),
        (Some("-"), 3) => (digits(&rest[1..])?, 1),
        // A time that is cast to text has its hours behind the day.
        (Some("-"), 6..) if rest.get(3..4) == Some("-") && is_day(rest) => {
            (digits(rest.get(1..3)?)?, digits(rest.get(4..6)?)?)
        }
        _ => return None,
    };
    if !(1..=12).contains(&month) || !(1..=31).contains(&day) {
        return None;
    }
    Some(f64::from(12 * year + month - 1) + f64::from(day - 1) / 32.0)
}

/// Whether a day is all that there is, or midnight follows.
fn is_day(rest: &str) -> bool {
    matches!(rest.get(6..), Some("" | "T00:00:00" | " 00:00:00"))
}

fn digits(text: &str) -> Option<u32> {
    let all = text.bytes().all(|byte| byte.is_ascii_digit());
    if all { text.parse().ok() } else { None }
}

/// Whether numbers that rise do so by equal steps.
pub(super) fn evenly_spaced(periods: &[f64]) -> bool {
    let step = periods.get(1).zip(periods.first()).map(|(b, a)| b - a);
    let steps = periods.windows(2).map(|pair| pair[1] - pair[0]);
    step.is_none_or(|first| {
        let mut steps = steps;
        steps.all(|step| (step - first).abs() <= 1e-9 * first.abs())
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn periods_are_numbered_by_months() {
        for (text, months) in [
            ("2025", 24_300.0),
            ("2025/26", 24_300.0),
            ("1999/00", 23_988.0),
            ("2025/2026", 24_300.0),
            ("2025-04", 24_303.0),
            ("2025-04-01", 24_303.0),
            ("2025-04-17T00:00:00", 24_303.5),
        ] {
            assert_eq!(period_of(text), Some(months), "{text}");
        }
        for text in [
            "",
            "25",
            "2025/27",
            "2025-26",
            "2025-13-01",
            "2025-04-32",
            "2025-04-17T10:00:00",
            "2025 Q1",
            "20é5",
            "+025",
            "2025-4-01",
        ] {
            assert_eq!(period_of(text), None, "{text}");
        }
    }

    #[test]
    fn steps_must_be_equal() {
        assert!(evenly_spaced(&[2019.0, 2021.0, 2023.0]));
        assert!(evenly_spaced(&[0.1, 0.2, 0.3]));
        assert!(!evenly_spaced(&[2019.0, 2020.0, 2022.0]));
        assert!(evenly_spaced(&[1.0]) && evenly_spaced(&[]));
    }
}
