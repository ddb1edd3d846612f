//! Dates and times as programs write them.

use super::ColumnType;
use crate::decode::Zone;
use chrono::{Datelike, NaiveDate, NaiveDateTime, NaiveTime};

const DAY: i64 = 86_400_000_000;
const MINUTE: i64 = 60_000_000;

/// A date, and the time of day and the offset from UTC where they are written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct WrittenTime {
    /// Days since 1970-01-01, as written.
    day: i32,
    /// Microseconds since midnight.
    time: Option<i64>,
    /// Minutes east of UTC.
    offset: Option<i32>,
    /// What the order of a date of numbers with slashes can be.
    pub slashes: Option<Slashes>,
}

/// What the numbers of a date say about their order.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Slashes {
    /// 22/11/2026: the day comes first.
    DayFirst,
    /// 11/22/2026, which is no date here: the month comes first.
    MonthFirst,
    /// 5/6/2026.
    Either,
}

impl WrittenTime {
    /// The local day, in days since 1970-01-01.
    pub(super) fn date(&self, zone: Zone) -> Option<i32> {
        match self.offset {
            // A day written with an offset is the day that it was there at that instant.
            Some(_) => zone.day(self.instant(zone)),
            None => Some(self.day),
        }
    }

    /// Microseconds since 1970 in UTC; a date alone is its local midnight.
    pub(super) fn instant(&self, zone: Zone) -> i64 {
        let local = i64::from(self.day) * DAY + self.time.unwrap_or(0);
        match self.offset {
            Some(offset) => local - i64::from(offset) * MINUTE,
            None => zone.to_utc(local),
        }
    }
}

/// Reads a text in one of `formats`, or, without any, in one of the usual forms.
pub(super) fn read(text: &str, formats: &[String]) -> Result<WrittenTime, Option<Slashes>> {
    if formats.is_empty() {
        return usual(text);
    }
    let found = formats.iter().find_map(|format| formatted(text, format));
    found.ok_or(None)
}

/// The day of a text in one of the usual forms, in days since 1970-01-01; none where a time of day or
/// anything else stands beside it.
pub(crate) fn day(text: &str) -> Option<i32> {
    let written = usual(text).ok()?;
    (written.time.unwrap_or(0) == 0 && written.offset.is_none()).then_some(written.day)
}

/// The forms that are meant when a column has none of its own, for messages.
pub(super) fn wanted(kind: ColumnType, formats: &[String]) -> String {
    if !formats.is_empty() {
        return formats.join(" or ");
    }
    let form = match kind {
        ColumnType::Date => "a date such as 2026-11-22, 22/11/2026, 22-Nov-2026 or 20261122",
        ColumnType::DateTime => {
            "a time such as 2026-11-22T09:30:00, 2026-11-22 09:30 or 22/11/2026 09:30"
        }
        ColumnType::Integer => "a whole number",
        ColumnType::Decimal => "a number",
        ColumnType::Boolean => "true or false, yes or no, 1 or 0",
        ColumnType::String | ColumnType::Code => "a text in the encoding of the file",
    };
    form.to_string()
}

/// A text in a form of its own; behind a date may stand a time, and behind a time an offset.
fn formatted(text: &str, format: &str) -> Option<WrittenTime> {
    let (day, time, rest) = match NaiveDateTime::parse_and_remainder(text, format) {
        Ok((moment, rest)) => (moment.date(), Some(moment.time()), rest),
        Err(_) => {
            let (day, rest) = NaiveDate::parse_and_remainder(text, format).ok()?;
            (day, None, rest)
        }
    };
    // `%Y` reads the 24 of 1/6/24 too. The year 1 is how programs write that they know none.
    if !(day.year() == 1 || day.year() >= 1000) {
        return None;
    }
    let time = time.map(since_midnight);
    ending(day, time, rest.as_bytes(), None)
}

fn since_midnight(time: NaiveTime) -> i64 {
    (time - NaiveTime::MIN).num_microseconds().unwrap_or(0)
}

