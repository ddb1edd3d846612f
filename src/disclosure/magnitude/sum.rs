//! Sums over people, or over providers: bed days, costs. The rules and numbers are those of ACRO; that a
//! sum must not say how many there are is Populace's own.

use crate::disclosure::system::{Contributions, TrueNode};

/// The fewest contributors of a sum that is shown.
pub(in crate::disclosure) const THRESHOLD: u64 = 10;

/// The share of a sum above which its two largest contributors dominate it, in hundredths.
pub(in crate::disclosure) const DOMINANCE: u64 = 90;

/// The second largest contributor must not come nearer to the largest than this, in hundredths of
/// the largest, when it subtracts itself from the sum.
pub(in crate::disclosure) const P_RATIO: u64 = 10;

/// How far apart the numbers of contributors must be that a sum can be of, as those of a count that is
/// rounded to 5 are. Where all have nearly the same, the sum would be an exact count of them.
pub(in crate::disclosure) const NUMBERS: u64 = 4;

/// Whether a sum may be shown that `few` people or fewer must not be known to have: by its people, and
/// by its providers where they are at risk. A sum of nobody is a true zero.
pub(in crate::disclosure) fn may_be_shown(node: &TrueNode, few: u64) -> bool {
    let total = node.count.get();
    if node.people.get() == 0 {
        // A sum of nobody that is not zero has contributors that are not known.
        return total == 0;
    }
    let Some(of) = &node.contributors else {
        return false;
    };
    let all_known = of.people.many.get() == node.people.get();
    let providers = of.providers.as_ref();
    all_known
        && of.unit <= 1
        && is_of_many(&of.people, total, few)
        && providers.is_none_or(|providers| is_of_many(providers, total, 0))
}

/// Whether a sum has enough contributors, none who dominate it or who could work out another, and does
/// not say how many they are.
fn is_of_many(of: &Contributions, total: u64, few: u64) -> bool {
    let (many, smallest) = (of.many.get(), of.smallest.get());
    let [first, second] = of.largest.map(|one| u128::from(one.get()));
    let wide = u128::from(total);
    let enough = many >= THRESHOLD.max(few.saturating_add(1));
    let dominated = (first + second) * 100 > wide * u128::from(DOMINANCE);
    let rest = wide.saturating_sub(first + second);
    let near = rest * 100 < first * u128::from(P_RATIO);
    if first == 0 || smallest == 0 {
        return false;
    }
    let fewest = wide.div_ceil(first);
    let most = wide / u128::from(smallest);
    enough && !dominated && !near && most >= fewest + u128::from(NUMBERS)
}

/// The largest contribution to a sum, of somebody or of a provider; all of it where that is not known.
pub(in crate::disclosure) fn largest(node: &TrueNode) -> u64 {
    let first = |of: &Contributions| of.largest[0].get();
    match &node.contributors {
        Some(of) => first(&of.people).max(of.providers.as_ref().map_or(0, first)),
        None => node.count.get(),
    }
}

/// How far apart the possible values of a withheld sum must stay, so that the largest contribution
/// is not known nearly.
pub(in crate::disclosure) fn must_stay_apart(node: &TrueNode) -> i64 {
    let hundredths = u128::from(largest(node)) * u128::from(P_RATIO);
    i64::try_from(hundredths.div_ceil(100))
        .unwrap_or(i64::MAX)
        .max(1)
}

