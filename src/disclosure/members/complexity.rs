//! How many terms a sequence of power sums has, by Berlekamp and Massey's algorithm (Massey, IEEE
//! Transactions on Information Theory 1969;15:122-127), without divisions.

use super::field::Residue;

/// The length of the shortest linear recurrence that makes `sums`.
///
/// Of Σ d·xʲ for j = 0, 1, … over `n` different x, none of them with d = 0, it is `n` where there are
/// at least 2n sums, and at least half of the sums where there are fewer, but for sums that meet by
/// chance.
pub(super) fn recurrence<const N: usize>(sums: &[Residue; N]) -> usize {
    // Coefficients of the recurrence, and those before its length last grew.
    let mut now = [Residue::ZERO; N];
    let mut before = [Residue::ZERO; N];
    now[0] = Residue::ONE;
    before[0] = Residue::ONE;
    let mut length = 0;
    let mut since = 1;
    let mut gap_before = Residue::ONE;
    for at in 0..N {
        let terms = (0..=length).map(|back| now[back].times(sums[at - back]));
        let gap = terms.fold(Residue::ZERO, Residue::plus);
        if gap == Residue::ZERO {
            since += 1;
            continue;
        }
        let kept = now;
        for (place, coefficient) in now.iter_mut().enumerate() {
            let shifted = place
                .checked_sub(since)
                .map_or(Residue::ZERO, |p| before[p]);
            let scaled = coefficient.times(gap_before);
            *coefficient = scaled.minus(gap.times(shifted));
        }
        if 2 * length <= at {
            length = at + 1 - length;
            before = kept;
            gap_before = gap;
            since = 1;
        } else {
            since += 1;
        }
    }
    length
}

#[cfg(test)]
mod tests {
    use super::*;

    fn sums<const N: usize>(terms: &[(u64, i64)]) -> [Residue; N] {
        let mut sums = [Residue::ZERO; N];
        for (x, weight) in terms {
            let mut term = Residue::of_signed(*weight);
            for sum in &mut sums {
                *sum = sum.plus(term);
                term = term.times(Residue::of(*x));
            }
        }
        sums
    }

    #[test]
    fn recurrences_that_are_known() {
        assert_eq!(recurrence(&sums::<6>(&[])), 0);
        assert_eq!(recurrence(&sums::<6>(&[(5, 1)])), 1);
        assert_eq!(recurrence(&sums::<6>(&[(5, 3), (7, -3)])), 2);
        let fibonacci = [0, 1, 1, 2, 3, 5, 8, 13].map(Residue::of);
        assert_eq!(recurrence(&fibonacci), 2);
        // A sequence that only its last number breaks.
        let broken = [0, 0, 0, 0, 0, 1].map(Residue::of);
        assert_eq!(recurrence(&broken), 6);
    }
}
