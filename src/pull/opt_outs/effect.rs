//! What opt-outs did: which lists were read (`populace.opt_out_list`), and what changed by them
//! (`populace.opt_out_effect`). Counts only, for the operator.

use super::change::ListChange;
use super::stored::list_table;
use crate::error::{Context, Result};
use crate::lake::{Lake, Table, TableName};
use crate::privacy::{ListRead, PersonKey};
use crate::pull::merge::exclusions::{Exclusions, Theirs, WHOSE};
use arrow::array::{
    Array, ArrayRef, AsArray, Date32Array, Int64Array, RecordBatch, StringArray,
    TimestampMicrosecondArray,
};
use arrow::datatypes::{DataType, Date32Type, Field, Int64Type, Schema, SchemaRef, TimeUnit};
use chrono::NaiveDate;
use std::collections::{BTreeMap, HashSet};
use std::sync::Arc;

/// Rows by table.
pub(crate) type Effect = BTreeMap<String, u64>;

/// Rows that were in the lake, of people who joined a list.
const REMOVED: &str = "removed";
/// Rows that arrived, of people who are on a list.
const KEPT_OUT: &str = "kept_out";
/// People who were not on a list at the pull before.
const JOINED: &str = "joined";
/// People who were on a list at the pull before.
const WITHDRAWN: &str = "withdrawn";

fn effect_table() -> TableName {
    TableName::new("populace", "opt_out_effect")
}

fn effect_schema() -> SchemaRef {
    let micros = DataType::Timestamp(TimeUnit::Microsecond, None);
    Arc::new(Schema::new(vec![
        Field::new("change", DataType::Utf8, false),
        Field::new("applied", micros, false),
        Field::new("table_name", DataType::Utf8, true),
        Field::new("rows", DataType::Int64, true),
        Field::new("effect", DataType::Utf8, true),
        Field::new("list", DataType::Utf8, true),
        Field::new("people", DataType::Int64, true),
    ]))
}

/// A row of `populace.opt_out_effect`.
struct Noted {
    effect: &'static str,
    /// The table, and its rows.
    rows: Option<(String, u64)>,
    /// The list, and its people.
    people: Option<(String, u64)>,
}

/// What a pull is about to do to the lake, before it does it.
pub(crate) struct Coming<'a> {
    /// The tables as they are.
    pub tables: &'a [Option<Table>],
    /// What became of the lists.
    pub lists: &'a [ListChange],
    /// Who has joined any of them.
    pub joined: &'a HashSet<PersonKey>,
    /// What will not be in the lake.
    pub exclusions: &'a Exclusions,
    /// The state of the opt-outs that this is a change from.
    pub version: Option<u64>,
}

impl Coming<'_> {
    /// A name for the change: the same when a pull that was cut short is done again.
    fn name(&self) -> String {
        let mut people: Vec<PersonKey> = self.joined.iter().copied().collect();
        people.sort_unstable();
        let mut hash = blake3::Hasher::new();
        hash.update(&self.version.map_or(0, |v| v + 1).to_be_bytes());
        for person in &people {
            hash.update(&person.get().to_be_bytes());
        }
        for list in self.lists {
            hash.update(list.list.as_bytes());
            hash.update(&list.joined.to_be_bytes());
            hash.update(&list.left.to_be_bytes());
        }
        hash.finalize().to_hex()[..16].to_string()
    }
}

/// Counts and notes who has joined and left the lists since the last pull, and the rows that people
/// who joined are about to lose. A pull that was cut short and is done again finds the note, and
/// does not count twice.
pub(crate) async fn note(lake: &Lake, coming: &Coming<'_>) -> Result<Effect> {
    let mut noted = Vec::new();
    for list in coming.lists {
        for (effect, people) in [(JOINED, list.joined), (WITHDRAWN, list.left)] {
            if people > 0 {
                noted.push(Noted {
                    effect,
                    rows: None,
                    people: Some((list.list.clone(), people)),
                });
            }
        }
    }
    if noted.is_empty() {
        return Ok(Effect::new());
    }
    let change = coming.name();
    if let Some(effect) = already(lake, &change).await? {
        return Ok(effect);
    }
    let mut effect = Effect::new();
    for table in coming.tables.iter().flatten() {
        let rows = rows_of(lake, table, coming.exclusions).await?;
        if rows > 0 {
            effect.insert(table.name.to_string(), rows);
        }
    }
    noted.extend(of_tables(REMOVED, &effect));
    append(lake, &change, noted).await?;
    Ok(effect)
}

/// Notes the rows that arrived and were kept out of the lake.
pub(crate) async fn note_kept_out(lake: &Lake, coming: &Coming<'_>, effect: &Effect) -> Result<()> {
    if effect.is_empty() {
        return Ok(());
    }
    append(lake, &coming.name(), of_tables(KEPT_OUT, effect)).await
}

