//! Pseudonyms: keyed hashes in the place of identifiers.
//!
//! The states of the keyed hashes have the key mixed in; like the keys themselves, the libraries
//! wipe them from memory when they are dropped.

use super::person::{Person, word};
use super::{Key, PersonKey, RecordKey, Rekey};
use highway::{HighwayHash, HighwayHasher};
use hmac::{Hmac, HmacReset, Mac};
use sha2::Sha256;
use std::fmt;
use zeroize::Zeroizing;

/// Makes the pseudonyms of one source.
#[derive(Clone)]
pub struct Pseudonyms {
    person: Hmac<Sha256>,
    record: HmacReset<Sha256>,
    /// What is hashed before each record: the name of its source, and an end.
    source: Box<[u8]>,
    line: Zeroizing<[u8; 32]>,
    /// What the keys after the first make of it.
    rekey: Rekey,
}

impl Pseudonyms {
    /// Pseudonyms under `key`; records of different sources never share one.
    pub fn new(key: &Key, source: &str) -> Self {
        let first = key.first();
        Pseudonyms {
            person: first.mac(),
            record: first.mac_to_reset(),
            source: [source.as_bytes(), &[0]].concat().into(),
            line: first.digest_key(),
            rekey: Rekey::after(key, 1),
        }
    }

    /// The pseudonym of a person from the bare identifier (ten digits of an NHS number).
    pub(crate) fn person(&self, identifier: &[u8]) -> Person {
        let mac = self.person.clone().chain_update(identifier);
        let tag = mac.finalize().into_bytes();
        self.rekey.person(Person {
            key: PersonKey::new((word(&tag, 0) >> 1).cast_signed()),
            check: word(&tag, 8).cast_signed(),
        })
    }

    /// The pseudonym of a record, from its `Type/id` or the values of its key columns.
    pub(crate) fn record(&self, reference: &[u8]) -> RecordKey {
        self.of_records().of(reference)
    }

    /// Makes pseudonyms of many records.
    pub(crate) fn of_records(&self) -> RecordPseudonyms<'_> {
        RecordPseudonyms {
            of: self,
            mac: self.record.clone(),
        }
    }

    /// Pseudonyms of many references, of which most come again soon after.
    pub fn records<'a>(
        &self,
        references: impl Iterator<Item = Option<&'a str>>,
    ) -> arrow::array::Int64Array {
        self.records_beside(references.map(|reference| (reference, None)))
    }

    /// The same of references beside which stands a record whose pseudonym is known: that which refers,
    /// as a table may hold the key of its own record.
    pub(crate) fn records_beside<'a, 'b>(
        &self,
        references: impl Iterator<Item = (Option<&'a str>, Option<(&'b str, RecordKey)>)>,
    ) -> arrow::array::Int64Array {
        let mut recent: Vec<Option<(&'a str, i64)>> = vec![None; RECENT];
        let mut pseudonyms = self.of_records();
        references
            .map(|(reference, beside)| {
                let reference = reference?;
                if let Some((_, known)) = beside.filter(|(known, _)| *known == reference) {
                    return Some(known.get());
                }
                let place = &mut recent[place(reference)];
                if let Some((_, known)) = place.filter(|(known, _)| *known == reference) {
                    return Some(known);
                }
                let pseudonym = pseudonyms.of(reference.as_bytes()).get();
                *place = Some((reference, pseudonym));
                Some(pseudonym)
            })
            .collect()
    }

    /// The keyed digest of a line, to tell two versions of a record apart: HighwayHash (Alakuijala,
    /// Cox and Wassenberg 2016), a keyed hash that is quick on lines of a few hundred bytes.
    pub(crate) fn line(&self, bytes: &[u8]) -> i64 {
        let mut key = [0u64; 4];
        for (word, bytes) in key.iter_mut().zip(self.line.as_chunks::<8>().0) {
            *word = u64::from_le_bytes(*bytes);
        }
        let hash = HighwayHasher::new(highway::Key(key)).hash64(bytes);
        self.rekey.digest(hash.cast_signed())
    }
}

/// Makes pseudonyms of records, one after the other: to set the keyed hash back takes less time than to
/// copy it, as each copy has to be wiped.
pub(crate) struct RecordPseudonyms<'p> {
    of: &'p Pseudonyms,
    mac: HmacReset<Sha256>,
}

impl RecordPseudonyms<'_> {
    /// See [`Pseudonyms::record`].
    pub(crate) fn of(&mut self, reference: &[u8]) -> RecordKey {
        self.mac.update(&self.of.source);
        self.mac.update(reference);
        let tag = self.mac.finalize_reset().into_bytes();
        let key = RecordKey::new((word(&tag, 0) >> 1).cast_signed());
        self.of.rekey.record(key)
    }
}

