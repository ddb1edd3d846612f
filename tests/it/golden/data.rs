//! The rows of the golden lake: made by rule from a fixed seed, so that every machine has the same.
//!
//! Numbers that are added up are multiples of 1/64: their sums are exact in any order. Each table has
//! rows that were removed again; their values are extreme, so that one that is read shows.

use arrow::array::{
    ArrayRef, BooleanArray, Date32Array, Decimal128Array, Float64Array, Int32Array, Int64Array,
    RecordBatch, StringArray, TimestampMicrosecondArray,
};
use std::sync::Arc;

/// Rows of a table, and which of them were removed.
pub struct Rows {
    pub name: &'static str,
    pub all: RecordBatch,
    pub removed: Vec<bool>,
}

const PEOPLE: u64 = 5_000;
/// Events of people whom the table of people does not have.
const STRANGERS: u64 = 200;
const EVENTS: u64 = 100_000;
const SPELLS: u64 = 12_000;
const DAYS: u64 = 86_400_000_000;
/// Days from 1970 to 2024.
const FIRST_DAY: i32 = 19_723;

/// Shards of the golden lake.
pub const SHARDS: i64 = 16;

/// A number for a row and a column (SplitMix64).
fn mixed(column: u64, row: u64) -> u64 {
    let mut z = (column << 40) ^ row;
    z = z
        .wrapping_add(0x9e37_79b9_7f4a_7c15)
        .wrapping_mul(0xbf58_476d_1ce4_e5b9);
    z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    z ^ (z >> 31)
}

/// The key of a person.
fn key(person: u64) -> i64 {
    (mixed(1, person) >> 1) as i64
}

/// The shard of a key.
pub fn shard(key: i64) -> i64 {
    key / (i64::MAX / SHARDS + 1)
}

/// Whether a value is there: all but `percent` of a hundred.
fn there(column: u64, row: u64, percent: u64) -> bool {
    mixed(column + 100, row) % 100 >= percent
}

fn text(list: &[&str], column: u64, row: u64) -> String {
    list[(mixed(column, row) % list.len() as u64) as usize].to_string()
}

const NOTES: [&str; 12] = [
    "",
    "Été",
    "O'Neil",
    "100%",
    "a_b",
    "naïve Ωmega",
    "plain words",
    "PLAIN WORDS",
    " spaces ",
    "tab\tand\\slash",
    "été",
    "zz top",
];

const CODES: [&str; 16] = [
    "A00", "A01", "B20", "C34", "C50", "E10", "E11", "F32", "I10", "I21", "I50", "J44", "J45",
    "K52", "N18", "Z99",
];

/// The tables.
pub fn tables() -> Vec<Rows> {
    vec![person(), event(), spell(), practice()]
}

/// Rows 0 to `live`, and one removed row after every `every` of them.
fn numbered(live: u64, every: u64) -> (Vec<u64>, Vec<bool>) {
    let rows = (0..live).flat_map(|row| {
        let gone = (row % every == every - 1).then_some((1_000_000 + row, true));
        std::iter::once((row, false)).chain(gone)
    });
    rows.unzip()
}

fn column<T, A: FromIterator<Option<T>> + arrow::array::Array + 'static>(
    rows: &[u64],
    value: impl Fn(u64) -> Option<T>,
) -> ArrayRef {
    Arc::new(rows.iter().map(|row| value(*row)).collect::<A>())
}

fn batch(columns: Vec<(&str, ArrayRef)>) -> RecordBatch {
    let columns = columns.into_iter().map(|(name, array)| (name, array, true));
    RecordBatch::try_from_iter_with_nullable(columns).unwrap()
}

fn decimal(rows: &[u64], value: impl Fn(u64) -> Option<i128>) -> ArrayRef {
    let array: Decimal128Array = rows.iter().map(|row| value(*row)).collect();
    Arc::new(array.with_precision_and_scale(12, 2).unwrap())
}

fn is_removed(row: u64) -> bool {
    row >= 1_000_000
}

fn person() -> Rows {
    let (rows, removed) = numbered(PEOPLE, 9);
    let person = |row: u64| row % 1_000_000;
    let all = batch(vec![
        (
            "person_key",
            column::<_, Int64Array>(&rows, |r| Some(key(person(r)))),
        ),
        (
            "sex",
            column::<_, StringArray>(&rows, |r| {
                there(2, r, 7).then(|| text(&["female", "male", "other"], 2, r))
            }),
        ),
        (
            "birth",
            column::<_, Date32Array>(&rows, |r| {
                let day = FIRST_DAY - (mixed(3, r) % 36_000) as i32;
                Some(if is_removed(r) { -60_000 } else { day })
            }),
        ),
        (
            "practice",
            column::<_, StringArray>(&rows, |r| {
                there(4, r, 6).then(|| format!("P{:02}", mixed(4, r) % 24))
            }),
        ),
        (
            "score",
            column::<_, Float64Array>(&rows, |r| {
                there(5, r, 80).then(|| (mixed(5, r) % 6_400) as f64 / 64.0)
            }),
        ),
        (
            "registered",
            column::<_, BooleanArray>(&rows, |r| {
                there(6, r, 4).then(|| !mixed(6, r).is_multiple_of(3))
            }),
        ),
        (
            "income",
            decimal(&rows, |r| {
                there(7, r, 25).then(|| i128::from(mixed(7, r) % 9_000_000))
            }),
        ),
    ]);
    Rows {
        name: "person",
        all,
        removed,
    }
}

