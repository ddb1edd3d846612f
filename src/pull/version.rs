//! Which version of which record a row is, and which of two versions is the newer one.

use super::clock::Clock;
use crate::error::{Context, Result};
use crate::privacy::RecordKey;
use arrow::array::{
    Array, AsArray, Int64Array, RecordBatch, TimestampMicrosecondArray, new_null_array,
};
use arrow::datatypes::{
    DataType, Field, Int64Type, Schema, SchemaRef, TimeUnit, TimestampMicrosecondType,
};
use arrow::error::ArrowError;
use serde::{Deserialize, Serialize};
use std::cmp::{Ordering, Reverse};
use std::hash::{BuildHasherDefault, Hasher};
use std::num::NonZeroU64;
use std::sync::Arc;

/// Turns a signed number into an unsigned one of the same order.
const SIGN: u64 = 1 << 63;

/// A time, as when a record was last updated. One that is not known is before all others. One word, as
/// millions are held.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(from = "Option<i64>", into = "Option<i64>")]
pub(crate) struct Micros(Option<NonZeroU64>);

impl Micros {
    /// It is not known.
    pub(crate) const UNKNOWN: Self = Micros(None);

    /// At this time, in microseconds since 1970.
    pub(crate) const fn at(micros: i64) -> Self {
        Micros(NonZeroU64::new(micros.cast_unsigned() ^ SIGN))
    }

    /// In microseconds since 1970; None when it is not known.
    pub(crate) fn micros(self) -> Option<i64> {
        self.0.map(|bits| (bits.get() ^ SIGN).cast_signed())
    }

    /// What a column of last updates says, judged by `clock`: an earlier Populace believed times in the
    /// future. Such a time counts as none, so that any that tells the truth replaces it.
    pub(super) fn stored(column: &TimestampMicrosecondArray, row: usize, clock: Clock) -> Self {
        match column.is_valid(row) {
            true if clock.believes(column.value(row)) => Micros::at(column.value(row)),
            _ => Micros::UNKNOWN,
        }
    }
}

impl From<Option<i64>> for Micros {
    fn from(micros: Option<i64>) -> Self {
        micros.map_or(Micros::UNKNOWN, Micros::at)
    }
}

impl From<Micros> for Option<i64> {
    fn from(updated: Micros) -> Self {
        updated.micros()
    }
}

/// What a version says: the keyed digest of its line, or that the record is deleted, which beats all
/// lines of the same time. One word, as [`Micros`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(from = "Option<i64>", into = "Option<i64>")]
pub(crate) struct Digest(Reverse<Option<NonZeroU64>>);

impl Digest {
    /// The record is deleted.
    pub(crate) const DELETION: Self = Digest(Reverse(None));

    /// The least of all: of rows whose own digest says nothing beside today's.
    pub(crate) const LEAST: Self = Digest::of_line(i64::MIN);

    /// That of a line.
    pub(crate) const fn of_line(digest: i64) -> Self {
        Digest(Reverse(NonZeroU64::new(!(digest.cast_unsigned() ^ SIGN))))
    }

    /// The digest of the line; None of a deletion.
    pub(crate) fn line(self) -> Option<i64> {
        self.0.0.map(|_| self.stored())
    }

    /// As a column holds it.
    pub(crate) fn stored(self) -> i64 {
        let bits = self.0.0.map_or(0, NonZeroU64::get);
        (!bits ^ SIGN).cast_signed()
    }
}

impl From<Option<i64>> for Digest {
    fn from(line: Option<i64>) -> Self {
        line.map_or(Digest::DELETION, Digest::of_line)
    }
}

impl From<Digest> for Option<i64> {
    fn from(digest: Digest) -> Self {
        digest.line()
    }
}

/// The number that a FHIR server gave a version, and whether the record says when it was last updated.
/// One word, as [`Micros`]: 0 where the server gives no number, below 0 where the record has no time.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Hash)]
pub(crate) struct VersionId(i64);

impl VersionId {
    /// There is none.
    pub(crate) const NONE: Self = VersionId(0);

    /// The number `id`; `dated` says that the record says when it was last updated.
    pub(crate) fn new(id: Option<i64>, dated: bool) -> Self {
        let number = id.map_or(0, |id| id.max(0).saturating_add(1));
        VersionId(if dated { number } else { -number })
    }

    /// As a column holds it.
    pub(crate) const fn stored(self) -> i64 {
        self.0
    }

    /// What a column holds; NULL where an earlier Populace wrote it.
    pub(crate) const fn of_stored(stored: i64) -> Self {
        VersionId(stored)
    }

