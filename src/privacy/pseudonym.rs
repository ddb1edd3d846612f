//! Pseudonyms: keyed hashes in the place of identifiers.

use super::Key;
use hmac::{Hmac, Mac};
use sha2::Sha256;
use std::collections::HashMap;
use std::fmt;
use zeroize::Zeroizing;

/// A person's pseudonym.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Person {
    /// The first 63 bits of HMAC-SHA-256(key, identifier): not negative.
    pub key: i64,
    /// Bits 64 to 127 of the same hash, to notice two people with one key.
    pub check: i64,
}

/// Makes the pseudonyms of one source.
#[derive(Clone)]
pub struct Pseudonyms {
    person: Hmac<Sha256>,
    record: Hmac<Sha256>,
    line: Zeroizing<[u8; 32]>,
}

impl Pseudonyms {
    /// Pseudonyms under `key`; records of different sources never share one.
    pub fn new(key: &Key, source: &str) -> Self {
        let record = key.mac().chain_update(source.as_bytes()).chain_update([0]);
        Pseudonyms {
            person: key.mac(),
            record,
            line: key.digest_key(),
        }
    }

    /// The pseudonym of a person from the bare identifier (ten digits of an NHS number).
    pub fn person(&self, identifier: &[u8]) -> Person {
        let tag = self
            .person
            .clone()
            .chain_update(identifier)
            .finalize()
            .into_bytes();
        let word = |from: usize| {
            let mut bytes = [0u8; 8];
            bytes.copy_from_slice(&tag[from..from + 8]);
            u64::from_be_bytes(bytes)
        };
        Person {
            key: (word(0) >> 1).cast_signed(),
            check: word(8).cast_signed(),
        }
    }

    /// The pseudonym of a record, from its `Type/id` or the values of its key columns.
    pub fn record(&self, reference: &[u8]) -> i64 {
        let tag = self
            .record
            .clone()
            .chain_update(reference)
            .finalize()
            .into_bytes();
        let mut bytes = [0u8; 8];
        bytes.copy_from_slice(&tag[..8]);
        (u64::from_be_bytes(bytes) >> 1).cast_signed()
    }

    /// Pseudonyms of many references that repeat, each computed once.
    pub fn records<'a>(
        &self,
        references: impl Iterator<Item = Option<&'a str>>,
    ) -> arrow::array::Int64Array {
        let mut seen: HashMap<&'a str, i64> = HashMap::new();
        references
            .map(|r| r.map(|r| *seen.entry(r).or_insert_with(|| self.record(r.as_bytes()))))
            .collect()
    }

    /// The keyed digest of a line, to tell two versions of a record apart.
    pub fn line(&self, bytes: &[u8]) -> i64 {
        let hash = blake3::keyed_hash(&self.line, bytes);
        let mut word = [0u8; 8];
        word.copy_from_slice(&hash.as_bytes()[..8]);
        i64::from_be_bytes(word)
    }
}

impl fmt::Debug for Pseudonyms {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Pseudonyms(secret)")
    }
}
