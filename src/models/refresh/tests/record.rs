//! A record that changes at random, and two ways to store it.

use super::setting::RefreshSetting;
use crate::lake::properties::CONTENT;
use crate::lake::{Change, DataFile, TableName, encode};
use arrow::array::{ArrayRef, Date32Array, Int64Array, RecordBatch, StringArray};
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

/// Numbers that look random and are the same every time (Knuth's MMIX generator).
pub(in crate::models) struct RefreshDice(pub u64);

impl RefreshDice {
    pub(in crate::models) fn below(&mut self, most: u64) -> u64 {
        self.0 = self
            .0
            .wrapping_mul(6_364_136_223_846_793_005)
            .wrapping_add(1_442_695_040_888_963_407);
        (self.0 >> 33) % most
    }

    pub(in crate::models) fn one_in(&mut self, many: u64) -> bool {
        self.below(many) == 0
    }
}

/// A row: whose it is, its number, a day, a kind, and a value.
pub(in crate::models) type EventRow = (Option<i64>, i64, i32, u64, Option<i64>);

/// Shards of a table; rows of nobody are in one of their own.
const SHARDS: i64 = 4;

fn shard_of(row: &EventRow) -> i32 {
    let shard = row.0.map_or(-1, |person| (person / 16) % SHARDS);
    i32::try_from(shard).unwrap()
}

/// The rows of `record.event` and `record.person`, and the weights of kinds.
#[derive(Default, Clone)]
pub(in crate::models) struct ChangingRecord {
    pub events: Vec<EventRow>,
    pub people: Vec<EventRow>,
    pub weights: BTreeMap<u64, i64>,
    next: i64,
}

const PEOPLE: u64 = 60;
pub(in crate::models) const KINDS: u64 = 5;

impl ChangingRecord {
    pub(in crate::models) fn new(dice: &mut RefreshDice) -> Self {
        let mut record = ChangingRecord {
            weights: (0..KINDS).map(|kind| (kind, 1 + kind as i64)).collect(),
            ..ChangingRecord::default()
        };
        for person in 0..PEOPLE {
            if !dice.one_in(8) {
                let row = record.row(dice, Some(person as i64));
                record.people.push(row);
            }
        }
        for _ in 0..400 {
            record.arrives(dice);
        }
        record
    }

    fn row(&mut self, dice: &mut RefreshDice, person: Option<i64>) -> EventRow {
        self.next += 1;
        let value = (!dice.one_in(6)).then(|| dice.below(20) as i64 - 5);
        let day = 20_000 + i32::try_from(dice.below(40)).unwrap();
        (person, self.next, day, dice.below(KINDS), value)
    }

    fn arrives(&mut self, dice: &mut RefreshDice) {
        let person = (!dice.one_in(20)).then(|| dice.below(PEOPLE) as i64);
        let row = self.row(dice, person);
        self.events.push(row);
    }

    /// A night of few changes, of none, or now and then of many.
    pub(in crate::models) fn changes(&mut self, dice: &mut RefreshDice) {
        let changes = match dice.below(12) {
            0 => 0,
            1 => 80,
            _ => 1 + dice.below(6),
        };
        for _ in 0..changes {
            self.change(dice);
        }
        if dice.one_in(25) {
            let kind = dice.below(KINDS);
            *self.weights.get_mut(&kind).unwrap() += 1;
        }
    }

    fn change(&mut self, dice: &mut RefreshDice) {
        let at = dice.below(self.events.len() as u64) as usize;
        match dice.below(10) {
            0 | 1 => self.arrives(dice),
            2 => drop(self.events.swap_remove(at)),
            // Corrected: what some models read, and what others do.
            3 | 4 => {
                let (new, old) = (self.row(dice, None), self.events[at]);
                self.events[at] = (old.0, old.1, new.2, old.3, new.4);
            }
            5 => self.events[at].3 = dice.below(KINDS),
            // Moved to another person, from nobody, or to nobody.
            6 | 7 => {
                self.events[at].0 = (!dice.one_in(10)).then(|| dice.below(PEOPLE) as i64);
            }
            // A person opts out, or is back.
            8 => {
                let person = Some(dice.below(PEOPLE) as i64);
                self.events.retain(|row| row.0 != person);
                self.people.retain(|row| row.0 != person);
                if dice.one_in(2) {
                    let row = self.row(dice, person);
                    self.people.push(row);
                }
            }
            _ => {
                if let Some(row) = self.people.last_mut() {
                    row.3 = dice.below(KINDS);
                }
            }
        }
    }
}

/// A file and its rows, each as long as it counts.
struct StoredFile {
    file: DataFile,
    rows: Vec<Option<EventRow>>,
}

/// How a table of the record lies in a lake.
pub(in crate::models) struct StoredRecord {
    name: TableName,
    files: Vec<StoredFile>,
}

impl StoredRecord {
    pub(in crate::models) fn new(name: &str) -> Self {
        StoredRecord {
            name: TableName::new("record", name),
            files: Vec::new(),
        }
    }

