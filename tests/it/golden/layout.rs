//! The golden rows, laid in a lake in different ways.

use super::data::{Rows, shard, tables};
use arrow::array::{Array, ArrayRef, AsArray, BooleanArray, RecordBatch, UInt32Array};
use arrow::compute::{SortColumn, filter_record_batch, lexsort_to_indices, take_record_batch};
use arrow::datatypes::Int64Type;
use parquet::arrow::ArrowWriter;
use parquet::file::properties::{EnabledStatistics, WriterProperties};
use populace::lake::{
    Change, DataFile, DeletionVector, FileWriter, Lake, Location, Settings, SortOrder, TableName,
};
use std::collections::BTreeMap;
use std::path::Path;

/// How tables lie.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Layout {
    /// In shards of people, sorted, every other shard in two files, as pulls leave them.
    Shards,
    /// In files of no order, with small groups of rows; one file has no statistics.
    Loose,
    /// In two sorted files of many small groups of rows, which threads share by ranges.
    Ranges,
}

/// One file: its rows, and which of them were removed.
struct Part {
    shard: Option<i32>,
    rows: RecordBatch,
    removed: Vec<bool>,
}

/// Makes the lake in `folder`.
pub async fn lay(folder: &Path, layout: Layout) -> Lake {
    let location = Location::parse("lake", folder).unwrap();
    let settings = Settings::new(16, "golden".to_string());
    let lake = Lake::open_or_create(location, &settings).await.unwrap();
    for rows in tables() {
        let name = TableName::new("golden", rows.name);
        let sharded = layout == Layout::Shards && rows.name != "practice";
        let mut add = Vec::new();
        for (number, part) in parts(&rows, layout).iter().enumerate() {
            add.push(write(&lake, &name, layout, number, part).await);
        }
        let change = Change {
            schema: rows.all.schema(),
            sharded,
            properties: BTreeMap::new(),
            add,
            remove: Vec::new(),
        };
        lake.commit(&name, None, change).await.unwrap();
    }
    lake
}

/// The rows of each table that were not removed.
pub fn live() -> Vec<(&'static str, RecordBatch)> {
    let live = |rows: &Rows| {
        let keep: BooleanArray = rows.removed.iter().map(|gone| Some(!gone)).collect();
        filter_record_batch(&rows.all, &keep).unwrap()
    };
    tables()
        .iter()
        .map(|rows| (rows.name, live(rows)))
        .collect()
}

fn parts(rows: &Rows, layout: Layout) -> Vec<Part> {
    let count = rows.all.num_rows() as u32;
    if rows.name == "practice" {
        return vec![part(rows, None, (0..count).collect())];
    }
    let keys = rows.all.column_by_name("person_key").unwrap();
    let keys = keys.as_primitive::<Int64Type>();
    let key = |row: u32| {
        keys.is_valid(row as usize)
            .then(|| keys.value(row as usize))
    };
    let of_key = |wanted: &dyn Fn(Option<i64>, u32) -> bool| -> Vec<u32> {
        sorted(rows)
            .into_iter()
            .filter(|row| wanted(key(*row), *row))
            .collect()
    };
    let mut parts = Vec::new();
    match layout {
        Layout::Shards => {
            for number in 0..16 {
                let of = of_key(&|key, _| key.is_some_and(|key| shard(key) == number));
                let later = |row: &u32| number % 2 == 1 && number < 15 && row.is_multiple_of(7);
                let (second, first): (Vec<u32>, Vec<u32>) = of.into_iter().partition(later);
                for rows_of in [first, second] {
                    parts.push(part(rows, Some(number as i32), rows_of));
                }
            }
            parts.push(part(rows, Some(-1), of_key(&|key, _| key.is_none())));
        }
        Layout::Loose => {
            for number in 0..7 {
                parts.push(part(
                    rows,
                    None,
                    (0..count).filter(|row| row % 7 == number).collect(),
                ));
            }
        }
        Layout::Ranges => {
            let low = |key: i64| shard(key) < 8;
            parts.push(part(rows, None, of_key(&|key, _| key.is_some_and(low))));
            parts.push(part(
                rows,
                None,
                of_key(&|key, _| key.is_some_and(|k| !low(k))),
            ));
            parts.push(part(rows, None, of_key(&|key, _| key.is_none())));
        }
    }
    parts.retain(|part| part.rows.num_rows() > 0);
    parts
}

