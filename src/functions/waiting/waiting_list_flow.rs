//! `waiting_list_flow(referred, removed, first_day, last_day)`: what the formulas of waiting lists
//! need, from the list itself.

use super::waiting_list::{self, ARGUMENTS, WaitingList, WaitingRows};
use crate::functions::aggregate::aggregate;
use crate::functions::fold::{Fold, FoldRows};
use crate::functions::person::overlap::CALLS;
use crate::functions::{Doc, Function};
use arrow::array::{ArrayRef, Float64Builder, Int64Builder, StructArray};
use arrow::buffer::NullBuffer;
use arrow::datatypes::{DataType, Field, Fields};
use datafusion::common::Result;
use std::sync::Arc;

const DOC: Doc = Doc {
    name: "waiting_list_flow",
    syntax: "waiting_list_flow(referred, removed, first_day, last_day)",
    summary: "Demand and capacity of a waiting list with their variation, from the dates of its people: what `queue_load`, `target_queue_size`, `target_capacity` and `relief_capacity` need. One row for each person who was on the list, also before the period.",
    arguments: &ARGUMENTS,
    gives: "A struct: `demand` and `capacity`, people a week; `demand_cv` and `capacity_cv`, the coefficients of variation of the times between people who join and between people who leave; `referrals` and `removals` in the period; `waiting` at the end of its last day, and `mean_wait` so far of those who wait, in weeks.",
    formula: "Demand = 7 / mean of the days between the first day, each referral within the period and the last day, in order; its cv is their standard deviation (divisor one less than their number) / mean. Capacity likewise of the removals, but time when nobody waited is left out: a day at the end of which the list is empty comes before the removals of that day, and the next time is counted from it.",
    rules: "A referral before the period and a removal after it count for the list and for no flow. Without an interval of any length (all on one day) demand or capacity is NULL, and so is cv of a single one. referred NULL, a removal before the referral, first_day or last_day that is NULL or changes within a group, and a last_day before the first or more than a hundred years after it are errors. Times of day do not matter. No rows give NULL.",
    source: "NHSRwaitinglist (NHS-R Community), wl_referral_stats, wl_removal_stats and wl_queue_size, which count removals outside of the period too, and people who left before it as waiting.",
    example: "select waiting_list_flow(referred, removed, date '2024-01-01', date '2024-01-16') as list\nfrom (values (date '2024-01-01', date '2024-01-08'), (date '2024-01-04', null), (date '2024-01-10', null),\n    (date '2024-01-16', null)) as person(referred, removed)",
};

const NUMBERS: [&str; 5] = [
    "demand",
    "demand_cv",
    "capacity",
    "capacity_cv",
    "mean_wait",
];
const COUNTS: [&str; 3] = ["referrals", "removals", "waiting"];

fn fields() -> Fields {
    let numbers = NUMBERS
        .iter()
        .map(|name| Field::new(*name, DataType::Float64, true));
    let counts = COUNTS
        .iter()
        .map(|name| Field::new(*name, DataType::Int64, true));
    numbers.chain(counts).collect()
}

pub(super) fn function() -> Function {
    aggregate(&DOC, CALLS, DataType::Struct(fields()), Flow)
}

#[derive(Clone)]
struct Flow;

impl Fold for Flow {
    type State = WaitingRows;

    fn update(
        &self,
        states: &mut [WaitingRows],
        values: &[ArrayRef],
        rows: FoldRows,
    ) -> Result<usize> {
        waiting_list::update(DOC.name, states, values, rows)
    }

    fn merge(
        &self,
        states: &mut [WaitingRows],
        arrays: &[ArrayRef],
        rows: FoldRows,
    ) -> Result<usize> {
        waiting_list::merge(DOC.name, states, arrays, rows)
    }

    fn finish(&self, states: Vec<WaitingRows>) -> Result<ArrayRef> {
        let mut numbers = NUMBERS.map(|_| Float64Builder::with_capacity(states.len()));
        let mut counts = COUNTS.map(|_| Int64Builder::with_capacity(states.len()));
        let mut valid = Vec::with_capacity(states.len());
        for state in &states {
            let flow = WaitingList::of(state).map(|list| flow(&list));
            valid.push(flow.is_some());
            for (i, column) in numbers.iter_mut().enumerate() {
                let number = flow.map(|(numbers, _)| numbers[i]);
                column.append_option(number.filter(|number| number.is_finite()));
            }
            for (i, column) in counts.iter_mut().enumerate() {
                column.append_option(flow.map(|(_, counts)| counts[i]));
            }
        }
        let mut columns: Vec<ArrayRef> = Vec::with_capacity(NUMBERS.len() + COUNTS.len());
        for column in &mut numbers {
            columns.push(Arc::new(column.finish()));
        }
        for column in &mut counts {
            columns.push(Arc::new(column.finish()));
        }
        let valid = Some(NullBuffer::from(valid));
        Ok(Arc::new(StructArray::try_new(fields(), columns, valid)?))
    }
}

/// The numbers and the counts of a list, in the order of their names; not a number where unknown.
fn flow(list: &WaitingList) -> ([f64; NUMBERS.len()], [i64; COUNTS.len()]) {
    let (referrals, removals) = (list.referrals(), list.removals());
    let (queue, waits) = (list.queue(), list.waits());
    let (demand, demand_cv) = rate(&intervals(list, &referrals, &[]));
    let mut empty = Vec::new();
    for (day, waiting) in (list.first..).zip(&queue) {
        if *waiting == 0 {
            empty.push(day);
        }
    }
    let (capacity, capacity_cv) = rate(&intervals(list, &removals, &empty));
    let waited: i64 = waits.iter().sum();
    let mean_wait = waited as f64 / waits.len() as f64 / 7.0;
    let count = |days: &[i64]| i64::try_from(days.len()).unwrap_or(i64::MAX);
    (
        [demand, demand_cv, capacity, capacity_cv, mean_wait],
        [
            count(&referrals),
            count(&removals),
            queue.last().copied().unwrap_or(0),
        ],
    )
}

/// The days between the first day, the days given and the last day. A day of `resets` stands before
/// those that are equal to it, and the time that ends with it does not count.
fn intervals(list: &WaitingList, days: &[i64], resets: &[i64]) -> Vec<f64> {
    let ends = [list.first, list.last];
    let counted = ends.iter().chain(days).map(|day| (*day, true));
    let resets = resets.iter().map(|day| (*day, false));
    let mut points: Vec<(i64, bool)> = counted.chain(resets).collect();
    points.sort_unstable();
    let pairs = points.windows(2).filter(|pair| pair[1].1);
    pairs.map(|pair| (pair[1].0 - pair[0].0) as f64).collect()
}

/// People a week, and the coefficient of variation of the days between them.
fn rate(intervals: &[f64]) -> (f64, f64) {
    let n = intervals.len() as f64;
    let mean = intervals.iter().sum::<f64>() / n;
    let squares: f64 = intervals.iter().map(|days| (days - mean).powi(2)).sum();
    (7.0 / mean, (squares / (n - 1.0)).sqrt() / mean)
}
