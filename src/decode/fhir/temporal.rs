//! FHIR's dates, date-times, instants and times: reading, comparing, and what they are in Arrow.

use std::cmp::Ordering;

use crate::decode::Zone;
use chrono::NaiveDate;

const DAY: i64 = 86_400_000_000;

/// How much of a date or time is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Precision {
    Year,
    Month,
    Day,
    Minute,
    Second,
    /// With so many digits after the second.
    Fraction(u8),
}

/// A date, a date-time or a time of day.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Temporal {
    /// Days since 1970-01-01 of the first day meant; none for a time of day.
    day: Option<i32>,
    /// Microseconds since midnight, as written.
    time: i64,
    /// Minutes east of UTC, when written.
    offset: Option<i32>,
    pub precision: Precision,
}

impl Temporal {
    /// Reads any of the forms FHIR allows: `2024`, `2024-05`, `2024-05-01`,
    /// `2024-05-01T10:00[:00[.000]][Z|+01:00]`, `10:00[:00[.000]]`, and what programs write for them:
    /// spaces around, a space or t for T, z for Z, an offset `+0100`, or one behind a date alone, which
    /// says nothing. None when it is no such form or no such day or time exists.
    #[inline]
    pub(super) fn parse(text: impl AsRef<[u8]>) -> Option<Temporal> {
        let bytes = text.as_ref();
        if let Some(usual) = Temporal::usual(bytes) {
            return Some(usual);
        }
        let bytes = bytes.trim_ascii();
        if bytes.get(2) == Some(&b':') {
            let (time, precision, rest) = time(bytes)?;
            return rest.is_empty().then_some(Temporal {
                day: None,
                time,
                offset: None,
                precision,
            });
        }
        let year = digits(bytes.get(..4)?)?;
        let whole = |month, day, precision| {
            let day = Some(days(year, month, day)?);
            Some(Temporal {
                day,
                time: 0,
                offset: None,
                precision,
            })
        };
        match bytes.len() {
            4 => return whole(1, 1, Precision::Year),
            7 => return whole(after(bytes, 4, b'-')?, 1, Precision::Month),
            _ => {}
        }
        let (month, day) = (after(bytes, 4, b'-')?, after(bytes, 7, b'-')?);
        if bytes.len() == 10 {
            return whole(month, day, Precision::Day);
        }
        if !matches!(bytes.get(10)?, b'T' | b't' | b' ') {
            offset(bytes.get(10..)?)?;
            return whole(month, day, Precision::Day);
        }
        let (time, precision, rest) = time(bytes.get(11..)?)?;
        let offset = offset(rest)?;
        Some(Temporal {
            day: Some(days(year, month, day)?),
            time,
            offset,
            precision,
        })
    }

    /// `2024-05-01T10:00:00Z` and `2024-05-01T10:00:00+01:00`, which most are, without looking at one
    /// digit after the other. None when it is anything else, or wrong.
    #[inline]
    fn usual(bytes: &[u8]) -> Option<Temporal> {
        let digits = fits(*bytes.first_chunk::<16>()?, *b"0000-00-00T00:00")?;
        let pair = |at: usize| i32::from(digits[at]) * 10 + i32::from(digits[at + 1]);
        let (seconds, offset) = match bytes.len() {
            20 => (fits(*bytes.last_chunk::<4>()?, *b":00Z")?, 0),
            25 => {
                let zone = match bytes[19] {
                    b'+' => fits(*bytes.last_chunk::<9>()?, *b":00+00:00")?,
                    _ => fits(*bytes.last_chunk::<9>()?, *b":00-00:00")?,
                };
                let (hours, minutes) = (zone[4] * 10 + zone[5], zone[7] * 10 + zone[8]);
                if hours > 14 || minutes > 59 {
                    return None;
                }
                let offset = i32::from(hours) * 60 + i32::from(minutes);
                let west = bytes[19] == b'-';
                (
                    [zone[0], zone[1], zone[2], 0],
                    if west { -offset } else { offset },
                )
            }
            _ => return None,
        };
        let second = i64::from(seconds[1]) * 10 + i64::from(seconds[2]);
        let (hour, minute) = (i64::from(pair(11)), i64::from(pair(14)));
        if hour > 23 || minute > 59 || second > 60 {
            return None;
        }
        Some(Temporal {
            day: Some(days(pair(0) * 100 + pair(2), pair(5), pair(8))?),
            time: ((hour * 60 + minute) * 60 + second) * 1_000_000,
            offset: Some(offset),
            precision: Precision::Second,
        })
    }

