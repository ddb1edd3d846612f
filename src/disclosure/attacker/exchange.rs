//! Changes of several true counts at once that leave every equation as it is.
//!
//! One person more in a cell, and one more in each of its totals; one more here, one fewer there, and
//! the same again the other way round in another row: whoever sees only sums cannot tell such a
//! table from the true one. The search starts from one changed figure, and balances one equation after
//! the other, the shortest first, by the figure that balances the most others with it. It is the idea
//! of the hypercube method of secondary suppression (Repsilber 1994; Giessing and Repsilber 2002),
//! over any equations.

use crate::disclosure::system::{Network, Place};
use std::collections::BTreeMap;

/// Changes of figures that keep all equations, each by so much.
pub(crate) type Exchanged = Vec<(u32, i64)>;

/// What it costs to change one figure by so much, if it can be: 0 where the published figure stays
/// as it is.
pub(crate) trait Price {
    /// The price of a change; `None` where it is impossible.
    fn of(&self, node: u32, by: i64) -> Option<f64>;
}

/// The ways that are tried to balance one equation, best first.
const WAYS: usize = 4;

/// The most figures of one exchange. Somebody who lives in a small area is in a hundred figures of a release
/// with many tables, and is exchanged in all of them.
const LONGEST: usize = 600;

/// An equation that is opened costs as much as two figures.
const OPEN: f64 = 2.0;

/// How much the order of an attempt weighs.
const ORDER: f64 = 0.5;

/// Figures that one attempt may balance equations by; an attempt in another order is worth more than
/// a long one.
const PICKS: u32 = 48;

/// A larger change than this is not made one by one.
const ONE_BY_ONE: i64 = 16;

/// The search for exchanges, with its memory.
#[derive(Debug, Default)]
pub(crate) struct Exchange {
    changes: Vec<(u32, i64)>,
    before: BTreeMap<u32, i64>,
    /// The equations that are open, the shortest last. They are few, so that a sorted list is faster than a
    /// tree.
    open: Vec<(usize, u32)>,
    /// By how much each equation is open: 0 where it is not.
    sums: Vec<i64>,
    steps: u64,
    picks: u32,
    attempt: u32,
}

impl Exchange {
    /// Changes that include the given one and keep all equations, if one of so many attempts finds
    /// any: all at once, or else one person after the other, each among other figures.
    pub(crate) fn find(
        &mut self,
        network: &Network,
        price: &impl Price,
        (node, by): (u32, i64),
        attempts: u32,
    ) -> Option<Exchanged> {
        self.before.clear();
        if self.find_at_once(network, price, (node, by), attempts) {
            return Some(self.changes.clone());
        }
        if by.abs() == 1 || by.abs() > ONE_BY_ONE {
            return None;
        }
        for _ in 0..by.abs() {
            if !self.find_at_once(network, price, (node, by.signum()), attempts) {
                return None;
            }
            for (node, by) in &self.changes {
                *self.before.entry(*node).or_default() += by;
            }
        }
        let changes = self.before.iter().map(|(node, by)| (*node, *by));
        Some(changes.filter(|(_, by)| *by != 0).collect())
    }

    /// What a change costs after those that were found before; what was changed then is paid for.
    fn price(&self, price: &impl Price, node: u32, by: i64) -> Option<f64> {
        match self.before.get(&node) {
            None => price.of(node, by),
            Some(before) => price.of(node, before + by).map(|_| 0.0),
        }
    }

    fn find_at_once(
        &mut self,
        network: &Network,
        price: &impl Price,
        first: (u32, i64),
        attempts: u32,
    ) -> bool {
        if self.price(price, first.0, first.1).is_none() {
            return false;
        }
        for attempt in 0..attempts {
            self.changes.clear();
            for (_, row) in self.open.drain(..) {
                if let Some(sum) = self.sums.get_mut(row as usize) {
                    *sum = 0;
                }
            }
            self.attempt = attempt;
            self.picks = PICKS << (attempt / 2).min(4);
            self.make(network, first);
            if self.balance(network, price) {
                return true;
            }
        }
        false
    }

