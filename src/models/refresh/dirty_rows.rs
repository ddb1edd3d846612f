//! Rows of dirty people and of tonight's slice, which several models of a night read in the same tables.

use super::people::{ChosenPeople, NamedPeople};
use super::person_rows::{PersonRows, rows_of};
use crate::engine::{Engine, LakeTable};
use crate::error::Result;
use crate::lake::{Lake, Table, TableName};
use arrow::datatypes::SchemaRef;
use std::collections::BTreeMap;
use std::sync::Arc;

/// People of other models are redone with those of one when they are at most so many times as many, and
/// these more: their rows are known already.
const MOST_TIMES: usize = 2;
const MOST_MORE: usize = 100;

/// The rows of some people, in each version of a table that was looked at.
pub(in crate::models) struct DirtyRows {
    people: Arc<ChosenPeople>,
    rows: BTreeMap<(TableName, u64), Arc<FoundRows>>,
    older: BTreeMap<(TableName, u64), Option<Table>>,
}

impl DirtyRows {
    /// Of nobody who is dirty yet, and of the people of a slice.
    pub(in crate::models) fn with_slice(slice: u64) -> Self {
        DirtyRows {
            people: Arc::new(ChosenPeople {
                dirty: NamedPeople::default(),
                slice,
            }),
            rows: BTreeMap::new(),
            older: BTreeMap::new(),
        }
    }

    /// Has rows of at least these dirty people found from now on: of others too when their rows are known, as
    /// redoing somebody who did not change changes nothing.
    pub(in crate::models) fn of(&mut self, mut people: NamedPeople) {
        let most = people.len() * MOST_TIMES + MOST_MORE;
        let known = &self.people.dirty;
        if people.is_subset(known) && known.len() <= most {
            return;
        }
        let mut all = known.clone();
        all.extend(people.iter());
        if all.len() <= most {
            people = all;
        }
        self.people = Arc::new(ChosenPeople {
            dirty: people,
            slice: self.people.slice,
        });
        self.rows.clear();
    }

    /// Looks for rows of nobody who is dirty any more: those who are known were too many for a model, and would
    /// be for others.
    pub(in crate::models) fn forget(&mut self) {
        let slice = self.people.slice;
        *self = DirtyRows {
            older: std::mem::take(&mut self.older),
            ..DirtyRows::with_slice(slice)
        };
    }

    /// Whose rows are found.
    pub(super) fn people(&self) -> Arc<ChosenPeople> {
        Arc::clone(&self.people)
    }

    /// A table at an older version of its log; None when it can no longer be read.
    pub(in crate::models) async fn older(
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
    pub(in crate::models) async fn in_table(
        &mut self,
        lake: &Lake,
        table: &Table,
    ) -> Result<Arc<FoundRows>> {
        let key = (table.name.clone(), table.version);
        if let Some(found) = self.rows.get(&key) {
            return Ok(Arc::clone(found));
        }
        let found = Arc::new(FoundRows {
            files: rows_of(lake, &table.files, &self.people).await?,
            schema: table.schema.clone(),
        });
        self.rows.insert(key, Arc::clone(&found));
        Ok(found)
    }
}

/// Rows of the people in a table.
pub(in crate::models) struct FoundRows {
    /// Where they are.
    pub(super) files: Vec<PersonRows>,
    schema: SchemaRef,
}

impl FoundRows {
    /// How many are of dirty people.
    pub(in crate::models) fn count_of_dirty(&self) -> u64 {
        self.files
            .iter()
            .map(|found| found.dirty.len() as u64)
            .sum()
    }

    /// How many they are.
    pub(super) fn count(&self) -> u64 {
        self.files.iter().map(|found| found.rows.len() as u64).sum()
    }

    /// Those of dirty people, to be read alone.
    pub(in crate::models) fn of_dirty(&self, lake: &Lake) -> LakeTable {
        let files = self.files.iter();
        let picked = files.filter_map(PersonRows::picked_of_dirty).collect();
        LakeTable::of_picked(lake, &self.schema, picked)
    }

    /// All of them, to be read alone.
    pub(super) fn of_all(&self, lake: &Lake) -> LakeTable {
        let picked = self.files.iter().map(PersonRows::picked).collect();
        LakeTable::of_picked(lake, &self.schema, picked)
    }
}
