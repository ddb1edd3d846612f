//! Finding the published figures that few people make the difference to, without comparing with all.

use crate::disclosure::members::{CAPACITY, Members};
use std::collections::{BTreeSet, HashMap};

/// Entries by the people in each bucket of their hashes. Two sets that differ by fewer people than
/// there are buckets have the same people in one of them at least, so none of those is missed.
#[derive(Debug, Default)]
pub(super) struct NearIndex {
    buckets: HashMap<(usize, u64), Vec<usize>>,
}

impl NearIndex {
    /// Adds entry `at`.
    pub(super) fn add(&mut self, members: &Members, at: usize) {
        for bucket in members.buckets().into_iter().enumerate() {
            self.buckets.entry(bucket).or_default().push(at);
        }
    }

    /// The entries that may differ by fewer people than [`CAPACITY`], the first published first.
    pub(super) fn candidates(&self, members: &Members) -> BTreeSet<usize> {
        debug_assert_eq!(members.buckets().len(), CAPACITY);
        let buckets = members.buckets().into_iter().enumerate();
        let found = buckets.filter_map(|bucket| self.buckets.get(&bucket));
        found.flatten().copied().collect()
    }
}
