//! Equations in the form in which they are walked.

use super::{Equation, Interval, NodeId};

/// One figure in one equation, with the factor by which it counts there: -1 for the total, 1 for a
/// part, more for a part that is there twice.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Term {
    /// The figure.
    pub node: u32,
    /// Its factor.
    pub factor: i64,
}

/// One equation of a figure, with the figure's factor there.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(crate) struct Place {
    /// The equation.
    pub row: u32,
    /// The factor.
    pub factor: i64,
}

/// Equations and figures as rows and columns of one sparse matrix. Figures that everybody knows are
/// left out, as is what they add to an equation: most cells of a release, and every empty one.
#[derive(Debug, Default)]
pub(crate) struct Network {
    terms: Vec<Term>,
    constants: Vec<i64>,
    totals: Vec<u32>,
    row_ends: Vec<usize>,
    places: Vec<Place>,
    column_ends: Vec<usize>,
}

impl Network {
    /// The network of equations among figures; `known` is the count of those to be left out. A
    /// figure that is not there is returned as the error.
    pub(crate) fn new(
        nodes: usize,
        equations: &[Equation],
        known: impl Fn(usize) -> Option<i64>,
    ) -> Result<Network, NodeId> {
        let mut network = Network::default();
        let mut row: Vec<Term> = Vec::new();
        for equation in equations {
            let total = (equation.total, -1);
            let parts = equation.parts.iter().map(|part| (*part, 1));
            let mut constant = 0_i64;
            row.clear();
            for (node, factor) in std::iter::once(total).chain(parts) {
                if node.at() >= nodes {
                    return Err(node);
                }
                match known(node.at()) {
                    Some(count) => constant = constant.saturating_add(count * factor),
                    None => row.push(Term {
                        node: node.0,
                        factor,
                    }),
                }
            }
            merge(&mut row);
            network.terms.extend(&row);
            network.constants.push(constant);
            network.totals.push(equation.total.0);
            network.row_ends.push(network.terms.len());
        }
        network.turn(nodes);
        Ok(network)
    }

    /// Lists the equations of each figure.
    fn turn(&mut self, nodes: usize) {
        let mut next = vec![0_usize; nodes + 1];
        for term in &self.terms {
            next[term.node as usize + 1] += 1;
        }
        for at in 0..nodes {
            next[at + 1] += next[at];
        }
        self.column_ends = next[1..].to_vec();
        self.places = vec![Place::default(); self.terms.len()];
        for row in 0..self.len() {
            for at in self.range(row) {
                let Term { node, factor } = self.terms[at];
                let place = &mut next[node as usize];
                self.places[*place] = Place {
                    row: row as u32,
                    factor,
                };
                *place += 1;
            }
        }
    }

    fn range(&self, row: usize) -> std::ops::Range<usize> {
        let start = row.checked_sub(1).map_or(0, |before| self.row_ends[before]);
        start..self.row_ends[row]
    }

    /// How many equations there are.
    pub(crate) fn len(&self) -> usize {
        self.row_ends.len()
    }

    /// The figures of an equation.
    pub(crate) fn terms(&self, row: usize) -> &[Term] {
        &self.terms[self.range(row)]
    }

    /// What the known figures add to an equation, all of which is 0.
    pub(crate) fn constant(&self, row: usize) -> i64 {
        self.constants[row]
    }

    /// The total of an equation, by which it is called.
    pub(crate) fn total(&self, row: usize) -> NodeId {
        NodeId(self.totals[row])
    }

    /// The equations of a figure.
    pub(crate) fn places(&self, node: usize) -> &[Place] {
        let start = node
            .checked_sub(1)
            .map_or(0, |before| self.column_ends[before]);
        &self.places[start..self.column_ends[node]]
    }

    /// The first equation that these counts do not meet.
    pub(crate) fn broken(&self, counts: impl Fn(usize) -> i64) -> Option<usize> {
        (0..self.len()).find(|row| {
            let terms = self.terms(*row).iter();
            let sum =
                |term: &Term| i128::from(counts(term.node as usize)) * i128::from(term.factor);
            terms.map(sum).sum::<i128>() + i128::from(self.constant(*row)) != 0
        })
    }

    /// A system's network without the figures that readers know, which are those with one count.
    pub(crate) fn of_unknown(read: &[Interval], equations: &[Equation]) -> Result<Network, NodeId> {
        let known = |at: usize| (read[at].width() == 0).then_some(read[at].low);
        Network::new(read.len(), equations, known)
    }
}

/// Puts what is there twice together, in the order of the figures; a total that is its own part
/// says nothing of itself.
fn merge(row: &mut Vec<Term>) {
    row.sort_unstable_by_key(|term| term.node);
    row.dedup_by(|later, first| {
        let same = later.node == first.node;
        if same {
            first.factor += later.factor;
        }
        same
    });
    row.retain(|term| term.factor != 0);
}
