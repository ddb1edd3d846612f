//! Merging new rows into the lake: linked to their people, merged shard by shard, committed.

use super::content;
use super::exclusions::Exclusions;
use super::newest::{Changed, Merged, NEEDED, Rules, change, merge};
use crate::error::{Error, Result};
use crate::lake::properties::{COLUMNS, CONTENT, DEFINITION, INCOMPLETE, KEY, READING};
use crate::lake::{Change, DataFile, FileWriter, Lake, Table};
use crate::progress::Progress;
use crate::pull::identity::moved_records::{DELETED, MovedRecords};
use crate::pull::identity::relink::{self, Relinked};
use crate::pull::plan::{PersonLink, PullPlan, SourceKind, TablePlan};
use crate::pull::read::pool::{Deletes, Intake};
use crate::pull::spool::{Part, Spool, is_unlinked};
use crate::pull::state::rowless_versions::{self, RowlessVersions};
use crate::pull::state::stored_rows;
use crate::pull::summary::TableSummary;
use crate::pull::version::RecordVersion;
use crate::stop;
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Mutex;
use std::sync::atomic::{AtomicUsize, Ordering};

/// Whether the table's records are the people to whom other records refer.
pub(crate) fn links_people(plan: &PullPlan, table: &TablePlan) -> bool {
    matches!(table.person, PersonLink::Identifier(_))
        && plan.sources.iter().any(|source| match &source.kind {
            SourceKind::Fhir { tables, .. } => tables
                .iter()
                .any(|(_, i)| plan.tables[*i].name == table.name),
            SourceKind::Csv { .. } => false,
        })
}

/// The last step of a pull.
pub(crate) struct Merge<'a> {
    /// The lake.
    pub lake: &'a Lake,
    /// Tables and sources.
    pub plan: &'a PullPlan,
    /// The new rows.
    pub spool: &'a Spool,
    /// What must not be in the lake.
    pub exclusions: &'a Exclusions,
    /// Whether every shard is looked at, not only those with new rows.
    pub everything: bool,
    /// Whether files that the lake holds already were read with other settings: then what was read
    /// now replaces what is stored, though its version is the same.
    pub read_anew: bool,
    /// Whether no extract is left that has to be read again for a damaged table.
    pub complete: bool,
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
    /// Whether all rows are written anew; else new ones get a file of their own.
    whole: bool,
}

/// What a merge made of a shard: files to add, and files to take out in the state that they had.
#[derive(Default)]
struct Outcome {
    add: Vec<DataFile>,
    remove: Vec<DataFile>,
    /// Whether lines that the lake holds already have other values now.
    other_values: bool,
    /// New rows of people who have opted out.
    kept_out: u64,
}

/// Files of a shard before it is written anew. Shards differ, so that one night does not do all.
fn most_files(shard: i32) -> usize {
    6 + usize::try_from(shard.rem_euclid(8)).unwrap_or(0)
}

/// A shard is written anew when this share of its rows is removed or new.
const MOST_CHANGED: f64 = 0.25;

