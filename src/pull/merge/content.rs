//! What tables are known by: digests of their rows, which do not depend on the rows' order.

use crate::lake::DataFile;
use crate::privacy::PersonKey;
use crate::pull::version::Digest;

/// A digest of what a row is, and of whom: rows in any order have the same sum. `line` is the digest
/// of the row's line, `record_row` its number among the line's rows.
pub(crate) fn row_digest(line: Digest, record_row: i32, person: Option<PersonKey>) -> u128 {
    let low = mix(line.stored().cast_unsigned() ^ u64::from(record_row.cast_unsigned()));
    // All bits are those of nobody: a person's first is never set.
    let person = person.map_or(u64::MAX, |person| person.get().cast_unsigned());
    let high = mix(low ^ person);
    (u128::from(high) << 64) | u128::from(low)
}

/// The content of a table whose rows have this sum of digests, by which models and releases know it.
/// `definition` is what makes values of lines, and `reading` which [`reading`] of them it is.
pub(crate) fn content(digest: u128, rows: u64, definition: &str, reading: &str) -> String {
    let mut hash = blake3::Hasher::new();
    hash.update(&digest.to_be_bytes());
    hash.update(&rows.to_be_bytes());
    hash.update(definition.as_bytes());
    hash.update(reading.as_bytes());
    hash.finalize().to_hex()[..32].to_string()
}

/// Names a reading of lines that gave other values than the one `before`, although the definition is
/// the same: a lookup has changed.
pub(crate) fn reading(before: &str, files: &[DataFile]) -> String {
    let mut hash = blake3::Hasher::new();
    hash.update(before.as_bytes());
    for file in files {
        hash.update(file.path.as_bytes());
    }
    hash.finalize().to_hex()[..16].to_string()
}

/// The finaliser of SplitMix64 (Steele, Lea and Flood 2014): spreads every bit over all others.
pub(crate) fn mix(value: u64) -> u64 {
    let value = value.wrapping_add(0x9e37_79b9_7f4a_7c15);
    let value = (value ^ (value >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    let value = (value ^ (value >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    value ^ (value >> 31)
}
