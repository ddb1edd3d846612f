//! What is done so that a figure does not follow from the others.

use super::repair::{self, Leeway};
use crate::disclosure::attacker::{
    Effort, Exchange, Exchanged, Neighbourhood, Possible, Price, splits,
};
use crate::disclosure::count::Released;
use crate::disclosure::rule::SchemeRule;
use crate::disclosure::system::{
    CountOf, Interval, Network, NodeId, System, TrueFigures, TrueNode, with_own,
};

/// The price of moving or withholding any figure at all, in figures; the worthiest costs three.
const PRICE: f64 = 1.0;
/// What the worth of a figure adds to that, from the least worthy to the worthiest.
const WORTH: f64 = 2.0;

/// How often a figure may be changed, so that the search ends.
const TURNS: u8 = 3;

/// The sizes of the neighbourhoods that are repaired by an integer program.
const REPAIRED: [usize; 3] = [60, 240, 700];

/// Branches of such a program.
const BRANCHES: u64 = 400;

/// The most attempts to find one exchange.
const MOST_ATTEMPTS: u32 = 200;

/// The figures of a release while they are chosen.
pub(super) struct Defence<'a> {
    rule: &'a dyn SchemeRule,
    figures: &'a TrueFigures,
    network: Network,
    /// The figures as they are now.
    pub released: Vec<Released>,
    /// The true counts, and other tables that are possible now.
    pub known: Possible,
    /// What each figure says now.
    read: Vec<Interval>,
    /// The place of each figure by worth, from 0 to 1.
    rank: Vec<f32>,
    /// Whether a figure may not be changed any more, or never.
    is_fixed: Vec<bool>,
    /// How often each was changed.
    turns: Vec<u8>,
    /// How many figures were changed.
    changes: usize,
    has_moved: bool,
    /// Attempts to find an exchange, more with every answer.
    attempts: u32,
    search: Exchange,
}