fn usual(text: &str) -> Result<WrittenTime, Option<Slashes>> {
    let bytes = text.as_bytes();
    let Some((day, rest, slashes)) = date(bytes) else {
        return Err(None);
    };
    match day.and_then(|day| ending(day, None, rest, slashes)) {
        Some(moment) => Ok(moment),
        None => Err(slashes),
    }
}

/// A day with the time and offset that `rest` writes.
fn ending(
    day: NaiveDate,
    time: Option<i64>,
    rest: &[u8],
    slashes: Option<Slashes>,
) -> Option<WrittenTime> {
    let (time, rest) = match (time, rest) {
        (Some(time), rest) => (Some(time), rest),
        (None, []) => (None, rest),
        (None, rest) => {
            let (time, rest) = clock(rest)?;
            (Some(time), rest)
        }
    };
    // The end of a day is the beginning of the next.
    let day_after = i32::from(time >= Some(DAY));
    Some(WrittenTime {
        day: day.num_days_from_ce() - 719_163 + day_after,
        time: time.map(|time| time - i64::from(day_after) * DAY),
        offset: offset(rest)?,
        slashes,
    })
}

/// The date that a text begins with, and what follows; none in the first place when no such day
/// exists.
type Dated<'a> = (Option<NaiveDate>, &'a [u8], Option<Slashes>);

fn date(bytes: &[u8]) -> Option<Dated<'_>> {
    let (first, rest) = number(bytes);
    match first.len() {
        4 => {
            let (year, month, day, rest) = year_first(first, rest)?;
            Some((ymd(year, month, day), rest, None))
        }
        // 20261122, 202611220930 and 20261122093000.
        8 => Some((packed(first)?, rest, None)),
        12 | 14 => Some((packed(&first[..8])?, &bytes[8..], None)),
        1 | 2 => day_first(value(first)?, rest),
        0 => month_named_first(bytes),
        _ => None,
    }
}

fn packed(digits: &[u8]) -> Option<Option<NaiveDate>> {
    let (year, month, day) = (&digits[..4], &digits[4..6], &digits[6..]);
    Some(ymd(value(year)?, value(month)?, value(day)?))
}

/// 2026-11-22, and with slashes or dots.
fn year_first<'a>(year: &[u8], rest: &'a [u8]) -> Option<(u32, u32, u32, &'a [u8])> {
    let (mark, rest) = rest.split_first()?;
    if !b"-/.".contains(mark) {
        return None;
    }
    let (month, rest) = number(rest);
    let rest = rest.strip_prefix(std::slice::from_ref(mark))?;
    let (day, rest) = number(rest);
    (month.len() <= 2 && day.len() <= 2).then_some((value(year)?, value(month)?, value(day)?, rest))
}

/// 22/11/2026, 22-Nov-2026, 22 November 2026, 22NOV2026.
fn day_first(day: u32, rest: &[u8]) -> Option<Dated<'_>> {
    let rest = after_mark(rest);
    let (month, after) = number(rest);
    if month.is_empty() {
        let (month, rest) = month_name(rest)?;
        let (year, rest) = year(after_mark(rest))?;
        return Some((ymd(year, month, day), rest, None));
    }
    let month = (month.len() <= 2).then(|| value(month))??;
    let (mark, after) = after.split_first()?;
    if !b"-/.".contains(mark) {
        return None;
    }
    let (year, rest) = year(after)?;
    let slashes = match (day, month) {
        (13..=31, 1..=12) => Slashes::DayFirst,
        (1..=12, 13..=31) => Slashes::MonthFirst,
        _ => Slashes::Either,
    };
    Some((ymd(year, month, day), rest, Some(slashes)))
}

/// Nov 22 2026, as SQL Server prints times.
fn month_named_first(bytes: &[u8]) -> Option<Dated<'_>> {
    let (month, rest) = month_name(bytes)?;
    let (day, rest) = number(rest.trim_ascii_start());
    let rest = rest.strip_prefix(b",").unwrap_or(rest);
    let (year, rest) = year(rest.trim_ascii_start())?;
    let day = (1..=2).contains(&day.len()).then(|| value(day))??;
    Some((ymd(year, month, day), rest, None))
}

/// A year of four digits: of two nobody knows the century.
fn year(bytes: &[u8]) -> Option<(u32, &[u8])> {
    let (year, rest) = number(bytes);
    (year.len() == 4).then(|| Some((value(year)?, rest)))?
}