impl Merge<'_> {
    /// Settles all tables; `tables` are their versions in the lake, None for new ones.
    pub(crate) async fn all(
        &self,
        tables: Vec<Option<Table>>,
        intake: &Intake,
    ) -> Result<Vec<TableSummary>> {
        let relinked = self.relink(&tables, intake)?;
        let before = rowless_versions::load(self.lake).await?;
        let moved = self.moved(&tables, &relinked, &intake.deletes, &before)?;
        let mut emptied = before.clone();
        for (plan, moved) in self.plan.tables.iter().zip(&moved) {
            let has_rows = |record| moved.has_rows(record);
            emptied.learn(&plan.name, &moved.emptied, has_rows);
        }
        if emptied != before {
            // Kept before the rows go: a pull that is cut short after that would not know of them.
            rowless_versions::store(self.lake, &emptied).await?;
        }
        let mut tasks = Vec::new();
        for (index, table) in tables.iter().enumerate() {
            let mut shards = self.shards_to_merge(index, table.as_ref(), &moved[index]);
            if relinked[index].waiting_taken {
                let stored = table.iter().flat_map(|t| &t.files).filter_map(|f| f.shard);
                shards.extend(stored.filter(|shard| is_unlinked(*shard)));
            }
            for shard in shards {
                tasks.push(self.task(index, shard, table.as_ref(), &relinked[index]));
            }
        }
        let outcomes = self.parallel("merge", &tasks, |task, runtime| {
            self.merge_one(task, &moved[task.table], &relinked[task.table], runtime)
        })?;
        let mut changes: Vec<(Option<Table>, Outcome)> = tables
            .into_iter()
            .map(|t| (t, Outcome::default()))
            .collect();
        for (task, outcome) in tasks.iter().zip(outcomes) {
            let change = &mut changes[task.table].1;
            change.add.extend(outcome.add);
            change.remove.extend(outcome.remove);
            change.other_values |= outcome.other_values;
            change.kept_out += outcome.kept_out;
        }
        let mut summaries = self.parallel("commit", &self.indices(), |index, runtime| {
            let (table, change) = &changes[*index];
            runtime.block_on(self.commit(*index, table.as_ref(), change))
        })?;
        for (summary, relinked) in summaries.iter_mut().zip(relinked) {
            summary.waiting = relinked.new_waiting;
        }
        Ok(summaries)
    }

    /// The tables of the plan.
    fn indices(&self) -> Vec<usize> {
        (0..self.plan.tables.len()).collect()
    }

    /// Finds the person again of all rows whose Patient arrived, or is somebody else than before.
    fn relink(&self, tables: &[Option<Table>], intake: &Intake) -> Result<Vec<Relinked>> {
        let moved = intake.people.moved();
        self.parallel("link", &self.indices(), |index, runtime| {
            let plan = &self.plan.tables[*index];
            let relink = relink::Relink {
                lake: self.lake,
                plan,
                spool: self.spool,
                table: *index,
                people: &intake.people,
                moved: &moved,
                is_people: links_people(self.plan, plan),
            };
            let files = tables[*index].as_ref().map_or(&[][..], |t| &t.files);
            self.lake.wait(runtime, relink.run(files))
        })
    }

    /// Where the records are that have rows in several shards, for each table.
    fn moved(
        &self,
        tables: &[Option<Table>],
        relinked: &[Relinked],
        deletes: &Deletes,
        emptied: &RowlessVersions,
    ) -> Result<Vec<MovedRecords>> {
        // The largest first, so that no thread is left with it at the end.
        let mut indices = self.indices();
        indices.sort_by_key(|index| {
            let stored = tables[*index].as_ref().map_or(0, Table::rows);
            std::cmp::Reverse(stored + self.spool.count(*index) as u64)
        });
        let found = self.parallel("check", &indices, |index, runtime| {
            let stored: Vec<DataFile> = match &tables[*index] {
                Some(table) => table.files.clone(),
                None => Vec::new(),
            };
            // Rows that waited were all read again when one of them found its person.
            let stored: Vec<DataFile> = stored
                .into_iter()
                .filter(|f| !(relinked[*index].waiting_taken && f.shard.is_some_and(is_unlinked)))
                .collect();
            let name = &self.plan.tables[*index].name;
            let mut rowless = self.deleted(*index, deletes);
            rowless.extend(emptied.arriving(name, self.spool, *index)?);
            let find = MovedRecords::find(self.lake, self.spool, *index, &stored, &rowless);
            self.lake.wait(runtime, find)
        })?;
        let mut found: Vec<_> = indices.into_iter().zip(found).collect();
        found.sort_by_key(|(index, _)| *index);
        Ok(found.into_iter().map(|(_, found)| found).collect())
    }

    /// The records of a table that were deleted, as versions that beat every version before.
    fn deleted(&self, index: usize, deletes: &Deletes) -> Vec<RecordVersion> {
        let mut kinds = BTreeSet::new();
        for source in &self.plan.sources {
            if let SourceKind::Fhir { tables, .. } = &source.kind {
                kinds.extend(tables.iter().filter(|(_, i)| *i == index).map(|(k, _)| k));
            }
        }
        kinds
            .into_iter()
            .filter_map(|kind| deletes.get(kind))
            .flatten()
            .map(|(record, when)| (*record, (*when, DELETED)))
            .collect()
    }

    fn shards_to_merge(
        &self,
        index: usize,
        table: Option<&Table>,
        moved: &MovedRecords,
    ) -> BTreeSet<i32> {
        let mut shards: BTreeSet<i32> = self.spool.shards(index).into_iter().collect();
        shards.extend(&moved.losing);
        if let Some(table) = table
            && (self.everything || self.redefined(index, table))
        {
            shards.extend(table.files.iter().map(|f| f.shard.unwrap_or(0)));
        }
        if let Some(table) = table
            && self.exclusions.new_patients
        {
            // Rows of somebody who has opted out may have waited for one of these Patients.
            let stored = table.files.iter().filter_map(|f| f.shard);
            shards.extend(stored.filter(|shard| is_unlinked(*shard)));
        }
        shards
    }

    /// Whether the table's view or column file has changed.
    fn redefined(&self, index: usize, table: &Table) -> bool {
        self.plan.tables[index].redefines(table)
    }

    fn task(&self, index: usize, shard: i32, table: Option<&Table>, relinked: &Relinked) -> Task {
        let stored = stored(table, shard);
        let (left, removed) = stored.iter().fold((0, 0), |(left, removed), file| {
            (left + file.rows, removed + file.removed.len())
        });
        let whole = self.read_anew
            || table.is_none_or(|t| self.redefined(index, t) || !t.marks_removed_rows())
            || stored.is_empty()
            || stored.len() >= most_files(shard)
            || removed as f64 > (left + removed) as f64 * MOST_CHANGED
            || (is_unlinked(shard) && relinked.waiting_taken);
        Task {
            table: index,
            shard,
            stored,
            whole,
        }
    }

    /// Does `tasks` on all threads; what came of them is in their order.
    fn parallel<T: Sync, R: Send>(
        &self,
        name: &'static str,
        tasks: &[T],
        work: impl Fn(&T, &tokio::runtime::Handle) -> Result<R> + Sync,
    ) -> Result<Vec<R>> {
        let bar = self.progress.count(name, tasks.len() as u64);
        let runtime = tokio::runtime::Handle::current();
        let next = AtomicUsize::new(0);
        let done: Vec<Mutex<Option<Result<R>>>> = tasks.iter().map(|_| Mutex::new(None)).collect();
        tokio::task::block_in_place(|| {
            std::thread::scope(|scope| {
                for _ in 0..self.threads.min(tasks.len()) {
                    scope.spawn(|| {
                        loop {
                            let at = next.fetch_add(1, Ordering::Relaxed);
                            let Some(task) = tasks.get(at) else { return };
                            let result = stop::check().and_then(|()| work(task, &runtime));
                            bar.inc(1);
                            if let Ok(mut place) = done[at].lock() {
                                *place = Some(result);
                            }
                        }
                    });
                }
            });
        });
        bar.finish_and_clear();
        done.into_iter()
            .map(|place| {
                place.into_inner().ok().flatten().unwrap_or_else(|| {
                    Err(Error::data("a worker of the pull failed").hint("please report this"))
                })
            })
            .collect()
    }

    fn merge_one(
        &self,
        task: &Task,
        moved: &MovedRecords,
        relinked: &Relinked,
        runtime: &tokio::runtime::Handle,
    ) -> Result<Outcome> {
        let plan = &self.plan.tables[task.table];
        let rules = Rules {
            plan,
            shard: task.shard,
            exclusions: self.exclusions,
            moved,
            relinked: &relinked.records,
        };
        let new = self.spool.take_parts(task.table, task.shard)?;
        let arrived: usize = new.iter().map(Part::len).sum();
        let left: u64 = task.stored.iter().map(|file| file.rows).sum();
        if !task.whole && (arrived as f64) < left as f64 * MOST_CHANGED {
            let outcome = self.add_to(task, &rules, new.clone(), runtime)?;
            // Rows of people who opted out must leave the files too, not only the table.
            if !self.leaves_files(task) || outcome.remove.is_empty() {
                return Ok(outcome);
            }
        }
        let mut stored = Vec::new();
        if !(is_unlinked(task.shard) && relinked.waiting_taken) {
            for file in &task.stored {
                let rows = stored_rows::rows(self.lake, file, &plan.schema);
                stored.extend(self.lake.wait(runtime, rows)?);
            }
        }
        let merged = merge(&rules, &stored, new)?;
        let before = task.stored.iter().fold((0u64, 0u128), |(rows, sum), file| {
            (rows + file.rows, sum.wrapping_add(file.digest))
        });
        // Digests are of lines: read by another view or lookup, the same line has other values.
        let same_lines = before == (merged.len() as u64, merged.digest) && !task.stored.is_empty();
        if same_lines && merged.is(&merge(&rules, &stored, Vec::new())?)? {
            return Ok(Outcome {
                kept_out: merged.kept_out,
                ..Outcome::default()
            });
        }
        let add = match merged.len() {
            0 => Vec::new(),
            _ => vec![self.write(task, &merged, runtime)?],
        };
        Ok(Outcome {
            add,
            remove: task.stored.clone(),
            other_values: same_lines,
            kept_out: merged.kept_out,
        })
    }

    /// Whether rows of people who have opted out must leave the files of a shard, and not only the
    /// table.
    fn leaves_files(&self, task: &Task) -> bool {
        self.everything || (self.exclusions.new_patients && is_unlinked(task.shard))
    }

    /// Gives new rows a file of their own, and marks the stored rows that they replace.
    fn add_to(
        &self,
        task: &Task,
        rules: &Rules,
        new: Vec<Part>,
        runtime: &tokio::runtime::Handle,
    ) -> Result<Outcome> {
        let shape = stored_rows::shape(rules.plan, &NEEDED);
        // Every person's check is compared with the new ones, and every person may have opted out.
        let all = self.leaves_files(task) || rules.plan.schema.index_of("person_check").is_ok();
        let mut files = Vec::with_capacity(task.stored.len());
        let mut stored = Vec::with_capacity(task.stored.len());
        for file in &task.stored {
            let rows = match all {
                true => None,
                false => Some(rules.moved.touched(file)),
            };
            if rows.is_some_and(<[u32]>::is_empty) {
                continue;
            }
            let picked = stored_rows::picked(self.lake, file, &shape, rows);
            stored.push(relink::one(self.lake.wait(runtime, picked)?)?);
            files.push((file, rows));
        }
        let Changed { new, gone } = change(rules, &stored, new)?;
        let mut outcome = Outcome {
            kept_out: new.kept_out,
            ..Outcome::default()
        };
        for ((file, read), (mut gone, digest)) in files.into_iter().zip(gone) {
            if gone.is_empty() {
                continue;
            }
            if let Some(read) = read {
                gone.iter_mut().for_each(|at| *at = read[*at as usize]);
            }
            outcome.remove.push(file.clone());
            if let Some(rest) = file.without(&gone, digest) {
                outcome.add.push(rest);
            }
        }
        if new.len() > 0 {
            outcome.add.push(self.write(task, &new, runtime)?);
        }
        Ok(outcome)
    }

    /// Writes the rows of a shard as a file.
    fn write(
        &self,
        task: &Task,
        merged: &Merged,
        runtime: &tokio::runtime::Handle,
    ) -> Result<DataFile> {
        let plan = &self.plan.tables[task.table];
        let mut order = vec!["person_key"];
        order.extend(plan.order.as_deref());
        let mut writer = FileWriter::for_rows(&plan.schema, &order, merged.len())?;
        for rows in merged.sorted() {
            writer.write(&rows?)?;
        }
        let encoded = writer.finish()?;
        let shard = (plan.person != PersonLink::None).then_some(task.shard);
        let write = self
            .lake
            .write_file(&plan.name, shard, merged.digest, encoded);
        self.lake.wait(runtime, write)
    }

    async fn commit(
        &self,
        index: usize,
        table: Option<&Table>,
        change: &Outcome,
    ) -> Result<TableSummary> {
        let plan = &self.plan.tables[index];
        let mut files = table.map(|t| t.files.clone()).unwrap_or_default();
        files.retain(|file| !change.remove.contains(file));
        files.extend(change.add.iter().cloned());
        // A file that comes back as it was neither goes nor comes.
        let stays = |file: &DataFile| change.add.contains(file) && change.remove.contains(file);
        let (mut add, mut remove) = (change.add.clone(), change.remove.clone());
        add.retain(|file| !stays(file));
        remove.retain(|file| !stays(file));
        let redefined = table.is_none_or(|t| plan.redefines(t));
        let rows = files.iter().map(|f| f.rows).sum();
        let incomplete = table.is_some_and(|t| t.property(INCOMPLETE).is_some());
        let completes = incomplete && self.complete;
        let changed = !add.is_empty() || !remove.is_empty() || redefined || completes;
        let mut summary = TableSummary {
            table: plan.name.to_string(),
            rows,
            unlinked: files
                .iter()
                .filter(|f| f.shard.is_some_and(is_unlinked))
                .map(|f| f.rows)
                .sum(),
            waiting: BTreeMap::new(),
            changed,
            version: table.map_or(0, |t| t.version),
            kept_out: change.kept_out,
        };
        if changed {
            let digest = files
                .iter()
                .fold(0u128, |sum, f| sum.wrapping_add(f.digest));
            let was = table.as_ref().and_then(|t| t.property(READING));
            let reading = match was.unwrap_or_default() {
                // Another definition says by itself that the values are others.
                was if change.other_values && !redefined => content::reading(was, &files),
                was => was.to_string(),
            };
            let content = content::content(digest, rows, &plan.fingerprint, &reading);
            let mut properties = BTreeMap::from([
                (DEFINITION.to_string(), plan.fingerprint.clone()),
                (CONTENT.to_string(), content),
                (COLUMNS.to_string(), plan.keyed_columns()),
                (
                    KEY.to_string(),
                    self.lake.settings().key_fingerprint.clone(),
                ),
            ]);
            if incomplete && !completes {
                properties.insert(INCOMPLETE.to_string(), "true".to_string());
            }
            if !reading.is_empty() {
                properties.insert(READING.to_string(), reading);
            }
            let change = Change {
                schema: plan.schema.clone(),
                sharded: plan.person != PersonLink::None,
                properties,
                add,
                remove,
            };
            summary.version = self.lake.commit(&plan.name, table, change).await?;
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