    /// The steps taken so far.
    pub(crate) fn steps(&self) -> u64 {
        self.steps
    }

    fn balance(&mut self, network: &Network, price: &impl Price) -> bool {
        let Some((_, row)) = self.open.last().copied() else {
            return true;
        };
        let sum = self.sum(row);
        if self.changes.len() >= LONGEST || self.picks == 0 {
            return false;
        }
        self.picks -= 1;
        for (_, change) in self.ways(network, price, row, sum).into_iter().flatten() {
            self.make(network, change);
            if self.balance(network, price) {
                return true;
            }
            self.undo(network);
            if self.picks == 0 {
                return false;
            }
        }
        false
    }

    /// A small number from an attempt and a figure, so that each attempt has an order of its own.
    fn order(&self, node: u32) -> f64 {
        let mixed = (node ^ self.attempt.wrapping_mul(0x9E37_79B9)).wrapping_mul(0x85EB_CA6B);
        f64::from(mixed >> 16) / f64::from(1 << 16)
    }

    /// The best changes of one figure that balance an equation.
    fn ways(
        &mut self,
        network: &Network,
        price: &impl Price,
        row: u32,
        sum: i64,
    ) -> [Option<(f64, (u32, i64))>; WAYS] {
        let mut best = [None; WAYS];
        for term in network.terms(row as usize) {
            self.steps += 1;
            if sum % term.factor != 0 {
                continue;
            }
            let change = (term.node, -sum / term.factor);
            let Some(price) = self.price(price, change.0, change.1) else {
                continue;
            };
            if self.changes.iter().any(|(node, _)| *node == term.node) {
                continue;
            }
            let order = ORDER * self.order(term.node);
            let score = price + OPEN * self.opened(network, change) as f64 + order;
            insert(&mut best, (score, change));
        }
        best
    }

    /// How many more equations would be open after a change.
    fn opened(&self, network: &Network, (node, by): (u32, i64)) -> i64 {
        let mut opened = 0;
        for Place { row, factor } in network.places(node as usize) {
            match self.sum(*row) {
                0 => opened += 1,
                sum if sum + by * factor == 0 => opened -= 1,
                _ => {}
            }
        }
        opened
    }

    fn make(&mut self, network: &Network, change: (u32, i64)) {
        self.changes.push(change);
        self.add(network, change);
    }

    fn undo(&mut self, network: &Network) {
        if let Some((node, by)) = self.changes.pop() {
            self.add(network, (node, -by));
        }
    }

    fn add(&mut self, network: &Network, (node, by): (u32, i64)) {
        for Place { row, factor } in network.places(node as usize) {
            let at = *row as usize;
            if self.sums.len() <= at {
                self.sums.resize(at + 1, 0);
            }
            let Some(sum) = self.sums.get_mut(at) else {
                continue;
            };
            let was_open = *sum != 0;
            *sum += by * factor;
            let is_open = *sum != 0;
            let equation = (network.terms(at).len(), *row);
            if was_open == is_open {
                continue;
            }
            let place = self.open.partition_point(|other| *other > equation);
            match is_open {
                true => self.open.insert(place, equation),
                false => drop(self.open.remove(place)),
            }
        }
    }

    /// By how much an equation is open.
    fn sum(&self, row: u32) -> i64 {
        self.sums.get(row as usize).copied().unwrap_or(0)
    }
}

/// Keeps the best, in order; the first of equals comes first.
fn insert<T: Copy>(best: &mut [Option<(f64, T)>; WAYS], new: (f64, T)) {
    let place = best
        .iter()
        .position(|held| held.as_ref().is_none_or(|(score, _)| new.0 < *score));
    if let Some(place) = place {
        best[place..].rotate_right(1);
        best[place] = Some(new);
    }
}