fn after_mark(bytes: &[u8]) -> &[u8] {
    match bytes.first() {
        Some(b'-' | b'/' | b'.' | b' ') => bytes[1..].trim_ascii_start(),
        _ => bytes,
    }
}

const MONTHS: [&str; 12] = [
    "january",
    "february",
    "march",
    "april",
    "may",
    "june",
    "july",
    "august",
    "september",
    "october",
    "november",
    "december",
];

fn month_name(bytes: &[u8]) -> Option<(u32, &[u8])> {
    let letters = bytes.iter().take_while(|b| b.is_ascii_alphabetic()).count();
    let (name, rest) = bytes.split_at(letters);
    let name = std::str::from_utf8(name).ok()?.to_ascii_lowercase();
    let is = |month: &&str| {
        name == month[..3] || name == **month || (name == "sept" && month.starts_with("sept"))
    };
    let month = MONTHS.iter().position(is)?;
    Some((u32::try_from(month).ok()? + 1, rest))
}

/// The time of day that follows a date, in microseconds since midnight, and what follows it.
fn clock(bytes: &[u8]) -> Option<(i64, &[u8])> {
    let bytes = bytes.trim_ascii_start();
    let bytes = bytes.strip_prefix(b",").unwrap_or(bytes);
    // DB2 has 2026-11-22-09.30.00.
    let after = bytes.strip_prefix(b"T").or(bytes.strip_prefix(b":"));
    let after = after.or(bytes
        .strip_prefix(b"-")
        .filter(|rest| rest.get(2) == Some(&b'.')));
    let bytes = after.unwrap_or(bytes).trim_ascii_start();
    let (first, rest) = number(bytes);
    let (hour, minute, second, rest) = match first.len() {
        1 | 2 => {
            let (mark, _) = rest.split_first()?;
            let mark = [b':', b'.'].into_iter().find(|known| known == mark)?;
            let (minute, rest) = two_after(mark, rest)?;
            let (second, rest) = two_after(mark, rest).unwrap_or((0, rest));
            (value(first)?, minute, second, rest)
        }
        4 | 6 => {
            let second = if first.len() == 6 {
                value(&first[4..])?
            } else {
                0
            };
            (value(&first[..2])?, value(&first[2..4])?, second, rest)
        }
        _ => return None,
    };
    let (fraction, rest) = fraction(rest)?;
    let (hour, rest) = half_day(hour, rest)?;
    // ISO 8601 calls the end of a day 24:00, and a leap second :60.
    let ends_day = hour == 24 && minute == 0 && second == 0 && fraction == 0;
    let leaps = minute == 59 && second == 60;
    let fits = (hour < 24 || ends_day) && minute < 60 && (second < 60 || leaps);
    let seconds = i64::from(hour * 3600 + minute * 60 + second);
    fits.then_some((seconds * 1_000_000 + fraction, rest))
}

/// The number of two digits behind a mark, and what follows it.
fn two_after(mark: u8, bytes: &[u8]) -> Option<(u32, &[u8])> {
    let (digits, rest) = number(bytes.strip_prefix(&[mark])?);
    (digits.len() == 2).then(|| Some((value(digits)?, rest)))?
}

/// Microseconds of the digits behind the second; those beyond are cut off.
fn fraction(bytes: &[u8]) -> Option<(i64, &[u8])> {
    let Some((b'.' | b',' | b':', rest)) = bytes.split_first() else {
        return Some((0, bytes));
    };
    let (digits, rest) = number(rest);
    let mut micros = 0;
    for at in 0..6 {
        micros = micros * 10 + i64::from(digits.get(at).map_or(0, |digit| digit - b'0'));
    }
    (!digits.is_empty()).then_some((micros, rest))
}

