//! Records that have rows in more than one shard of a table.
//!
//! A shard is merged without a look at the others. That is right for as long as a record stays with
//! its person; but NHS numbers are corrected, Patients are merged, a result is moved to the patient
//! it belongs to, a record is deleted. Then its newest version is in one place and older ones are in
//! another, and only the newest may stay.

use crate::error::Result;
use crate::lake::{DataFile, Lake};
use crate::privacy::RecordKey;
use crate::pull::spool::{Home, Shard, Spool};
use crate::pull::state::stored_rows;
use crate::pull::version::{ByRecord, RecordVersion, Version, VersionColumns};
use arrow::array::AsArray;
use arrow::datatypes::Int64Type;
use std::collections::{BTreeSet, HashMap, HashSet};

/// New records looked at together: what a pass holds in memory stays below 100 MB.
const PASS: usize = 4_000_000;

/// Where the newest version is of each record that has rows in several shards.
#[derive(Debug, Default)]
pub(crate) struct MovedRecords {
    homes: HashMap<RecordKey, Home>,
    /// Records of which no row stays, although some were there, by the version that says so.
    pub emptied: Vec<RecordVersion>,
    /// Shards of the stored table that hold rows of records whose home is elsewhere.
    pub losing: BTreeSet<Shard>,
    /// For each stored file the rows whose record is among the new or deleted ones.
    touched: HashMap<String, Vec<u32>>,
}

impl MovedRecords {
    /// Whether rows of `record` may stay in `shard`.
    pub(crate) fn stays(&self, record: RecordKey, shard: Shard) -> bool {
        let home = self.homes.get(&record);
        home.is_none_or(|home| *home == Home::In(shard))
    }

    /// Whether no record has rows in several shards.
    pub(crate) fn is_empty(&self) -> bool {
        self.homes.is_empty()
    }

    /// The rows of a stored file whose record is among the new or deleted ones, ascending: positions
    /// among the rows that count.
    pub(crate) fn touched(&self, file: &DataFile) -> &[u32] {
        self.touched.get(&file.path).map_or(&[], Vec::as_slice)
    }

    /// Whether rows of `record` stay somewhere, as far as it was looked for.
    pub(crate) fn has_rows(&self, record: RecordKey) -> bool {
        let home = self.homes.get(&record);
        home.is_some_and(|home| *home != Home::Nowhere)
    }

    /// Looks for records of `table` that are in several shards. `stored` are the table's files, and
    /// `rowless` versions without a row that are known from elsewhere: of records that were deleted
    /// or that lost their rows in an earlier night.
    pub(crate) async fn find(
        lake: &Lake,
        spool: &Spool,
        table: usize,
        stored: &[DataFile],
        rowless: &[RecordVersion],
    ) -> Result<Self> {
        if stored.is_empty() && rowless.is_empty() {
            let strays = strays_among_new(spool, table)?;
            return Self::of(strays, HashMap::new(), lake, spool, table, stored, rowless).await;
        }
        let (strays, touched) = strays(lake, spool, table, stored, rowless).await?;
        Self::of(strays, touched, lake, spool, table, stored, rowless).await
    }

    /// Finds the home of each of `strays`.
    async fn of(
        strays: HashSet<RecordKey>,
        touched: HashMap<String, Vec<u32>>,
        lake: &Lake,
        spool: &Spool,
        table: usize,
        stored: &[DataFile],
        rowless: &[RecordVersion],
    ) -> Result<Self> {
        if strays.is_empty() {
            return Ok(MovedRecords {
                touched,
                ..Self::default()
            });
        }
        // A version that was read now wins over the same version as it was stored: its person may
        // have been found since.
        let mut best: HashMap<RecordKey, (Version, bool, Home)> = HashMap::new();
        let mut offer = |one: RecordVersion, new: bool, home: Home| {
            if strays.contains(&one.record) {
                let offered = (one.version, new, home);
                best.entry(one.record)
                    .and_modify(|known| *known = (*known).max(offered))
                    .or_insert(offered);
            }
        };
        for record in rowless {
            offer(*record, true, Home::Nowhere);
        }
        spool.each_key(table, |home, record| offer(record, true, home))?;
        let mut held: Vec<(RecordKey, Shard)> = Vec::new();
        for file in stored {
            let shard = Shard::of_file(file);
            for batch in stored_rows::rows(lake, file, &VersionColumns::schema()).await? {
                for record in VersionColumns::of(&batch)?.iter() {
                    if strays.contains(&record.record) {
                        held.push((record.record, shard));
                        offer(record, false, Home::In(shard));
                    }
                }
            }
        }
        let emptied = best
            .iter()
            .filter(|(_, (version, _, home))| *home == Home::Nowhere && !version.is_deletion())
            .map(|(record, (version, _, _))| (*record, *version).into())
            .collect();
        let best = best.into_iter();
        let homes: HashMap<RecordKey, Home> = best.map(|(k, (_, _, home))| (k, home)).collect();
        let losing = held
            .into_iter()
            .filter(|(record, shard)| homes.get(record) != Some(&Home::In(*shard)))
            .map(|(_, shard)| shard)
            .collect();
        Ok(MovedRecords {
            homes,
            emptied,
            losing,
            touched,
        })
    }
}

