//! A stored row that no query makes is found by the slice of its person.

use super::record::{ChangingRecord, RefreshDice, StoredRecord, store_weights};
use super::setting::{RefreshSetting, library};
use crate::lake::properties::{CONTENT, REFRESHED_SINCE};
use crate::lake::{Change, Table, TableName};
use crate::models::content::content;
use crate::models::inputs::Inputs;
use crate::models::locality::locality_of;
use crate::models::refresh::people::SLICES;
use crate::models::refresh::{DirtyRows, RefreshRequest, files_with};
use crate::models::table_writer::TableWriter;
use crate::models::{BuildSummary, Library, ModelState};
use arrow::array::{ArrayRef, AsArray, Int64Array, RecordBatch};
use arrow::datatypes::Int64Type;
use chrono::{TimeDelta, Utc};
use std::collections::BTreeMap;
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

    /// Has the stored table been refreshed for so many days.
    async fn refreshed_for(&self, days: i64) {
        let table = self.table(&self.name).await;
        let since = Utc::now().date_naive() - TimeDelta::days(days);
        let (schema, mut properties) = (table.schema.clone(), table.properties.clone());
        properties.insert(REFRESHED_SINCE.to_string(), since.to_string());
        let change = Change::replacing(Some(&table), schema, properties, table.files.clone());
        let lake = &self.setting.lake;
        lake.commit(&self.name, Some(&table), change).await.unwrap();
    }

    async fn since(&self) -> Option<String> {
        let table = self.table(&self.name).await;
        table.property(REFRESHED_SINCE).map(str::to_string)
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
        let (schema, mut properties) = (table.schema.clone(), table.properties.clone());
        properties.insert(CONTENT.to_string(), content(&schema, &files));
        let change = Change::replacing(Some(&table), schema, properties, files);
        lake.commit(&self.name, Some(&table), change).await.unwrap();
    }

    /// The slices in which the stored table is not what its query makes.
    async fn wrong_slices(&self) -> Vec<u64> {
        let table = self.table(&self.name).await;
        let read = [self.table(&TableName::new("record", "event")).await];
        let engine = self.setting.engine();
        let model = &self.library.models[&self.name];
        engine.register(&read[0]).unwrap();
        let (plan, _) = locality_of(&engine, &self.library, model).await.unwrap();
        let mut inputs = Inputs::new(&self.setting.lake);
        let assessed = inputs.state(model, &BTreeMap::new()).await.unwrap();
        let request = RefreshRequest {
            engine: &engine,
            library: &self.library,
            model,
            plan: &plan,
            assessed: &assessed,
            read: &read,
        };
        let mut wrong = Vec::new();
        for slice in 0..SLICES {
            let mut rows = DirtyRows::with_slice(slice);
            let made = files_with(&request, &table, &mut rows, false)
                .await
                .unwrap();
            if made.unwrap().differs {
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
    for person in 1..3_000 {
        counted.record.events.push((
            Some(i64::MAX / 3_000 * person),
            10_000 + person,
            20_000,
            1,
            None,
        ));
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

#[tokio::test]
async fn after_a_week_of_refreshes_a_table_is_compared_with_a_full_build() {
    let mut counted = FalsifiedModel::new().await;
    assert_eq!(counted.since().await, None);
    // Refreshed tonight, it has until this day in a week.
    counted.record.events.pop();
    assert_eq!(counted.night().await.models[0].refreshed, Some(1));
    let today = Utc::now().date_naive().to_string();
    assert_eq!(counted.since().await, Some(today));

    counted.falsify(|person| person == Some(7)).await;
    counted.refreshed_for(6).await;
    let built = counted.night().await;
    assert_eq!(built.models[0].state, ModelState::UpToDate);
    assert!(built.ok() && counted.wrong_slices().await.len() == 1);

    // Nothing else changed: the difference is said, and gone.
    counted.refreshed_for(7).await;
    let built = counted.night().await;
    let model = &built.models[0];
    assert_eq!(model.state, ModelState::ToCompare);
    assert!(
        model.differed && !model.same_rows && !built.ok(),
        "{model:?}"
    );
    assert!(counted.wrong_slices().await.is_empty());
    assert_eq!(counted.since().await, None);

    // A table that is as it should be.
    counted.refreshed_for(7).await;
    let built = counted.night().await;
    let model = &built.models[0];
    assert_eq!(model.state, ModelState::ToCompare);
    assert!(
        !model.differed && model.same_rows && built.ok(),
        "{model:?}"
    );
    assert_eq!(counted.since().await, None);

    // One whose turn it is in a night that changed somebody else.
    counted.falsify(|person| person == Some(7)).await;
    counted.refreshed_for(9).await;
    let mut other = counted.record.events.iter();
    let other = other.position(|event| event.0 == Some(8)).unwrap();
    counted.record.events.remove(other);
    let built = counted.night().await;
    let model = &built.models[0];
    assert_eq!(
        (model.state, model.refreshed),
        (ModelState::InputChanged, None)
    );
    assert!(model.differed && !built.ok(), "{model:?}");
    assert!(counted.wrong_slices().await.is_empty());

    // A full build that was asked for compares whatever was refreshed.
    counted.falsify(|person| person == Some(7)).await;
    counted.refreshed_for(1).await;
    let built = counted.setting.build(&counted.library, true).await;
    assert!(built.models[0].differed && !built.ok());
    assert!(counted.wrong_slices().await.is_empty());
}
