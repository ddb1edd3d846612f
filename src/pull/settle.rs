//! New rows settle in the lake: linked to their people, merged shard by shard, committed.

use super::intake::{Deletes, Intake};
use super::merge::{Exclusions, Merged, merge};
use super::people::People;
use super::plan::{PersonLink, PullPlan, SourceKind, TablePlan};
use super::runs::{Runs, UNLINKED};
use super::summary::TableSummary;
use crate::error::{Context, Error, Result};
use crate::lake::{Change, DataFile, Lake, Table, encode};
use crate::progress::Progress;
use arrow::array::{AsArray, RecordBatch};
use arrow::datatypes::Int64Type;
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;
use std::sync::Mutex;
use std::sync::atomic::{AtomicUsize, Ordering};

/// The property that says by which view or column file a table was made.
pub const DEFINITION: &str = "populace.definition";
/// The property that changes with a table's content, and with nothing else.
pub const CONTENT: &str = "populace.content";
/// The property that says which key made a table's pseudonyms.
pub const KEY: &str = "populace.key";

/// Whether the table's records are the people to whom other records refer.
pub fn links_people(plan: &PullPlan, table: &TablePlan) -> bool {
    matches!(table.person, PersonLink::Identifier(_))
        && plan.sources.iter().any(|source| match &source.kind {
            SourceKind::Fhir { tables, .. } => tables
                .iter()
                .any(|(_, i)| plan.tables[*i].name == table.name),
            SourceKind::Csv { .. } => false,
        })
}

/// The last step of a pull.
pub struct Settle<'a> {
    /// The lake.
    pub lake: &'a Lake,
    /// Tables and sources.
    pub plan: &'a PullPlan,
    /// The new rows.
    pub runs: &'a Runs,
    /// What must not be in the lake.
    pub exclusions: &'a Exclusions,
    /// Whether every shard is looked at, not only those with new rows.
    pub everything: bool,
    /// Worker threads.
    pub threads: usize,
    /// Where progress is shown.
    pub progress: Progress,
}

/// A shard of a table to merge.
struct Task {
    table: usize,
    shard: i32,
    stored: Vec<DataFile>,
}

/// What a merge made of a shard.
enum Outcome {
    Unchanged,
    Changed(Option<DataFile>),
}