    fn is_known(self) -> bool {
        self.0 != 0
    }

    fn is_undated(self) -> bool {
        self.0 < 0
    }

    fn number(self) -> u64 {
        self.0.unsigned_abs()
    }
}

/// A version of a record. The newer one is the greater: the later of two; of two of one time the one
/// with the greater number from its server; then the one that stands later in the extracts, where that
/// is known; and in the end the one with the greater digest, so that the same one wins in whichever
/// order they come. Where a record does not say when it was last updated its time is that of its
/// extract, and the server's number says more.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(from = "WrittenVersion", into = "WrittenVersion")]
pub(crate) struct Version {
    /// When the record was last updated.
    pub updated: Micros,
    /// The server's number.
    pub id: VersionId,
    /// Its place in the extracts; 0 where that is not known.
    pub order: i64,
    /// What it says.
    pub digest: Digest,
}

impl Version {
    /// Older than any that a source sends.
    pub(crate) const OLDEST: Self = Version {
        updated: Micros::UNKNOWN,
        id: VersionId::NONE,
        order: 0,
        digest: Digest::LEAST,
    };

    /// The deletion of a record at a time in microseconds since 1970.
    pub(crate) const fn deletion(when: i64) -> Self {
        Version {
            updated: Micros::at(when),
            id: VersionId::NONE,
            order: i64::MAX,
            digest: Digest::DELETION,
        }
    }

    /// Whether it deletes the record.
    pub(crate) fn is_deletion(self) -> bool {
        self.digest == Digest::DELETION
    }

    /// The newest of several versions of a record. Of more than two this may be another than the
    /// greatest of each pair, where records with and without times contradict each other's numbers:
    /// all are then compared by one rule, so that their order does not matter.
    pub(crate) fn newest(versions: &[Version]) -> Option<Version> {
        let by_id = versions.iter().any(|version| version.id.is_undated())
            && versions.iter().all(|version| version.id.is_known());
        let newest = versions.iter().max_by_key(|version| version.rank(by_id));
        newest.copied()
    }

    /// Whether the record has no time, but a number from its server: see [`Version::newest`].
    pub(crate) fn is_undated(self) -> bool {
        self.id.is_undated()
    }

    /// What versions are compared by: the time first, or the server's number.
    fn rank(&self, by_id: bool) -> (Option<u64>, Micros, u64, i64, Digest) {
        let number = self.id.number();
        let first = by_id.then_some(number);
        (first, self.updated, number, self.order, self.digest)
    }
}

impl Ord for Version {
    fn cmp(&self, other: &Self) -> Ordering {
        let undated = self.id.is_undated() || other.id.is_undated();
        let by_id = undated && self.id.is_known() && other.id.is_known();
        self.rank(by_id).cmp(&other.rank(by_id))
    }
}

impl PartialOrd for Version {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

/// A version as staging areas hold it; an earlier Populace wrote time and digest alone.
#[derive(Serialize, Deserialize)]
#[serde(untagged)]
enum WrittenVersion {
    Placed(Micros, Digest, i64, i64),
    Plain(Micros, Digest),
}

impl From<WrittenVersion> for Version {
    fn from(written: WrittenVersion) -> Self {
        match written {
            WrittenVersion::Plain(updated, digest) => (updated, digest).into(),
            WrittenVersion::Placed(updated, digest, id, order) => Version {
                updated,
                id: VersionId(id),
                order,
                digest,
            },
        }
    }
}

impl From<Version> for WrittenVersion {
    fn from(version: Version) -> Self {
        let Version {
            updated,
            id,
            order,
            digest,
        } = version;
        WrittenVersion::Placed(updated, digest, id.0, order)
    }
}

impl From<(Micros, Digest)> for Version {
    fn from((updated, digest): (Micros, Digest)) -> Self {
        let order = match digest == Digest::DELETION {
            true => i64::MAX,
            false => 0,
        };
        Version {
            updated,
            id: VersionId::NONE,
            order,
            digest,
        }
    }
}

/// A record and its version.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(from = "(RecordKey, Version)", into = "(RecordKey, Version)")]
pub(crate) struct RecordVersion {
    /// The record.
    pub record: RecordKey,
    /// Its version.
    pub version: Version,
}

impl RecordVersion {
    /// Bytes of one in a file.
    pub(crate) const BYTES: usize = 40;

