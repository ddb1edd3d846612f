//! Days and moments: plain numbers, so that a life is quick to simulate and to write.

use chrono::{Datelike, NaiveDate};

use super::random::Random;

/// Days since 1970-01-01.
pub(super) type Day = i32;

/// Seconds since 1970-01-01T00:00:00 UTC.
pub(super) type Moment = i64;

const EPOCH_FROM_CE: i32 = 719_163;

/// Chance of a contact by month, January first: flat for planned care.
pub(super) const EVEN: [f64; 12] = [1.0; 12];
/// Winter pressure: emergencies and infections.
pub(super) const WINTER: [f64; 12] = [
    1.0, 0.93, 0.87, 0.80, 0.78, 0.76, 0.75, 0.74, 0.79, 0.86, 0.93, 1.0,
];
/// The seasonal vaccination campaign.
pub(super) const AUTUMN: [f64; 12] = [
    0.06, 0.02, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.35, 1.0, 0.65, 0.2,
];

/// Chance by weekday, Monday first: open on working days, busiest on Monday.
pub(super) const WORKING: [f64; 7] = [1.0, 0.92, 0.88, 0.87, 0.84, 0.03, 0.01];
/// Open every day.
pub(super) const DAILY: [f64; 7] = [1.0, 0.95, 0.93, 0.92, 0.92, 0.9, 0.94];
/// Open on Saturdays too.
pub(super) const SHOP: [f64; 7] = [1.0, 0.95, 0.93, 0.92, 0.95, 0.5, 0.03];

/// The day number of a date.
pub(super) fn day(date: NaiveDate) -> Day {
    date.num_days_from_ce() - EPOCH_FROM_CE
}

/// The date of a day number.
pub(super) fn date(day: Day) -> NaiveDate {
    NaiveDate::from_num_days_from_ce_opt(day + EPOCH_FROM_CE).unwrap_or_default()
}

/// The day a moment lies in.
pub(super) fn day_of(moment: Moment) -> Day {
    moment.div_euclid(86_400) as Day
}

/// The moment of a day at so many minutes after midnight.
pub(super) fn at(day: Day, minutes: i32) -> Moment {
    i64::from(day) * 86_400 + i64::from(minutes) * 60
}

/// Whole years from `birth` to `on`, below zero before birth.
pub(super) fn age(birth: Day, on: Day) -> i32 {
    let (b, o) = (date(birth), date(on));
    let had_birthday = (o.month(), o.day()) >= (b.month(), b.day());
    o.year() - b.year() - i32::from(!had_birthday)
}

/// A day in `first..=last` by season and weekday; any day of it when none fits soon.
pub(super) fn pick_day(
    random: &mut Random,
    (first, last): (Day, Day),
    season: &[f64; 12],
    week: &[f64; 7],
) -> Day {
    for _ in 0..80 {
        let day = random.between(first, last);
        let weekday = (day + 3).rem_euclid(7) as usize;
        let month = date(day).month0() as usize;
        if random.chance(week[weekday] * season[month]) {
            return day;
        }
    }
    random.between(first, last)
}

fn two(out: &mut String, value: u32) {
    out.push(char::from(b'0' + (value / 10 % 10) as u8));
    out.push(char::from(b'0' + (value % 10) as u8));
}

/// Appends `YYYY-MM-DD`.
pub(super) fn push_date(out: &mut String, day: Day) {
    let date = date(day);
    let year = date.year() as u32;
    two(out, year / 100);
    two(out, year % 100);
    out.push('-');
    two(out, date.month());
    out.push('-');
    two(out, date.day());
}

/// Appends `YYYY-MM-DDTHH:MM:SS`.
pub(super) fn push_moment(out: &mut String, moment: Moment) {
    push_date(out, day_of(moment));
    let second = moment.rem_euclid(86_400) as u32;
    out.push('T');
    two(out, second / 3600);
    out.push(':');
    two(out, second / 60 % 60);
    out.push(':');
    two(out, second % 60);
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn days_and_dates_agree() {
        let leap = NaiveDate::from_ymd_opt(2024, 2, 29).unwrap();
        assert_eq!(date(day(leap)), leap);
        assert_eq!(day(NaiveDate::from_ymd_opt(1970, 1, 1).unwrap()), 0);
        let mut text = String::new();
        push_moment(&mut text, at(day(leap), 13 * 60 + 5) + 7);
        assert_eq!(text, "2024-02-29T13:05:07");
    }

    #[test]
    fn age_changes_on_the_birthday() {
        let birth = day(NaiveDate::from_ymd_opt(2000, 6, 15).unwrap());
        assert_eq!(
            age(birth, day(NaiveDate::from_ymd_opt(2025, 6, 14).unwrap())),
            24
        );
        assert_eq!(
            age(birth, day(NaiveDate::from_ymd_opt(2025, 6, 15).unwrap())),
            25
        );
    }
}