    /// Commits `rows`. Without dice all shards are written anew; else some are, and in others new rows get
    /// a file of their own and the old ones are marked as removed.
    pub(in crate::models) async fn store(
        &mut self,
        setting: &RefreshSetting,
        rows: &[EventRow],
        dice: Option<&mut RefreshDice>,
    ) {
        let base = setting.lake.table(&self.name).await.unwrap();
        let before: Vec<DataFile> = self
            .files
            .iter()
            .map(|stored| stored.file.clone())
            .collect();
        let mut none = RefreshDice(1);
        let is_whole = dice.is_none();
        let dice = dice.unwrap_or(&mut none);
        let mut shards: BTreeMap<i32, BTreeSet<EventRow>> = BTreeMap::new();
        for stored in &self.files {
            shards.entry(stored.file.shard.unwrap()).or_default();
        }
        for row in rows {
            shards.entry(shard_of(row)).or_default().insert(*row);
        }
        for (shard, rows) in shards {
            match is_whole || dice.one_in(6) {
                true => self.write_anew(setting, shard, rows).await,
                false => self.add(setting, shard, rows, dice).await,
            }
        }
        let now: Vec<DataFile> = self
            .files
            .iter()
            .map(|stored| stored.file.clone())
            .collect();
        let content = format!("{:?}", rows.iter().collect::<BTreeSet<_>>());
        let content = blake3::hash(content.as_bytes()).to_hex().to_string();
        if base.as_ref().and_then(|table| table.property(CONTENT)) == Some(&content)
            && before == now
        {
            return;
        }
        let change = Change {
            schema: batch(&[]).schema(),
            sharded: true,
            properties: BTreeMap::from([(CONTENT.to_string(), content)]),
            add: now
                .iter()
                .filter(|file| !before.contains(file))
                .cloned()
                .collect(),
            remove: before
                .iter()
                .filter(|file| !now.contains(file))
                .cloned()
                .collect(),
        };
        setting
            .lake
            .commit(&self.name, base.as_ref(), change)
            .await
            .unwrap();
    }

    async fn write_anew(&mut self, setting: &RefreshSetting, shard: i32, rows: BTreeSet<EventRow>) {
        self.files.retain(|stored| stored.file.shard != Some(shard));
        self.write(setting, shard, rows.into_iter().collect()).await;
    }

    async fn add(
        &mut self,
        setting: &RefreshSetting,
        shard: i32,
        mut rows: BTreeSet<EventRow>,
        dice: &mut RefreshDice,
    ) {
        for stored in &mut self.files {
            if stored.file.shard != Some(shard) {
                continue;
            }
            let mut gone = Vec::new();
            let mut counting = 0;
            for row in &mut stored.rows {
                let Some(known) = row else { continue };
                if !rows.remove(known) {
                    gone.push(counting);
                    *row = None;
                }
                counting += 1;
            }
            if gone.is_empty() {
                continue;
            }
            match stored.file.without(&gone, 0) {
                Some(left) => stored.file = left,
                None => stored.rows.clear(),
            }
        }
        self.files.retain(|stored| !stored.rows.is_empty());
        let mut new: Vec<EventRow> = rows.into_iter().collect();
        if dice.one_in(3) {
            new.reverse();
        }
        self.write(setting, shard, new).await;
    }

    async fn write(&mut self, setting: &RefreshSetting, shard: i32, rows: Vec<EventRow>) {
        if rows.is_empty() {
            return;
        }
        let batch = batch(&rows);
        let encoded = encode(&batch.schema(), &[batch], &["person_key"]).unwrap();
        let file = setting.lake.write_file(&self.name, Some(shard), 0, encoded);
        let file = file.await.unwrap();
        if self
            .files
            .iter()
            .any(|stored| stored.file.path == file.path)
        {
            return;
        }
        let rows = rows.into_iter().map(Some).collect();
        self.files.push(StoredFile { file, rows });
    }
}

pub(in crate::models) fn batch(rows: &[EventRow]) -> RecordBatch {
    let numbers = |of: fn(&EventRow) -> Option<i64>| -> ArrayRef {
        Arc::new(rows.iter().map(of).collect::<Int64Array>())
    };
    let kinds = rows.iter().map(|row| Some(format!("kind {}", row.3)));
    let columns: [(&str, ArrayRef, bool); 5] = [
        ("person_key", numbers(|row| row.0), true),
        ("record_key", numbers(|row| Some(row.1)), true),
        (
            "day",
            Arc::new(rows.iter().map(|row| Some(row.2)).collect::<Date32Array>()),
            true,
        ),
        ("kind", Arc::new(kinds.collect::<StringArray>()), true),
        ("value", numbers(|row| row.4), true),
    ];
    RecordBatch::try_from_iter_with_nullable(columns).unwrap()
}

/// The table of weights, which is of no people.
pub(in crate::models) async fn store_weights(
    setting: &RefreshSetting,
    weights: &BTreeMap<u64, i64>,
) {
    let name = TableName::new("reference", "weight");
    let base = setting.lake.table(&name).await.unwrap();
    let content = format!("{weights:?}");
    if base.as_ref().and_then(|table| table.property(CONTENT)) == Some(&content) {
        return;
    }
    let kinds = weights.keys().map(|kind| Some(format!("kind {kind}")));
    let kinds: ArrayRef = Arc::new(kinds.collect::<StringArray>());
    let weights: ArrayRef = Arc::new(weights.values().copied().map(Some).collect::<Int64Array>());
    let columns = [("kind", kinds, true), ("weight", weights, true)];
    let rows = RecordBatch::try_from_iter_with_nullable(columns).unwrap();
    let encoded = encode(&rows.schema(), std::slice::from_ref(&rows), &[]).unwrap();
    let file = setting
        .lake
        .write_file(&name, None, 0, encoded)
        .await
        .unwrap();
    let properties = BTreeMap::from([(CONTENT.to_string(), content)]);
    let change = Change::replacing(base.as_ref(), rows.schema(), properties, vec![file]);
    setting
        .lake
        .commit(&name, base.as_ref(), change)
        .await
        .unwrap();
}
