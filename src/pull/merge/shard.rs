//! Merging one shard of a table: new rows in a file of their own, or all of them written anew.

use super::inputs::Merge;
use super::line_fates::{self, Fates};
use super::newest::{Changed, Merged, NEEDED, Prefer, Sameness, StoredBatches, change, merge};
use super::rules::Rules;
use super::table::TableMerge;
use crate::error::Result;
use crate::lake::{DataFile, FileWriter, Lake};
use crate::pull::identity::relink;
use crate::pull::plan::PersonLink;
use crate::pull::spool::{Shard, SpooledRows};
use crate::pull::state::stored_rows;
use arrow::array::RecordBatch;
use tokio::runtime::Handle;

/// A shard of a table to merge.
pub(super) struct ShardTask<'a> {
    /// The table.
    pub table: &'a TableMerge<'a>,
    /// The shard.
    pub shard: Shard,
    /// Its files in the lake.
    pub stored: Vec<DataFile>,
    /// Whether all rows are written anew; else new ones get a file of their own.
    pub whole: bool,
}

/// A shard is written anew when this share of its rows is removed or new.
pub(super) const MOST_CHANGED: f64 = 0.25;

/// What a merge changes: files to add, and files to take out in the state that they had.
#[derive(Default)]
pub(super) struct FileChanges {
    /// Files to add.
    pub add: Vec<DataFile>,
    /// Files to take out.
    pub remove: Vec<DataFile>,
    /// Whether lines that the lake holds already have other values now.
    pub other_values: bool,
    /// New rows of people who have opted out.
    pub kept_out: u64,
    /// What became of the lines whose rows are new.
    pub fates: Fates,
}

impl FileChanges {
    /// Adds what another shard of the table changes.
    pub(super) fn extend(&mut self, other: FileChanges) {
        self.add.extend(other.add);
        self.remove.extend(other.remove);
        self.other_values |= other.other_values;
        self.kept_out += other.kept_out;
        line_fates::add(&mut self.fates, other.fates);
    }
}

