//! What is remembered of each source beside its files: since when it fails, and what arrives when.

use crate::error::{Context, Result};
use crate::lake::Lake;
use crate::pipeline::Expected;
use crate::pull::SourceTally;
use crate::pull::state::extracts;
use chrono::NaiveDate;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// Days with arrivals that are kept: the last, and those that say what is usual.
const KEPT: usize = 8;

/// Earlier days with arrivals that it takes to say what is usual.
const FEWEST: usize = 3;

/// The properties of `populace.extract` that hold it.
const PROPERTY: &str = "populace.source.";

/// What is remembered of a source.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct SourceMark {
    /// Since when pulls go on without it, and why.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub failing: Option<Failing>,
    /// The last days on which something new arrived, the oldest first.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub arrivals: Vec<Arrival>,
    /// What became of the lines of the last pull that read something of it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub last: Option<LastPull>,
}

/// What became of the lines of a pull.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct LastPull {
    /// Its day.
    pub day: NaiveDate,
    /// The lines.
    pub lines: SourceTally,
}

/// Since when pulls go on without a source, and why.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Failing {
    /// The day of the first pull that went on without it.
    pub since: NaiveDate,
    /// Why the last one did.
    pub reason: String,
}

/// What arrived on one day.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Arrival {
    /// The day of the pull.
    pub day: NaiveDate,
    /// Lines, without headers and empty ones.
    pub lines: u64,
}

/// What is remembered of sources, by name.
pub(crate) type SourceMarks = BTreeMap<String, SourceMark>;

impl SourceMark {
    /// Takes in what arrived; pulls of one day add up.
    pub(in crate::pull) fn arrive(&mut self, day: NaiveDate, lines: u64) {
        match self.arrivals.last_mut() {
            // A clock that was set back does not make the past longer.
            Some(last) if last.day >= day => last.lines += lines,
            _ => self.arrivals.push(Arrival { day, lines }),
        }
        let surplus = self.arrivals.len().saturating_sub(KEPT);
        self.arrivals.drain(..surplus);
    }

    /// Takes in that a pull went on without the source.
    pub(in crate::pull) fn fail(&mut self, day: NaiveDate, reason: String) {
        let since = self.failing.as_ref().map_or(day, |failing| failing.since);
        self.failing = Some(Failing { since, reason });
    }

    /// The usual number of lines: the median of the days before the last one; None when they are too
    /// few.
    fn usual(&self) -> Option<u64> {
        let (_, before) = self.arrivals.split_last()?;
        if before.len() < FEWEST {
            return None;
        }
        let mut lines: Vec<u64> = before.iter().map(|arrival| arrival.lines).collect();
        lines.sort_unstable();
        let middle = lines.len() / 2;
        Some(match lines.len() % 2 {
            1 => lines[middle],
            _ => lines[middle - 1].midpoint(lines[middle]),
        })
    }

    /// What was expected and did not come, as of `today`, in words.
    pub(crate) fn lacks(&self, expected: &Expected, today: NaiveDate) -> Vec<String> {
        let mut lacks = Vec::new();
        let last = self.arrivals.last();
        if let Some(days) = expected.expect_every_days {
            match last {
                None => lacks.push(format!(
                    "no extract has ever arrived, and one is expected every {}; check whether it was sent, or change expect_every_days of this source",
                    in_days(days)
                )),
                Some(last) if (today - last.day).num_days() >= i64::from(days) => {
                    lacks.push(format!(
                        "no new extract since {}, and one is expected every {}; check whether it was sent, or change expect_every_days of this source",
                        last.day,
                        in_days(days)
                    ));
                }
                Some(_) => {}
            }
        }
        if let (Some(share), Some(usual), Some(last)) =
            (expected.expect_share_of_usual, self.usual(), last)
            && (last.lines as f64) < usual as f64 * share
        {
            lacks.push(format!(
                "the extract of {} has {} lines, and {usual} are usual; check whether it is whole, or change expect_share_of_usual of this source",
                last.day, last.lines
            ));
        }
        lacks
    }
}

