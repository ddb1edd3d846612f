//! What a reader of a release sees.

use super::{CountOf, Equation, Interval, TrueFigures, TrueNode};
use crate::disclosure::count::Released;
use crate::disclosure::magnitude;
use crate::disclosure::rule::SchemeRule;

/// What a reader of a release sees, and all that the attacker gets.
#[derive(Debug, Clone, Default)]
pub(crate) struct System {
    /// What each figure says of its true count under the published rule.
    pub read: Vec<Interval>,
    /// How far apart two true counts of each figure must stay possible; 0 where it is not protected.
    pub protected: Vec<i64>,
    /// What adds up to what.
    pub equations: Vec<Equation>,
}

impl System {
    /// What a reader sees of these figures. A figure that is not the rule's own was moved, which a
    /// reader is not told, and is taken to know all the same: the true counts are then among those
    /// that he thinks possible.
    pub(crate) fn read(
        rule: &dyn SchemeRule,
        figures: &TrueFigures,
        released: &[Released],
    ) -> System {
        Self::with(rule, figures, released, |node, figure| {
            let says = match figure == rule.release(node) {
                true => rule.bounds(figure, node.counted),
                false => rule.moved_bounds(figure, node.counted),
            };
            with_own(node, figure, says)
        })
    }

    /// What a reader sees who takes every figure for the rule's own.
    pub(crate) fn read_as_rounded(
        rule: &dyn SchemeRule,
        figures: &TrueFigures,
        released: &[Released],
    ) -> System {
        Self::with(rule, figures, released, |node, figure| {
            with_own(node, figure, rule.bounds(figure, node.counted))
        })
    }

    fn with(
        rule: &dyn SchemeRule,
        figures: &TrueFigures,
        released: &[Released],
        own: impl Fn(&TrueNode, Released) -> Interval,
    ) -> System {
        let nodes = || figures.nodes.iter().zip(released);
        // A figure that stands is that of exactly these people, in whichever release.
        let read = nodes().map(|(node, figure)| match node.stands {
            Some(figure) => standing(rule, node, own(node, figure)),
            None if node.shown => own(node, *figure),
            // The largest contributor knows their amount whether a table has the sum or not.
            None if node.contributors.is_some() => {
                with_own(node, Released::SUPPRESSED, Interval::ANY)
            }
            None => Interval::ANY,
        });
        let mut read: Vec<Interval> = read.collect();
        if rule.adds_up() {
            for (total, sum) in sums(rule, figures, released) {
                read[total] = sum;
            }
        }
        System {
            read,
            protected: nodes().map(|(node, _)| rule.protection(node)).collect(),
            equations: figures.equations.clone(),
        }
    }
}

/// What a withheld sum says to whoever has the most of it: that it is no less than their own amount.
/// Every reader is taken to know that, so that nobody gets from it to the sums of others.
pub(crate) fn with_own(node: &TrueNode, figure: Released, says: Interval) -> Interval {
    match node.counted == CountOf::Amount && figure.is_suppressed() {
        true => Interval::new(
            says.low
                .max(Interval::exactly(magnitude::largest(node)).low),
            says.high,
        ),
        false => says,
    }
}

/// What a figure says that stands. One of an earlier release may be the sum of what was shown then,
/// which says nothing that its parts do not; its true count may be anywhere.
fn standing(rule: &dyn SchemeRule, node: &TrueNode, own: Interval) -> Interval {
    let count = i64::try_from(node.count.get()).unwrap_or(Interval::NO_LIMIT);
    match rule.adds_up() && !own.has(count) {
        true => Interval::ANY,
        false => own,
    }
}

/// What the sums of released parts say of each total that is shown, which is all that its figure
/// says, whether its parts are shown or not.
fn sums(
    rule: &dyn SchemeRule,
    figures: &TrueFigures,
    released: &[Released],
) -> Vec<(usize, Interval)> {
    let mut says: Vec<Option<Interval>> = vec![None; released.len()];
    let is_total = |at: usize| figures.nodes[at].stands.is_none();
    let mut waiting: Vec<&Equation> = Vec::new();
    let mut has_sum = vec![false; released.len()];
    for equation in figures
        .equations
        .iter()
        .filter(|one| is_total(one.total.at()) && !one.parts.contains(&one.total))
    {
        if !std::mem::replace(&mut has_sum[equation.total.at()], true) {
            waiting.push(equation);
        }
    }
    for (at, node) in figures
        .nodes
        .iter()
        .enumerate()
        .filter(|(at, _)| !has_sum[*at])
    {
        says[at] = Some(rule.bounds(released[at], node.counted));
    }
    let mut found = Vec::new();
    // Each pass adds up the totals of which all parts are known; totals of themselves never are.
    loop {
        let before = waiting.len();
        waiting.retain(|equation| {
            let mut sum = Interval::new(0, 0);
            for part in &equation.parts {
                let Some(part) = says[part.at()] else {
                    return true;
                };
                sum = Interval::new(
                    sum.low + part.low,
                    (sum.high + part.high).min(Interval::NO_LIMIT),
                );
            }
            let total = equation.total.at();
            says[total] = Some(sum);
            if figures.nodes[total].shown {
                found.push((total, sum));
            }
            false
        });
        if waiting.len() == before {
            return found;
        }
    }
}
