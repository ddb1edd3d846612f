//! From the pseudonyms of one key to those of the next.
//!
//! A lake has no identifiers to start again from, so that the next key's pseudonym is its keyed hash
//! of the pseudonym that is there. What was equal stays equal, so every link stays; whoever has only
//! the key before can no longer say whose pseudonym it is.

use super::key::Link;
use super::person::{Person, word};
use super::{Key, PersonKey, RecordKey};
use hmac::{Hmac, Mac};
use sha2::Sha256;
use std::fmt;

/// The step from the pseudonyms of some keys of a chain to those of all of them.
#[derive(Clone)]
pub(crate) struct Rekey {
    steps: Vec<Step>,
}

#[derive(Clone)]
struct Step {
    person: Hmac<Sha256>,
    check: Hmac<Sha256>,
    record: Hmac<Sha256>,
    digest: Hmac<Sha256>,
}

impl Rekey {
    /// From pseudonyms of the first `known` keys of the chain to those of the whole chain.
    pub(crate) fn after(key: &Key, known: usize) -> Self {
        Rekey {
            steps: key.after(known).map(Step::of).collect(),
        }
    }

    /// The next `person_key`.
    pub(crate) fn person_key(&self, key: PersonKey) -> PersonKey {
        let next = |key, step: &Step| hash(&step.person, [key]).0;
        PersonKey::new(self.steps.iter().fold(key.get(), next))
    }

    /// The next pseudonym of a person, with its check.
    pub(crate) fn person(&self, person: Person) -> Person {
        let next = |person: Person, step: &Step| Person {
            key: PersonKey::new(hash(&step.person, [person.key.get()]).0),
            check: hash(&step.check, [person.key.get(), person.check]).1,
        };
        self.steps.iter().fold(person, next)
    }

    /// The next pseudonym of a record.
    pub(crate) fn record(&self, record: RecordKey) -> RecordKey {
        let next = |record, step: &Step| hash(&step.record, [record]).0;
        RecordKey::new(self.steps.iter().fold(record.get(), next))
    }

    /// The next digest of a line.
    pub(crate) fn digest(&self, digest: i64) -> i64 {
        let next = |digest, step: &Step| hash(&step.digest, [digest]).1;
        self.steps.iter().fold(digest, next)
    }
}

impl Step {
    fn of(key: &Link) -> Self {
        // Each kind has a hash of its own, so that a person's key and a record's never meet.
        let mac = |kind: &[u8]| {
            key.mac()
                .chain_update(b"populace rekey ")
                .chain_update(kind)
        };
        Step {
            person: mac(b"person"),
            check: mac(b"check"),
            record: mac(b"record"),
            digest: mac(b"digest"),
        }
    }
}

/// The first 63 bits of a keyed hash, and bits 64 to 127.
fn hash<const N: usize>(mac: &Hmac<Sha256>, of: [i64; N]) -> (i64, i64) {
    let mut mac = mac.clone();
    for number in of {
        mac.update(&number.to_be_bytes());
    }
    let tag = mac.finalize().into_bytes();
    (
        (word(&tag, 0) >> 1).cast_signed(),
        word(&tag, 8).cast_signed(),
    )
}

impl fmt::Debug for Rekey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Rekey({} secret)", self.steps.len())
    }
}
