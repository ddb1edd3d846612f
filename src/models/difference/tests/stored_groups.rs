//! What becomes of kept groups that are damaged, wrong, or of other tables.

use crate::lake::{Table, TableName};
use crate::models::difference::aggregate_file::AggregateFile;
use crate::models::difference::{AggregateRows, DifferenceRequest, aggregate_rows};
use crate::models::inputs::Inputs;
use crate::models::locality::locality_of;
use crate::models::refresh::tests::record::{ChangingRecord, EventRow, RefreshDice, StoredRecord};
use crate::models::refresh::tests::setting::{RefreshSetting, library};
use crate::models::refresh::{DirtyRows, KnownChanges};
use crate::models::{BuildSummary, Library};
use arrow::array::{ArrayRef, AsArray, Int64Array, RecordBatch};
use arrow::datatypes::Int64Type;
use chrono::NaiveDate;
use futures::TryStreamExt;
use std::collections::BTreeMap;
use std::sync::Arc;

/// A lake with a model that counts the events of each kind.
struct CountedKinds {
    setting: RefreshSetting,
    library: Library,
    events: Vec<EventRow>,
    stored: StoredRecord,
    name: TableName,
}

impl CountedKinds {
    async fn new() -> Self {
        let sql = "select kind, count(*) as events from record.event group by kind";
        let mut counted = CountedKinds {
            setting: RefreshSetting::new().await,
            library: library(&[("marts.kind", "", sql)]),
            events: ChangingRecord::new(&mut RefreshDice(3)).events,
            stored: StoredRecord::new("event"),
            name: TableName::new("marts", "kind"),
        };
        counted.night().await;
        counted
    }

    async fn store(&mut self) {
        let rows = &self.events;
        self.stored.store(&self.setting, rows, None).await;
    }

    async fn night(&mut self) -> BuildSummary {
        self.store().await;
        self.setting.build(&self.library, false).await
    }

    /// Rows that the model's table is to have, in their order.
    fn expected(&self) -> Vec<String> {
        let mut counts: BTreeMap<u64, u32> = BTreeMap::new();
        for event in &self.events {
            *counts.entry(event.3).or_default() += 1;
        }
        let mut lines: Vec<String> = counts
            .iter()
            .map(|(kind, events)| format!("| kind {kind} | {events} |"))
            .collect();
        lines.push("| kind | events |".to_string());
        lines.sort();
        lines
    }

    async fn has_expected(&self) -> bool {
        self.setting.rows(&self.name).await.0 == self.expected()
    }

    /// Changes what is kept.
    async fn falsify(&self, change: impl Fn(&mut AggregateFile)) {
        let lake = &self.setting.lake;
        let mut file = AggregateFile::read(lake, &self.name).await.unwrap();
        change(&mut file);
        file.write(lake, &self.name).await.unwrap();
    }

    async fn rows_on(&self, today: NaiveDate) -> (AggregateRows, i64) {
        let (engine, lake) = (self.setting.engine(), &self.setting.lake);
        let event = TableName::new("record", "event");
        let read: [Table; 1] = [lake.table(&event).await.unwrap().unwrap()];
        engine.register(&read[0]).unwrap();
        let model = &self.library.models[&self.name];
        let (plan, _) = locality_of(&engine, &self.library, model).await.unwrap();
        let mut inputs = Inputs::new(lake);
        let assessed = inputs.state(model, &BTreeMap::new()).await.unwrap();
        let request = DifferenceRequest {
            engine: &engine,
            library: &self.library,
            model,
            plan: &plan,
            assessed: &assessed,
            read: &read,
            in_full: false,
            today,
        };
        let (mut known, mut rows) = (KnownChanges::default(), DirtyRows::with_slice(0));
        let found = aggregate_rows(&request, &mut known, &mut rows).await;
        let found = found.unwrap().unwrap();
        let rows = engine.run_optimised("test", found.plan.clone()).await;
        let rows: Vec<RecordBatch> = rows.unwrap().try_collect().await.unwrap();
        let counts = rows.iter().flat_map(|rows| {
            let counts = rows.column(1).as_primitive::<Int64Type>();
            counts.values().to_vec()
        });
        (found, counts.sum())
    }
}

