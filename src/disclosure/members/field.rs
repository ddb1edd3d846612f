//! Whole numbers modulo 2⁶¹ − 1, a prime: a product and a reduction are a few instructions.

/// The prime 2⁶¹ − 1.
pub(super) const PRIME: u64 = (1 << 61) - 1;

/// A number modulo [`PRIME`].
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(super) struct Residue(u64);

impl Residue {
    pub(super) const ZERO: Residue = Residue(0);
    pub(super) const ONE: Residue = Residue(1);

    /// The number that `whole` is modulo the prime.
    pub(super) fn of(whole: u64) -> Self {
        let folded = (whole & PRIME) + (whole >> 61);
        Residue(match folded >= PRIME {
            true => folded - PRIME,
            false => folded,
        })
    }

    /// The same of a number that may be below zero.
    pub(super) fn of_signed(whole: i64) -> Self {
        let size = Self::of(whole.unsigned_abs());
        match whole < 0 {
            true => Residue::ZERO.minus(size),
            false => size,
        }
    }

    /// A number from 1 to 2⁶¹ − 2 from any 64 bits of a hash.
    pub(super) fn nonzero(hash: u64) -> Self {
        Residue(1 + hash % (PRIME - 1))
    }

    pub(super) fn get(self) -> u64 {
        self.0
    }

    pub(super) fn plus(self, other: Self) -> Self {
        Self::of(self.0 + other.0)
    }

    pub(super) fn minus(self, other: Self) -> Self {
        Self::of(self.0 + PRIME - other.0)
    }

    pub(super) fn times(self, other: Self) -> Self {
        let product = u128::from(self.0) * u128::from(other.0);
        let low = (product as u64) & PRIME;
        let high = (product >> 61) as u64;
        Self::of(low + high)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn arithmetic_is_that_of_whole_numbers(a in any::<u64>(), b in any::<u64>(), c in any::<i64>()) {
            let prime = u128::from(PRIME);
            let (x, y) = (Residue::of(a), Residue::of(b));
            let (wide_a, wide_b) = (u128::from(a), u128::from(b));
            prop_assert_eq!(u128::from(x.get()), wide_a % prime);
            prop_assert_eq!(u128::from(x.plus(y).get()), (wide_a + wide_b) % prime);
            prop_assert_eq!(u128::from(x.times(y).get()), (wide_a % prime) * (wide_b % prime) % prime);
            prop_assert_eq!(x.minus(y).plus(y), x);
            let signed = i128::from(c).rem_euclid(i128::from(PRIME));
            prop_assert_eq!(i128::from(Residue::of_signed(c).get()), signed);
            prop_assert!((1..PRIME).contains(&Residue::nonzero(a).get()));
        }
    }

    #[test]
    fn the_largest_numbers_do_not_overflow() {
        for whole in [u64::MAX, PRIME, PRIME - 1, PRIME + 1, 2 * PRIME] {
            let residue = Residue::of(whole);
            assert_eq!(residue.get(), whole % PRIME);
            let square = u128::from(residue.get()).pow(2) % u128::from(PRIME);
            assert_eq!(u128::from(residue.times(residue).get()), square);
        }
        assert_eq!(
            Residue::of_signed(i64::MIN).plus(Residue::of(1 << 63)),
            Residue::ZERO
        );
    }
}