    /// Days since 1970-01-01 of the calendar day as written, whatever the offset: the day it was
    /// where it happened.
    pub(super) fn day(&self) -> Option<i32> {
        self.day
    }

    /// Microseconds since 1970-01-01T00:00 UTC. Without an offset, it is taken as UTC.
    pub(super) fn micros(&self) -> Option<i64> {
        self.day
            .map(|day| i64::from(day) * DAY + self.time - self.shift())
    }

    /// The day by the clock of `zone`, in days since 1970-01-01: of an instant the day that it was there
    /// then, without a zone or an offset the day as written.
    pub(super) fn day_in(&self, zone: Option<Zone>) -> Option<i32> {
        match zone {
            Some(zone) if self.has_offset() => zone.day(self.micros()?),
            _ => self.day(),
        }
    }

    /// Microseconds since 1970-01-01T00:00 UTC, where what has no offset is local time of `zone`.
    pub(super) fn micros_in(&self, zone: Option<Zone>) -> Option<i64> {
        let micros = self.micros()?;
        match zone {
            Some(zone) if !self.has_offset() => Some(zone.to_utc(micros)),
            _ => Some(micros),
        }
    }

    /// Whether it is a time of day.
    pub(super) fn is_time(&self) -> bool {
        self.day.is_none()
    }

    /// Whether a time is written with the date.
    pub(super) fn has_time(&self) -> bool {
        self.precision >= Precision::Minute
    }

    /// Whether an offset is written.
    pub(super) fn has_offset(&self) -> bool {
        self.offset.is_some()
    }

    fn shift(&self) -> i64 {
        i64::from(self.offset.unwrap_or(0)) * 60_000_000
    }

    /// The order of two, as FHIRPath has it: none when it depends on what is not written.
    pub(super) fn order(&self, other: &Temporal) -> Option<Ordering> {
        if self.is_time() != other.is_time() {
            return None;
        }
        let start = |one: &Temporal| i64::from(one.day.unwrap_or(0)) * DAY + one.time - one.shift();
        // Seconds and their fractions count as one precision.
        let coarse = |one: &Temporal| one.precision.min(Precision::Second);
        let ends = |one: &Temporal| start(one) + one.length();
        if coarse(self) == coarse(other) {
            return Some(start(self).cmp(&start(other)));
        }
        if ends(self) <= start(other) {
            Some(Ordering::Less)
        } else if ends(other) <= start(self) {
            Some(Ordering::Greater)
        } else {
            None
        }
    }

    /// Microseconds that what is written may stand for.
    fn length(&self) -> i64 {
        let days = |length: Option<i64>| length.unwrap_or(0) * DAY;
        match self.precision {
            Precision::Year => days(self.next(12)),
            Precision::Month => days(self.next(1)),
            Precision::Day => DAY,
            Precision::Minute => 60_000_000,
            Precision::Second | Precision::Fraction(_) => 1,
        }
    }

    /// Days from the first day to the same day `months` later.
    fn next(&self, months: u32) -> Option<i64> {
        let first = NaiveDate::from_epoch_days(self.day?)?;
        let next = first.checked_add_months(chrono::Months::new(months))?;
        Some((next - first).num_days())
    }

    /// The last day that a partial date may stand for, in days since 1970-01-01.
    pub(super) fn last_day(&self) -> Option<i32> {
        let first = self.day?;
        let more = match self.precision {
            Precision::Year => self.next(12)? - 1,
            Precision::Month => self.next(1)? - 1,
            _ => 0,
        };
        i32::try_from(i64::from(first) + more).ok()
    }
}

