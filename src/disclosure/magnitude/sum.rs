//! Sums over people, or over providers: bed days, costs. The rules and numbers are those of ACRO.

use crate::disclosure::system::TrueNode;

/// The fewest contributors of a sum that is shown.
pub(in crate::disclosure) const THRESHOLD: u64 = 10;

/// The share of a sum above which its two largest contributors dominate it, in hundredths.
pub(in crate::disclosure) const DOMINANCE: u64 = 90;

/// The second largest contributor must not come nearer to the largest than this, in hundredths of
/// the largest, when it subtracts itself from the sum.
pub(in crate::disclosure) const P_RATIO: u64 = 10;

/// Whether a sum may be shown that `few` people or fewer must not be known to have: enough
/// contributors, none who dominate it or who could work out another, and not all of one value, which
/// would be everybody's (all zeros included). A sum of nobody is a true zero.
pub(in crate::disclosure) fn may_be_shown(node: &TrueNode, few: u64) -> bool {
    let (people, total) = (node.people.get(), u128::from(node.count.get()));
    if people == 0 {
        // A sum of nobody that is not zero has contributors that are not known.
        return total == 0;
    }
    let Some([first, second]) = node.largest else {
        return false;
    };
    let (first, second) = (u128::from(first.get()), u128::from(second.get()));
    let enough = people >= THRESHOLD.max(few.saturating_add(1));
    let dominated = (first + second) * 100 > total * u128::from(DOMINANCE);
    let rest = total.saturating_sub(first + second);
    let near = rest * 100 < first * u128::from(P_RATIO);
    let alike = first * u128::from(people) == total;
    enough && !dominated && !near && !alike
}

/// How far apart the possible values of a withheld sum must stay, so that the largest contribution
/// is not known nearly.
pub(in crate::disclosure) fn must_stay_apart(node: &TrueNode) -> i64 {
    let first = node.largest.map_or(0, |[first, _]| first.get());
    let hundredths = u128::from(first) * u128::from(P_RATIO);
    i64::try_from(hundredths.div_ceil(100))
        .unwrap_or(i64::MAX)
        .max(1)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::disclosure::TrueCount;
    use crate::disclosure::system::CountOf;

    fn node(values: &[u64]) -> TrueNode {
        let mut sorted = values.to_vec();
        sorted.sort_unstable_by(|a, b| b.cmp(a));
        let largest = |at: usize| TrueCount::new(sorted.get(at).copied().unwrap_or(0));
        TrueNode {
            count: TrueCount::new(values.iter().sum()),
            people: TrueCount::new(values.len() as u64),
            counted: CountOf::Amount,
            largest: Some([largest(0), largest(1)]),
            key: 1,
            shown: true,
            stands: None,
            worth: 1.0,
        }
    }

    fn with(first: &[u64], others: u64, of: usize) -> TrueNode {
        node(&[first, &vec![others; of]].concat())
    }

    #[test]
    fn a_sum_needs_ten_contributors() {
        assert!(!may_be_shown(&with(&[3], 2, 8), 7));
        assert!(may_be_shown(&with(&[3], 2, 9), 7));
        // A scheme that withholds more people asks for more.
        assert!(!may_be_shown(&with(&[3], 2, 9), 10));
        assert!(may_be_shown(&with(&[3], 2, 10), 10));
    }

    #[test]
    fn two_contributors_may_not_have_more_than_nine_tenths() {
        // 450 + 450 of 1,000 is nine tenths, and 451 + 450 of 1,000 is more.
        assert!(may_be_shown(&with(&[450, 450], 10, 10), 7));
        assert!(!may_be_shown(&with(&[451, 450, 9], 10, 9), 7));
    }

    #[test]
    fn the_second_largest_may_not_work_out_the_largest() {
        // Dominance is looked at first in most cases; 10 % of 810 is 81, and the others have 80.
        let near = with(&[810, 10], 8, 10);
        assert!(!may_be_shown(&near, 7));
        assert_eq!(must_stay_apart(&near), 81);
    }

    #[test]
    fn what_everybody_has_is_not_shown() {
        assert!(!may_be_shown(&with(&[], 5, 20), 7));
        assert!(!may_be_shown(&with(&[], 0, 20), 7));
        assert!(may_be_shown(&with(&[6], 5, 19), 7));
        assert!(may_be_shown(&node(&[]), 7));
    }

    #[test]
    fn contributors_that_are_not_known_show_nothing() {
        let mut unknown = with(&[6], 5, 19);
        unknown.largest = None;
        assert!(!may_be_shown(&unknown, 7));
        let mut nobody = with(&[6], 5, 19);
        nobody.people = TrueCount::ZERO;
        assert!(!may_be_shown(&nobody, 7));
    }
}