    /// As a file of the temporary folder holds it.
    pub(crate) fn to_bytes(self) -> [u8; Self::BYTES] {
        let Version {
            updated,
            id,
            order,
            digest,
        } = self.version;
        let word = |bits: Option<NonZeroU64>| bits.map_or(0, NonZeroU64::get);
        let words = [
            self.record.get().cast_unsigned(),
            word(updated.0),
            word(digest.0.0),
            order.cast_unsigned(),
            id.0.cast_unsigned(),
        ];
        let mut bytes = [0; Self::BYTES];
        for (to, word) in bytes.as_chunks_mut::<8>().0.iter_mut().zip(words) {
            *to = word.to_le_bytes();
        }
        bytes
    }

    /// What [`RecordVersion::to_bytes`] made the bytes of.
    pub(crate) fn from_bytes(bytes: &[u8; Self::BYTES]) -> Self {
        let word = |at: usize| {
            let eight = bytes.as_chunks::<8>().0.get(at);
            eight.map_or(0, |eight| u64::from_le_bytes(*eight))
        };
        RecordVersion {
            record: RecordKey::new(word(0).cast_signed()),
            version: Version {
                updated: Micros(NonZeroU64::new(word(1))),
                id: VersionId(word(4).cast_signed()),
                order: word(3).cast_signed(),
                digest: Digest(Reverse(NonZeroU64::new(word(2)))),
            },
        }
    }
}

impl From<(RecordKey, Version)> for RecordVersion {
    fn from((record, version): (RecordKey, Version)) -> Self {
        RecordVersion { record, version }
    }
}

impl From<RecordVersion> for (RecordKey, Version) {
    fn from(of: RecordVersion) -> Self {
        (of.record, of.version)
    }
}

/// The column that says where a row stood in the extracts: when its extract was made, and its line
/// there. Tables of FHIR resources keep the time alone: lines of one extract are read together.
pub(super) const EXTRACT_ORDER: &str = "extract_order";

/// The column of tables of FHIR resources with a [`VersionId`].
pub(super) const VERSION_ORDER: &str = "version_order";

/// The column that says which file a row came from.
pub(super) const EXTRACT_FILE: &str = "extract_file";

/// The bits of [`EXTRACT_ORDER`] for the line.
const LINE_BITS: u32 = 21;

/// The place of a line in an extract that was made at a time in microseconds since 1970. Of the lines
/// behind the first two million none stands before another.
pub(super) fn extract_order(made: i64, line: u64) -> i64 {
    let last = (1i64 << LINE_BITS) - 1;
    let line = i64::try_from(line).map_or(last, |line| line.min(last));
    (made.div_euclid(1000).clamp(0, i64::MAX >> LINE_BITS) << LINE_BITS) | line
}

/// An [`extract_order`] without its line.
pub(super) const fn without_line(order: i64) -> i64 {
    (order >> LINE_BITS) << LINE_BITS
}

/// The columns that say which record and version a row is.
pub(super) struct VersionColumns<'b> {
    record: &'b Int64Array,
    updated: &'b TimestampMicrosecondArray,
    digest: &'b Int64Array,
    /// In tables of FHIR resources.
    id: Option<&'b Int64Array>,
    order: Option<&'b Int64Array>,
    clock: Clock,
}

impl<'b> VersionColumns<'b> {
    /// The names of the columns.
    pub(super) const COLUMNS: [&'static str; 5] = [
        "record_key",
        "updated",
        "digest",
        VERSION_ORDER,
        EXTRACT_ORDER,
    ];

    /// These columns alone.
    pub(super) fn schema() -> SchemaRef {
        let moment = DataType::Timestamp(TimeUnit::Microsecond, None);
        Arc::new(Schema::new(vec![
            Field::new("record_key", DataType::Int64, false),
            Field::new("updated", moment, true),
            Field::new("digest", DataType::Int64, false),
            Field::new(VERSION_ORDER, DataType::Int64, true),
            Field::new(EXTRACT_ORDER, DataType::Int64, true),
        ]))
    }

    /// The rows of `batch` with these columns alone; none when it lacks one.
    pub(super) fn only(batch: &RecordBatch) -> std::result::Result<RecordBatch, ArrowError> {
        let of_all = &Self::COLUMNS[..3];
        if of_all
            .iter()
            .any(|name| batch.column_by_name(name).is_none())
        {
            return Ok(RecordBatch::new_empty(Self::schema()));
        }
        let columns = Self::COLUMNS.iter().map(|name| {
            let own = batch.column_by_name(name).cloned();
            own.unwrap_or_else(|| new_null_array(&DataType::Int64, batch.num_rows()))
        });
        RecordBatch::try_new(Self::schema(), columns.collect())
    }