fn of_tables(effect: &'static str, rows: &Effect) -> Vec<Noted> {
    let noted = |(table, rows): (&String, &u64)| Noted {
        effect,
        rows: Some((table.clone(), *rows)),
        people: None,
    };
    rows.iter().map(noted).collect()
}

/// The rows that were noted of a change; None when nothing was.
async fn already(lake: &Lake, change: &str) -> Result<Option<Effect>> {
    let Some(stored) = lake.table(&effect_table()).await? else {
        return Ok(None);
    };
    let (mut found, mut effect) = (false, Effect::new());
    for batch in lake.read_table(&stored, None).await? {
        let changes = batch.column(0).as_string::<i32>();
        let names = batch.column(2).as_string::<i32>();
        let rows = batch.column(3).as_primitive::<Int64Type>();
        let effects = batch.column_by_name("effect").map(|c| c.as_string::<i32>());
        for row in (0..batch.num_rows()).filter(|row| changes.value(*row) == change) {
            found = true;
            if effects.is_none_or(|e| e.value(row) == REMOVED) && names.is_valid(row) {
                effect.insert(names.value(row).to_string(), rows.value(row).unsigned_abs());
            }
        }
    }
    Ok(found.then_some(effect))
}

async fn append(lake: &Lake, change: &str, noted: Vec<Noted>) -> Result<()> {
    let now = chrono::Utc::now().timestamp_micros();
    fn texts<'n>(values: impl Iterator<Item = Option<&'n str>>) -> ArrayRef {
        Arc::new(values.collect::<StringArray>())
    }
    fn numbers(values: impl Iterator<Item = Option<u64>>) -> ArrayRef {
        let signed = values.map(|n| n.and_then(|n| i64::try_from(n).ok()));
        Arc::new(signed.collect::<Int64Array>())
    }
    let columns: Vec<ArrayRef> = vec![
        texts(noted.iter().map(|_| Some(change))),
        Arc::new(TimestampMicrosecondArray::from(vec![now; noted.len()])),
        texts(noted.iter().map(|n| n.rows.as_ref().map(|r| r.0.as_str()))),
        numbers(noted.iter().map(|n| n.rows.as_ref().map(|r| r.1))),
        texts(noted.iter().map(|n| Some(n.effect))),
        texts(
            noted
                .iter()
                .map(|n| n.people.as_ref().map(|p| p.0.as_str())),
        ),
        numbers(noted.iter().map(|n| n.people.as_ref().map(|p| p.1))),
    ];
    let rows = RecordBatch::try_new(effect_schema(), columns)
        .data(|| "cannot store what the opt-outs did")?;
    let base = lake.table(&effect_table()).await?;
    lake.append_rows(&effect_table(), base.as_ref(), rows).await
}

/// How many rows of a table are of people who have opted out.
async fn rows_of(lake: &Lake, table: &Table, exclusions: &Exclusions) -> Result<u64> {
    let fields = table.schema.fields().iter();
    let whose = fields.filter(|field| WHOSE.contains(&field.name().as_str()));
    let shape = Arc::new(Schema::new(whose.cloned().collect::<Vec<_>>()));
    let mut rows = 0;
    if shape.index_of("person_key").is_err() {
        return Ok(rows);
    }
    for file in &table.files {
        for batch in lake.read_as(file, &shape, None).await? {
            let theirs = Theirs::of(exclusions, &batch);
            rows += (0..batch.num_rows()).filter(|at| theirs.has(*at)).count() as u64;
        }
    }
    Ok(rows)
}

/// Keeps which lists the last pull read, and of which day they are.
pub(crate) async fn store_lists(lake: &Lake, lists: &[ListRead]) -> Result<()> {
    let base = lake.table(&list_table()).await?;
    if base.is_none() && lists.is_empty() {
        return Ok(());
    }
    let schema = Arc::new(Schema::new(vec![
        Field::new("list", DataType::Utf8, false),
        Field::new("kind", DataType::Utf8, false),
        Field::new("checked_on", DataType::Date32, false),
        Field::new("people", DataType::Int64, false),
        Field::new("joined", DataType::Int64, true),
        Field::new("withdrawn", DataType::Int64, true),
    ]));
    let number = |of: fn(&ListRead) -> u64| -> ArrayRef {
        let numbers = lists.iter().map(|l| i64::try_from(of(l)).ok());
        Arc::new(numbers.collect::<Int64Array>())
    };
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
        number(|l| l.people),
        number(|l| l.joined),
        number(|l| l.withdrawn),
    ];
    let rows = RecordBatch::try_new(schema, columns).data(|| "cannot store the opt-out lists")?;
    lake.replace_rows(&list_table(), base.as_ref(), rows, BTreeMap::new())
        .await
}

/// The day of the oldest check against the National Data Opt-out that the lake's people went through;
/// None when no list of it was read.
pub(crate) async fn ndoo_checked_on(lake: &Lake) -> Result<Option<NaiveDate>> {
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