/// An hour by the clock of 24, when AM or PM follows it.
fn half_day(hour: u32, bytes: &[u8]) -> Option<(u32, &[u8])> {
    let rest = bytes.trim_ascii_start();
    let Some(mark) = rest.get(..2) else {
        return Some((hour, bytes));
    };
    let afternoon = mark.eq_ignore_ascii_case(b"PM");
    if !afternoon && !mark.eq_ignore_ascii_case(b"AM") {
        return Some((hour, bytes));
    }
    let hour = match (hour, afternoon) {
        (12, _) | (0, false) => 0,
        (1..=11, _) => hour,
        _ => return None,
    };
    Some((hour + if afternoon { 12 } else { 0 }, &rest[2..]))
}

/// The offset from UTC that ends a time, in minutes: some inner none when there is none.
fn offset(bytes: &[u8]) -> Option<Option<i32>> {
    let rest = bytes.trim_ascii();
    let (sign, rest) = match rest {
        [] => return Some(None),
        b"Z" | b"z" | b"UTC" | b"GMT" => return Some(Some(0)),
        b"BST" => return Some(Some(60)),
        [b'+', rest @ ..] => (1, rest),
        [b'-', rest @ ..] => (-1, rest),
        _ => return None,
    };
    let (first, rest) = number(rest);
    let (hours, minutes) = match (first.len(), rest) {
        (2, []) => (value(first)?, 0),
        (4, []) => (value(&first[..2])?, value(&first[2..])?),
        (1 | 2, _) => {
            let (minutes, rest) = two_after(b':', rest)?;
            (value(first)?, rest.is_empty().then_some(minutes)?)
        }
        _ => return None,
    };
    let fits = hours <= 14 && minutes < 60;
    let minutes = i32::try_from(hours * 60 + minutes).ok()?;
    fits.then_some(Some(sign * minutes))
}

fn ymd(year: u32, month: u32, day: u32) -> Option<NaiveDate> {
    NaiveDate::from_ymd_opt(i32::try_from(year).ok()?, month, day)
}

/// The digits that bytes begin with, and what follows them.
fn number(bytes: &[u8]) -> (&[u8], &[u8]) {
    let digits = bytes.iter().take_while(|b| b.is_ascii_digit()).count();
    bytes.split_at(digits)
}

