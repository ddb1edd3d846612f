//! Which files were taken: `populace.extract`, a row a file.

use crate::error::{Context, Result};
use crate::lake::{Lake, TableName};
use crate::pull::discover::source_file::SourceFile;
use arrow::array::{ArrayRef, AsArray, Int64Array, RecordBatch, StringArray};
use arrow::datatypes::{DataType, Field, Int64Type, Schema, SchemaRef};
use std::collections::BTreeMap;
use std::sync::Arc;

/// What is remembered of a file.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Extract {
    /// Bytes, as stored.
    pub size: u64,
    /// When it was last changed, in microseconds since 1970.
    pub modified: i64,
    /// The mark of its version on an object store; empty for files of this machine.
    pub etag: String,
    /// The settings it was read with.
    pub settings: String,
    /// All its lines.
    pub lines: u64,
    /// Lines that are in tables.
    pub accepted: u64,
    /// Lines of a resource type that has no view.
    pub without_view: u64,
    /// Lines that could not be used.
    pub rejected: u64,
    /// Lines that delete records.
    pub deletions: u64,
    /// Empty lines, and the header of a CSV file.
    pub other: u64,
    /// Lines a resource type or table: `Observation 7852, Patient 50`.
    pub types: String,
}

/// Files taken, by source and name.
pub(crate) type Extracts = BTreeMap<(String, String), Extract>;

/// `populace.extract`.
pub(crate) fn table() -> TableName {
    TableName::new("populace", "extract")
}

/// The number by which rows say that they came from `file` of `source`.
pub(crate) fn file_number(source: &str, file: &str) -> i64 {
    let mut hash = blake3::Hasher::new();
    hash.update(source.as_bytes()).update(&[0]);
    hash.update(file.as_bytes());
    let mut bytes = [0; 8];
    hash.finalize_xof().fill(&mut bytes);
    i64::from_le_bytes(bytes) & i64::MAX
}

const NUMBERS: [&str; 8] = [
    "size",
    "modified",
    "lines",
    "accepted",
    "without_view",
    "rejected",
    "deletions",
    "other",
];

fn schema() -> SchemaRef {
    let text = |name: &str| Field::new(name, DataType::Utf8, false);
    let mut fields = vec![
        text("source"),
        text("file"),
        text("settings"),
        text("types"),
    ];
    fields.extend(NUMBERS.map(|name| Field::new(name, DataType::Int64, false)));
    // Lakes made before object stores do not have it.
    fields.push(Field::new("etag", DataType::Utf8, true));
    Arc::new(Schema::new(fields))
}

/// In the place of a file's settings: what it held has to be read again.
const AGAIN: &str = "again";

/// In the place of a file's settings: later extracts have taken its place.
const REPLACED: &str = "replaced";

impl Extract {
    /// The same file, to be read again whatever the settings are.
    pub(in crate::pull) fn read_again(&mut self) {
        self.settings = AGAIN.to_string();
    }

    /// The same file, whose place later extracts have taken: it is not read again as it is.
    pub(in crate::pull) fn replace(&mut self) {
        self.settings = REPLACED.to_string();
    }

    /// Whether later extracts have taken its place.
    pub(in crate::pull) fn is_replaced(&self) -> bool {
        self.settings == REPLACED
    }

    /// Whether `file` has the bytes that were taken, as far as its place tells.
    pub(in crate::pull) fn is_of(&self, file: &SourceFile) -> bool {
        self.size == file.size && self.modified == file.modified && self.etag == file.etag()
    }

    /// Whether it was read with other settings than `settings`.
    pub(in crate::pull) fn is_of_others(&self, settings: &str) -> bool {
        self.settings != settings && !self.is_to_read_again() && !self.is_replaced()
    }

    /// Whether it has to be read again although it has not changed.
    pub(in crate::pull) fn is_to_read_again(&self) -> bool {
        self.settings == AGAIN
    }

    /// Whether `file`, read with these settings, would bring nothing new.
    pub(crate) fn covers(&self, file: &SourceFile, settings: &str) -> bool {
        self.is_of(file) && self.settings == settings
    }

    /// Lines that brought something: neither empty nor rejected.
    pub(crate) fn used(&self) -> u64 {
        self.accepted + self.without_view + self.deletions
    }

    fn numbers(&self) -> [i64; 8] {
        let n = |v: u64| i64::try_from(v).unwrap_or(i64::MAX);
        [
            n(self.size),
            self.modified,
            n(self.lines),
            n(self.accepted),
            n(self.without_view),
            n(self.rejected),
            n(self.deletions),
            n(self.other),
        ]
    }
}

/// Reads what was taken before.
pub(crate) async fn load(lake: &Lake) -> Result<Extracts> {
    let mut taken = Extracts::new();
    let Some(stored) = lake.table(&table()).await? else {
        return Ok(taken);
    };
    for batch in lake.read_table(&stored, None).await? {
        let text = |i: usize| batch.column(i).as_string::<i32>();
        let number = |i: usize| batch.column(4 + i).as_primitive::<Int64Type>();
        let etags = batch.column_by_name("etag").map(|c| c.as_string::<i32>());
        for row in 0..batch.num_rows() {
            let n = |i: usize| u64::try_from(number(i).value(row)).unwrap_or_default();
            taken.insert(
                (
                    text(0).value(row).to_string(),
                    text(1).value(row).to_string(),
                ),
                Extract {
                    size: n(0),
                    modified: number(1).value(row),
                    etag: etags.map_or("", |etags| etags.value(row)).to_string(),
                    settings: text(2).value(row).to_string(),
                    lines: n(2),
                    accepted: n(3),
                    without_view: n(4),
                    rejected: n(5),
                    deletions: n(6),
                    other: n(7),
                    types: text(3).value(row).to_string(),
                },
            );
        }
    }
    Ok(taken)
}

/// Stores what has been taken up to now. This is a pull's last commit: until then its files count
/// as not taken, and a pull that was cut short reads them again.
pub(crate) async fn store(
    lake: &Lake,
    taken: &Extracts,
    properties: BTreeMap<String, String>,
) -> Result<()> {
    let base = lake.table(&table()).await?;
    let text = |of: &dyn Fn(&(String, String), &Extract) -> String| -> ArrayRef {
        Arc::new(StringArray::from_iter_values(
            taken.iter().map(|(k, v)| of(k, v)),
        ))
    };
    let mut columns = vec![
        text(&|k, _| k.0.clone()),
        text(&|k, _| k.1.clone()),
        text(&|_, v| v.settings.clone()),
        text(&|_, v| v.types.clone()),
    ];
    for i in 0..NUMBERS.len() {
        let numbers: Int64Array = taken.values().map(|v| Some(v.numbers()[i])).collect();
        columns.push(Arc::new(numbers));
    }
    columns.push(text(&|_, v| v.etag.clone()));
    let rows = RecordBatch::try_new(schema(), columns).data(|| "cannot store what was taken")?;
    lake.replace_rows(&table(), base.as_ref(), rows, properties)
        .await
}
