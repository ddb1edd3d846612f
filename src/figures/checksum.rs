//! The checksum that a Parquet file of figures carries of itself, in its own metadata.

use crate::error::{Error, Result};
use memchr::memmem;
use std::ops::Range;

/// The key of the metadata.
pub(super) const CHECKSUM: &str = "populace.checksum";

/// What stands in place of the checksum while it is computed.
pub(super) const NO_CHECKSUM: &str =
    "0000000000000000000000000000000000000000000000000000000000000000";

/// Bytes between the key and the value: the type of the field, and its length, which is below 128.
const BETWEEN: usize = 2;

/// Puts the checksum of a file in its place.
///
/// # Errors
/// Data, when the file has no place for it.
pub(super) fn sealed(mut bytes: Vec<u8>) -> Result<Vec<u8>> {
    let place = place(&bytes).ok_or_else(|| Error::data("figures have no place for a checksum"))?;
    let checksum = checksum(&bytes, &place);
    bytes[place].copy_from_slice(checksum.as_bytes());
    Ok(bytes)
}

/// Whether a file has the checksum that it says.
pub(super) fn is_sealed(bytes: &[u8]) -> bool {
    place(bytes).is_some_and(|place| checksum(bytes, &place).as_bytes() == &bytes[place])
}

/// Where the checksum of a file is: metadata comes after all figures.
fn place(bytes: &[u8]) -> Option<Range<usize>> {
    let key = memmem::rfind(bytes, CHECKSUM.as_bytes())?;
    let start = key + CHECKSUM.len() + BETWEEN;
    let place = start..start + NO_CHECKSUM.len();
    (place.end <= bytes.len()).then_some(place)
}

/// The checksum of all bytes but its own.
fn checksum(bytes: &[u8], place: &Range<usize>) -> String {
    let mut hasher = blake3::Hasher::new();
    hasher.update(&bytes[..place.start]);
    hasher.update(NO_CHECKSUM.as_bytes());
    hasher.update(&bytes[place.end..]);
    hasher.finalize().to_hex().to_string()
}
