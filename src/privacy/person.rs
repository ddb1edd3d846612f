//! A person's pseudonym.

use super::PersonKey;

/// A person's pseudonym.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Person {
    /// The first 63 bits of HMAC-SHA-256(key, identifier): not negative.
    pub key: PersonKey,
    /// Bits 64 to 127 of the same hash, to notice two people with one key.
    pub check: i64,
}

/// Eight bytes of a hash, from byte `from`.
pub(super) fn word(hash: &[u8], from: usize) -> u64 {
    let mut bytes = [0u8; 8];
    bytes.copy_from_slice(&hash[from..from + 8]);
    u64::from_be_bytes(bytes)
}
