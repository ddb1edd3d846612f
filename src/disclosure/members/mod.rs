//! Who is behind a figure, without saying who: a fingerprint, equal for equal sets of people and
//! added up like the sets, and a [`sketch`] that tells few changes from many.
//!
//! Both are of keyed hashes of `person_key`, so that what is kept of a set says nothing of a person
//! to whoever lacks the [`MemberKey`].

mod complexity;
mod field;
mod sketch;

pub(crate) use sketch::CAPACITY;

use super::count::TrueCount;
use field::Residue;
use sketch::Sketch;
use std::fmt;
use zeroize::Zeroizing;

/// The secret of a site under which people are hashed; never shown, wiped when dropped.
#[derive(Clone)]
pub(crate) struct MemberKey(Zeroizing<[u8; 32]>);

impl MemberKey {
    /// A key of these bytes.
    pub(crate) fn new(bytes: Zeroizing<[u8; 32]>) -> Self {
        MemberKey(bytes)
    }

    /// Which key this is, without giving it away: sets under different keys cannot be compared.
    pub(crate) fn fingerprint(&self) -> String {
        let hash = blake3::keyed_hash(&self.0, b"populace member key fingerprint");
        hash.to_hex().chars().take(16).collect()
    }
}

impl fmt::Debug for MemberKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("MemberKey(secret)")
    }
}

/// The fingerprint of a set of people, each with what they add to a figure.
///
/// Equal sets have equal ones; that two others do is as likely as two equal hashes of 128 bits. That
/// of disjoint parts is their sum.
#[derive(Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(crate) struct Fingerprint(u128);

impl Fingerprint {
    /// That of both together, where nobody counts in both.
    #[must_use]
    pub(crate) fn plus(self, other: Self) -> Self {
        Fingerprint(self.0.wrapping_add(other.0))
    }

    /// As hexadecimal digits.
    pub(crate) fn to_hex(self) -> String {
        format!("{:032x}", self.0)
    }
}

impl fmt::Debug for Fingerprint {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Fingerprint(redacted)")
    }
}

/// Who is behind a figure. Where rows or a sum are counted, also with how much each person adds, so
/// that one more contact of somebody changes it as one more person does.
#[derive(Clone, Copy, Default, PartialEq, Eq)]
pub(crate) struct Members {
    people: u64,
    fingerprint: u128,
    sketch: Sketch,
}

impl Members {
    /// Bytes of what [`Members::to_bytes`] gives.
    pub(crate) const BYTES: usize = 8 + 16 + Sketch::BYTES;

    /// Adds a person, once, with what they add to the figure: 1, or the number of their rows.
    ///
    /// Rows that belong to nobody known come as `None` and count as one person.
    pub(crate) fn add(&mut self, key: &MemberKey, person_key: Option<i64>, weight: i64) {
        let hash = match person_key {
            Some(person) => blake3::keyed_hash(&key.0, &person.to_le_bytes()),
            None => blake3::keyed_hash(&key.0, b"nobody known"),
        };
        let (words, _) = hash.as_bytes().as_chunks::<16>();
        let [identity, place] = [words[0], words[1]].map(u128::from_le_bytes);
        self.people = self.people.saturating_add(1);
        let times = u128::from_le_bytes(i128::from(weight).to_le_bytes());
        self.fingerprint = self.fingerprint.wrapping_add(identity.wrapping_mul(times));
        self.sketch.add(Residue::nonzero(place as u64), weight);
    }

    /// Both together. The people add up where nobody is in both.
    #[must_use]
    pub(crate) fn plus(&self, other: &Self) -> Self {
        Members {
            people: self.people.saturating_add(other.people),
            fingerprint: self.fingerprint.wrapping_add(other.fingerprint),
            sketch: self.sketch.plus(&other.sketch),
        }
    }

    /// How many people there are.
    pub(crate) fn people(&self) -> TrueCount {
        TrueCount::new(self.people)
    }

    /// What is equal for equal sets.
    pub(crate) fn fingerprint(&self) -> Fingerprint {
        Fingerprint(self.fingerprint)
    }

    /// Of how many people entered, left, or add another number than before; [`CAPACITY`] stands for
    /// that many and more.
    ///
    /// Never more than there are; fewer than there are about once in 2⁶⁰ comparisons.
    pub(crate) fn changed(&self, other: &Self) -> usize {
        match self.fingerprint == other.fingerprint {
            true => 0,
            // What the fingerprint sees and the sketch does not is still somebody.
            false => self.sketch.changed(&other.sketch).max(1),
        }
    }

    /// How many of the people are here and not there, and there and not here, when fewer than
    /// [`CAPACITY`] are and each counts as one.
    pub(crate) fn sides(&self, other: &Self) -> Option<(usize, usize)> {
        let changed = self.changed(other);
        let more = i128::from(self.people) - i128::from(other.people);
        let more = i64::try_from(more).ok()?;
        let both = i64::try_from(changed).ok()?;
        let known = changed < CAPACITY && more.abs() <= both && (both + more) % 2 == 0;
        let side = |sum: i64| usize::try_from(sum / 2).ok();
        known.then_some(())?;
        Some((side(both + more)?, side(both - more)?))
    }

    /// As bytes, for a column.
    pub(crate) fn to_bytes(self) -> Vec<u8> {
        let mut bytes = Vec::with_capacity(Self::BYTES);
        bytes.extend(self.people.to_le_bytes());
        bytes.extend(self.fingerprint.to_le_bytes());
        self.sketch.write(&mut bytes);
        bytes
    }

    /// What [`Members::to_bytes`] gave; None of anything else.
    pub(crate) fn from_bytes(bytes: &[u8]) -> Option<Self> {
        let (people, bytes) = bytes.split_first_chunk()?;
        let (fingerprint, bytes) = bytes.split_first_chunk()?;
        Some(Members {
            people: u64::from_le_bytes(*people),
            fingerprint: u128::from_le_bytes(*fingerprint),
            sketch: Sketch::read(bytes)?,
        })
    }
}

impl fmt::Debug for Members {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Members(redacted)")
    }
}

#[cfg(test)]
mod tests;