/// The value of a few digits; none of no digit or of too many.
fn value(digits: &[u8]) -> Option<u32> {
    let few = (1..=8).contains(&digits.len());
    few.then(|| {
        digits
            .iter()
            .fold(0, |value, digit| value * 10 + u32::from(digit - b'0'))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn shown(moment: WrittenTime, zone: Zone) -> String {
        let instant = chrono::DateTime::from_timestamp_micros(moment.instant(zone)).unwrap();
        instant.format("%Y-%m-%dT%H:%M:%S%.f").to_string()
    }

    fn read_as(text: &str) -> Option<String> {
        read(text, &[]).ok().map(|m| shown(m, Zone::UTC))
    }

    #[test]
    fn the_usual_forms_of_a_time() {
        for text in [
            "2026-01-05T10:20:30",
            "2026-01-05 10:20:30.0000000",
            "2026-01-05T10:20:30Z",
            "2026-01-05 10:20:30.0000000 +00:00",
            "2026-01-05T11:20:30+01:00",
            "2026-01-05T05:20:30-0500",
            "2026/01/05 10:20:30",
            "20260105102030",
            "20260105 102030",
            "20260105T10:20:30",
            "05/01/2026 10:20:30",
            "5/1/2026 10:20:30 AM",
            "05-Jan-2026 10:20:30",
            "05 January 2026, 10:20:30",
            "05JAN2026:10:20:30.000",
            "Jan  5 2026 10:20:30AM",
            "Jan 5, 2026 10:20:30:000 AM",
            "05.01.2026  10:20:30",
            "2026-01-05 10.20.30",
            "2026-01-05-10.20.30.000000",
            "05-JAN-2026 10.20.30.000000 AM",
        ] {
            assert_eq!(
                read_as(text).as_deref(),
                Some("2026-01-05T10:20:30"),
                "{text}"
            );
        }
        let cases = [
            ("2026-01-05 10:20", "2026-01-05T10:20:00"),
            ("2026-01-05T10:20:30.1234567", "2026-01-05T10:20:30.123456"),
            ("05/01/2026 12:05 AM", "2026-01-05T00:05:00"),
            ("05/01/2026 12:05 pm", "2026-01-05T12:05:00"),
            ("05/01/2026 0:05 am", "2026-01-05T00:05:00"),
            ("05/01/2026 12:30 PM", "2026-01-05T12:30:00"),
            ("2026-12-31 24:00", "2027-01-01T00:00:00"),
            ("2026-01-05T24:00:00.000", "2026-01-06T00:00:00"),
            ("20260105 240000", "2026-01-06T00:00:00"),
            ("2026-06-30T23:59:60Z", "2026-07-01T00:00:00"),
            ("202601051020", "2026-01-05T10:20:00"),
            ("2026-01-05", "2026-01-05T00:00:00"),
        ];
        for (text, meant) in cases {
            assert_eq!(read_as(text).as_deref(), Some(meant), "{text}");
        }
    }

    #[test]
    fn what_is_no_time() {
        for text in [
            "",
            "2026",
            "2026-02-30",
            "2026-13-01",
            "31/02/2026",
            "05/01/26",
            "05-Jan-26",
            "46027",
            "2026-01-05T24:00:01",
            "2026-01-05T24:30",
            "2026-01-05T23:58:60",
            "2026-01-05T23:59:61",
            "2026-01-05 0:05 PM",
            "2026-01-05 24:00 AM",
            "2026-01-05T10",
            "2026-01-05 10:20:30 XYZ",
            "05/Jam/2026",
            "2026-01/05",
            "99999999",
            "2026-01-05T10:60",
            "13:20 PM",
            "2026-01-05 13:20 PM",
            "2026-01-05T10:20:30.",
            "2026-01-05T10:20+25:00",
            "N/A",
            "000000000000000000000000",
            "2026-01-05-10",
            "2026-01-05 10.2",
            "2026-01-05 10.5",
        ] {
            assert_eq!(read_as(text), None, "{text}");
        }
    }

    #[test]
    fn dates_are_local_days() {
        let day = |text| read(text, &[]).unwrap().date(Zone::default()).unwrap();
        let april = day("2026-04-01");
        for text in [
            "2026-04-01 00:00:00.000",
            "2026-04-01T00:30:00",
            "2026-04-01T00:30:00+01:00",
            "2026-03-31T23:30:00Z",
            "01/04/2026",
            "1-Apr-2026",
            "20260401",
        ] {
            assert_eq!(day(text), april, "{text}");
        }
        let instant = |text| shown(read(text, &[]).unwrap(), Zone::default());
        assert_eq!(instant("2026-04-01T00:30:00"), "2026-03-31T23:30:00");
        // The day and the instant of one text agree.
        assert_eq!(day("2026-03-31 24:00"), april);
        assert_eq!(instant("2026-03-31 24:00"), "2026-03-31T23:00:00");
    }

    #[test]
    fn a_form_of_its_own_is_the_only_one() {
        let us = ["%m/%d/%Y".to_string()];
        let day = |text| read(text, &us).ok().and_then(|m| m.date(Zone::UTC));
        assert_eq!(day("11/22/2026"), Some(20_779));
        assert_eq!(day("11/22/2026 00:00:00"), Some(20_779));
        assert_eq!(day("2026-11-22"), None);
        assert_eq!(wanted(ColumnType::Date, &us), "%m/%d/%Y");
        // A year of two digits is none of four.
        assert_eq!(day("11/22/26"), None);
        assert_eq!(day("11/22/226"), None);
        assert_eq!(day("01/01/0001"), Some(-719_162));
        let short = ["%d-%b-%y %I.%M.%S%.f %p".to_string()];
        let oracle = read("22-NOV-26 02.30.00.000000 PM", &short).unwrap();
        assert_eq!(shown(oracle, Zone::UTC), "2026-11-22T14:30:00");
    }

    #[test]
    fn the_order_of_a_date_shows() {
        let order = |text| match read(text, &[]) {
            Ok(moment) => moment.slashes,
            Err(slashes) => slashes,
        };
        assert_eq!(order("22/11/2026"), Some(Slashes::DayFirst));
        assert_eq!(order("11/22/2026"), Some(Slashes::MonthFirst));
        assert_eq!(order("5/6/2026"), Some(Slashes::Either));
        assert_eq!(order("2026-11-22"), None);
    }
}
