//! Records that have rows in more than one shard of a table.
//!
//! A shard is merged without a look at the others. That is right for as long as a record stays with
//! its person; but NHS numbers are corrected, Patients are merged, a result is moved to the patient
//! it belongs to, a record is deleted. Then its newest version is in one place and older ones are in
//! another, and only the newest may stay.

use super::bloom_filter::BloomFilter;
use crate::error::Result;
use crate::lake::{DataFile, Lake};
use crate::privacy::RecordKey;
use crate::pull::spool::{RecordHome, Shard, Spool};
use crate::pull::state::stored_rows;
use crate::pull::supersede::withdrawn::WithdrawnRows;
use crate::pull::version::{ByRecord, RecordVersion, Version, VersionColumns};
use arrow::array::AsArray;
use arrow::datatypes::Int64Type;
use std::collections::{BTreeSet, HashMap, HashSet};

/// New records looked at together: what a pass holds in memory stays below 100 MB.
pub(crate) const PASS: usize = 4_000_000;

/// Where the newest version is of each record that has rows in several shards.
#[derive(Debug, Default)]
pub(crate) struct MovedRecords {
    homes: HashMap<RecordKey, RecordHome>,
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
        home.is_none_or(|home| *home == RecordHome::In(shard))
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
        home.is_some_and(|home| *home != RecordHome::Nowhere)
    }

    /// Looks for records of `table` that are in several shards. `stored` are the table's files, and
    /// `rowless` versions without a row that are known from elsewhere: of records that were deleted,
    /// or that lost their rows in an earlier night.
    pub(crate) async fn find(
        lake: &Lake,
        spool: &Spool,
        table: usize,
        stored: &StoredFiles<'_>,
        rowless: &[RecordVersion],
    ) -> Result<Self> {
        let files = stored.files;
        let (strays, mut touched) = match files.is_empty() && rowless.is_empty() {
            true => (strays_among_new(spool, table)?, HashMap::new()),
            false => strays(lake, spool, table, files, rowless).await?,
        };
        let losing = stored.touch_withdrawn(&mut touched);
        if strays.is_empty() {
            return Ok(MovedRecords {
                touched,
                losing,
                ..Self::default()
            });
        }
        let mut newest = NewestPlaces {
            strays,
            places: HashMap::new(),
            held: Vec::new(),
        };
        for one in rowless {
            newest.offer(*one, true, RecordHome::Nowhere);
        }
        spool.each_key(table, |home, one| newest.offer(one, true, home))?;
        for file in files {
            let shard = Shard::of_file(file);
            let withdrawn = stored.withdrawn.map_or(&[][..], |rows| rows.of(file));
            let mut at = 0;
            for batch in stored_rows::rows(lake, file, &VersionColumns::schema()).await? {
                for one in VersionColumns::of(&batch)?.iter() {
                    match withdrawn.binary_search(&at) {
                        Ok(_) => newest.hold(one.record, shard),
                        Err(_) => newest.offer(one, false, RecordHome::In(shard)),
                    }
                    at += 1;
                }
            }
        }
        let mut moved = newest.moved(touched);
        moved.losing.extend(losing);
        Ok(moved)
    }
}

/// The stored files of a table, and their rows whose place new ones take.
pub(crate) struct StoredFiles<'a> {
    /// The files.
    pub files: &'a [DataFile],
    /// The rows.
    pub withdrawn: Option<&'a WithdrawnRows>,
}

impl StoredFiles<'_> {
    /// Adds the withdrawn rows to those that are looked at; gives the shards that have some.
    fn touch_withdrawn(&self, touched: &mut HashMap<String, Vec<u32>>) -> BTreeSet<Shard> {
        let mut losing = BTreeSet::new();
        let Some(withdrawn) = self.withdrawn else {
            return losing;
        };
        for file in self.files {
            let rows = withdrawn.of(file);
            if !rows.is_empty() {
                let all = touched.entry(file.path.clone()).or_default();
                all.extend(rows);
                all.sort_unstable();
                all.dedup();
                losing.insert(Shard::of_file(file));
            }
        }
        losing
    }
}

/// Where the newest version of each of some records is, as far as it was looked for.
struct NewestPlaces {
    /// The records.
    strays: HashSet<RecordKey>,
    /// A version that was read now wins over the same version as it was stored: its person may have
    /// been found since.
    places: HashMap<RecordKey, (Version, bool, RecordHome)>,
    /// The shards of the stored table that hold rows of them.
    held: Vec<(RecordKey, Shard)>,
}

impl NewestPlaces {
    /// Takes in a version that is there, whether it is `new`, and where.
    fn offer(&mut self, one: RecordVersion, new: bool, home: RecordHome) {
        if !self.strays.contains(&one.record) {
            return;
        }
        let offered = (one.version, new, home);
        self.places
            .entry(one.record)
            .and_modify(|known| *known = (*known).max(offered))
            .or_insert(offered);
        if let RecordHome::In(shard) = home
            && !new
        {
            self.hold(one.record, shard);
        }
    }

    /// Takes in that a shard holds rows of a record.
    fn hold(&mut self, record: RecordKey, shard: Shard) {
        if self.strays.contains(&record) {
            self.held.push((record, shard));
        }
    }

    /// Where each record has to be.
    fn moved(self, touched: HashMap<String, Vec<u32>>) -> MovedRecords {
        let places = self.places.iter();
        let emptied = places
            .filter(|(_, (version, _, home))| {
                *home == RecordHome::Nowhere && !version.is_deletion()
            })
            .map(|(record, (version, _, _))| (*record, *version).into())
            .collect();
        let places = self.places.into_iter();
        let homes: HashMap<RecordKey, RecordHome> =
            places.map(|(k, (_, _, home))| (k, home)).collect();
        let losing = self
            .held
            .into_iter()
            .filter(|(record, shard)| homes.get(record) != Some(&RecordHome::In(*shard)))
            .map(|(_, shard)| shard)
            .collect();
        MovedRecords {
            homes,
            emptied,
            losing,
            touched,
        }
    }
}

/// Parts that new records are cut into, so that what is looked up of one stays in the processor's
/// cache.
const PARTS: usize = 64;

/// Records that are in more than one shard among new rows.
fn strays_among_new(spool: &Spool, table: usize) -> Result<HashSet<RecordKey>> {
    let mut strays = HashSet::new();
    let mut homes: HashMap<RecordKey, RecordHome, ByRecord> = HashMap::default();
    let passes = spool.count(table) / PASS + 1;
    let mut parts: Vec<Vec<(RecordKey, RecordHome)>> = vec![Vec::new(); PARTS];
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
pub(crate) fn is_of_pass(record: RecordKey, pass: usize, passes: usize) -> bool {
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
        let mut homes: HashMap<RecordKey, RecordHome, ByRecord> =
            HashMap::with_capacity_and_hasher(most, ByRecord::default());
        let mut see = |home: RecordHome, RecordVersion { record, .. }: RecordVersion| {
            if is_of_pass(record, pass, passes) && *homes.entry(record).or_insert(home) != home {
                strays.insert(record);
            }
        };
        for record in rowless {
            see(RecordHome::Nowhere, *record);
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
                        if *new != RecordHome::In(shard) {
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
