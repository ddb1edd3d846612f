//! The spellings of one value: NHS numbers, dates, numbers and codes as senders and spreadsheets
//! write them.

use super::super::nhs_number;
use super::super::random::Random;
use chrono::{NaiveDate, NaiveDateTime};

/// An NHS number in one of its odd spellings; those of spreadsheets in a CSV file only.
pub(super) fn number(random: &mut Random, number: &str, csv: bool) -> String {
    let Ok(digits) = number.parse::<u64>() else {
        return number.to_owned();
    };
    let parted = nhs_number::spaced(digits);
    match random.below(if csv { 8 } else { 5 }) {
        0 => parted,
        1 => parted.replace(' ', "\u{a0}"),
        2 => parted.replace(' ', "-"),
        3 => parted.replace(' ', "."),
        4 => format!(" {number} "),
        5 => format!("'{number}"),
        6 => format!("=\"{number}\""),
        _ => format!("{number}.0"),
    }
}

/// A date or a date with a time, as another program writes it.
pub(super) fn date(random: &mut Random, written: &str) -> Option<String> {
    if let Ok(moment) = NaiveDateTime::parse_from_str(written, "%Y-%m-%dT%H:%M:%S") {
        let forms = [
            "%d/%m/%Y %H:%M:%S",
            "%Y-%m-%d %H:%M:%S.000",
            "%d-%b-%Y %H:%M:%S",
        ];
        return Some(moment.format(random.word(&forms)).to_string());
    }
    let date = NaiveDate::parse_from_str(written, "%Y-%m-%d").ok()?;
    let forms = [
        "%d/%m/%Y",
        "%Y%m%d",
        "%d-%b-%Y",
        "%d.%m.%Y",
        "%Y-%m-%d 00:00:00.000",
    ];
    Some(date.format(random.word(&forms)).to_string())
}

/// A number with a currency and thousands, or with zeros behind a point.
pub(super) fn amount(random: &mut Random, written: &str) -> Option<String> {
    let (whole, fraction) = written.split_once('.').unwrap_or((written, ""));
    if whole.is_empty() || !whole.bytes().all(|digit| digit.is_ascii_digit()) {
        return None;
    }
    if fraction.is_empty() {
        return Some(format!("{whole}.0"));
    }
    let grouped = match whole.len() {
        4..=6 => format!(
            "{},{}",
            &whole[..whole.len() - 3],
            &whole[whole.len() - 3..]
        ),
        _ => whole.to_owned(),
    };
    let form = match random.below(2) {
        0 => format!("£{grouped}.{fraction}"),
        _ => format!("{grouped}.{fraction}"),
    };
    // A value with a comma needs quotes.
    Some(match form.contains(',') {
        true => format!("\"{form}\""),
        false => form,
    })
}

/// A code as a spreadsheet keeps it a text.
pub(super) fn text(random: &mut Random, code: &str) -> Option<String> {
    let plain = !code.is_empty() && code.bytes().all(|byte| byte.is_ascii_alphanumeric());
    plain.then(|| match random.below(2) {
        0 => format!("'{code}"),
        _ => format!("=\"{code}\""),
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::synth::random::Stream;

    #[test]
    fn a_spelling_keeps_the_value() {
        let mut random = Random::new(1, Stream::Area);
        let digits = |text: &str| {
            text.chars()
                .filter(char::is_ascii_digit)
                .collect::<String>()
        };
        for _ in 0..50 {
            let spelled = number(&mut random, "9991234567", true);
            assert_eq!(&digits(&spelled)[..10], "9991234567");
            assert_ne!(spelled, "9991234567");
            let spelled = amount(&mut random, "1234.50").unwrap();
            assert_eq!(digits(&spelled), "123450");
            assert_ne!(spelled, "1234.50");
        }
        assert_eq!(amount(&mut random, "3").as_deref(), Some("3.0"));
        assert_eq!(amount(&mut random, ""), None);
        assert_eq!(date(&mut random, "yesterday"), None);
        assert_eq!(text(&mut random, "E11.9"), None);
    }
}
