//! Which shard a row belongs to.

/// The shard of a row that has no person (yet): one of a few below zero, by its record, so that no
/// number of them is too many to be merged in memory.
pub(super) fn unlinked(record_key: i64, shards: u32) -> i32 {
    -1 - shard_of(record_key, (shards / 4).max(1))
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
        assert_eq!(unlinked(0, 16), -1);
        assert_eq!(unlinked(i64::MAX, 16), -4);
        assert_eq!(unlinked(i64::MAX, 2), -1);
        assert!(is_unlinked(-4) && !is_unlinked(0) && !is_unlinked(NOWHERE));
    }
}
