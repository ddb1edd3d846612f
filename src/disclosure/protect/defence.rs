//! What is done so that a figure does not follow from the others.

use crate::disclosure::attacker::{Effort, Exchange, Price, splits};
use crate::disclosure::count::Released;
use crate::disclosure::rule::SchemeRule;
use crate::disclosure::system::{Figures, Interval, Network, NodeId, System, TrueNode};

/// The price of moving or withholding any figure at all, in figures; the worthiest costs three.
const PRICE: f64 = 1.0;
/// What the worth of a figure adds to that, from the least worthy to the worthiest.
const WORTH: f64 = 2.0;

/// The figures of a release while they are chosen.
pub(super) struct Defence<'a> {
    rule: &'a dyn SchemeRule,
    figures: &'a Figures,
    effort: &'a Effort,
    network: Network,
    /// The figures as they are now.
    pub released: Vec<Released>,
    /// The true counts.
    pub truth: Vec<i64>,
    /// What each figure says now.
    read: Vec<Interval>,
    /// The place of each figure by worth, from 0 to 1.
    rank: Vec<f32>,
    /// Whether a figure was changed, or may not be.
    is_fixed: Vec<bool>,
    /// How many figures were changed.
    changes: usize,
    has_moved: bool,
    search: Exchange,
}

impl<'a> Defence<'a> {
    /// The rule's own figures, and those that stand; an unknown figure of an equation is the error.
    pub(super) fn new(
        rule: &'a dyn SchemeRule,
        figures: &'a Figures,
        released: Vec<Released>,
        effort: &'a Effort,
    ) -> Result<Self, NodeId> {
        let nodes = &figures.nodes;
        let truth: Vec<i64> = nodes
            .iter()
            .map(|node| Interval::exactly(node.count.get()).low)
            .collect();
        let read = System::read(rule, figures, &released).read;
        let is_fixed: Vec<bool> = nodes
            .iter()
            .zip(&truth)
            .map(|(node, count)| choices(rule, node, *count).is_empty())
            .collect();
        let known = |at: usize| (is_fixed[at] && read[at].width() == 0).then_some(read[at].low);
        let network = Network::new(nodes.len(), &figures.equations, known)?;
        Ok(Defence {
            rank: ranks(nodes),
            search: Exchange::default(),
            changes: 0,
            has_moved: false,
            rule,
            figures,
            effort,
            network,
            released,
            truth,
            read,
            is_fixed,
        })
    }

    /// The steps taken so far.
    pub(super) fn work(&self) -> u64 {
        self.search.steps()
    }

    /// Whether any figure was moved, so that not all are the rule's own.
    pub(super) fn has_moved(&self) -> bool {
        self.has_moved
    }

    /// Withholds what gives protected figures away, one after the other, before the first attack.
    pub(super) fn defend_all(&mut self) {
        for at in 0..self.truth.len() {
            let apart = self.rule.protection(&self.figures.nodes[at]);
            if apart > 0 {
                self.defend(NodeId(at as u32), apart);
            }
        }
    }

    /// Answers an attack: defends what is left, and shakes what a reader guesses right. Whether
    /// any figure was changed.
    pub(super) fn answer(&mut self, apart: &[i64], left: &[NodeId], guessed: &[NodeId]) -> bool {
        let before = self.changes;
        for node in left {
            let seen = self.changes;
            self.defend(*node, apart[node.at()]);
            if self.changes == seen {
                self.shake(*node);
            }
        }
        for node in guessed {
            self.shake(*node);
        }
        self.changes > before
    }

    /// Moves or withholds figures until the counts of one can be `apart`, and whether that worked.
    pub(super) fn defend(&mut self, node: NodeId, apart: i64) -> bool {
        let down = self.truth[node.at()] - self.read[node.at()].low;
        for is_free in [true, false] {
            for split in splits(apart, down) {
                if self.try_split(node, split, is_free) {
                    return true;
                }
            }
            if is_free && apart == 1 && self.try_split(node, [-1, 0], true) {
                return true;
            }
        }
        false
    }

