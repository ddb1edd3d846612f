//! Rows of dirty people, which several models of a night read in the same tables.

use crate::engine::{Engine, LakeTable};
use crate::error::Result;
use crate::lake::{Table, TableName};
use crate::models::refresh::{ChosenPeople, NamedPeople, picked_rows};
use std::collections::BTreeMap;
use std::sync::Arc;

/// People of other models are redone with those of one when they are at most so many times as many, and
/// these more: their rows are known already.
const MOST_TIMES: usize = 2;
const MOST_MORE: usize = 100;

/// The rows of some people, in each version of a table that was looked at.
pub(in crate::models) struct DirtyRows {
    people: ChosenPeople,
    rows: BTreeMap<(TableName, u64), FoundRows>,
    older: BTreeMap<(TableName, u64), Option<Table>>,
}

/// Rows of a table, and how many they are.
#[derive(Clone)]
pub(super) struct FoundRows {
    pub table: Arc<LakeTable>,
    pub count: u64,
}

impl Default for DirtyRows {
    fn default() -> Self {
        DirtyRows {
            people: ChosenPeople::Named(NamedPeople::default()),
            rows: BTreeMap::new(),
            older: BTreeMap::new(),
        }
    }
}

impl DirtyRows {
    /// Has rows of at least these people found from now on: of others too when their rows are known, as
    /// redoing somebody who did not change changes nothing.
    pub(super) fn of(&mut self, mut people: NamedPeople) {
        let most = people.len() * MOST_TIMES + MOST_MORE;
        if let ChosenPeople::Named(known) = &self.people {
            if people.is_subset(known) && known.len() <= most {
                return;
            }
            let mut all = known.clone();
            all.extend(people.iter());
            if all.len() <= most {
                people = all;
            }
        }
        self.people = ChosenPeople::Named(people);
        self.rows.clear();
    }

    /// A table at an older version of its log; None when it can no longer be read.
    pub(super) async fn older(
        &mut self,
        engine: &Engine,
        name: &TableName,
        version: u64,
    ) -> Option<Table> {
        let key = (name.clone(), version);
        if let Some(known) = self.older.get(&key) {
            return known.clone();
        }
        let found = engine.lake().table_at(name, version).await.ok();
        self.older.insert(key, found.clone());
        found
    }

    /// The rows of the people in `table`.
    ///
    /// # Errors
    /// Data: a file cannot be read.
    pub(super) async fn in_table(&mut self, engine: &Engine, table: &Table) -> Result<FoundRows> {
        let key = (table.name.clone(), table.version);
        if let Some(found) = self.rows.get(&key) {
            return Ok(found.clone());
        }
        let (rows, count) = picked_rows(engine.lake(), table, &self.people).await?;
        let table = LakeTable::of_picked(engine.lake(), &table.schema, rows);
        let table = Arc::new(table);
        let found = FoundRows { table, count };
        self.rows.insert(key, found.clone());
        Ok(found)
    }
}
