//! What opt-outs did: which lists were read (`populace.opt_out_list`), and how many rows of each
//! table people who opted out have lost (`populace.opt_out_effect`). Counts only, for the operator.

use crate::error::{Context, Result};
use crate::lake::{Lake, Table, TableName};
use crate::privacy::ListRead;
use arrow::array::{
    ArrayRef, AsArray, Date32Array, Int64Array, RecordBatch, StringArray, TimestampMicrosecondArray,
};
use arrow::datatypes::{DataType, Date32Type, Field, Int64Type, Schema, SchemaRef, TimeUnit};
use chrono::NaiveDate;
use std::collections::{BTreeMap, HashSet};
use std::sync::Arc;

/// Rows that were taken out, by table.
pub type Effect = BTreeMap<String, u64>;

fn effect_table() -> TableName {
    TableName::new("populace", "opt_out_effect")
}

fn effect_schema() -> SchemaRef {
    let micros = DataType::Timestamp(TimeUnit::Microsecond, None);
    Arc::new(Schema::new(vec![
        Field::new("change", DataType::Utf8, false),
        Field::new("applied", micros, false),
        Field::new("table_name", DataType::Utf8, false),
        Field::new("rows", DataType::Int64, false),
    ]))
}

/// Counts and notes the rows that people who have `joined` the lists since the last pull are about to
/// lose. A pull that was cut short and is done again finds the note, and does not count twice.
pub async fn note(lake: &Lake, tables: &[Option<Table>], joined: &HashSet<i64>) -> Result<Effect> {
    if joined.is_empty() {
        return Ok(Effect::new());
    }
    let mut people: Vec<i64> = joined.iter().copied().collect();
    people.sort_unstable();
    let mut hash = blake3::Hasher::new();
    for person in &people {
        hash.update(&person.to_be_bytes());
    }
    let change = hash.finalize().to_hex()[..16].to_string();
    let base = lake.table(&effect_table()).await?;
    let mut effect = Effect::new();
    if let Some(stored) = &base {
        for batch in lake.read_table(stored, None).await? {
            let changes = batch.column(0).as_string::<i32>();
            let names = batch.column(2).as_string::<i32>();
            let rows = batch.column(3).as_primitive::<Int64Type>();
            for row in (0..batch.num_rows()).filter(|row| changes.value(*row) == change) {
                effect.insert(names.value(row).to_string(), rows.value(row).unsigned_abs());
            }
        }
    }
    if !effect.is_empty() {
        return Ok(effect);
    }
    for table in tables.iter().flatten() {
        let rows = rows_of(lake, table, joined).await?;
        if rows > 0 {
            effect.insert(table.name.to_string(), rows);
        }
    }
    if effect.is_empty() {
        return Ok(effect);
    }
    let now = chrono::Utc::now().timestamp_micros();
    let columns: Vec<ArrayRef> = vec![
        Arc::new(StringArray::from_iter_values(
            effect.keys().map(|_| &change),
        )),
        Arc::new(
            effect
                .keys()
                .map(|_| Some(now))
                .collect::<TimestampMicrosecondArray>(),
        ),
        Arc::new(StringArray::from_iter_values(effect.keys())),
        Arc::new(
            effect
                .values()
                .map(|rows| i64::try_from(*rows).ok())
                .collect::<Int64Array>(),
        ),
    ];
    let rows = RecordBatch::try_new(effect_schema(), columns)
        .data(|| "cannot store what the opt-outs did")?;
    lake.append_rows(&effect_table(), base.as_ref(), rows)
        .await?;
    Ok(effect)
}

/// How many rows of a table are theirs.
async fn rows_of(lake: &Lake, table: &Table, people: &HashSet<i64>) -> Result<u64> {
    let mut rows = 0;
    if table.schema.index_of("person_key").is_err() {
        return Ok(rows);
    }
    for file in &table.files {
        for batch in lake.read_file(file, Some(&["person_key"])).await? {
            let keys = batch.column(0).as_primitive::<Int64Type>().iter().flatten();
            rows += keys.filter(|key| people.contains(key)).count() as u64;
        }
    }
    Ok(rows)
}

/// `populace.opt_out_list`.
pub fn list_table() -> TableName {
    TableName::new("populace", "opt_out_list")
}

/// Keeps which lists the last pull read, and of which day they are.
pub async fn store_lists(lake: &Lake, lists: &[ListRead]) -> Result<()> {
    let base = lake.table(&list_table()).await?;
    if base.is_none() && lists.is_empty() {
        return Ok(());
    }
    let schema = Arc::new(Schema::new(vec![
        Field::new("list", DataType::Utf8, false),
        Field::new("kind", DataType::Utf8, false),
        Field::new("checked_on", DataType::Date32, false),
        Field::new("people", DataType::Int64, false),
    ]));
    let kind = |list: &ListRead| {
        serde_json::to_value(list.kind)
            .ok()?
            .as_str()
            .map(str::to_string)
    };
    let day = |list: &ListRead| Some(Date32Type::from_naive_date(list.checked_on));
    let columns: Vec<ArrayRef> = vec![
        Arc::new(StringArray::from_iter_values(lists.iter().map(|l| &l.name))),
        Arc::new(lists.iter().map(kind).collect::<StringArray>()),
        Arc::new(lists.iter().map(day).collect::<Date32Array>()),
        Arc::new(
            lists
                .iter()
                .map(|l| i64::try_from(l.people).ok())
                .collect::<Int64Array>(),
        ),
    ];
    let rows = RecordBatch::try_new(schema, columns).data(|| "cannot store the opt-out lists")?;
    lake.replace_rows(&list_table(), base.as_ref(), rows, BTreeMap::new())
        .await
}

/// The day of the oldest check against the National Data Opt-out that the lake's people went through;
/// None when no list of it was read.
pub async fn ndoo_checked_on(lake: &Lake) -> Result<Option<NaiveDate>> {
    let mut oldest: Option<i32> = None;
    let Some(lists) = lake.table(&list_table()).await? else {
        return Ok(None);
    };
    let columns = Some(["kind", "checked_on"].as_slice());
    for batch in lake.read_table(&lists, columns).await? {
        let kinds = batch.column(0).as_string::<i32>();
        let days = batch.column(1).as_primitive::<Date32Type>();
        for row in (0..batch.num_rows()).filter(|row| kinds.value(*row) == "national") {
            let day = days.value(row);
            oldest = Some(oldest.map_or(day, |known| known.min(day)));
        }
    }
    Ok(oldest.and_then(Date32Type::to_naive_date_opt))
}