/// Only people of the last shard have units, and the first has the earliest day.
fn event() -> Rows {
    let (rows, removed) = numbered(EVENTS, 13);
    let who = |r: u64| there(10, r, 2).then(|| key(mixed(10, r) % (PEOPLE + STRANGERS)));
    let day = |r: u64| {
        let first = who(r).is_some_and(|key| shard(key) == 0) && r.is_multiple_of(50);
        // A file with an extreme day, though it was removed, is never passed over.
        let even = who(r).is_some_and(|key| shard(key) % 2 == 0);
        match (is_removed(r) && even, first) {
            (true, _) => -60_000,
            (_, true) => FIRST_DAY - 1,
            _ => FIRST_DAY + (mixed(11, r) % 700) as i32,
        }
    };
    let all = batch(vec![
        (
            "event_id",
            column::<_, Int64Array>(&rows, |r| Some(r as i64)),
        ),
        ("person_key", column::<_, Int64Array>(&rows, who)),
        ("day", column::<_, Date32Array>(&rows, |r| Some(day(r)))),
        (
            "moment",
            column::<_, TimestampMicrosecondArray>(&rows, |r| {
                let moment = i64::from(day(r)) * DAYS as i64 + (mixed(12, r) % DAYS) as i64;
                there(12, r, 3).then_some(moment)
            }),
        ),
        (
            "code",
            column::<_, StringArray>(&rows, |r| there(13, r, 10).then(|| text(&CODES, 13, r))),
        ),
        (
            "units",
            column::<_, Float64Array>(&rows, |r| {
                let last = who(r).is_some_and(|key| shard(key) == SHARDS - 1);
                let some = last && there(14, r, 60) && !is_removed(r);
                some.then(|| 0.5 * (1 + mixed(14, r) % 7) as f64)
            }),
        ),
        (
            "cost",
            column::<_, Float64Array>(&rows, |r| {
                let cost = (mixed(15, r) % 1_000_000) as f64 / 64.0;
                there(15, r, 12).then_some(if is_removed(r) { 1e12 } else { cost })
            }),
        ),
        (
            "quantity",
            column::<_, Int32Array>(&rows, |r| {
                let quantity = (mixed(16, r) % 1_050) as i32 - 50;
                there(16, r, 15).then_some(if is_removed(r) { -999_999 } else { quantity })
            }),
        ),
        (
            "amount",
            decimal(&rows, |r| {
                there(17, r, 5).then(|| i128::from(mixed(17, r) % 2_000_000) - 500_000)
            }),
        ),
        (
            "urgent",
            column::<_, BooleanArray>(&rows, |r| {
                there(18, r, 5).then(|| mixed(18, r).is_multiple_of(4))
            }),
        ),
        (
            "note",
            column::<_, StringArray>(&rows, |r| {
                there(19, r, 30).then(|| match is_removed(r) {
                    true => "~removed".to_string(),
                    false => text(&NOTES, 19, r),
                })
            }),
        ),
    ]);
    Rows {
        name: "event",
        all,
        removed,
    }
}

fn spell() -> Rows {
    let (rows, removed) = numbered(SPELLS, 7);
    let start = |r: u64| match is_removed(r) {
        true => -60_000,
        false => FIRST_DAY + (mixed(21, r) % 600) as i32,
    };
    let all = batch(vec![
        (
            "person_key",
            column::<_, Int64Array>(&rows, |r| Some(key(mixed(20, r) % 3_000))),
        ),
        (
            "begins",
            column::<_, Date32Array>(&rows, |r| Some(start(r))),
        ),
        (
            "ends",
            column::<_, Date32Array>(&rows, |r| {
                there(22, r, 8).then(|| start(r) + (mixed(22, r) % 40) as i32)
            }),
        ),
        (
            "spell_id",
            column::<_, Int64Array>(&rows, |r| Some(r as i64)),
        ),
        (
            "ward",
            column::<_, StringArray>(&rows, |r| {
                there(23, r, 12).then(|| format!("W{}", mixed(23, r) % 9))
            }),
        ),
        (
            "beds",
            column::<_, Int32Array>(&rows, |r| {
                there(24, r, 10).then(|| (mixed(24, r) % 12) as i32)
            }),
        ),
    ]);
    Rows {
        name: "spell",
        all,
        removed,
    }
}

/// Practices: some that nobody has, some missing, one without a code.
fn practice() -> Rows {
    let (rows, removed) = numbered(28, 5);
    let all = batch(vec![
        ("place", column::<_, Int64Array>(&rows, |r| Some(r as i64))),
        (
            "practice",
            column::<_, StringArray>(&rows, |r| {
                (r != 3).then(|| format!("P{:02}", (r % 1_000) * 2 % 31))
            }),
        ),
        (
            "region",
            column::<_, StringArray>(&rows, |r| (r % 6 != 5).then(|| format!("R{}", r % 4))),
        ),
        (
            "weight",
            column::<_, Float64Array>(&rows, |r| {
                there(30, r, 20).then(|| (mixed(30, r) % 640) as f64 / 64.0)
            }),
        ),
    ]);
    Rows {
        name: "practice",
        all,
        removed,
    }
}