impl<'a> Defence<'a> {
    /// The rule's own figures, and those that stand; an unknown figure of an equation is the error.
    pub(super) fn new(
        rule: &'a dyn SchemeRule,
        figures: &'a TrueFigures,
        released: Vec<Released>,
        effort: &Effort,
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
            .map(|(node, count)| choices(rule, node, *count, rule.release(node)).is_empty())
            .collect();
        let known = |at: usize| (is_fixed[at] && read[at].width() == 0).then_some(read[at].low);
        let network = Network::new(nodes.len(), &figures.equations, known)?;
        Ok(Defence {
            rank: ranks(nodes),
            search: Exchange::default(),
            changes: 0,
            attempts: effort.exchange,
            has_moved: false,
            rule,
            figures,
            network,
            released,
            known: Possible {
                table: truth,
                exchanges: Vec::new(),
            },
            read,
            is_fixed,
            turns: vec![0; nodes.len()],
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
        let apart: Vec<i64> = self
            .figures
            .nodes
            .iter()
            .map(|node| self.rule.protection(node))
            .collect();
        let mut is_safe: Vec<bool> = apart.iter().map(|apart| *apart == 0).collect();
        for at in 0..apart.len() {
            if is_safe[at] {
                continue;
            }
            let before = self.known.exchanges.len();
            self.defend(NodeId(at as u32), apart[at]);
            // An exchange hides all that it moves far enough.
            for (node, by) in self.known.exchanges[before..].iter().flatten() {
                is_safe[*node as usize] |= by.abs() >= apart[*node as usize];
            }
        }
    }

    /// The figures that the rule shows and that are withheld for others, the worthiest first.
    pub(super) fn withheld_for_others(&self) -> Vec<usize> {
        let is_withheld = |at: &usize| {
            let node = &self.figures.nodes[*at];
            node.stands.is_none()
                && self.released[*at].is_suppressed()
                && !self.rule.release(node).is_suppressed()
        };
        let mut all: Vec<usize> = (0..self.released.len()).filter(is_withheld).collect();
        all.sort_by(|one, other| self.rank[*other].total_cmp(&self.rank[*one]));
        all
    }

    /// Whether a true count that is greater by so much agrees with what its figure says.
    pub(super) fn may_be(&self, at: usize, by: i64) -> bool {
        self.read[at].has(self.known.table[at] + by)
    }

    /// How many fewer a figure says that there can be.
    pub(super) fn down(&self, at: usize) -> i64 {
        self.known.table[at] - self.read[at].low
    }

    /// Releases a figure as the rule has it; gives what it was.
    pub(super) fn show(&mut self, at: usize) -> (Released, Interval) {
        let node = &self.figures.nodes[at];
        let own = self.rule.release(node);
        let says = with_own(node, own, self.rule.bounds(own, node.counted));
        let before = (self.released[at], self.read[at]);
        (self.released[at], self.read[at]) = (own, says);
        before
    }

    /// Releases a figure as it was.
    pub(super) fn put_back(&mut self, at: usize, before: (Released, Interval)) {
        (self.released[at], self.read[at]) = before;
    }

    /// An exchange that leaves every figure as it is published.
    pub(super) fn free(&mut self, change: (u32, i64)) -> Option<Exchanged> {
        self.exchange(change, true)
    }

    /// Answers an attack: defends what is left, and shakes what a reader guesses right. Whether
    /// any figure was changed, or another possible table found.
    pub(super) fn answer(&mut self, apart: &[i64], left: &[NodeId], guessed: &[NodeId]) -> bool {
        let before = (self.changes, self.known.exchanges.len());
        self.attempts = (2 * self.attempts).min(MOST_ATTEMPTS);
        for node in left {
            let seen = self.changes;
            let apart = apart[node.at()];
            let is_safe = self.defend(*node, apart) || self.repair(*node, apart);
            if !is_safe && self.changes == seen {
                self.shake(*node);
            }
        }
        for node in guessed {
            self.shake(*node);
        }
        (self.changes, self.known.exchanges.len()) != before
    }

    /// Moves or withholds figures until the counts of one can be `apart`, and whether that worked.
    fn defend(&mut self, node: NodeId, apart: i64) -> bool {
        let down = self.known.table[node.at()] - self.read[node.at()].low;
        let splits: Vec<[i64; 2]> = splits(apart, down).collect();
        [true, false].into_iter().any(|is_free| {
            let mut splits = splits.iter();
            splits.any(|split| self.try_split(*split, |it, by| it.exchange((node.0, by), is_free)))
        })
    }

    /// The same by an integer program.
    fn repair(&mut self, node: NodeId, apart: i64) -> bool {
        let down = self.known.table[node.at()] - self.read[node.at()].low;
        REPAIRED.into_iter().any(|most| {
            let near = Neighbourhood::around(&self.network, node.0, most);
            let mut splits = splits(apart, down);
            splits.any(|split| self.try_split(split, |it, by| it.program(&near, (node.0, by))))
        })
    }

    /// Changes the figures that must change for both counts of a split to be possible.
    fn try_split(
        &mut self,
        split: [i64; 2],
        find: impl Fn(&mut Self, i64) -> Option<Exchanged>,
    ) -> bool {
        let changes = split.into_iter().filter(|by| *by != 0);
        let found: Option<Vec<Exchanged>> = changes.map(|by| find(self, by)).collect();
        let Some(found) = found else {
            return false;
        };
        let count =
            |(node, by): &(u32, i64)| (*node as usize, self.known.table[*node as usize] + by);
        let mut beyond: Vec<(usize, i64)> = found.iter().flatten().map(count).collect();
        self.known.exchanges.extend(found);
        beyond.retain(|(at, count)| !self.read[*at].has(*count));
        beyond
            .into_iter()
            .all(|(at, count)| self.read[at].has(count) || self.change(at, Some(count)))
    }

    fn exchange(&mut self, change: (u32, i64), is_free: bool) -> Option<Exchanged> {
        let mut search = std::mem::take(&mut self.search);
        let prices = Prices {
            defence: self,
            is_free,
        };
        let attempts = if is_free { 2 } else { self.attempts };
        let changes = search.find(&self.network, &prices, change, attempts);
        self.search = search;
        changes
    }

    fn program(&self, near: &Neighbourhood, change: (u32, i64)) -> Option<Exchanged> {
        repair::cheapest(
            &self.network,
            near,
            change,
            |node| self.leeway(node as usize),
            BRANCHES,
        )
    }

    /// What a figure may stand for, as differences from its true count.
    fn leeway(&self, at: usize) -> Leeway {
        let mut wide = self.read[at];
        if !self.is_fixed[at] {
            for (_, read) in self.choices(at) {
                wide = Interval::new(wide.low.min(read.low), wide.high.max(read.high));
            }
        }
        let off = |it: Interval| {
            Interval::new(
                it.low - self.known.table[at],
                it.high - self.known.table[at],
            )
        };
        Leeway {
            read: off(self.read[at]),
            wide: off(wide),
            price: PRICE + WORTH * f64::from(self.rank[at]),
        }
    }

    fn choices(&self, at: usize) -> Vec<(Released, Interval)> {
        choices(
            self.rule,
            &self.figures.nodes[at],
            self.known.table[at],
            self.released[at],
        )
    }

    /// Releases a figure as another one, so that it can stand for a count besides the true one.
    fn change(&mut self, at: usize, count: Option<i64>) -> bool {
        if self.is_fixed[at] {
            return false;
        }
        let fits = |(_, read): &(Released, Interval)| count.is_none_or(|count| read.has(count));
        let Some((figure, read)) = self.choices(at).into_iter().find(fits) else {
            return false;
        };
        (self.released[at], self.read[at]) = (figure, read);
        self.turns[at] += 1;
        self.is_fixed[at] = self.turns[at] == TURNS;
        self.changes += 1;
        self.has_moved |= !figure.is_suppressed();
        true
    }

    /// Changes something near a figure for which nothing better was found: the least worthy figure
    /// beside it that can be changed. The next attack says what that was good for.
    fn shake(&mut self, node: NodeId) -> bool {
        let rows = |at: usize| self.network.places(at).iter();
        let near = rows(node.at()).flat_map(|place| self.network.terms(place.row as usize));
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

/// The other figures that a node may have, with what each says. What is withheld stays withheld.
fn choices(
    rule: &dyn SchemeRule,
    node: &TrueNode,
    count: i64,
    now: Released,
) -> Vec<(Released, Interval)> {
    if !node.shown || node.stands.is_some() {
        return Vec::new();
    }
    let own = rule.release(node);
    if now.is_suppressed() && !own.is_suppressed() {
        return Vec::new();
    }
    let mut choices = Vec::new();
    if now != own {
        let says = rule.bounds(own, node.counted);
        choices.push((own, with_own(node, own, says)));
    }
    let mut others = rule.neighbours(node);
    // A step of rounding hides nobody's amount. Where totals are sums, they would tell what is withheld.
    let is_sum = node.counted == CountOf::Amount && !rule.adds_up();
    if (rule.withholds() || is_sum) && !own.is_suppressed() {
        others.push(Released::SUPPRESSED);
    }
    others.retain(|other| *other != now);
    let read = |figure: Released| {
        let says = rule.moved_bounds(figure, node.counted);
        (figure, with_own(node, figure, says))
    };
    choices.extend(others.into_iter().map(read));
    choices.retain(|(_, read)| read.has(count));
    choices
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
        let count = it.known.table[at] + by;
        if it.read[at].has(count) {
            return Some(0.0);
        }
        if self.is_free || it.is_fixed[at] {
            return None;
        }
        let choices = it.choices(at);
        let fits = choices.iter().any(|(_, read)| read.has(count));
        fits.then(|| PRICE + WORTH * f64::from(it.rank[at]))
    }
}