    /// The columns of `batch`.
    pub(super) fn of(batch: &'b RecordBatch) -> Result<Self> {
        let column = |name: &str| {
            batch
                .column_by_name(name)
                .ok_or("it is missing")
                .data(|| format!("column {name} of a pulled table"))
        };
        Ok(VersionColumns {
            record: column("record_key")?.as_primitive::<Int64Type>(),
            updated: column("updated")?.as_primitive::<TimestampMicrosecondType>(),
            digest: column("digest")?.as_primitive::<Int64Type>(),
            id: optional(batch, VERSION_ORDER),
            order: optional(batch, EXTRACT_ORDER),
            clock: Clock::of_command(),
        })
    }

    /// Record and version of a row.
    pub(super) fn at(&self, row: usize) -> RecordVersion {
        RecordVersion {
            record: RecordKey::new(self.record.value(row)),
            version: Version {
                updated: Micros::stored(self.updated, row, self.clock),
                id: VersionId::of_stored(number(self.id, row)),
                order: number(self.order, row),
                digest: Digest::of_line(self.digest.value(row)),
            },
        }
    }

    /// All of them, in order.
    pub(super) fn iter(&self) -> impl Iterator<Item = RecordVersion> {
        (0..self.record.len()).map(|row| self.at(row))
    }
}

/// A column that not all tables have.
fn optional<'b>(batch: &'b RecordBatch, name: &str) -> Option<&'b Int64Array> {
    let column = batch.column_by_name(name)?;
    Some(column.as_primitive::<Int64Type>())
}

/// A number of such a column; 0 where there is none.
fn number(column: Option<&Int64Array>, row: usize) -> i64 {
    let known = column.filter(|column| column.is_valid(row));
    known.map_or(0, |column| column.value(row))
}

/// Hashes record keys, which are keyed hashes already, and need no mixing.
pub(super) type ByRecord = BuildHasherDefault<RecordHasher>;

/// See [`ByRecord`].
#[derive(Debug, Default)]
pub(super) struct RecordHasher(u64);

impl Hasher for RecordHasher {
    fn finish(&self) -> u64 {
        // A map uses the top bits too, and keys are never negative.
        self.0.rotate_left(1)
    }

    fn write(&mut self, bytes: &[u8]) {
        for byte in bytes {
            self.0 = self.0.rotate_left(8) ^ u64::from(*byte);
        }
    }

    fn write_i64(&mut self, key: i64) {
        self.0 ^= key.cast_unsigned();
    }