fn in_days(days: u32) -> String {
    match days {
        1 => "day".to_string(),
        days => format!("{days} days"),
    }
}

/// Reads what is remembered from properties.
pub(in crate::pull) fn recall(properties: &BTreeMap<String, String>) -> SourceMarks {
    let marks = properties.iter().filter_map(|(key, text)| {
        let source = key.strip_prefix(PROPERTY)?;
        // A note that cannot be read costs what is usual, nothing else.
        Some((source.to_string(), serde_json::from_str(text).ok()?))
    });
    marks.collect()
}

/// What is remembered, as properties.
pub(in crate::pull) fn properties(marks: &SourceMarks) -> Result<BTreeMap<String, String>> {
    let marks = marks
        .iter()
        .filter(|(_, mark)| **mark != SourceMark::default());
    marks
        .map(|(source, mark)| {
            let text = serde_json::to_string(mark).data(|| "cannot write down what arrived")?;
            Ok((format!("{PROPERTY}{source}"), text))
        })
        .collect()
}

/// What the lake remembers of sources.
///
/// # Errors
/// Data: the lake cannot be read.
pub(crate) async fn load(lake: &Lake) -> Result<SourceMarks> {
    let table = lake.table(&extracts::table()).await?;
    Ok(recall(
        &table.map(|table| table.properties).unwrap_or_default(),
    ))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn day(of: u32) -> NaiveDate {
        NaiveDate::from_ymd_opt(2026, 11, of).unwrap()
    }

    fn mark(lines: &[u64]) -> SourceMark {
        let mut mark = SourceMark::default();
        for (of, lines) in (1..).zip(lines) {
            mark.arrive(day(of), *lines);
        }
        mark
    }

    #[test]
    fn first_extracts_have_no_usual_and_later_ones_the_median() {
        assert_eq!(mark(&[]).usual(), None);
        assert_eq!(mark(&[1_000, 10, 12]).usual(), None);
        assert_eq!(mark(&[1_000, 10, 12, 0]).usual(), Some(12));
        assert_eq!(mark(&[1_000, 10, 12, 14, 0]).usual(), Some(13));
        let long = mark(&[9, 9, 9, 1, 2, 3, 4, 5, 6, 7, 0]);
        assert_eq!((long.arrivals.len(), long.usual()), (8, Some(4)));
    }

    #[test]
    fn an_extract_is_late_when_the_days_have_gone_by() {
        let expected = Expected {
            expect_every_days: Some(2),
            expect_share_of_usual: Some(0.5),
            ..Expected::default()
        };
        let whole = mark(&[10, 10, 10, 5]);
        assert_eq!(whole.lacks(&expected, day(5)), [""; 0]);
        let late = whole.lacks(&expected, day(6));
        assert_eq!(late.len(), 1);
        assert!(
            late[0]
                .starts_with("no new extract since 2026-11-04, and one is expected every 2 days")
        );
        let small = mark(&[10, 10, 10, 4]).lacks(&expected, day(4));
        assert_eq!(small.len(), 1);
        assert!(small[0].starts_with("the extract of 2026-11-04 has 4 lines, and 10 are usual"));
        assert_eq!(mark(&[]).lacks(&expected, day(4)).len(), 1);
        assert_eq!(mark(&[]).lacks(&Expected::default(), day(4)).len(), 0);
    }

    #[test]
    fn pulls_of_one_day_add_up() {
        let mut mark = mark(&[10, 10]);
        mark.arrive(day(2), 5);
        mark.arrive(day(1), 1);
        assert_eq!(
            mark.arrivals[1],
            Arrival {
                day: day(2),
                lines: 16
            }
        );
        mark.fail(day(3), "a".to_string());
        mark.fail(day(4), "b".to_string());
        let failing = mark.failing.clone().unwrap();
        assert_eq!((failing.since, failing.reason.as_str()), (day(3), "b"));
        let marks = SourceMarks::from([("gp".to_string(), mark)]);
        assert_eq!(recall(&properties(&marks).unwrap()), marks);
    }
}
