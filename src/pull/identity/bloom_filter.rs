//! A Bloom filter over records, which most records that are looked up are not among.

use crate::privacy::RecordKey;

/// Which records may be among some, by a bit each: most of the stored ones are not, and a look at a
/// bit costs a fraction of one into a map.
pub(super) struct BloomFilter(Vec<u64>);

impl BloomFilter {
    /// Of these records.
    pub(super) fn of<'r>(records: impl ExactSizeIterator<Item = &'r RecordKey>) -> Self {
        // Eight to sixteen bits a record let one in ten through that is not among them.
        let mut filter = BloomFilter(vec![0; (records.len() / 8 + 1).next_power_of_two()]);
        for record in records {
            let (word, bit) = filter.place(*record);
            filter.0[word] |= bit;
        }
        filter
    }

    /// Whether a record may be among them.
    pub(super) fn may_hold(&self, record: RecordKey) -> bool {
        let (word, bit) = self.place(record);
        self.0[word] & bit != 0
    }

    fn place(&self, record: RecordKey) -> (usize, u64) {
        let record = record.get();
        let word = usize::try_from(record >> 6).unwrap_or(0) & (self.0.len() - 1);
        (word, 1 << (record & 63))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_filter_holds_back_most_of_what_is_not_there() {
        let key = |n: i64| RecordKey::new(n.wrapping_mul(0x5851_f42d_4c95_7f2d) & i64::MAX);
        let held: Vec<RecordKey> = (0..1000).map(key).collect();
        let filter = BloomFilter::of(held.iter());
        assert!(held.iter().all(|record| filter.may_hold(*record)));
        let through = (1000..11_000).filter(|n| filter.may_hold(key(*n)));
        let through = through.count();
        assert!(through < 2_000, "{through} of 10,000 got through");
        assert!(!BloomFilter::of([].iter()).may_hold(RecordKey::new(7)));
    }
}