    fn write_i32(&mut self, row: i32) {
        // A map finds its place by the low bits, and tells neighbours apart by the top ones: rows of
        // one record must differ in both, or each is compared with all of the others.
        self.0 ^= u64::from(row.cast_unsigned()).wrapping_mul(0x9e37_79b9_7f4a_7c15);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::HashMap;
    use std::hash::BuildHasher;

    #[test]
    fn of_two_of_one_time_the_later_extract_counts_and_then_the_later_line() {
        let placed = |made: i64, line: u64, digest: i64| Version {
            updated: Micros::at(0),
            id: VersionId::NONE,
            order: extract_order(made, line),
            digest: Digest::of_line(digest),
        };
        let now = 1_800_000_000_000_000;
        let ascending = [
            placed(5_000, u64::MAX, 4),
            placed(6_000, 2, 3),
            placed(6_000, 3, 2),
            placed(now, 3, 1),
            placed(now + 1_000, 1, 0),
            Version::deletion(0),
        ];
        assert!(ascending.is_sorted_by(|older, newer| older < newer));
        let record = RecordKey::new(7);
        for version in ascending {
            let one = RecordVersion { record, version };
            assert_eq!(RecordVersion::from_bytes(&one.to_bytes()), one);
        }
    }

    #[test]
    fn the_number_of_a_version_counts_where_no_time_does() {
        let of = |updated: i64, id: Option<i64>, dated: bool, order: i64| Version {
            updated: Micros::at(updated),
            id: VersionId::new(id, dated),
            order,
            digest: Digest::of_line(-order),
        };
        // The time, then the number, then the extract.
        assert!(of(2, Some(1), true, 0) > of(1, Some(9), true, 9));
        assert!(of(1, Some(10), true, 0) > of(1, Some(9), true, 9));
        assert!(of(1, Some(0), true, 0) > of(1, None, true, 9));
        assert!(of(1, Some(9), true, 9) > of(1, Some(9), true, 8));
        // Without a time the number comes first, if both have one.
        assert!(of(1, Some(10), false, 0) > of(2, Some(9), false, 9));
        assert!(of(2, Some(9), false, 9) > of(1, Some(9), false, 0));
        assert!(of(1, Some(10), false, 0) > of(2, Some(9), true, 9));
        assert!(of(1, Some(10), true, 0) > of(2, Some(9), false, 9));
        assert!(of(1, Some(10), false, 0) < of(2, None, true, 9));
        // Numbers and times that contradict each other: one rule for all, in any order.
        let odd = [
            of(1, Some(3), true, 0),
            of(5, Some(2), false, 0),
            of(2, Some(1), true, 0),
        ];
        for order in [
            [0, 1, 2],
            [0, 2, 1],
            [1, 0, 2],
            [1, 2, 0],
            [2, 0, 1],
            [2, 1, 0],
        ] {
            assert_eq!(Version::newest(&order.map(|at| odd[at])), Some(odd[0]));
        }
        let record = RecordKey::new(1);
        for version in odd {
            let one = RecordVersion { record, version };
            assert_eq!(RecordVersion::from_bytes(&one.to_bytes()), one);
            let json = serde_json::to_string(&one).unwrap();
            assert_eq!(serde_json::from_str::<RecordVersion>(&json).unwrap(), one);
        }
    }

    #[test]
    fn the_newer_version_is_the_greater() {
        let of = |updated: Option<i64>, line: i64| Version {
            updated: updated.into(),
            id: VersionId::NONE,
            order: 0,
            digest: Digest::of_line(line),
        };
        let ascending = [
            Version::OLDEST,
            of(None, -7),
            of(None, 7),
            of(Some(i64::MIN + 1), -1),
            of(Some(-5), 9),
            of(Some(0), i64::MIN),
            of(Some(0), i64::MAX - 1),
            Version::deletion(0),
            of(Some(1), 0),
            of(Some(i64::MAX), 0),
            Version::deletion(i64::MAX),
        ];
        assert!(ascending.is_sorted_by(|older, newer| older < newer));
        for version in ascending {
            let record = RecordKey::new(-3);
            let one = RecordVersion { record, version };
            assert_eq!(RecordVersion::from_bytes(&one.to_bytes()), one);
            let json = serde_json::to_string(&one).unwrap();
            assert_eq!(serde_json::from_str::<RecordVersion>(&json).unwrap(), one);
        }
        // As staging areas held them that an earlier Populace wrote.
        let earlier: RecordVersion = serde_json::from_str("[5,[-9223372036854775808,17]]").unwrap();
        assert_eq!(earlier, (RecordKey::new(5), of(None, 17)).into());
        assert_eq!((size_of::<Version>(), size_of::<RecordVersion>()), (32, 40));
        assert!(Version::deletion(3).is_deletion() && !of(Some(3), 3).is_deletion());
    }

    /// Rows that share a place with another in a map of twice as many places, and the most that
    /// share one.
    fn crowding(keys: &[(i64, i32)]) -> (usize, usize) {
        let places = (2 * keys.len()).next_power_of_two() as u64;
        let mut held: HashMap<u64, usize> = HashMap::new();
        for key in keys {
            let hash = ByRecord::default().hash_one(key);
            *held.entry(hash % places).or_default() += 1;
        }
        let most = held.values().copied().max().unwrap_or_default();
        (keys.len() - held.len(), most)
    }

    #[test]
    fn rows_of_one_record_do_not_crowd_a_map() {
        for rows in [1_000, 160_000, 1_000_000] {
            for record in [0, 1, 0x1234_5678_9abc_def0, i64::MAX] {
                let keys: Vec<(i64, i32)> = (0..rows).map(|row| (record, row)).collect();
                let (shared, most) = crowding(&keys);
                assert!(shared * 2 < keys.len(), "{shared} of {rows} share a place");
                assert!(most <= 16, "{most} of {rows} rows share one place");
            }
        }
    }

    #[test]
    fn rows_of_many_records_do_not_crowd_a_map() {
        let key = |n: i64| n.wrapping_mul(0x5851_f42d_4c95_7f2d) & i64::MAX;
        let keys: Vec<(i64, i32)> = (0..40_000)
            .flat_map(|n| (0..4).map(move |row| (key(n), row)))
            .collect();
        let (shared, most) = crowding(&keys);
        assert!(shared * 2 < keys.len(), "{shared} share a place");
        assert!(most <= 16, "{most} rows share one place");
    }
}