/// Parts that new records are cut into, so that what is looked up of one stays in the processor's
/// cache.
const PARTS: usize = 64;

/// Records that are in more than one shard among new rows.
fn strays_among_new(spool: &Spool, table: usize) -> Result<HashSet<RecordKey>> {
    let mut strays = HashSet::new();
    let mut homes: HashMap<RecordKey, Home, ByRecord> = HashMap::default();
    let passes = spool.count(table) / PASS + 1;
    let mut parts: Vec<Vec<(RecordKey, Home)>> = vec![Vec::new(); PARTS];
    for pass in 0..passes {
        spool.each_key(table, |home, RecordVersion { record, .. }| {
            if is_of_pass(record, pass, passes) {
                // Bits that a map does not look at.
                let part = usize::try_from(record.get() >> 40).unwrap_or(0) % PARTS;
                parts[part].push((record, home));
            }
        })?;
        for part in &mut parts {
            homes.clear();
            for (record, home) in part.drain(..) {
                if *homes.entry(record).or_insert(home) != home {
                    strays.insert(record);
                }
            }
        }
    }
    Ok(strays)
}

/// Keys are uniform: their lower bits cut them into passes of about equal size.
fn is_of_pass(record: RecordKey, pass: usize, passes: usize) -> bool {
    passes == 1 || usize::try_from(record.get() & 0xffff).unwrap_or(0) % passes == pass
}

/// Records that are in more than one shard, among new rows or among new and stored ones; and the
/// rows of each stored file whose record is among the new ones.
async fn strays(
    lake: &Lake,
    spool: &Spool,
    table: usize,
    stored: &[DataFile],
    rowless: &[RecordVersion],
) -> Result<(HashSet<RecordKey>, HashMap<String, Vec<u32>>)> {
    let mut strays = HashSet::new();
    let mut touched: HashMap<String, Vec<u32>> = HashMap::new();
    let passes = (spool.count(table) + rowless.len()) / PASS + 1;
    for pass in 0..passes {
        let most = (spool.count(table) + rowless.len()).min(PASS);
        let mut homes: HashMap<RecordKey, Home, ByRecord> =
            HashMap::with_capacity_and_hasher(most, ByRecord::default());
        let mut see = |home: Home, RecordVersion { record, .. }: RecordVersion| {
            if is_of_pass(record, pass, passes) && *homes.entry(record).or_insert(home) != home {
                strays.insert(record);
            }
        };
        for record in rowless {
            see(Home::Nowhere, *record);
        }
        spool.each_key(table, &mut see)?;
        if homes.is_empty() {
            continue;
        }
        let filter = BloomFilter::of(homes.keys());
        for file in stored {
            let shard = Shard::of_file(file);
            let rows = touched.entry(file.path.clone()).or_default();
            let mut at = 0;
            for batch in lake.read_file(file, Some(&["record_key"])).await? {
                let records = batch.column(0).as_primitive::<Int64Type>().values();
                for record in records.iter().copied().map(RecordKey::new) {
                    if filter.may_hold(record)
                        && let Some(new) = homes.get(&record)
                    {
                        rows.push(at);
                        if *new != Home::In(shard) {
                            strays.insert(record);
                        }
                    }
                    at += 1;
                }
            }
        }
    }
    if passes > 1 {
        touched.values_mut().for_each(|rows| rows.sort_unstable());
    }
    Ok((strays, touched))
}

/// Which records may be among some, by a bit each: most of the stored ones are not, and a look at a
/// bit costs a fraction of one into a map.
struct BloomFilter(Vec<u64>);

impl BloomFilter {
    fn of<'r>(records: impl ExactSizeIterator<Item = &'r RecordKey>) -> Self {
        // Eight to sixteen bits a record let one in ten through that is not among them.
        let mut filter = BloomFilter(vec![0; (records.len() / 8 + 1).next_power_of_two()]);
        for record in records {
            let (word, bit) = filter.place(*record);
            filter.0[word] |= bit;
        }
        filter
    }

    fn may_hold(&self, record: RecordKey) -> bool {
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
    fn a_sieve_holds_back_most_of_what_is_not_there() {
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
