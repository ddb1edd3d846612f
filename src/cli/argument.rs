//! Numbers and dates as arguments, with errors that say what to write.

use chrono::NaiveDate;
use std::fmt::Display;
use std::ops::RangeInclusive;
use std::str::FromStr;

/// Reads a whole number of a range.
pub(super) fn whole<N>(range: RangeInclusive<N>) -> impl Fn(&str) -> Result<N, String> + Clone
where
    N: FromStr + PartialOrd + Display + Clone,
{
    move |text| {
        let number = text.parse().ok().filter(|number| range.contains(number));
        number.ok_or_else(|| {
            let (least, most) = (range.start(), range.end());
            format!("write a whole number from {least} to {most}")
        })
    }
}

/// Reads a date.
pub(super) fn date(text: &str) -> Result<NaiveDate, String> {
    let date = text.parse();
    date.map_err(|_| "write a date such as 2026-11-23".to_string())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn wrong_ones_are_told_what_to_write() {
        let days = whole(0..=365u16);
        assert_eq!(days("30"), Ok(30));
        for wrong in ["", "x", "-1", "366", "70000", "1.5"] {
            let said = "write a whole number from 0 to 365";
            assert_eq!(days(wrong), Err(said.to_string()), "{wrong}");
        }
        assert_eq!(
            date("2026-11-23"),
            Ok(NaiveDate::from_ymd_opt(2026, 11, 23).unwrap())
        );
        for wrong in ["", "2026-13-01", "23/11/2026"] {
            let said = "write a date such as 2026-11-23";
            assert_eq!(date(wrong), Err(said.to_string()), "{wrong}");
        }
    }
}