    fn try_split(&mut self, node: NodeId, split: [i64; 2], is_free: bool) -> bool {
        let mut found = Vec::new();
        for by in split.into_iter().filter(|by| *by != 0) {
            let mut search = std::mem::take(&mut self.search);
            let prices = Prices {
                defence: self,
                is_free,
            };
            let changes = search.find(&self.network, &prices, (node.0, by), self.effort.exchange);
            let changes = changes.map(<[_]>::to_vec);
            self.search = search;
            match changes {
                Some(changes) => found.extend(changes),
                None => return false,
            }
        }
        for (node, by) in found {
            let count = self.truth[node as usize] + by;
            if !self.read[node as usize].has(count) {
                self.change(node as usize, Some(count));
            }
        }
        true
    }

    /// Releases a figure as another one, so that it can stand for a count besides the true one.
    fn change(&mut self, at: usize, count: Option<i64>) -> bool {
        let node = &self.figures.nodes[at];
        let choices = choices(self.rule, node, self.truth[at]);
        let fits = |(_, read): &&(Released, Interval)| count.is_none_or(|count| read.has(count));
        let Some((figure, read)) = choices.iter().find(fits).filter(|_| !self.is_fixed[at]) else {
            return false;
        };
        (self.released[at], self.read[at], self.is_fixed[at]) = (*figure, *read, true);
        self.changes += 1;
        self.has_moved |= !figure.is_suppressed();
        true
    }

    /// Changes something near a figure for which nothing better was found: the least worthy figure
    /// beside it that can be changed. The next attack says what that was good for.
    pub(super) fn shake(&mut self, node: NodeId) -> bool {
        let rows = |at: usize| self.network.rows(at).iter();
        let near = rows(node.at()).flat_map(|row| self.network.terms(*row as usize));
        let mut near: Vec<u32> = near
            .map(|term| term.node)
            .filter(|at| *at != node.0)
            .collect();
        near.retain(|at| !self.is_fixed[*at as usize]);
        let rank = |at: &u32| self.rank[*at as usize];
        near.sort_by(|one, other| rank(one).total_cmp(&rank(other)).then(one.cmp(other)));
        near.into_iter().any(|at| self.change(at as usize, None))
    }
}

/// The other figures that a node may have, with what each says.
fn choices(rule: &dyn SchemeRule, node: &TrueNode, count: i64) -> Vec<(Released, Interval)> {
    if !node.shown || node.stands.is_some() {
        return Vec::new();
    }
    let mut choices = rule.neighbours(node);
    if rule.withholds() && !rule.release(node).is_suppressed() {
        choices.push(Released::SUPPRESSED);
    }
    let read = |figure: Released| (figure, rule.moved_bounds(figure, node.counted));
    choices
        .into_iter()
        .map(read)
        .filter(|(_, read)| read.has(count))
        .collect()
}

/// The order of figures by worth; of equal worth the larger count is worth more.
fn ranks(nodes: &[TrueNode]) -> Vec<f32> {
    let mut order: Vec<u32> = (0..nodes.len() as u32).collect();
    let key = |at: &u32| &nodes[*at as usize];
    order.sort_by(|one, other| {
        let (one, other) = (key(one), key(other));
        one.worth
            .total_cmp(&other.worth)
            .then(one.count.get().cmp(&other.count.get()))
    });
    let mut ranks = vec![0.0; nodes.len()];
    for (place, at) in order.iter().enumerate() {
        ranks[*at as usize] = place as f32 / nodes.len() as f32;
    }
    ranks
}

/// What it costs to change a true count: nothing while its figure stays.
struct Prices<'d, 'a> {
    defence: &'d Defence<'a>,
    is_free: bool,
}

impl Price for Prices<'_, '_> {
    fn of(&self, node: u32, by: i64) -> Option<f64> {
        let (at, it) = (node as usize, self.defence);
        let count = it.truth[at] + by;
        if it.read[at].has(count) {
            return Some(0.0);
        }
        if self.is_free || it.is_fixed[at] {
            return None;
        }
        let choices = choices(it.rule, &it.figures.nodes[at], it.truth[at]);
        let fits = choices.iter().any(|(_, read)| read.has(count));
        fits.then(|| PRICE + WORTH * f64::from(it.rank[at]))
    }
}
