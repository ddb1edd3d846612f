//! What a reader of a release sees.

use super::{Equation, Figures, Interval};
use crate::disclosure::count::Released;
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
    /// What a reader sees of these figures. `moved` are those that are not the rule's own; a reader
    /// is not told which those are, and is taken to know it all the same.
    pub(crate) fn read(rule: &dyn SchemeRule, figures: &Figures, released: &[Released]) -> System {
        let nodes = || figures.nodes.iter().zip(released);
        let read = nodes().map(|(node, figure)| match (node.shown, node.stands) {
            (false, None) => Interval::ANY,
            _ if rule.adds_up() => rule.bounds(*figure, node.counted),
            _ if *figure == rule.release(node) => rule.bounds(*figure, node.counted),
            _ => rule.moved_bounds(*figure, node.counted),
        });
        System {
            read: read.collect(),
            protected: nodes().map(|(node, _)| rule.protection(node)).collect(),
            equations: figures.equations.clone(),
        }
    }
}
