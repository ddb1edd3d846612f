//! Which shards of a table have to be merged, and which of them are written anew.

use super::inputs::Merge;
use super::shard::{MOST_CHANGED, ShardTask};
use super::table::TableMerge;
use crate::lake::{DataFile, Table};
use crate::pull::spool::{Shard, is_unlinked};
use std::collections::BTreeSet;

/// Files of a shard before it is written anew. Shards differ, so that one night does not do all.
fn most_files(shard: Shard) -> usize {
    6 + usize::try_from(shard.number().rem_euclid(8)).unwrap_or(0)
}

impl TableMerge<'_> {
    /// The shards to merge, where there are `new` rows for some.
    pub(super) fn tasks<'t>(&'t self, merge: &Merge, new: Vec<Shard>) -> Vec<ShardTask<'t>> {
        let shards = self.shards_to_merge(merge, new).into_iter();
        shards.map(|shard| self.task(merge, shard)).collect()
    }

    fn shards_to_merge(&self, merge: &Merge, new: Vec<Shard>) -> BTreeSet<Shard> {
        let mut shards: BTreeSet<Shard> = new.into_iter().collect();
        shards.extend(&self.moved.losing);
        if merge.everything || self.is_redefined() {
            shards.extend(self.files().iter().map(Shard::of_file));
        }
        // Rows of somebody who has opted out may have waited for a Patient that is new.
        if merge.exclusions.new_patients || self.relinked.waiting_taken {
            let waiting = self.files().iter().filter(|file| is_unlinked(file));
            shards.extend(waiting.map(Shard::of_file));
        }
        shards
    }

    fn task(&self, merge: &Merge, shard: Shard) -> ShardTask<'_> {
        let files = self.files().iter();
        let stored: Vec<DataFile> = files
            .filter(|file| Shard::of_file(file) == shard)
            .cloned()
            .collect();
        let (left, removed) = stored.iter().fold((0, 0), |(left, removed), file| {
            (left + file.rows, removed + file.removed.len())
        });
        let marks = self.stored.as_ref().is_some_and(Table::marks_removed_rows);
        let whole = merge.read_anew
            || self.is_redefined()
            || !marks
            || stored.is_empty()
            || stored.len() >= most_files(shard)
            || removed as f64 > (left + removed) as f64 * MOST_CHANGED
            || (shard.is_unlinked() && self.relinked.waiting_taken);
        ShardTask {
            table: self,
            shard,
            stored,
            whole,
        }
    }
}
