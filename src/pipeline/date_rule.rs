//! Dates that a pipeline file gives by a rule, such as the end of last month.

use crate::decode::Zone;
use chrono::{DateTime, Datelike, NaiveDate, Utc};
use std::fmt;
use std::sync::LazyLock;

/// The time at which the command began: a night that passes midnight keeps its day.
static NOW: LazyLock<DateTime<Utc>> = LazyLock::new(Utc::now);

/// A rule by which a date follows from the day on which a command runs.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum DateRule {
    /// The day before.
    Yesterday,
    /// The last day of the month before.
    EndOfLastMonth,
}

impl DateRule {
    const ALL: [DateRule; 2] = [DateRule::Yesterday, DateRule::EndOfLastMonth];

    /// The rule of a text; None where it is none.
    pub(super) fn parse(text: &str) -> Option<Self> {
        let mut all = DateRule::ALL.into_iter();
        all.find(|rule| rule.to_string() == text)
    }

    /// The rules, as a pipeline file writes them.
    pub(super) fn written() -> String {
        DateRule::ALL.map(|rule| format!("\"{rule}\"")).join(" or ")
    }

    /// Its date for the day in England on which the command began.
    pub(super) fn date(self) -> Option<NaiveDate> {
        self.at(*NOW)
    }

    fn at(self, moment: DateTime<Utc>) -> Option<NaiveDate> {
        let days = Zone::default().day(moment.timestamp_micros())?;
        let today = NaiveDate::from_epoch_days(days)?;
        match self {
            DateRule::Yesterday => today.pred_opt(),
            DateRule::EndOfLastMonth => today.with_day(1)?.pred_opt(),
        }
    }
}

impl fmt::Display for DateRule {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            DateRule::Yesterday => "yesterday",
            DateRule::EndOfLastMonth => "end of last month",
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rules_follow_the_days_of_england() {
        let date = |rule: DateRule, moment: &str| {
            let moment = DateTime::parse_from_rfc3339(moment).unwrap();
            rule.at(moment.to_utc()).unwrap().to_string()
        };
        for (moment, yesterday, end) in [
            ("2026-11-28T02:00:00Z", "2026-11-27", "2026-10-31"),
            // The first of the month, and of the year.
            ("2027-01-01T00:30:00Z", "2026-12-31", "2026-12-31"),
            ("2028-03-01T12:00:00Z", "2028-02-29", "2028-02-29"),
            // In summer the day begins at 23:00 in UTC.
            ("2026-06-30T22:59:59Z", "2026-06-29", "2026-05-31"),
            ("2026-06-30T23:00:00Z", "2026-06-30", "2026-06-30"),
        ] {
            assert_eq!(date(DateRule::Yesterday, moment), yesterday, "{moment}");
            assert_eq!(date(DateRule::EndOfLastMonth, moment), end, "{moment}");
        }
    }

    #[test]
    fn a_rule_is_written_one_way() {
        assert_eq!(
            DateRule::parse("end of last month"),
            Some(DateRule::EndOfLastMonth)
        );
        assert_eq!(DateRule::parse("yesterday"), Some(DateRule::Yesterday));
        for text in ["today", "Yesterday", "end of month", "2026-09-30", ""] {
            assert_eq!(DateRule::parse(text), None, "{text}");
        }
        assert_eq!(
            DateRule::written(),
            "\"yesterday\" or \"end of last month\""
        );
    }
}
