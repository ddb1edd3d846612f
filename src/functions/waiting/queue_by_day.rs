//! `queue_by_day(referred, removed, first_day, last_day)`: how long a list was on each day.

use super::waiting_list::{self, ARGUMENTS, WaitingList, WaitingRows};
use crate::functions::aggregate::aggregate;
use crate::functions::fold::{Fold, FoldRows};
use crate::functions::person::overlap::CALLS;
use crate::functions::{Doc, Function};
use arrow::array::{ArrayRef, Date32Array, Int64Array, ListArray, StructArray};
use arrow::buffer::{NullBuffer, OffsetBuffer};
use arrow::datatypes::{DataType, Field, Fields};
use datafusion::common::Result;
use std::sync::Arc;

const DOC: Doc = Doc {
    name: "queue_by_day",
    syntax: "queue_by_day(referred, removed, first_day, last_day)",
    summary: "How many people wait at the end of each day of a period, from the dates of a waiting list. One row for each person who was on the list, also before the period.",
    arguments: &ARGUMENTS,
    gives: "A list with a struct for each day, in order: `day` (a date) and `waiting` (people). `unnest` makes rows of it.",
    formula: "Those referred on the day or before, less those removed on it or before.",
    rules: "Who is referred and removed on one day waits at the end of none. Errors as those of `waiting_list_flow`. No rows give NULL: a list that is empty in all of a period still needs a row, or a left join.",
    source: "NHSRwaitinglist (NHS-R Community), wl_queue_size, which counts people who left before the period as waiting.",
    example: "select queue['day'] as day, queue['waiting'] as waiting\nfrom (select unnest(queue_by_day(referred, removed, date '2024-01-06', date '2024-01-10')) as queue\n    from (values (date '2024-01-01', date '2024-01-08'), (date '2024-01-04', null), (date '2024-01-10', null))\n        as person(referred, removed))\norder by day",
};

fn fields() -> Fields {
    Fields::from(vec![
        Field::new("day", DataType::Date32, true),
        Field::new("waiting", DataType::Int64, true),
    ])
}

fn item() -> Arc<Field> {
    Arc::new(Field::new_list_field(DataType::Struct(fields()), true))
}

pub(super) fn function() -> Function {
    aggregate(&DOC, CALLS, DataType::List(item()), Queue)
}

#[derive(Clone)]
struct Queue;

impl Fold for Queue {
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
        let (mut days, mut waiting) = (Vec::new(), Vec::new());
        let mut lengths = Vec::with_capacity(states.len());
        let mut valid = Vec::with_capacity(states.len());
        for state in &states {
            let list = WaitingList::of(state);
            valid.push(list.is_some());
            let queue = list.as_ref().map(WaitingList::queue).unwrap_or_default();
            let first = list.map_or(0, |list| list.first);
            lengths.push(queue.len());
            days.extend(
                (first..)
                    .zip(&queue)
                    .map(|(day, _)| i32::try_from(day).ok()),
            );
            waiting.extend(queue);
        }
        let columns: Vec<ArrayRef> = vec![
            Arc::new(Date32Array::from(days)),
            Arc::new(Int64Array::from(waiting)),
        ];
        let structs = StructArray::try_new(fields(), columns, None)?;
        let offsets = OffsetBuffer::from_lengths(lengths);
        let valid = Some(NullBuffer::from(valid));
        let lists = ListArray::try_new(item(), offsets, Arc::new(structs), valid)?;
        Ok(Arc::new(lists))
    }
}