/// The offset that ends a time, in minutes: some inner none when there is none.
fn offset(rest: &[u8]) -> Option<Option<i32>> {
    let (sign, zone) = match rest.trim_ascii_start() {
        [] => return Some(None),
        [b'Z' | b'z'] => return Some(Some(0)),
        [b'+', zone @ ..] => (1, zone),
        [b'-', zone @ ..] => (-1, zone),
        _ => return None,
    };
    let (hours, minutes) = match zone {
        [_, _] => (zone, b"00".as_slice()),
        [_, _, b':', _, _] => (&zone[..2], &zone[3..]),
        [_, _, _, _] => zone.split_at(2),
        _ => return None,
    };
    let (hours, minutes) = (digits(hours)?, digits(minutes)?);
    (hours <= 14 && minutes <= 59).then_some(Some(sign * (hours * 60 + minutes)))
}

/// `10:00`, `10:00:00` or `10:00:00.000`: microseconds, precision, and what follows.
fn time(bytes: &[u8]) -> Option<(i64, Precision, &[u8])> {
    let (hour, minute) = (digits(bytes.get(..2)?)?, after(bytes, 2, b':')?);
    if hour > 23 || minute > 59 {
        return None;
    }
    let minutes = i64::from(hour * 60 + minute) * 60_000_000;
    if bytes.get(5) != Some(&b':') {
        return Some((minutes, Precision::Minute, bytes.get(5..)?));
    }
    let second = digits(bytes.get(6..8)?)?;
    // A leap second is written :60.
    if second > 60 {
        return None;
    }
    let seconds = minutes + i64::from(second) * 1_000_000;
    let rest = bytes.get(8..)?;
    let [b'.', fraction @ ..] = rest else {
        return Some((seconds, Precision::Second, rest));
    };
    let length = fraction
        .iter()
        .take_while(|byte| byte.is_ascii_digit())
        .count();
    if length == 0 {
        return None;
    }
    let mut micros = 0;
    for place in 0..6 {
        let digit = fraction
            .get(..length)?
            .get(place)
            .map_or(0, |digit| digit - b'0');
        micros = micros * 10 + i64::from(digit);
    }
    let precision = Precision::Fraction(u8::try_from(length).unwrap_or(u8::MAX));
    Some((seconds + micros, precision, fraction.get(length..)?))
}

/// The two digits after `sign` at `at`.
#[inline(always)]
fn after(bytes: &[u8], at: usize, sign: u8) -> Option<i32> {
    match bytes.get(at..at + 3)? {
        [found, tens, ones] if *found == sign => digits(&[*tens, *ones]),
        _ => None,
    }
}

#[inline(always)]
fn digits(bytes: &[u8]) -> Option<i32> {
    let mut number = 0;
    for byte in bytes {
        let digit = byte.wrapping_sub(b'0');
        if digit > 9 {
            return None;
        }
        number = number * 10 + i32::from(digit);
    }
    Some(number)
}

/// The values of the digits of `text`, when it has a digit where `form` has `0` and is equal elsewhere.
#[inline(always)]
fn fits<const N: usize>(text: [u8; N], form: [u8; N]) -> Option<[u8; N]> {
    let mut digits = [0; N];
    let mut fit = true;
    for at in 0..N {
        digits[at] = text[at].wrapping_sub(form[at]);
        fit &= digits[at] <= if form[at] == b'0' { 9 } else { 0 };
    }
    fit.then_some(digits)
}

/// Days since 1970-01-01; none when there is no such day.
#[inline(always)]
fn days(year: i32, month: i32, day: i32) -> Option<i32> {
    if !(1..=12).contains(&month) || day < 1 || year < 1 {
        return None;
    }
    // Most days are before the 29th.
    if day > 28 {
        let leap = year % 4 == 0 && (year % 100 != 0 || year % 400 == 0);
        let length = match month {
            2 => 28 + i32::from(leap),
            4 | 6 | 9 | 11 => 30,
            _ => 31,
        };
        if day > length {
            return None;
        }
    }
    // Years that start in March, so that a leap day is the last day of its year.
    let shifted = if month <= 2 { year - 1 } else { year };
    let era = shifted.div_euclid(400);
    let year_of_era = shifted.rem_euclid(400);
    let day_of_year = (153 * ((month + 9) % 12) + 2) / 5 + day - 1;
    let day_of_era = year_of_era * 365 + year_of_era / 4 - year_of_era / 100 + day_of_year;
    Some(era * 146_097 + day_of_era - 719_468)
}