/// References remembered at once: as many as the processor's cache holds beside all else.
const RECENT: usize = 2048;

/// Where a reference is remembered, by its end, which differs the most.
fn place(reference: &str) -> usize {
    let end = reference.as_bytes().last_chunk::<8>().map_or_else(
        || {
            reference
                .bytes()
                .fold(0, |all, b| (all << 8) | u64::from(b))
        },
        |end| u64::from_le_bytes(*end),
    );
    // Knuth's multiplicative hashing: the upper bits depend on all.
    let hash = end.wrapping_mul(0x9e37_79b9_7f4a_7c15) >> 32;
    usize::try_from(hash).unwrap_or(0) % RECENT
}

impl fmt::Debug for Pseudonyms {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Pseudonyms(secret)")
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::privacy::key::of_digits;

    const OLD: &str = "000102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f";
    const NEW: &str = "1f1e1d1c1b1a191817161514131211100f0e0d0c0b0a09080706050403020100";

    #[test]
    fn a_pseudonym_is_the_hash_that_anybody_with_the_key_can_compute() {
        // openssl dgst -sha256 -mac HMAC -macopt hexkey:$OLD <<< "9434765919" (without a line end)
        let person = Pseudonyms::new(&of_digits(&[OLD]), "").person(b"9434765919");
        assert_eq!(person.key.get(), 7_975_364_867_435_064_070);
        assert_eq!(person.check, 8_938_913_176_870_859_229);
    }

    #[test]
    fn a_chain_gives_what_rekeying_gives() {
        let old = Pseudonyms::new(&of_digits(&[OLD]), "record");
        let chain = of_digits(&[OLD, NEW]);
        let both = Pseudonyms::new(&chain, "record");
        let rekey = Rekey::after(&chain, 1);
        let person = old.person(b"9434765919");
        let moved = rekey.person(person);
        assert_eq!(both.person(b"9434765919"), moved);
        assert_eq!(rekey.person_key(person.key), moved.key);
        assert_eq!(
            both.record(b"Patient/1"),
            rekey.record(old.record(b"Patient/1"))
        );
        assert_eq!(both.line(b"{}"), rekey.digest(old.line(b"{}")));
        assert!(moved.key.get() >= 0 && moved != person);
        // Two people whom the old key gave one pseudonym are still told apart.
        let other = Person {
            check: person.check ^ 1,
            ..person
        };
        assert_eq!(rekey.person(other).key, moved.key);
        assert_ne!(rekey.person(other).check, moved.check);
    }

    #[test]
    fn a_reference_that_comes_again_keeps_its_pseudonym() {
        let pseudonyms = Pseudonyms::new(&of_digits(&[OLD]), "record");
        // More than are remembered, short ones and empty ones among them.
        let names: Vec<String> = (0..5_000).map(|n| format!("P/{}", n % 2_500)).collect();
        let asked = names.iter().map(|n| Some(n.as_str()));
        let found = pseudonyms.records(asked.chain([Some(""), None, Some("")]));
        let one = |name: &str| Some(pseudonyms.record(name.as_bytes()).get());
        let mut expected: Vec<Option<i64>> = names.iter().map(|name| one(name)).collect();
        expected.extend([one(""), None, one("")]);
        assert_eq!(found.iter().collect::<Vec<_>>(), expected);
    }

    #[test]
    fn a_record_beside_a_reference_is_used_for_that_record_alone() {
        let pseudonyms = Pseudonyms::new(&of_digits(&[OLD]), "record");
        let known = RecordKey::new(5);
        let beside = Some(("Encounter/1", known));
        let asked = [
            (Some("Encounter/1"), beside),
            (Some("Encounter/2"), beside),
            (None, beside),
            (Some("Encounter/1"), None),
        ];
        let found = pseudonyms.records_beside(asked.into_iter());
        let one = |name: &str| Some(pseudonyms.record(name.as_bytes()).get());
        let expected = [Some(5), one("Encounter/2"), None, one("Encounter/1")];
        assert_eq!(found.iter().collect::<Vec<_>>(), expected);
        assert_ne!(expected[0], expected[3]);
    }

    #[test]
    fn nothing_secret_is_shown() {
        let key = of_digits(&[OLD, NEW]);
        let shown = format!(
            "{:?} {:?}",
            Pseudonyms::new(&key, "x"),
            Rekey::after(&key, 1)
        );
        assert_eq!(shown, "Pseudonyms(secret) Rekey(1 secret)");
    }
}
