//! Changes of several true counts at once that leave every equation as it is.
//!
//! One person more in a cell, and one more in each of its totals; one more here, one fewer there, and
//! the same again the other way round in another row: whoever sees only sums cannot tell such a
//! table from the true one. The search starts from one changed figure, and settles one equation after
//! the other, the shortest first, by the figure that settles the most others with it. It is the idea
//! of the hypercube method of secondary suppression (Repsilber 1994; Giessing and Repsilber 2002),
//! over any equations.

use crate::disclosure::system::Network;

/// What it costs to change one figure by so much, if it can be: 0 where the published figure stays
/// as it is.
pub(crate) trait Price {
    /// The price of a change; `None` where it is impossible.
    fn of(&self, node: u32, by: i64) -> Option<f64>;
}

/// The ways that are tried to settle one equation, best first.
const WAYS: usize = 4;

/// The most figures of one exchange.
const LONGEST: usize = 96;

/// An equation that is opened costs as much as two figures.
const OPEN: f64 = 2.0;

/// The search for exchanges, with its memory.
#[derive(Debug, Default)]
pub(crate) struct Exchange {
    changes: Vec<(u32, i64)>,
    open: Vec<(u32, i64)>,
    steps: u64,
    limit: u64,
}

impl Exchange {
    /// Changes that include the given one and keep all equations, if any are found in so many steps.
    pub(crate) fn find(
        &mut self,
        network: &Network,
        price: &impl Price,
        first: (u32, i64),
        limit: u64,
    ) -> Option<&[(u32, i64)]> {
        self.changes.clear();
        self.open.clear();
        self.limit = self.steps + limit;
        price.of(first.0, first.1)?;
        self.make(network, first);
        self.settle(network, price).then_some(&self.changes[..])
    }

    /// The steps taken so far.
    pub(crate) fn steps(&self) -> u64 {
        self.steps
    }

    fn settle(&mut self, network: &Network, price: &impl Price) -> bool {
        let shortest = |(row, _): &&(u32, i64)| (network.terms(*row as usize).len(), *row);
        let Some((row, sum)) = self.open.iter().min_by_key(shortest).copied() else {
            return true;
        };
        if self.changes.len() >= LONGEST {
            return false;
        }
        for (_, change) in self.ways(network, price, row, sum).into_iter().flatten() {
            self.make(network, change);
            if self.settle(network, price) {
                return true;
            }
            self.undo(network);
            if self.steps >= self.limit {
                return false;
            }
        }
        false
    }

    /// The best changes of one figure that settle an equation.
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
            let Some(price) = price.of(change.0, change.1) else {
                continue;
            };
            if self.changes.iter().any(|(node, _)| *node == term.node) {
                continue;
            }
            let score = price + OPEN * self.opened(network, change) as f64;
            insert(&mut best, (score, change));
        }
        best
    }

    /// How many more equations would be open after a change.
    fn opened(&self, network: &Network, (node, by): (u32, i64)) -> i64 {
        let mut opened = 0;
        for row in network.rows(node as usize) {
            match self.open.iter().find(|(open, _)| open == row) {
                None => opened += 1,
                Some((_, sum)) if sum + by * network.factor(*row as usize, node) == 0 => {
                    opened -= 1
                }
                Some(_) => {}
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
        for row in network.rows(node as usize) {
            let change = by * network.factor(*row as usize, node);
            match self.open.iter().position(|(open, _)| open == row) {
                None => self.open.push((*row, change)),
                Some(at) => {
                    self.open[at].1 += change;
                    if self.open[at].1 == 0 {
                        self.open.swap_remove(at);
                    }
                }
            }
        }
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
