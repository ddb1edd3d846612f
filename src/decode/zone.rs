//! The clock of a source: what its local times are in UTC, and on which of its days an instant falls.

use crate::error::{Error, Result};
use chrono::{DateTime, NaiveDateTime, Offset, TimeDelta, TimeZone};
use chrono_tz::Tz;

const DAY: i64 = 86_400_000_000;

/// The time zone of a source.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Zone(Tz);

impl Default for Zone {
    /// England's.
    fn default() -> Self {
        Zone(Tz::Europe__London)
    }
}

impl Zone {
    /// No clock but UTC.
    pub(crate) const UTC: Zone = Zone(Tz::UTC);

    /// The zone of a name such as `Europe/London`.
    pub fn parse(name: &str) -> Result<Self> {
        name.parse().map(Zone).map_err(|_| {
            Error::usage(format!("'{name}' is no time zone"))
                .hint("write its name in the IANA list, such as Europe/London or UTC")
        })
    }

    /// Its name.
    pub fn name(self) -> &'static str {
        self.0.name()
    }

    /// Microseconds since 1970 in UTC of a local time in microseconds since 1970. Of an hour that
    /// comes twice in autumn the first is meant; one that spring leaves out counts from the hour
    /// before.
    pub(crate) fn to_utc(self, local: i64) -> i64 {
        let Some(naive) = naive(local).filter(|_| self != Zone::UTC) else {
            return local;
        };
        let offset = match self.0.offset_from_local_datetime(&naive).earliest() {
            Some(offset) => offset,
            None => {
                let before = naive.checked_sub_signed(TimeDelta::hours(3));
                self.0.offset_from_utc_datetime(&before.unwrap_or(naive))
            }
        };
        local - i64::from(offset.fix().local_minus_utc()) * 1_000_000
    }

    /// The local day of an instant in microseconds since 1970, in days since 1970.
    pub(crate) fn day(self, utc: i64) -> Option<i32> {
        let shift = match naive(utc).filter(|_| self != Zone::UTC) {
            Some(naive) => self.0.offset_from_utc_datetime(&naive).fix(),
            None => chrono::Utc.fix(),
        };
        let local = utc.checked_add(i64::from(shift.local_minus_utc()) * 1_000_000)?;
        i32::try_from(local.div_euclid(DAY)).ok()
    }
}

fn naive(micros: i64) -> Option<NaiveDateTime> {
    DateTime::from_timestamp_micros(micros).map(|moment| moment.naive_utc())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn micros(text: &str) -> i64 {
        let moment = NaiveDateTime::parse_from_str(text, "%Y-%m-%dT%H:%M").unwrap();
        moment.and_utc().timestamp_micros()
    }

    #[test]
    fn local_times_are_an_hour_ahead_in_summer() {
        let zone = Zone::default();
        for (local, utc) in [
            ("2026-01-05T10:20", "2026-01-05T10:20"),
            ("2026-04-01T00:30", "2026-03-31T23:30"),
            // 01:30 on 25 October 2026 comes twice.
            ("2026-10-25T01:30", "2026-10-25T00:30"),
            // 01:30 on 29 March 2026 does not come.
            ("2026-03-29T01:30", "2026-03-29T01:30"),
            ("2026-03-29T02:30", "2026-03-29T01:30"),
        ] {
            assert_eq!(zone.to_utc(micros(local)), micros(utc), "{local}");
        }
        assert_eq!(Zone::UTC.to_utc(5), 5);
    }

    #[test]
    fn an_instant_falls_on_a_local_day() {
        let day = |text| Zone::default().day(micros(text)).unwrap();
        assert_eq!(day("2026-03-31T23:30"), day("2026-04-01T12:00"));
        assert_eq!(day("2026-01-31T23:30"), day("2026-01-31T12:00"));
        assert_eq!(Zone::UTC.day(-1), Some(-1));
    }

    #[test]
    fn a_zone_that_is_none_is_refused() {
        let error = Zone::parse("BST").unwrap_err();
        assert_eq!(error.what(), "'BST' is no time zone");
        assert_eq!(Zone::parse("Europe/London").unwrap(), Zone::default());
    }
}
