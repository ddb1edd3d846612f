//! Bounds from one equation after the other, until nothing changes.
//!
//! What is left of an equation when all its other figures are as small or as large as they can be
//! bounds each of its figures. An equation is looked at again only when one of its figures has
//! become narrower, as constraint solvers do it ("bounds consistency").

use crate::disclosure::system::{Interval, Network, NodeId, Term};
use std::collections::VecDeque;

/// How often one equation is looked at again. Figures that narrow each other by one person at a time
/// stop here; the exact search takes over.
const AGAIN: u16 = 64;

/// Bounds of all figures.
#[derive(Debug)]
pub(crate) struct Propagation {
    /// The bounds.
    pub bounds: Vec<Interval>,
    /// The first figure for which nothing was left.
    pub contradiction: Option<NodeId>,
    /// Figures looked at.
    pub work: u64,
}

/// Narrows what a reader reads, over all equations, to a fixed point. A contradiction tells nothing:
/// the figure keeps its bounds.
pub(crate) fn propagate(network: &Network, read: Vec<Interval>) -> Propagation {
    let mut state = Propagation {
        contradiction: read.iter().position(|one| one.is_empty()).map(id),
        bounds: read,
        work: 0,
    };
    let mut queue: VecDeque<u32> = (0..network.len() as u32).collect();
    let mut is_queued = vec![true; network.len()];
    let mut seen = vec![0_u16; network.len()];
    while let Some(row) = queue.pop_front() {
        let row = row as usize;
        is_queued[row] = false;
        seen[row] += 1;
        state.narrow_row(network, row, |node| {
            for place in network.places(node) {
                let at = place.row as usize;
                if !is_queued[at] && seen[at] < AGAIN {
                    is_queued[at] = true;
                    queue.push_back(place.row);
                }
            }
        });
    }
    state
}

fn id(at: usize) -> NodeId {
    NodeId(at as u32)
}

/// A sum of bounds, and how many of them have no limit.
#[derive(Clone, Copy, Default)]
struct BoundSum {
    sum: i128,
    open: u32,
}

impl BoundSum {
    fn add(&mut self, bound: i64, factor: i64) {
        if bound >= Interval::NO_LIMIT {
            self.open += 1;
        } else {
            self.sum += i128::from(bound) * i128::from(factor);
        }
    }

    /// The sum without one of its own, if it has a limit then.
    fn without(self, bound: i64, factor: i64) -> Option<i128> {
        let is_open = bound >= Interval::NO_LIMIT;
        let own = if is_open {
            0
        } else {
            i128::from(bound) * i128::from(factor)
        };
        (self.open == u32::from(is_open)).then_some(self.sum - own)
    }
}

/// The bounds of a term that make its product smallest and largest.
fn ends(term: Term, bounds: Interval) -> (i64, i64) {
    match term.factor {
        0.. => (bounds.low, bounds.high),
        _ => (bounds.high, bounds.low),
    }
}

impl Propagation {
    fn narrow_row(&mut self, network: &Network, row: usize, mut changed: impl FnMut(usize)) {
        let terms = network.terms(row);
        self.work += terms.len() as u64;
        let (mut least, mut most) = (BoundSum::default(), BoundSum::default());
        for term in terms {
            let (small, large) = ends(*term, self.bounds[term.node as usize]);
            least.add(small, term.factor);
            most.add(large, term.factor);
        }
        let constant = i128::from(network.constant(row));
        if terms.is_empty() && constant != 0 {
            self.contradiction.get_or_insert(network.total(row));
        }
        for term in terms {
            let node = term.node as usize;
            let (small, large) = ends(*term, self.bounds[node]);
            // The product of this term is what the others leave.
            let floor = most
                .without(large, term.factor)
                .map(|rest| -rest - constant);
            let ceiling = least
                .without(small, term.factor)
                .map(|rest| -rest - constant);
            if self.narrow(node, term.factor, floor, ceiling) {
                changed(node);
            }
        }
    }

    fn narrow(
        &mut self,
        node: usize,
        factor: i64,
        floor: Option<i128>,
        ceiling: Option<i128>,
    ) -> bool {
        let (floor, ceiling) = if factor > 0 {
            (floor, ceiling)
        } else {
            (ceiling, floor)
        };
        let factor = i128::from(factor);
        let limit = i128::from(Interval::NO_LIMIT);
        let clamp = |bound: i128| bound.clamp(-limit, limit) as i64;
        let old = self.bounds[node];
        let low = floor.map_or(old.low, |sum| clamp(up(sum, factor)).max(old.low));
        let high = ceiling.map_or(old.high, |sum| clamp(down(sum, factor)).min(old.high));
        if low > high {
            self.contradiction.get_or_insert(id(node));
            return false;
        }
        self.bounds[node] = Interval::new(low, high);
        self.bounds[node] != old
    }
}

fn down(sum: i128, factor: i128) -> i128 {
    let (sum, factor) = if factor < 0 {
        (-sum, -factor)
    } else {
        (sum, factor)
    };
    sum.div_euclid(factor)
}

fn up(sum: i128, factor: i128) -> i128 {
    -down(-sum, factor)
}
