//! Versions of records that took the rows of older versions out of a table and have none themselves,
//! kept as `populace.emptied`: an older version that arrives in a later night must not bring its
//! rows back. Few records lose all their rows, so this stays small whatever the record's size.

use crate::error::{Context, Result};
use crate::lake::{Lake, TableName};
use crate::privacy::RecordKey;
use crate::pull::spool::Spool;
use crate::pull::version::{EXTRACT_ORDER, RecordVersion, VERSION_ORDER, Version, VersionColumns};
use arrow::array::{
    ArrayRef, AsArray, Int64Array, RecordBatch, StringArray, TimestampMicrosecondArray,
};
use arrow::datatypes::{DataType, Field, Schema, SchemaRef, TimeUnit};
use std::collections::{BTreeMap, HashMap};
use std::sync::Arc;

/// `populace.emptied`.
pub(crate) fn table() -> TableName {
    TableName::new("populace", "emptied")
}

fn schema() -> SchemaRef {
    let moment = DataType::Timestamp(TimeUnit::Microsecond, None);
    Arc::new(Schema::new(vec![
        Field::new("table_name", DataType::Utf8, false),
        Field::new("record_key", DataType::Int64, false),
        Field::new("updated", moment, true),
        Field::new("digest", DataType::Int64, false),
        // Lakes of an earlier Populace lack these.
        Field::new(VERSION_ORDER, DataType::Int64, true),
        Field::new(EXTRACT_ORDER, DataType::Int64, true),
    ]))
}

/// The version of each record that left no row, by table.
#[derive(Debug, Default, Clone, PartialEq, Eq)]
pub(crate) struct RowlessVersions(BTreeMap<String, HashMap<RecordKey, Version>>);

impl RowlessVersions {
    /// Those of `name`.
    pub(crate) fn of(&self, name: &TableName) -> impl Iterator<Item = RecordVersion> {
        let known = self.0.get(&name.to_string());
        known.into_iter().flatten().map(|(k, v)| (*k, *v).into())
    }

    /// Those of `name` whose record has new rows in `spool`.
    pub(crate) fn arriving(
        &self,
        name: &TableName,
        spool: &Spool,
        at: usize,
    ) -> Result<Vec<RecordVersion>> {
        let mut found: HashMap<RecordKey, Version> = HashMap::new();
        if let Some(known) = self.0.get(&name.to_string()) {
            spool.each_key(at, |_, RecordVersion { record, .. }| {
                found.extend(known.get(&record).map(|version| (record, *version)));
            })?;
        }
        Ok(found.into_iter().map(RecordVersion::from).collect())
    }

    /// Takes in where records of `name` turned out to be: `emptied` are those that have no row now,
    /// and `stays` says that another version's rows are newer.
    pub(crate) fn learn(
        &mut self,
        name: &TableName,
        emptied: &[RecordVersion],
        stays: impl Fn(RecordKey) -> bool,
    ) {
        let known = self.0.entry(name.to_string()).or_default();
        known.retain(|record, _| !stays(*record));
        known.extend(emptied.iter().map(|one| (one.record, one.version)));
        self.0.retain(|_, known| !known.is_empty());
    }
}

/// Reads what was kept up to the last pull.
pub(crate) async fn load(lake: &Lake) -> Result<RowlessVersions> {
    let mut emptied = RowlessVersions::default();
    let Some(held) = lake.table(&table()).await? else {
        return Ok(emptied);
    };
    for file in &held.files {
        for rows in lake.read_as(file, &schema(), None).await? {
            let names = rows.column(0).as_string::<i32>();
            let versions = VersionColumns::of(&rows)?;
            for (row, one) in versions.iter().enumerate() {
                let of_table = emptied.0.entry(names.value(row).to_string()).or_default();
                of_table.insert(one.record, one.version);
            }
        }
    }
    Ok(emptied)
}

/// Keeps what is known now.
pub(crate) async fn store(lake: &Lake, emptied: &RowlessVersions) -> Result<()> {
    let base = lake.table(&table()).await?;
    let mut rows: Vec<(&str, RecordKey, Version)> = emptied
        .0
        .iter()
        .flat_map(|(name, known)| known.iter().map(|(k, v)| (name.as_str(), *k, *v)))
        .collect();
    rows.sort_unstable();
    let moments = rows.iter().map(|(_, _, version)| version.updated.micros());
    let columns: Vec<ArrayRef> = vec![
        Arc::new(StringArray::from_iter_values(rows.iter().map(|r| r.0))),
        Arc::new(Int64Array::from_iter_values(rows.iter().map(|r| r.1.get()))),
        Arc::new(moments.collect::<TimestampMicrosecondArray>()),
        Arc::new(Int64Array::from_iter_values(
            rows.iter().map(|r| r.2.digest.stored()),
        )),
        Arc::new(Int64Array::from_iter_values(
            rows.iter().map(|r| r.2.id.stored()),
        )),
        Arc::new(Int64Array::from_iter_values(rows.iter().map(|r| r.2.order))),
    ];
    let rows = RecordBatch::try_new(schema(), columns).data(|| "cannot store emptied records")?;
    lake.replace_rows(&table(), base.as_ref(), rows, BTreeMap::new())
        .await
}
