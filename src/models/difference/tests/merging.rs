//! Kept groups, less those that go, with those that come.

use crate::models::difference::additive::{KeptAggregate, KeptColumn};
use crate::models::difference::touched::merged_where_touched;
use arrow::array::{ArrayRef, Int64Array, RecordBatch, StringArray, StringViewArray};
use datafusion::common::DFSchema;
use datafusion::logical_expr::LogicalPlanBuilder;
use std::sync::Arc;

/// A group, its sum, its smallest value, its rows, and its values.
type GroupRow = (&'static str, Option<i64>, Option<i64>, i64, i64);

fn groups(rows: &[GroupRow]) -> RecordBatch {
    let numbers = |of: fn(&GroupRow) -> Option<i64>| -> ArrayRef {
        Arc::new(rows.iter().map(of).collect::<Int64Array>())
    };
    let names: StringArray = rows.iter().map(|row| Some(row.0)).collect();
    let columns: [(&str, ArrayRef, bool); 5] = [
        ("c0", Arc::new(names), true),
        ("c1", numbers(|row| row.1), true),
        ("c2", numbers(|row| row.2), true),
        ("c3", numbers(|row| Some(row.3)), true),
        ("c4", numbers(|row| Some(row.4)), true),
    ];
    RecordBatch::try_from_iter_with_nullable(columns).unwrap()
}

fn aggregate() -> KeptAggregate {
    let schema = groups(&[]).project(&[0, 1, 2]).unwrap().schema();
    KeptAggregate {
        plan: LogicalPlanBuilder::empty(false).build().unwrap(),
        columns: vec![
            KeptColumn::Group,
            KeptColumn::Sum(4),
            KeptColumn::Least(4),
            KeptColumn::Count,
            KeptColumn::Count,
        ],
        schema: Arc::new(DFSchema::try_from(schema.as_ref().clone()).unwrap()),
    }
}

const KEPT: [GroupRow; 3] = [
    ("a", Some(10), Some(2), 4, 3),
    ("b", Some(5), Some(5), 1, 1),
    ("c", None, None, 2, 0),
];

fn after(gone: &[GroupRow], come: &[GroupRow]) -> Option<RecordBatch> {
    merged_where_touched(&aggregate(), &groups(&KEPT), &groups(gone), &groups(come)).unwrap()
}

#[test]
fn groups_lose_rows_get_rows_come_and_go() {
    let gone = [("a", Some(4), Some(4), 2, 1), ("b", Some(5), Some(5), 1, 1)];
    let come = [("a", Some(1), Some(1), 1, 1), ("d", None, None, 1, 0)];
    let expected = [
        ("c", None, None, 2, 0),
        ("a", Some(7), Some(1), 3, 3),
        ("d", None, None, 1, 0),
    ];
    assert_eq!(after(&gone, &come), Some(groups(&expected)));
    assert_eq!(after(&[], &[]), Some(groups(&KEPT)));
}

#[test]
fn values_come_and_go() {
    let gone = [("a", Some(10), Some(2), 3, 3)];
    let come = [("a", Some(9), Some(2), 1, 1)];
    let (left, without) = (after(&gone, &come).unwrap(), ("a", Some(10), Some(2), 3, 3));
    assert_eq!(left.slice(2, 1), groups(&[("a", Some(9), Some(2), 2, 1)]));
    // The extremum went, and nothing as small came.
    assert_eq!(after(&[without], &[]), None);
    let come = [("c", Some(0), Some(0), 1, 1)];
    let found = after(&[], &come).unwrap();
    assert_eq!(found.slice(2, 1), groups(&[("c", Some(0), Some(0), 3, 1)]));
}

#[test]
fn a_lost_extremum_is_seen() {
    let gone = [("a", Some(2), Some(2), 1, 1)];
    assert_eq!(after(&gone, &[]), None);
    assert_eq!(after(&gone, &[("a", Some(3), Some(3), 1, 1)]), None);
    assert!(after(&gone, &[("a", Some(2), Some(2), 1, 1)]).is_some());
    assert!(after(&gone, &[("a", Some(0), Some(0), 1, 1)]).is_some());
    // What was no extremum may go.
    assert!(after(&[("a", Some(4), Some(4), 1, 1)], &[]).is_some());
}

#[test]
fn what_cannot_be_is_not_believed() {
    // More rows go than there were, or rows of a group that was not there.
    assert_eq!(after(&[("b", Some(5), Some(5), 2, 1)], &[]), None);
    assert_eq!(after(&[("e", Some(5), Some(5), 1, 1)], &[]), None);
    // The sum has no place in its type.
    let come = [("a", Some(i64::MAX), Some(2), 1, 1)];
    assert_eq!(after(&[], &come), None);
}

#[test]
fn groups_of_many_nights_take_no_more_room_than_those_of_one() {
    let as_views = |rows: &[GroupRow]| -> RecordBatch {
        // Too long for a view to hold by itself.
        let names = rows
            .iter()
            .map(|row| format!("{} of so many letters", row.0));
        let names: StringViewArray = names.map(Some).collect();
        let plain = groups(rows);
        let mut columns = plain.columns().to_vec();
        columns[0] = Arc::new(names);
        let names = ["c0", "c1", "c2", "c3", "c4"];
        let columns = names.into_iter().zip(columns);
        RecordBatch::try_from_iter_with_nullable(columns.map(|(n, c)| (n, c, true))).unwrap()
    };
    let of = |kept: &RecordBatch, gone: &[GroupRow], come: &[GroupRow]| {
        let (gone, come) = (as_views(gone), as_views(come));
        let merged = merged_where_touched(&aggregate(), kept, &gone, &come).unwrap();
        merged.unwrap()
    };
    let row = |sum| [("a", Some(sum), Some(sum), 1, 1)];
    let first = of(&as_views(&KEPT), &[], &row(5));
    let mut kept = first.clone();
    for night in 0..40 {
        kept = of(&kept, &row(5 + night % 2), &row(5 + (night + 1) % 2));
    }
    let room = |groups: &RecordBatch| groups.get_array_memory_size();
    assert!(room(&kept) <= room(&first), "{} bytes", room(&kept));
    assert_eq!(kept.num_rows(), 3);
}