impl ShardTask<'_> {
    /// Merges the shard's new rows, which are taken from the spool, with those that are stored.
    pub(super) fn run(&self, of: &Merge, runtime: &Handle) -> Result<FileChanges> {
        let rules = Rules {
            plan: self.table.plan,
            shard: self.shard,
            exclusions: of.exclusions,
            moved: &self.table.moved,
            relinked: &self.table.relinked.records,
            renewed: of
                .withdrawn
                .of(self.table.index)
                .is_some_and(|rows| rows.renewed),
            people: of.people,
        };
        let new = of.spool.take_parts(self.table.index, self.shard)?;
        let arrived: usize = new.iter().map(SpooledRows::len).sum();
        let left: u64 = self.stored.iter().map(|file| file.rows).sum();
        if !self.whole && (arrived as f64) < left as f64 * MOST_CHANGED {
            let changes = self.add_rows(of, &rules, new.clone(), runtime)?;
            // Rows of people who opted out must leave the files too, not only the table.
            if !self.leaves_files(of) || changes.remove.is_empty() {
                return Ok(changes);
            }
        }
        self.write_anew(of, &rules, new, runtime)
    }

    /// Writes all rows of the shard as one file, unless they are what is there.
    fn write_anew(
        &self,
        of: &Merge,
        rules: &Rules,
        new: Vec<SpooledRows>,
        runtime: &Handle,
    ) -> Result<FileChanges> {
        let (stored, withdrawn) = self.stored_rows(of, runtime)?;
        let prefer = match self.whole {
            true => Prefer::Read,
            false => Prefer::Stored,
        };
        let all = StoredBatches {
            batches: &stored,
            withdrawn: &withdrawn,
        };
        let merged = merge(rules, &all, new, prefer)?;
        let before = self.stored.iter().fold((0u64, 0u128), |(rows, sum), file| {
            (rows + file.rows, sum.wrapping_add(file.digest))
        });
        // Digests are of lines: read by another view or lookup, the same line has other values.
        let same_lines = before == (merged.len() as u64, merged.digest) && !self.stored.is_empty();
        let as_stored = StoredBatches {
            withdrawn: &[],
            ..all
        };
        let sameness = match same_lines {
            true => merged.compared(&merge(rules, &as_stored, Vec::new(), prefer)?)?,
            false => Sameness::None,
        };
        if sameness == Sameness::Whole {
            return Ok(FileChanges {
                kept_out: merged.kept_out,
                fates: merged.fates,
                ..FileChanges::default()
            });
        }
        let add = match merged.len() {
            0 => Vec::new(),
            _ => vec![self.write(of.lake, &merged, runtime)?],
        };
        Ok(FileChanges {
            add,
            remove: self.stored.clone(),
            // A line that came again with a later extract is no other value: nothing is built anew.
            other_values: same_lines && sameness == Sameness::None,
            kept_out: merged.kept_out,
            fates: merged.fates,
        })
    }

    /// The stored rows that stay where they are, as far as the merge says, and which of them are
    /// withdrawn.
    fn stored_rows(&self, of: &Merge, runtime: &Handle) -> Result<(Vec<RecordBatch>, Vec<bool>)> {
        let (mut stored, mut withdrawn) = (Vec::new(), Vec::new());
        if self.shard.is_unlinked() && self.table.relinked.waiting_taken {
            return Ok((stored, withdrawn));
        }
        for file in &self.stored {
            let rows = stored_rows::rows(of.lake, file, &self.table.plan.schema);
            let rows = of.lake.wait(runtime, rows)?;
            let count = rows.iter().map(RecordBatch::num_rows).sum();
            if let Some(of_table) = of.withdrawn.of(self.table.index) {
                withdrawn.extend(of_table.flags(file, count, None));
            }
            stored.extend(rows);
        }
        Ok((stored, withdrawn))
    }

    /// Whether rows of people who have opted out must leave the files of the shard, and not only the
    /// table.
    fn leaves_files(&self, of: &Merge) -> bool {
        of.everything || (of.exclusions.new_patients && self.shard.is_unlinked())
    }

    /// Gives new rows a file of their own, and marks the stored rows that they replace.
    fn add_rows(
        &self,
        of: &Merge,
        rules: &Rules,
        new: Vec<SpooledRows>,
        runtime: &Handle,
    ) -> Result<FileChanges> {
        let shape = stored_rows::shape(rules.plan, &NEEDED);
        // Every person's check is compared with the new ones, and every person may have opted out.
        let all = self.leaves_files(of) || rules.plan.schema.index_of("person_check").is_ok();
        let mut files = Vec::with_capacity(self.stored.len());
        let mut stored = Vec::with_capacity(self.stored.len());
        let mut withdrawn = Vec::new();
        for file in &self.stored {
            let rows = match all {
                true => None,
                false => Some(rules.moved.touched(file)),
            };
            if rows.is_some_and(<[u32]>::is_empty) {
                continue;
            }
            let picked = stored_rows::picked(of.lake, file, &shape, rows);
            let picked = relink::one(of.lake.wait(runtime, picked)?)?;
            if let Some(of_table) = of.withdrawn.of(self.table.index) {
                withdrawn.extend(of_table.flags(file, picked.num_rows(), rows));
            }
            stored.push(picked);
            files.push((file, rows));
        }
        let stored = StoredBatches {
            batches: &stored,
            withdrawn: &withdrawn,
        };
        let Changed { new, gone } = change(rules, &stored, new)?;
        let mut changes = FileChanges {
            kept_out: new.kept_out,
            fates: new.fates.clone(),
            ..FileChanges::default()
        };
        for ((file, read), mut gone) in files.into_iter().zip(gone) {
            if gone.rows.is_empty() {
                continue;
            }
            if let Some(read) = read {
                let rows = gone.rows.iter_mut();
                rows.for_each(|at| *at = read[*at as usize]);
            }
            changes.remove.push(file.clone());
            changes.add.extend(file.without(&gone.rows, gone.digest));
        }
        if new.len() > 0 {
            changes.add.push(self.write(of.lake, &new, runtime)?);
        }
        Ok(changes)
    }

    /// Writes rows of the shard as a file.
    fn write(&self, lake: &Lake, merged: &Merged, runtime: &Handle) -> Result<DataFile> {
        let plan = self.table.plan;
        let mut order = vec!["person_key"];
        order.extend(plan.order.as_deref());
        let mut writer = FileWriter::for_rows(&plan.schema, &order, merged.len())?;
        for rows in merged.sorted() {
            writer.write(&rows?)?;
        }
        let encoded = writer.finish()?;
        let shard = (plan.person != PersonLink::None).then(|| self.shard.number());
        let write = lake.write_file(&plan.name, shard, merged.digest, encoded);
        lake.wait(runtime, write)
    }
}
