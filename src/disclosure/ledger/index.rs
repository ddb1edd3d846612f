//! Finding the published figures that few people make the difference to, without comparing with all.

use crate::disclosure::members::{CAPACITY, Members};
use std::collections::{BTreeSet, HashMap};

/// Entries by the people in each bucket of their hashes. Two sets that differ by fewer people than
/// there are buckets have the same people in one of them at least, so none of those is missed.
///
/// Entries of one bucket are a chain from the newest to the oldest: a ledger of years has eight buckets for
/// each of its entries, and nearly none of these holds another one.
#[derive(Debug, Default)]
pub(super) struct NearIndex {
    /// The newest entry with the people of a bucket, as a place among `entries`.
    newest: [HashMap<u64, u32>; CAPACITY],
    /// Entries, and for each bucket the place of the one before; its own for the first.
    entries: Vec<(u32, [u32; CAPACITY])>,
}

impl NearIndex {
    /// Adds entry `at`.
    pub(super) fn add(&mut self, members: &Members, at: usize) {
        let (place, at) = (number(self.entries.len()), number(at));
        let mut before = [place; CAPACITY];
        let newest = self.newest.iter_mut().zip(members.buckets());
        for ((newest, bucket), before) in newest.zip(&mut before) {
            *before = newest.insert(bucket, place).unwrap_or(place);
        }
        self.entries.push((at, before));
    }

    /// The entries that may differ by fewer people than [`CAPACITY`], the first published first.
    pub(super) fn candidates(&self, members: &Members) -> BTreeSet<usize> {
        let mut found = BTreeSet::new();
        for (bucket, people) in members.buckets().into_iter().enumerate() {
            let mut next = self.newest[bucket].get(&people).copied();
            while let Some(place) = next {
                let Some((at, before)) = self.entries.get(place as usize) else {
                    break;
                };
                found.insert(*at as usize);
                next = Some(before[bucket]).filter(|before| *before != place);
            }
        }
        found
    }
}

/// A place, of which a ledger has fewer than there are such numbers.
fn number(place: usize) -> u32 {
    u32::try_from(place).unwrap_or(u32::MAX)
}
