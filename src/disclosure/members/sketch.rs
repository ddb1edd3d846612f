//! A sketch of a set of people that says of two sets how few people are in one of them only.
//!
//! It is a set-difference sketch in the way of PinSketch (Dodis, Ostrovsky, Reyzin and Smith, SIAM
//! Journal on Computing 2008;38:97-139), over a prime field instead of a binary one: the power sums
//! Σ d·xʲ, j = 0 to 15, of the people's hashes x, each with what the person adds to the figure, d (1
//! where people are counted, the number of rows where rows are). Sketches are added and subtracted
//! number by number, so that those of parts give that of the whole whether or not the parts share
//! people, and in a difference only those people are left whose d is not the same on both sides.

use super::complexity::recurrence;
use super::field::Residue;

/// How many changed people can be told apart from more.
pub(crate) const CAPACITY: usize = 8;

/// Power sums that this takes.
const SUMS: usize = 2 * CAPACITY;

/// A sketch.
#[derive(Clone, Copy, Default, PartialEq, Eq)]
pub(super) struct SetSketch([Residue; SUMS]);

impl SetSketch {
    /// Bytes of a sketch.
    pub(super) const BYTES: usize = SUMS * 8;

    /// Adds `weight` of the person with hash `x`.
    pub(super) fn add(&mut self, x: Residue, weight: i64) {
        let mut term = Residue::of_signed(weight);
        for sum in &mut self.0 {
            *sum = sum.plus(term);
            term = term.times(x);
        }
    }

    /// The sketch of both together.
    pub(super) fn plus(mut self, other: &Self) -> Self {
        for (sum, others) in self.0.iter_mut().zip(other.0) {
            *sum = sum.plus(others);
        }
        self
    }

    /// The sketch of what is left of this when the other is taken away.
    fn minus(mut self, other: &Self) -> Self {
        for (sum, others) in self.0.iter_mut().zip(other.0) {
            *sum = sum.minus(others);
        }
        self
    }

    /// How many people are not alike in both; at [`CAPACITY`] it means that many or more.
    ///
    /// Fewer than the capacity are never taken for as many or more. The other way round it takes two
    /// sets whose sums meet by chance, about once in 2⁶⁰ comparisons, and more people then look like
    /// fewer.
    pub(super) fn changed(&self, other: &Self) -> usize {
        recurrence(&self.minus(other).0).min(CAPACITY)
    }

    pub(super) fn write(&self, bytes: &mut Vec<u8>) {
        for sum in self.0 {
            bytes.extend(sum.get().to_le_bytes());
        }
    }

    /// What [`SetSketch::write`] wrote.
    pub(super) fn read(bytes: &[u8]) -> Option<Self> {
        let (words, []) = bytes.as_chunks::<8>() else {
            return None;
        };
        let words: [[u8; 8]; SUMS] = words.try_into().ok()?;
        let sums = words.map(u64::from_le_bytes);
        let read = sums.map(Residue::of);
        // What is no residue was not written here.
        let same = sums.iter().zip(&read).all(|(sum, read)| *sum == read.get());
        same.then_some(SetSketch(read))
    }
}