fn part(rows: &Rows, shard: Option<i32>, indices: Vec<u32>) -> Part {
    let removed = indices
        .iter()
        .map(|at| rows.removed[*at as usize])
        .collect();
    let rows = take_record_batch(&rows.all, &UInt32Array::from(indices)).unwrap();
    Part {
        shard,
        rows,
        removed,
    }
}

/// The second column by which the rows of a table are sorted, after the person's key.
fn second(rows: &RecordBatch) -> Option<&ArrayRef> {
    ["day", "begins"]
        .iter()
        .find_map(|name| rows.column_by_name(name))
}

/// All rows by person and date.
fn sorted(rows: &Rows) -> Vec<u32> {
    let key = rows.all.column_by_name("person_key").unwrap();
    let columns = std::iter::once(key).chain(second(&rows.all));
    let columns: Vec<SortColumn> = columns
        .map(|column| SortColumn {
            values: column.clone(),
            options: None,
        })
        .collect();
    lexsort_to_indices(&columns, None)
        .unwrap()
        .values()
        .to_vec()
}

async fn write(
    lake: &Lake,
    name: &TableName,
    layout: Layout,
    number: usize,
    part: &Part,
) -> DataFile {
    let schema = part.rows.schema();
    let mut writer = FileWriter::for_rows(&schema, &[], part.rows.num_rows()).unwrap();
    writer.write(&part.rows).unwrap();
    let mut encoded = writer.finish().unwrap();
    if layout != Layout::Shards && name.name != "practice" {
        let (bytes, starts) = in_small_groups(&part.rows, layout, number);
        encoded.bytes = bytes;
        encoded.order = encoded
            .order
            .filter(|_| layout == Layout::Ranges)
            .map(|order| SortOrder {
                starts: if order.starts.is_empty() {
                    Vec::new()
                } else {
                    starts
                },
                ..order
            });
    }
    let file = lake.write_file(name, part.shard, 0, encoded).await.unwrap();
    let removed = part.removed.iter().enumerate().filter(|(_, gone)| **gone);
    let removed: Vec<u32> = removed.map(|(at, _)| at as u32).collect();
    match removed.is_empty() {
        true => file,
        false => DataFile {
            rows: file.rows - removed.len() as u64,
            removed: DeletionVector::new(removed),
            ..file
        },
    }
}

/// A file of groups of about 2,000 rows, in which no person is in two, and where each begins.
fn in_small_groups(
    rows: &RecordBatch,
    layout: Layout,
    number: usize,
) -> (Vec<u8>, Vec<(u64, i64)>) {
    let statistics = match (layout, number) {
        (Layout::Loose, 3) => EnabledStatistics::None,
        (Layout::Loose, 4) => EnabledStatistics::Chunk,
        _ => EnabledStatistics::Page,
    };
    let properties = WriterProperties::builder()
        .set_statistics_enabled(statistics)
        .set_data_page_row_count_limit(500)
        .set_write_batch_size(250)
        .build();
    let keys = rows
        .column_by_name("person_key")
        .unwrap()
        .as_primitive::<Int64Type>();
    let mut writer = ArrowWriter::try_new(Vec::new(), rows.schema(), Some(properties)).unwrap();
    let mut starts = Vec::new();
    let mut from = 0;
    while from < rows.num_rows() {
        let mut to = (from + 2_000).min(rows.num_rows());
        while layout == Layout::Ranges
            && to < rows.num_rows()
            && keys.value(to) == keys.value(to - 1)
        {
            to += 1;
        }
        starts.push((writer.bytes_written() as u64, keys.value(from)));
        writer.write(&rows.slice(from, to - from)).unwrap();
        writer.flush().unwrap();
        from = to;
    }
    (writer.into_inner().unwrap(), starts)
}
