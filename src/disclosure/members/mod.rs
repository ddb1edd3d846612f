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
use sketch::SetSketch;
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

    /// The keyed digest of what nobody without the key may change.
    pub(super) fn seal(&self, bytes: &[u8]) -> [u8; 16] {
        let mut seal = [0; 16];
        self.stream(b"populace ledger seal", bytes).fill(&mut seal);
        seal
    }

    /// Makes bytes unreadable to whoever lacks the key, and readable again; `name` is theirs alone.
    pub(super) fn cover(&self, name: &[u8], bytes: &mut [u8]) {
        let mut cover = vec![0; bytes.len()];
        self.stream(b"populace ledger cover", name).fill(&mut cover);
        for (byte, cover) in bytes.iter_mut().zip(cover) {
            *byte ^= cover;
        }
    }

    fn stream(&self, purpose: &[u8], bytes: &[u8]) -> blake3::OutputReader {
        let mut hash = blake3::Hasher::new_keyed(&self.0);
        hash.update(purpose);
        hash.update(bytes);
        hash.finalize_xof()
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

    /// That of what is left without `other`, where all of that is in it.
    #[must_use]
    pub(crate) fn minus(self, other: Self) -> Self {
        Fingerprint(self.0.wrapping_sub(other.0))
    }

    /// The sum of the record keys of who is behind it, for a scheme that draws by them; never 0,
    /// which stands for nobody known.
    pub(crate) fn cell_key(self) -> u64 {
        (self.0 as u64).max(1)
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
    buckets: [u64; CAPACITY],
    sketch: SetSketch,
}

impl Members {
    /// Bytes of what [`Members::to_bytes`] gives.
    pub(crate) const BYTES: usize = 8 + 16 + 8 * CAPACITY + SetSketch::BYTES;

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
        let added = identity.wrapping_mul(times);
        self.fingerprint = self.fingerprint.wrapping_add(added);
        let bucket = (place >> 64) as usize % CAPACITY;
        if let Some(bucket) = self.buckets.get_mut(bucket) {
            *bucket = bucket.wrapping_add(added as u64);
        }
        self.sketch.add(Residue::nonzero(place as u64), weight);
    }

    /// Both together. The people add up where nobody is in both.
    #[must_use]
    pub(crate) fn plus(&self, other: &Self) -> Self {
        let mut buckets = self.buckets;
        for (bucket, others) in buckets.iter_mut().zip(other.buckets) {
            *bucket = bucket.wrapping_add(others);
        }
        Members {
            people: self.people.saturating_add(other.people),
            fingerprint: self.fingerprint.wrapping_add(other.fingerprint),
            buckets,
            sketch: self.sketch.plus(&other.sketch),
        }
    }

    /// How many people there are.
    pub(crate) fn people(&self) -> TrueCount {
        TrueCount::new(self.people)
    }

    /// Whether nobody is behind the figure.
    pub(crate) fn is_empty(&self) -> bool {
        self.people == 0
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

    /// The fingerprints of the people in each of [`CAPACITY`] buckets by their hash. Where fewer people
    /// than that change, the people of one bucket do not: two sets without an equal bucket differ by
    /// more, so that those that differ by less are found in an index.
    pub(crate) fn buckets(&self) -> [u64; CAPACITY] {
        self.buckets
    }

    /// As bytes, for a column.
    pub(crate) fn to_bytes(self) -> Vec<u8> {
        let mut bytes = Vec::with_capacity(Self::BYTES);
        bytes.extend(self.people.to_le_bytes());
        bytes.extend(self.fingerprint.to_le_bytes());
        bytes.extend(self.buckets.iter().flat_map(|bucket| bucket.to_le_bytes()));
        self.sketch.write(&mut bytes);
        bytes
    }

    /// What [`Members::to_bytes`] gave; None of anything else.
    pub(crate) fn from_bytes(bytes: &[u8]) -> Option<Self> {
        let (people, bytes) = bytes.split_first_chunk()?;
        let (fingerprint, bytes) = bytes.split_first_chunk()?;
        let (buckets, bytes) = bytes.split_at_checked(8 * CAPACITY)?;
        let buckets: [[u8; 8]; CAPACITY] = buckets.as_chunks::<8>().0.try_into().ok()?;
        Some(Members {
            people: u64::from_le_bytes(*people),
            fingerprint: u128::from_le_bytes(*fingerprint),
            buckets: buckets.map(u64::from_le_bytes),
            sketch: SetSketch::read(bytes)?,
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
