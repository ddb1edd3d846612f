//! A stored row that no query makes is found by the slice of its person.

use super::record::{ChangingRecord, RefreshDice, StoredRecord, store_weights};
use super::setting::{RefreshSetting, library};
use crate::lake::{Change, Table, TableName};
use crate::models::refresh::holds;
use crate::models::refresh::people::SLICES;
use crate::models::table_writer::TableWriter;
use crate::models::{BuildSummary, Library};
use arrow::array::{ArrayRef, AsArray, Int64Array, RecordBatch};
use arrow::datatypes::Int64Type;
use std::sync::Arc;

/// A lake with a model that counts the events of each person.
struct FalsifiedModel {
    setting: RefreshSetting,
    library: Library,
    record: ChangingRecord,
    stored: [StoredRecord; 2],
    dice: RefreshDice,
    name: TableName,
}

impl FalsifiedModel {
    async fn new() -> Self {
        let sql = "select person_key, count(*) as events from record.event group by person_key";
        let mut dice = RefreshDice(5);
        let mut counted = FalsifiedModel {
            setting: RefreshSetting::new().await,
            library: library(&[("core.total", "grain: [person_key]\n", sql)]),
            record: ChangingRecord::new(&mut dice),
            stored: ["event", "person"].map(StoredRecord::new),
            dice,
            name: TableName::new("core", "total"),
        };
        counted.night().await;
        counted
    }

    /// Stores the record as it is, and builds.
    async fn night(&mut self) -> BuildSummary {
        let rows = [self.record.events.clone(), self.record.people.clone()];
        for (stored, rows) in self.stored.iter_mut().zip(rows) {
            let dice = Some(&mut self.dice);
            stored.store(&self.setting, &rows, dice).await;
        }
        store_weights(&self.setting, &self.record.weights).await;
        self.setting.build(&self.library, false).await
    }

    async fn table(&self, name: &TableName) -> Table {
        self.setting.lake.table(name).await.unwrap().unwrap()
    }

    /// Adds one event to the people whom `whom` chooses, in the stored table alone.
    async fn falsify(&self, whom: impl Fn(Option<i64>) -> bool) {
        let lake = &self.setting.lake;
        let table = self.table(&self.name).await;
        let mut writer = TableWriter::new(lake, &self.name, &table.schema).unwrap();
        for rows in lake.read_table(&table, None).await.unwrap() {
            let people = rows.column(0).as_primitive::<Int64Type>();
            let events = rows.column(1).as_primitive::<Int64Type>();
            let events = people.iter().zip(events.values());
            let events: Int64Array = events
                .map(|(person, events)| Some(events + i64::from(whom(person))))
                .collect();
            let columns: Vec<ArrayRef> = vec![rows.column(0).clone(), Arc::new(events)];
            let rows = RecordBatch::try_new(table.schema.clone(), columns).unwrap();
            writer.write(rows).await.unwrap();
        }
        let files = writer.finish().await.unwrap();
        let (schema, properties) = (table.schema.clone(), table.properties.clone());
        let change = Change::replacing(Some(&table), schema, properties, files);
        lake.commit(&self.name, Some(&table), change).await.unwrap();
    }

    /// The slices in which the stored table is not what its query makes.
    async fn wrong_slices(&self) -> Vec<u64> {
        let table = self.table(&self.name).await;
        let read = [self.table(&TableName::new("record", "event")).await];
        let engine = self.setting.engine();
        let model = &self.library.models[&self.name];
        let mut wrong = Vec::new();
        for slice in 0..SLICES {
            let held = holds(&engine, model, &table.schema, &table.files, &read, slice).await;
            if !held.unwrap() {
                wrong.push(slice);
            }
        }
        wrong
    }
}

#[tokio::test]
async fn a_wrong_row_is_found_in_one_slice() {
    let counted = FalsifiedModel::new().await;
    assert!(counted.wrong_slices().await.is_empty());
    counted.falsify(|person| person == Some(7)).await;
    assert_eq!(counted.wrong_slices().await.len(), 1);
    // Nobody is a person too.
    counted.falsify(|person| person.is_none()).await;
    assert_eq!(counted.wrong_slices().await.len(), 2);
}

#[tokio::test]
async fn a_refresh_over_wrong_rows_is_said_and_built_in_full() {
    let mut counted = FalsifiedModel::new().await;
    // Every slice has somebody: all of their rows are wrong.
    for person in 1_000..3_000 {
        counted
            .record
            .events
            .push((Some(person), 10_000 + person, 20_000, 1, None));
    }
    counted.night().await;
    counted.falsify(|_| true).await;
    counted.record.events.pop();
    let built = counted.night().await;
    let model = &built.models[0];
    assert!(model.differed && model.refreshed.is_none(), "{model:?}");
    assert!(model.ok() && !built.ok());
    assert!(counted.wrong_slices().await.is_empty());

    counted.record.events.pop();
    let built = counted.night().await;
    let model = &built.models[0];
    assert!(!model.differed && model.refreshed == Some(1), "{model:?}");
    assert!(built.ok());
}
