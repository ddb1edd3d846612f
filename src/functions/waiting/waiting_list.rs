//! A waiting list from the dates of its people.

use crate::functions::broken_rule::broken_rule;
use crate::functions::doc::Argument;
use crate::functions::fold::FoldRows;
use crate::functions::group_rows::GroupRows;
use crate::functions::person::days::days;
use arrow::array::{Array, ArrayRef, Date32Array};
use datafusion::common::Result;

/// The arguments, as documents say them.
pub(super) const ARGUMENTS: [Argument; 4] = [
    ("referred", "the day on which a person joined the list"),
    (
        "removed",
        "the day on which the person was treated or left it otherwise; NULL when still waiting",
    ),
    ("first_day", "of the period; the same for a group"),
    (
        "last_day",
        "of the period, which counts; the same for a group",
    ),
];

/// The longest period: a hundred years.
const LONGEST: f64 = 36_600.0;

const SETTINGS: [&str; 2] = ["first_day", "last_day"];

/// The days of referral and removal of a group's people, as numbers; not a number for those who
/// wait.
pub(super) type WaitingRows = GroupRows<2>;

/// Takes people in.
pub(super) fn update(
    function: &'static str,
    states: &mut [WaitingRows],
    values: &[ArrayRef],
    rows: FoldRows,
) -> Result<usize> {
    let mut columns = Vec::with_capacity(ARGUMENTS.len());
    for values in values {
        columns.push(days(values)?);
    }
    let day = |column: &Date32Array, row: usize| {
        column.is_valid(row).then(|| f64::from(column.value(row)))
    };
    let mut beside = 0;
    rows.each(|row, group| {
        let [referred, removed, first, last] = [0, 1, 2, 3].map(|i| day(&columns[i], row));
        let Some(referred) = referred else {
            return broken_rule(function, "referred", "must not be NULL");
        };
        let removed = removed.unwrap_or(f64::NAN);
        if removed < referred {
            return broken_rule(function, "removed", "must not be before referred");
        }
        let length = first.zip(last).map(|(first, last)| last - first);
        if length.is_some_and(|length| !(0.0..=LONGEST).contains(&length)) {
            let rule = "must not be before first_day, nor a hundred years after it";
            return broken_rule(function, "last_day", rule);
        }
        let state = &mut states[group];
        state.settings.take(function, &SETTINGS, [first, last])?;
        beside += state.extend(&[referred, removed]);
        Ok(())
    })?;
    Ok(beside)
}

/// Takes in what was saved of other people of the same groups.
pub(super) fn merge(
    function: &'static str,
    states: &mut [WaitingRows],
    arrays: &[ArrayRef],
    rows: FoldRows,
) -> Result<usize> {
    WaitingRows::merge(states, arrays, rows, function, &SETTINGS)
}

/// A list within a period.
pub(super) struct WaitingList {
    pub first: i64,
    pub last: i64,
    /// Days of referral and removal.
    people: Vec<(i64, Option<i64>)>,
}

impl WaitingList {
    /// The list of a group; None of no rows.
    pub(super) fn of(rows: &WaitingRows) -> Option<Self> {
        let [first, last] = rows.settings.get()?;
        let people = rows.sorted(2).into_iter().map(|row| {
            let removed = (!row[1].is_nan()).then_some(row[1] as i64);
            (row[0] as i64, removed)
        });
        Some(WaitingList {
            first: first as i64,
            last: last as i64,
            people: people.collect(),
        })
    }

    fn within(&self, day: i64) -> bool {
        (self.first..=self.last).contains(&day)
    }

    /// Days of referral within the period, in order.
    pub(super) fn referrals(&self) -> Vec<i64> {
        let days = self.people.iter().map(|(referred, _)| *referred);
        days.filter(|day| self.within(*day)).collect()
    }

    /// Days of removal within the period, in order.
    pub(super) fn removals(&self) -> Vec<i64> {
        let days = self.people.iter().filter_map(|(_, removed)| *removed);
        let mut days: Vec<i64> = days.filter(|day| self.within(*day)).collect();
        days.sort_unstable();
        days
    }

    /// How many wait at the end of each day of the period.
    pub(super) fn queue(&self) -> Vec<i64> {
        let length = usize::try_from(self.last - self.first + 1).unwrap_or(0);
        let mut changes = vec![0; length];
        let place = |day: i64| usize::try_from((day - self.first).max(0)).unwrap_or(usize::MAX);
        for (referred, removed) in &self.people {
            if let Some(change) = changes.get_mut(place(*referred)) {
                *change += 1;
            }
            if let Some(change) = removed.and_then(|day| changes.get_mut(place(day))) {
                *change -= 1;
            }
        }
        let mut waiting = 0;
        for change in &mut changes {
            waiting += *change;
            *change = waiting;
        }
        changes
    }

    /// The days that each of those has waited who wait at the end of the period.
    pub(super) fn waits(&self) -> Vec<i64> {
        let waiting = self.people.iter().filter(|(referred, removed)| {
            *referred <= self.last && removed.is_none_or(|day| day > self.last)
        });
        waiting.map(|(referred, _)| self.last - referred).collect()
    }
}