/// One more row in each group.
fn one_more(file: &mut AggregateFile) {
    let groups = &file.groups[0];
    let counts = groups.column(1).as_primitive::<Int64Type>();
    let more: Int64Array = counts.values().iter().map(|count| count + 1).collect();
    let mut columns: Vec<ArrayRef> = groups.columns().to_vec();
    columns[1] = Arc::new(more);
    file.groups[0] = RecordBatch::try_new(groups.schema(), columns).unwrap();
}

#[tokio::test]
async fn what_is_damaged_or_of_other_tables_is_made_again() {
    let mut counted = CountedKinds::new().await;
    let by_difference = |built: BuildSummary| built.models[0].by_difference;
    counted.events.pop();
    assert_eq!(by_difference(counted.night().await), Some(1));
    assert!(counted.has_expected().await);

    let bytes = counted.setting.lake.kept_aggregates(&counted.name).await;
    let bytes = bytes.unwrap();
    let mut flipped = bytes.clone();
    *flipped.last_mut().unwrap() ^= 1;
    for damaged in [flipped, bytes[..bytes.len() - 3].to_vec(), Vec::new()] {
        let lake = &counted.setting.lake;
        lake.keep_aggregates(&counted.name, damaged).await.unwrap();
        counted.events.pop();
        assert_eq!(by_difference(counted.night().await), None);
        assert!(counted.has_expected().await);
    }
    // Wrong groups that would be believed, but for what they were made from.
    let changes: [fn(&mut AggregateFile); 3] = [
        |file| file.basis.engine.push('x'),
        |file| {
            drop(
                file.basis
                    .versions
                    .insert("record.event".to_string(), "x".to_string()),
            )
        },
        |file| file.basis.plans = Some(vec!["x".to_string()]),
    ];
    for change in changes {
        counted.falsify(one_more).await;
        counted.falsify(change).await;
        counted.events.pop();
        assert_eq!(by_difference(counted.night().await), None);
        assert!(counted.has_expected().await);
    }
    counted.events.pop();
    assert_eq!(by_difference(counted.night().await), Some(1));
    assert!(counted.has_expected().await);
}

#[tokio::test]
async fn wrong_groups_are_found_a_week_after_the_first_night_by_difference() {
    let mut counted = CountedKinds::new().await;
    let day = |day| NaiveDate::from_ymd_opt(2026, 11, day).unwrap();
    counted.events.pop();
    counted.store().await;
    let events = counted.events.len() as i64;
    // What is right is by difference on each day; on the 9th it was compared, so that another week begins.
    for today in [day(2), day(9), day(10)] {
        let (found, sum) = counted.rows_on(today).await;
        assert_eq!((found.differed, sum), (false, events));
        assert!(found.people.is_some());
    }
    counted.falsify(one_more).await;
    let (found, sum) = counted.rows_on(day(16)).await;
    assert!(!found.differed && sum > events);
    counted.events.pop();
    counted.store().await;
    let (found, sum) = counted.rows_on(day(17)).await;
    assert_eq!(
        (found.differed, found.people, sum),
        (true, None, events - 1)
    );
}

#[tokio::test]
async fn a_night_that_changes_no_group_leaves_the_table() {
    let mut counted = CountedKinds::new().await;
    let lake = counted.setting.lake.clone();
    let before = lake.table(&counted.name).await.unwrap().unwrap();
    counted.events[0].4 = Some(-99);
    let night = counted.night().await;
    assert_eq!(night.models[0].by_difference, Some(1));
    assert!(night.models[0].same_rows);
    let after = lake.table(&counted.name).await.unwrap().unwrap();
    assert_eq!(after.files, before.files);
    assert!(counted.has_expected().await);
}