impl Settle<'_> {
    /// Settles all tables; `tables` are their versions in the lake, None for new ones.
    pub async fn all(
        &self,
        tables: Vec<Option<Table>>,
        intake: &Intake,
    ) -> Result<Vec<TableSummary>> {
        self.runs.seal()?;
        for (index, plan) in self.plan.tables.iter().enumerate() {
            if matches!(plan.person, PersonLink::Patient(_)) {
                self.link_waiting(index, tables[index].as_ref(), &intake.people)
                    .await?;
            }
        }
        self.runs.seal()?;
        let mut tasks = Vec::new();
        for (index, table) in tables.iter().enumerate() {
            for shard in self
                .shards_to_merge(index, table.as_ref(), &intake.deletes)
                .await?
            {
                let stored = stored(table.as_ref(), shard);
                tasks.push(Task {
                    table: index,
                    shard,
                    stored,
                });
            }
        }
        let outcomes = self.merge_all(&tasks)?;
        let mut summaries = Vec::with_capacity(tables.len());
        for (index, table) in tables.into_iter().enumerate() {
            let changes = tasks
                .iter()
                .zip(&outcomes)
                .filter(|(task, _)| task.table == index)
                .filter_map(|(task, outcome)| match outcome {
                    Outcome::Unchanged => None,
                    Outcome::Changed(file) => Some((task, file.clone())),
                });
            summaries.push(self.commit(index, table, changes).await?);
        }
        Ok(summaries)
    }

    /// Gives rows that waited for their Patient another chance.
    async fn link_waiting(
        &self,
        index: usize,
        table: Option<&Table>,
        people: &People,
    ) -> Result<()> {
        let plan = &self.plan.tables[index];
        let mut waiting = self.runs.take(index, UNLINKED)?;
        for file in stored(table, UNLINKED) {
            waiting.extend(self.lake.read_file(&file, None).await?);
        }
        for batch in waiting {
            if batch.num_rows() == 0 {
                continue;
            }
            let failed = || format!("cannot link rows of {}", plan.name);
            let batch = super::merge::conform(&batch, &plan.schema)?;
            let patients = batch
                .column_by_name("patient_key")
                .ok_or("it has no patient_key")
                .data(failed)?;
            let linked = people.of(patients.as_primitive::<Int64Type>());
            let mut columns = batch.columns().to_vec();
            columns[0] = Arc::new(linked);
            let batch = RecordBatch::try_new(plan.schema.clone(), columns).data(failed)?;
            self.runs.add(index, batch)?;
        }
        Ok(())
    }

    async fn shards_to_merge(
        &self,
        index: usize,
        table: Option<&Table>,
        deletes: &Deletes,
    ) -> Result<BTreeSet<i32>> {
        let plan = &self.plan.tables[index];
        let mut shards: BTreeSet<i32> = self.runs.shards(index).into_iter().collect();
        let Some(table) = table else {
            return Ok(shards);
        };
        let stored = table.files.iter().map(|f| f.shard.unwrap_or(0));
        let redefined = table.property(DEFINITION) != Some(&plan.fingerprint);
        if self.everything || redefined {
            shards.extend(stored);
            return Ok(shards);
        }
        // Waiting rows were taken out to be linked, whether or not they found somebody.
        if matches!(plan.person, PersonLink::Patient(_)) {
            shards.extend(stored.filter(|s| *s == UNLINKED));
        }
        let types = self
            .plan
            .sources
            .iter()
            .filter_map(|source| match &source.kind {
                SourceKind::Fhir { tables, .. } => Some(tables),
                SourceKind::Csv { .. } => None,
            });
        for (kind, _) in types.flatten().filter(|(_, i)| *i == index) {
            let Some(deleted) = deletes.get(kind) else {
                continue;
            };
            for file in &table.files {
                let shard = file.shard.unwrap_or(0);
                if shards.contains(&shard) {
                    continue;
                }
                for batch in self.lake.read_file(file, Some(&["record_key"])).await? {
                    let records = batch.column(0).as_primitive::<Int64Type>().values();
                    if records.iter().any(|record| deleted.contains_key(record)) {
                        shards.insert(shard);
                    }
                }
            }
        }
        Ok(shards)
    }

    /// Merges all tasks on all threads; outcomes come in the order of tasks.
    fn merge_all(&self, tasks: &[Task]) -> Result<Vec<Outcome>> {
        let bar = self.progress.count("merge", tasks.len() as u64);
        let runtime = tokio::runtime::Handle::current();
        let next = AtomicUsize::new(0);
        let outcomes: Vec<Mutex<Option<Result<Outcome>>>> =
            tasks.iter().map(|_| Mutex::new(None)).collect();
        tokio::task::block_in_place(|| {
            std::thread::scope(|scope| {
                for _ in 0..self.threads.min(tasks.len()) {
                    scope.spawn(|| {
                        loop {
                            let at = next.fetch_add(1, Ordering::Relaxed);
                            let Some(task) = tasks.get(at) else { return };
                            let outcome = self.merge_one(task, &runtime);
                            bar.inc(1);
                            if let Ok(mut place) = outcomes[at].lock() {
                                *place = Some(outcome);
                            }
                        }
                    });
                }
            });
        });
        bar.finish_and_clear();
        outcomes
            .into_iter()
            .map(|place| {
                place.into_inner().ok().flatten().unwrap_or_else(|| {
                    Err(Error::data("a worker of the pull failed").hint("please report this"))
                })
            })
            .collect()
    }

    fn merge_one(&self, task: &Task, runtime: &tokio::runtime::Handle) -> Result<Outcome> {
        let plan = &self.plan.tables[task.table];
        let mut stored = Vec::new();
        // Waiting rows came back as new rows when they were tried again.
        let retried = task.shard == UNLINKED && matches!(plan.person, PersonLink::Patient(_));
        if !retried {
            for file in &task.stored {
                stored.extend(runtime.block_on(self.lake.read_file(file, None))?);
            }
        }
        let new = self.runs.take(task.table, task.shard)?;
        let Merged { rows, digest } = merge(plan, &stored, new, self.exclusions)?;
        let before = task.stored.iter().fold((0u64, 0u128), |(rows, sum), file| {
            (rows + file.rows, sum.wrapping_add(file.digest))
        });
        let same_shape = stored
            .iter()
            .all(|b| b.schema().fields().len() == plan.schema.fields().len());
        if before == (rows.num_rows() as u64, digest) && same_shape && !task.stored.is_empty() {
            return Ok(Outcome::Unchanged);
        }
        if rows.num_rows() == 0 {
            return Ok(if task.stored.is_empty() {
                Outcome::Unchanged
            } else {
                Outcome::Changed(None)
            });
        }
        let mut order = vec!["person_key"];
        order.extend(plan.order.as_deref());
        let encoded = encode(&plan.schema, &[rows], &order)?;
        let shard = (plan.person != PersonLink::None).then_some(task.shard);
        let file = runtime.block_on(self.lake.write_file(&plan.name, shard, digest, encoded))?;
        Ok(Outcome::Changed(Some(file)))
    }

    async fn commit<'t>(
        &self,
        index: usize,
        table: Option<Table>,
        changes: impl Iterator<Item = (&'t Task, Option<DataFile>)>,
    ) -> Result<TableSummary> {
        let plan = &self.plan.tables[index];
        let mut files = table.as_ref().map(|t| t.files.clone()).unwrap_or_default();
        let (mut add, mut remove) = (Vec::new(), Vec::new());
        for (task, file) in changes {
            files.retain(|f| !task.stored.contains(f));
            remove.extend(
                task.stored
                    .iter()
                    .filter(|old| Some(&old.path) != file.as_ref().map(|f| &f.path))
                    .cloned(),
            );
            if let Some(file) = file {
                files.push(file.clone());
                add.push(file);
            }
        }
        let redefined = table
            .as_ref()
            .is_none_or(|t| t.property(DEFINITION) != Some(&plan.fingerprint));
        let rows = files.iter().map(|f| f.rows).sum();
        let changed = !add.is_empty() || !remove.is_empty() || redefined;
        let mut summary = TableSummary {
            table: plan.name.to_string(),
            rows,
            unlinked: files
                .iter()
                .filter(|f| f.shard == Some(UNLINKED))
                .map(|f| f.rows)
                .sum(),
            changed,
            version: table.as_ref().map_or(0, |t| t.version),
        };
        if changed {
            let digest = files
                .iter()
                .fold(0u128, |sum, f| sum.wrapping_add(f.digest));
            let content = super::content::content(digest, rows, &plan.fingerprint);
            let properties = BTreeMap::from([
                (DEFINITION.to_string(), plan.fingerprint.clone()),
                (CONTENT.to_string(), content),
                (super::plan::COLUMNS.to_string(), plan.keyed_columns()),
                (
                    KEY.to_string(),
                    self.lake.settings().key_fingerprint.clone(),
                ),
            ]);
            let change = Change {
                schema: plan.schema.clone(),
                sharded: plan.person != PersonLink::None,
                properties,
                add,
                remove,
            };
            summary.version = self.lake.commit(&plan.name, table.as_ref(), change).await?;
        }
        Ok(summary)
    }
}

fn stored(table: Option<&Table>, shard: i32) -> Vec<DataFile> {
    table
        .iter()
        .flat_map(|t| &t.files)
        .filter(|f| f.shard.unwrap_or(0) == shard)
        .cloned()
        .collect()
}
