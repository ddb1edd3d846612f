//! The smallest and the largest count of a figure that any possible table has, by integer
//! programming over a neighbourhood.
//!
//! All other figures stay at one possible table, so what is found in a neighbourhood is possible in
//! the whole; that nothing more is possible is proved only by one that no equation leads out of. Counts
//! are computed as differences from that table, which keeps the numbers of the solver small. An
//! answer of the solver is rounded and counts only if it then meets every equation.

use super::neighbourhood::Neighbourhood;
use crate::disclosure::system::{Interval, Network};
use microlp::{ComparisonOp, OptimizationDirection, Problem, SolveOptions, SolveOutcome};
use std::panic::{AssertUnwindSafe, catch_unwind};

/// The name of the solver, for the certificate.
pub(crate) const SOLVER: &str = "microlp";

/// Nothing is looked for further from the possible table than this many times what is needed.
const REACH: i64 = 1_000_000;

/// One end of a figure's bounds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum FarEnd {
    /// A possible table has this difference, and none has more.
    Proved(i64),
    /// A possible table has this difference; others may have more.
    Reached(i64),
    /// No table is possible.
    Impossible,
    /// Nothing was found within the effort.
    Unknown,
}

/// The bounds of figures of one network around one table.
pub(super) struct ExactBounds<'a> {
    /// The equations.
    pub network: &'a Network,
    /// What each figure can be.
    pub bounds: &'a [Interval],
    /// One table, from which differences are counted; possible, unless the neighbourhood is whole.
    pub table: &'a [i64],
    /// Branches of one integer program.
    pub branches: u64,
}

impl ExactBounds<'_> {
    /// The least or the greatest difference of a figure.
    pub(super) fn end(&self, near: &Neighbourhood, node: u32, to: OptimizationDirection) -> FarEnd {
        // A solver that fails proves nothing, however it fails.
        catch_unwind(AssertUnwindSafe(|| self.solve(near, node, to))).unwrap_or(FarEnd::Unknown)
    }

    fn solve(&self, near: &Neighbourhood, node: u32, to: OptimizationDirection) -> FarEnd {
        let mut problem = Problem::new(to);
        let mut variables = Vec::with_capacity(near.nodes.len());
        for near in &near.nodes {
            let (bounds, now) = (self.bounds[*near as usize], self.table[*near as usize]);
            let clamp = |bound: i64| (bound - now).clamp(-REACH, REACH) as i32;
            let worth = f64::from(u8::from(*near == node));
            let ends = (clamp(bounds.low), clamp(bounds.high));
            variables.push(problem.add_integer_var(worth, ends));
        }
        for row in &near.rows {
            let row = *row as usize;
            let place = |node: &u32| near.nodes.binary_search(node).ok();
            let terms = self.network.terms(row).iter();
            let inside =
                terms.filter_map(|term| Some((variables[place(&term.node)?], term.factor as f64)));
            let inside: Vec<_> = inside.collect();
            problem.add_constraint(inside.as_slice(), ComparisonOp::Eq, -self.value(row) as f64);
        }
        let mut options = SolveOptions::default();
        options.node_limit = Some(self.branches);
        match problem.solve_with(options) {
            Ok(SolveOutcome::Solution(solution)) => {
                let value = |at: usize| solution.var_value(variables[at]).round() as i64;
                let is_optimal = solution.status() == microlp::SolutionStatus::Optimal;
                self.check(near, node, is_optimal, value)
            }
            Err(microlp::Error::Infeasible) => FarEnd::Impossible,
            _ => FarEnd::Unknown,
        }
    }

    /// What an equation lacks at the table.
    fn value(&self, row: usize) -> i64 {
        let terms = self.network.terms(row).iter();
        let sum: i64 = terms
            .map(|term| term.factor * self.table[term.node as usize])
            .sum();
        sum + self.network.constant(row)
    }

    fn check(
        &self,
        near: &Neighbourhood,
        node: u32,
        is_optimal: bool,
        value: impl Fn(usize) -> i64,
    ) -> FarEnd {
        let change = |node: u32| near.nodes.binary_search(&node).map_or(0, &value);
        let adds_up = |row: &u32| {
            let terms = self.network.terms(*row as usize).iter();
            let sum: i64 = terms.map(|term| term.factor * change(term.node)).sum();
            sum + self.value(*row as usize) == 0
        };
        let fits = |node: &u32| {
            let at = *node as usize;
            self.bounds[at].has(self.table[at] + change(*node))
        };
        let holds = near.rows.iter().all(adds_up) && near.nodes.iter().all(fits);
        match (holds, is_optimal && near.is_whole) {
            (false, _) => FarEnd::Unknown,
            (true, true) => FarEnd::Proved(change(node)),
            (true, false) => FarEnd::Reached(change(node)),
        }
    }
}
