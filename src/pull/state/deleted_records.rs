//! What sources have deleted, kept as `populace.deleted`: an older version of a deleted record that
//! arrives later must not bring it back.

use crate::error::{Context, Result};
use crate::lake::{Lake, TableName};
use crate::privacy::{PatientKey, PersonKey, RecordKey};
use crate::pull::clock::Clock;
use crate::pull::identity::patient_index::Owners;
use crate::pull::version::ByRecord;
use arrow::array::{ArrayRef, AsArray, Int64Array, RecordBatch, TimestampMicrosecondArray};
use arrow::datatypes::{
    DataType, Field, Int64Type, Schema, SchemaRef, TimeUnit, TimestampMicrosecondType,
};
use std::collections::{BTreeMap, HashMap};
use std::sync::Arc;

/// `populace.deleted`.
pub(crate) fn table() -> TableName {
    TableName::new("populace", "deleted")
}

fn schema() -> SchemaRef {
    Arc::new(Schema::new(vec![
        Field::new("record_key", DataType::Int64, false),
        Field::new(
            "deleted",
            DataType::Timestamp(TimeUnit::Microsecond, None),
            false,
        ),
        // Whose a Patient was: somebody may opt out after it was deleted.
        Field::new("person_key", DataType::Int64, true),
    ]))
}

/// When each deleted record was deleted, in microseconds since 1970.
pub(crate) type Deleted = HashMap<RecordKey, i64, ByRecord>;

/// Reads what was deleted up to the last pull.
pub(crate) async fn load(lake: &Lake) -> Result<Deleted> {
    let mut deleted = Deleted::default();
    let clock = Clock::of_command();
    let Some(stored) = lake.table(&table()).await? else {
        return Ok(deleted);
    };
    for batch in lake.read_table(&stored, None).await? {
        let records = batch.column(0).as_primitive::<Int64Type>().values();
        let moments = batch
            .column(1)
            .as_primitive::<TimestampMicrosecondType>()
            .values();
        // An earlier Populace believed times in the future.
        let moments = moments.iter().map(|when| clock.bounded(*when));
        deleted.extend(records.iter().copied().map(RecordKey::new).zip(moments));
    }
    Ok(deleted)
}

/// Whose each deleted Patient was, where that was known.
pub(crate) async fn owners(lake: &Lake) -> Result<Vec<(PatientKey, PersonKey)>> {
    let mut owners = Vec::new();
    let Some(stored) = lake.table(&table()).await? else {
        return Ok(owners);
    };
    for batch in lake.read_table(&stored, None).await? {
        let records = batch.column(0).as_primitive::<Int64Type>();
        // Lakes of an earlier Populace do not say it.
        let Some(people) = batch.column_by_name("person_key") else {
            continue;
        };
        let rows = records.iter().zip(people.as_primitive::<Int64Type>());
        let known = rows.filter_map(|(record, person)| record.zip(person));
        owners.extend(
            known.map(|(patient, person)| (PatientKey::new(patient), PersonKey::new(person))),
        );
    }
    Ok(owners)
}

/// Stores what has been deleted up to now, and whose the Patients among it were.
pub(crate) async fn store(lake: &Lake, deleted: &Deleted, owners: &Owners) -> Result<()> {
    let base = lake.table(&table()).await?;
    if base.is_none() && deleted.is_empty() {
        return Ok(());
    }
    let owner = |record| owners.get(&PatientKey::of_record(record));
    let mut rows: Vec<(RecordKey, i64)> = deleted.iter().map(|(k, when)| (*k, *when)).collect();
    rows.sort_unstable();
    let columns: Vec<ArrayRef> = vec![
        Arc::new(Int64Array::from_iter_values(rows.iter().map(|r| r.0.get()))),
        Arc::new(TimestampMicrosecondArray::from_iter_values(
            rows.iter().map(|r| r.1),
        )),
        Arc::new(
            rows.iter()
                .map(|r| owner(r.0).map(|person| person.get()))
                .collect::<Int64Array>(),
        ),
    ];
    let rows = RecordBatch::try_new(schema(), columns).data(|| "cannot store the deletions")?;
    lake.replace_rows(&table(), base.as_ref(), rows, BTreeMap::new())
        .await
}
