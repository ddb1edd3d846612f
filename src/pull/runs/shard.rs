//! Which shard a row belongs to.

/// The shard of a row that has no person (yet): one of `spread` below zero, by its record.
pub(super) fn unlinked(record_key: i64, spread: u32) -> i32 {
    -1 - shard_of(record_key, spread)
}

/// Rows that wait in one shard before the next ones are spread over twice as many.
const MOST_WAITING: usize = 250_000;
/// Never over more than this.
const WIDEST: u32 = 4096;

/// Over how many shards rows without a person are spread when `waiting` of them have come: over few,
/// so that a few rows are a few files, and over the more the more there are, so that no number of
/// them is too many to be merged in memory. A record whose versions thereby come to lie in two shards
/// is one that moves, and those are found anyway.
pub(super) fn spread(waiting: usize, shards: u32) -> u32 {
    let mut spread = (shards / 4).max(1);
    while spread < WIDEST && waiting / spread as usize > MOST_WAITING {
        spread *= 2;
    }
    spread
}

/// Whether rows of this shard have no person (yet).
pub fn is_unlinked(shard: i32) -> bool {
    shard < 0 && shard != NOWHERE
}

/// Where a record is that has no row in a table (any more).
pub const NOWHERE: i32 = i32::MIN;

/// The shard of a person: the top bits of the key, so that a shard is a range of keys.
pub fn shard_of(person_key: i64, shards: u32) -> i32 {
    let bits = shards.trailing_zeros();
    if bits == 0 {
        return 0;
    }
    i32::try_from(person_key >> (63 - bits)).unwrap_or(0)
}

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
        assert_eq!(unlinked(0, 4), -1);
        assert_eq!(unlinked(i64::MAX, 4), -4);
        assert_eq!(unlinked(i64::MAX, 1), -1);
        assert!(is_unlinked(-4) && !is_unlinked(0) && !is_unlinked(NOWHERE));
    }

    #[test]
    fn the_more_rows_wait_the_wider_they_are_spread() {
        assert_eq!(spread(0, 2), 1);
        assert_eq!(spread(1_000_000, 16), 4);
        assert_eq!(spread(1_100_000, 16), 8);
        assert_eq!(spread(60_000_000, 16), 256);
        assert_eq!(spread(usize::MAX, 16), WIDEST);
    }
}
