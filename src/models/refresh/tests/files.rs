//! What becomes of the files of a table, and of tables of an earlier Populace.

use super::record::{ChangingRecord, EventRow, RefreshDice, StoredRecord};
use super::setting::{RefreshSetting, library};
use crate::lake::properties::{BUILT, CONTENT, FINGERPRINT, INPUTS};
use crate::lake::{Change, Table, TableName};
use crate::models::{BuildSummary, Library, ModelState, fingerprint};
use std::collections::BTreeMap;

/// A lake with the events of a record.
struct EventLake {
    setting: RefreshSetting,
    library: Library,
    events: Vec<EventRow>,
    stored: StoredRecord,
}

impl EventLake {
    async fn new(models: &[(&str, &str, &str)]) -> Self {
        let record = ChangingRecord::new(&mut RefreshDice(9));
        let mut lake = EventLake {
            setting: RefreshSetting::new().await,
            library: library(models),
            events: record.events,
            stored: StoredRecord::new("event"),
        };
        lake.night(false).await;
        lake
    }

    async fn night(&mut self, full_refresh: bool) -> BuildSummary {
        let rows = &self.events;
        self.stored.store(&self.setting, rows, None).await;
        self.setting.build(&self.library, full_refresh).await
    }

    async fn table(&self, name: &TableName) -> Table {
        self.setting.lake.table(name).await.unwrap().unwrap()
    }
}

const COUNTED: &str = "select person_key, count(*) as events from record.event \
                       where person_key is not null group by person_key order by person_key";

#[tokio::test]
async fn rows_that_came_back_are_in_the_file_that_had_them() {
    let mut lake = EventLake::new(&[("core.total", "grain: [person_key]\n", COUNTED)]).await;
    let name = TableName::new("core", "total");
    let before = lake.table(&name).await;
    assert_eq!(before.files.len(), 1);
    let (rows, content) = lake.setting.rows(&name).await;

    let all = lake.events.clone();
    let person = all[0].0;
    lake.events.retain(|row| row.0 != person);
    let built = lake.night(false).await;
    assert_eq!(built.models[0].refreshed, Some(1));
    let without = lake.table(&name).await;
    assert_eq!(without.files[0].path, before.files[0].path);
    assert_eq!(without.files[0].removed.len(), 1);
    assert_ne!(
        lake.setting.rows(&name).await,
        (rows.clone(), content.clone())
    );

    // The same bytes, of which all rows count again.
    lake.events = all;
    let built = lake.night(true).await;
    assert!(built.models[0].refreshed.is_none());
    assert_eq!(lake.table(&name).await.files, before.files);
    assert_eq!(lake.setting.rows(&name).await, (rows, content));
}

#[tokio::test]
async fn a_table_is_written_anew_when_it_has_too_many_files() {
    let mut lake = EventLake::new(&[("core.total", "grain: [person_key]\n", COUNTED)]).await;
    let name = TableName::new("core", "total");
    let mut in_full = 0;
    for night in 0..20 {
        // Another person has an event more.
        let row = (Some(night), 90_000 + night, 20_000, 1, None);
        lake.events.push(row);
        let built = lake.night(false).await;
        in_full += u32::from(built.models[0].refreshed.is_none());
        assert!(lake.table(&name).await.files.len() <= 16);
    }
    assert!((1..=2).contains(&in_full), "{in_full}");
}

#[tokio::test]
async fn tables_of_an_earlier_populace_are_taken_over() {
    let staging =
        "select person_key, record_key, kind from record.event where person_key is not null";
    let total = "select person_key, count(*) as events from staging.event group by person_key";
    let models = [("staging.event", "", staging), ("core.total", "", total)];
    let mut lake = EventLake::new(&models).await;
    let names = [
        TableName::new("staging", "event"),
        TableName::new("core", "total"),
    ];
    // It knew a model by its fingerprint, and nothing of its rows.
    let mut versions = BTreeMap::new();
    let record = lake.table(&TableName::new("record", "event")).await;
    let content = record.property(CONTENT).unwrap().to_string();
    versions.insert("record.event".to_string(), content);
    for name in &names {
        let table = lake.table(name).await;
        let model = &lake.library.models[name];
        let print = fingerprint::of(model, &BTreeMap::new(), &versions);
        let inputs = serde_json::to_string(&versions).unwrap();
        versions = BTreeMap::from([(name.to_string(), print.clone())]);
        let built = table.property(BUILT).unwrap().to_string();
        let properties = [(FINGERPRINT, print), (INPUTS, inputs), (BUILT, built)];
        let properties = properties.map(|(key, value)| (key.to_string(), value));
        let mut files = table.files.clone();
        files.iter_mut().for_each(|file| file.digest = 0);
        let schema = table.schema.clone();
        let change = Change::replacing(Some(&table), schema, properties.into(), files);
        let commit = lake.setting.lake.commit(name, Some(&table), change);
        commit.await.unwrap();
    }
    let states = |built: &BuildSummary| -> Vec<(ModelState, bool)> {
        let models = built.models.iter();
        models.map(|m| (m.state, m.refreshed.is_some())).collect()
    };
    let night = lake.night(false).await;
    assert_eq!(states(&night), [(ModelState::UpToDate, false); 2]);
    // Built in full once, and refreshed from then on.
    for refreshed in [false, true] {
        lake.events.pop();
        let night = lake.night(false).await;
        assert_eq!(states(&night), [(ModelState::InputChanged, refreshed); 2]);
    }
}
