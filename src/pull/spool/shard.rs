//! Which shard a row belongs to.

pub(crate) use crate::lake::shard_of;

/// Rows that wait in one shard before the next ones go to others.
const MOST_WAITING: usize = 250_000;
/// Never to more than this.
const MOST_SHARDS: u32 = 4096;

/// The shards below zero that rows without a person (yet) go to at the moment.
///
/// They are few, so that a few rows are a few files. When they are full, as many others follow, so that
/// no number of rows is too many to be merged in memory, shard by shard. Two versions of a record may
/// thereby come to lie in two shards; that is what records do that move, and those are found anyway.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct WaitingRoom {
    first: i32,
    shards: u32,
}

impl WaitingRoom {
    /// The one for the next row when `waiting` have come, in a lake of `shards` shards of people.
    pub(super) fn after(waiting: usize, shards: u32) -> Self {
        let shards = (shards / 4).max(1);
        let full = waiting / (shards as usize * MOST_WAITING);
        let rooms = (MOST_SHARDS / shards).max(1);
        let room = full % rooms as usize;
        WaitingRoom {
            first: i32::try_from(room * shards as usize).unwrap_or(0),
            shards,
        }
    }

    /// The shard of a row, by its record.
    pub(super) fn shard(self, record_key: i64) -> i32 {
        -1 - self.first - shard_of(record_key, self.shards)
    }
}

/// Whether rows of this shard have no person (yet).
pub(crate) fn is_unlinked(shard: i32) -> bool {
    shard < 0 && shard != NOWHERE
}

/// Where a record is that has no row in a table (any more).
pub(crate) const NOWHERE: i32 = i32::MIN;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn shards_are_ranges_of_keys() {
        assert_eq!(shard_of(0, 16), 0);
        assert_eq!(shard_of(i64::MAX, 16), 15);
        assert_eq!(shard_of(1 << 59, 16), 1);
        assert_eq!(shard_of(i64::MAX, 1), 0);
    }

    #[test]
    fn rows_without_a_person_lie_below_zero() {
        let shards = |waiting| {
            let room = WaitingRoom::after(waiting, 16);
            [0, i64::MAX].map(|record| room.shard(record))
        };
        assert_eq!(shards(0), [-1, -4]);
        assert_eq!(shards(999_999), [-1, -4]);
        assert_eq!(shards(1_000_000), [-5, -8]);
        assert_eq!(shards(60_000_000), [-241, -244]);
        assert_eq!(shards(1_023_999_999), [-4093, -4096]);
        assert_eq!(shards(1_024_000_000), [-1, -4]);
        assert_eq!(WaitingRoom::after(700_000, 2).shard(i64::MAX), -3);
        assert!(is_unlinked(-4) && !is_unlinked(0) && !is_unlinked(NOWHERE));
    }
}