#[cfg(test)]
mod tests {
    use super::{Temporal, days};
    use chrono::NaiveDate;
    use std::cmp::Ordering;

    #[test]
    fn days_agree_with_chrono() {
        for year in [1, 1582, 1900, 1970, 2000, 2023, 2024, 2100, 9999] {
            for month in 0..=13 {
                for day in 0..=32 {
                    let known = NaiveDate::from_ymd_opt(year, month, day);
                    let known = known.map(|date| date.to_epoch_days());
                    assert_eq!(days(year, month as i32, day as i32), known);
                }
            }
        }
    }

    #[test]
    fn forms() {
        let micros = |text| Temporal::parse(text).and_then(|one| one.micros());
        assert_eq!(micros("1970"), Some(0));
        assert_eq!(micros("1970-02"), Some(31 * 86_400_000_000));
        assert_eq!(micros("1970-01-01T01:00:00+01:00"), Some(0));
        assert_eq!(micros("1969-12-31T19:00:00.25-05:00"), Some(250_000));
        assert_eq!(micros("1970-01-01T00:00:01.1234567Z"), Some(1_123_456));
        assert_eq!(micros("1970-01-01T01:00:00-01:30"), Some(9_000_000_000));
        assert_eq!(micros("1969-12-31T23:59:60Z"), Some(0));
        for written in [
            "1970-01-01t01:00:00z",
            "1970-01-01 01:00:00",
            "1970-01-01T02:00:00+0100",
            "1970-01-01T02:00:00 +01:00",
            "1970-01-01T02:00:00.000+01",
            " 1970-01-01T01:00:00Z ",
        ] {
            assert_eq!(micros(written), Some(3_600_000_000), "{written}");
        }
        for day in ["1970-01-01Z", "1970-01-01+01:00", " 1970-01-01 "] {
            let read = Temporal::parse(day).unwrap();
            assert_eq!(
                (read.micros(), read.has_offset()),
                (Some(0), false),
                "{day}"
            );
        }
        for wrong in [
            "1970-01-01T10:00:61Z",
            "1970-01-01T10:60:00Z",
            "1970-01-01T24:00:00Z",
            "1970-02-30T10:00:00Z",
            "1970-01-01T10:00:0/Z",
            "1970-01-01T10:00:00+01:60",
            "1970-01-01T10:00:00 01:00",
            "1970:01-01T10:00:00+01:00",
            "",
            "19",
            "197",
            "1970-",
            "1970-13",
            "1970-1-1",
            "2025-02-31",
            "2025-02-29",
            "1970-01-01T",
            "1970-01-01T25:00",
            "1970-01-01 10",
            "1970-01-01 soon",
            "1970-01-01Zz",
            "1970-01-01-1",
            "1970-01-01/10:00:00",
            "1970-01-01T10:00:00 BST",
            "1970-01-01T10:00:00.Z",
            "1970-01-01T10:00:00+1",
            "1970-01-01T10:00:00ZZ",
            "24:00",
            "10:6",
            "0000-01-01",
            "1970-01-01T10:00:00+15:00",
        ] {
            assert_eq!(Temporal::parse(wrong), None, "{wrong}");
        }
    }

    #[test]
    fn order_is_unknown_where_it_depends_on_what_is_not_written() {
        let order = |a, b| {
            Temporal::parse(a)
                .unwrap()
                .order(&Temporal::parse(b).unwrap())
        };
        assert_eq!(order("2024-01-01", "2024-01-02"), Some(Ordering::Less));
        assert_eq!(order("2024", "2024-06"), None);
        assert_eq!(order("2023", "2024-06"), Some(Ordering::Less));
        assert_eq!(
            order("2024-01-01T10:00:00Z", "2024-01-01T11:00:00.0+01:00"),
            Some(Ordering::Equal)
        );
        assert_eq!(order("10:00:00", "09:00:00"), Some(Ordering::Greater));
    }
}