/// Whether what a sum changed by tells of one or two people: they could be most of it. Nobody's amount
/// changed by more than the largest there is now or was then.
pub(in crate::disclosure) fn change_tells(before: (u64, u64), now: (u64, u64)) -> bool {
    let change = u128::from(before.0.abs_diff(now.0));
    let largest = u128::from(before.1.max(now.1));
    let dominated = 2 * largest * 100 > change * u128::from(DOMINANCE);
    let near = change.saturating_sub(2 * largest) * 100 < largest * u128::from(P_RATIO);
    dominated || near
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::disclosure::TrueCount;
    use crate::disclosure::system::{Contributors, CountOf};

    fn contributions(values: &[u64]) -> Contributions {
        let mut sorted = values.to_vec();
        sorted.sort_unstable_by(|a, b| b.cmp(a));
        let one = |at: usize| TrueCount::new(sorted.get(at).copied().unwrap_or(0));
        Contributions {
            many: TrueCount::new(values.len() as u64),
            largest: [one(0), one(1)],
            smallest: TrueCount::new(sorted.last().copied().unwrap_or(0)),
        }
    }

    fn node(values: &[u64]) -> TrueNode {
        TrueNode {
            count: TrueCount::new(values.iter().sum()),
            people: TrueCount::new(values.len() as u64),
            counted: CountOf::Amount,
            contributors: Some(Contributors {
                people: contributions(values),
                providers: None,
                unit: 1,
            }),
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
        assert!(!may_be_shown(&with(&[9], 2, 8), 7));
        assert!(may_be_shown(&with(&[9], 2, 9), 7));
        // A scheme that withholds more people asks for more.
        assert!(!may_be_shown(&with(&[9], 2, 9), 10));
        assert!(may_be_shown(&with(&[9], 2, 10), 10));
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
    fn a_sum_may_not_say_how_many_there_are() {
        // 20 who have 5 each: 100 of amounts from 5 to 5 is of 20 and of no other number.
        assert!(!may_be_shown(&with(&[], 5, 20), 7));
        // 501,500 of amounts from 1,000 to 1,490 is of 337 to 501.
        assert!(may_be_shown(&with(&[1_010, 1_490], 1_000, 499), 7));
        // 500,001 of amounts of 1,000 and 1,001 is of 500 alone.
        assert!(!may_be_shown(&with(&[1_001], 1_000, 499), 7));
        // Multiples of 39 are exact, whatever they are rounded to.
        let mut tariff = with(&[390, 273], 39, 30);
        assert!(may_be_shown(&tariff, 7));
        tariff.contributors.as_mut().unwrap().unit = 39;
        assert!(!may_be_shown(&tariff, 7));
    }

    #[test]
    fn providers_at_risk_are_contributors_too() {
        let mut sum = with(&[9, 9], 2, 40);
        assert!(may_be_shown(&sum, 7));
        // 98 days in ten hospitals, of which two have 89: nine tenths and more.
        let of = [45, 44, 2, 1, 1, 1, 1, 1, 1, 1];
        sum.contributors.as_mut().unwrap().providers = Some(contributions(&of));
        assert_eq!(sum.count.get(), 98);
        assert!(!may_be_shown(&sum, 7));
        let of = [30, 20, 10, 9, 8, 7, 6, 5, 2, 1];
        sum.contributors.as_mut().unwrap().providers = Some(contributions(&of));
        assert!(may_be_shown(&sum, 7));
        assert_eq!(must_stay_apart(&sum), 3);
        sum.contributors.as_mut().unwrap().providers = Some(contributions(&of[..9]));
        assert!(!may_be_shown(&sum, 7));
    }

    #[test]
    fn contributors_that_are_not_known_show_nothing() {
        assert!(may_be_shown(&node(&[]), 7));
        let mut unknown = with(&[9], 5, 19);
        assert!(may_be_shown(&unknown, 7));
        unknown.contributors = None;
        assert!(!may_be_shown(&unknown, 7));
        // Nobody has more than all of it.
        assert_eq!((largest(&unknown), must_stay_apart(&unknown)), (104, 11));
        let mut nobody = with(&[9], 5, 19);
        nobody.people = TrueCount::ZERO;
        assert!(!may_be_shown(&nobody, 7));
    }

    #[test]
    fn a_change_tells_unless_two_people_cannot_be_most_of_it() {
        // Nobody has more than 40: two have at most 80, which is nine tenths of 89.
        assert!(change_tells((1_000, 40), (1_088, 30)));
        assert!(!change_tells((1_000, 40), (1_089, 30)));
        assert!(!change_tells((1_089, 30), (1_000, 40)));
        assert!(change_tells((1_000, 40), (1_089, 41)));
        // Nothing changed, where everybody's amount may have.
        assert!(change_tells((1_000, 40), (1_000, 40)));
    }
}
