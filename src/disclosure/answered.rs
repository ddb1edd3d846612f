//! A count that stands alone, in the answer to a query.

use super::count::{Released, TrueCount};
use super::rule::SchemeRule;
use super::system::{CountOf, TrueNode};

/// The figure of a count by the scheme's rule. `people` are behind it, where they were counted; a count
/// of rows of nobody known is held to be of few people.
pub(crate) fn answered(
    rule: &dyn SchemeRule,
    count: TrueCount,
    people: Option<TrueCount>,
) -> Released {
    let (people, counted) = match people {
        Some(people) if people == TrueCount::ZERO && count != TrueCount::ZERO => {
            (TrueCount::new(1), CountOf::Rows)
        }
        Some(people) => (people, CountOf::Rows),
        None => (count, CountOf::People),
    };
    rule.release(&TrueNode {
        count,
        people,
        counted,
        contributors: None,
        key: 0,
        shown: true,
        stands: None,
        worth: 1.0,
    })
}
