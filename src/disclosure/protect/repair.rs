//! The fewest figures that must change so that another table becomes possible, as an integer program.

use crate::disclosure::attacker::{Exchanged, Neighbourhood};
use crate::disclosure::system::{Interval, Network};
use microlp::{ComparisonOp, OptimizationDirection, Problem, SolveOptions, SolveOutcome, Variable};
use std::panic::{AssertUnwindSafe, catch_unwind};

/// How far a true count may go in the other table.
const REACH: i64 = 10_000;

/// What one figure may stand for in the other table.
#[derive(Debug, Clone, Copy)]
pub(super) struct Leeway {
    /// As it is published.
    pub read: Interval,
    /// If it is published as another figure.
    pub wide: Interval,
    /// The price of that for each person beyond what it says now.
    pub price: f64,
}

/// The changes of true counts that include the given one, keep all equations near it, and cost least;
/// none where the solver finds none in so many branches.
pub(super) fn cheapest(
    network: &Network,
    near: &Neighbourhood,
    (node, by): (u32, i64),
    leeway: impl Fn(u32) -> Leeway,
    branches: u64,
) -> Option<Exchanged> {
    let find = || {
        let (problem, changes) = program(network, near, (node, by), &leeway);
        let mut options = SolveOptions::default();
        options.node_limit = Some(branches);
        let Ok(SolveOutcome::Solution(solution)) = problem.solve_with(options) else {
            return None;
        };
        let value = |at: usize| solution.var_value(changes[at]).round() as i64;
        let found = near
            .nodes
            .iter()
            .enumerate()
            .map(|(at, node)| (*node, value(at)));
        let found: Exchanged = found.filter(|(_, by)| *by != 0).collect();
        keeps_all(network, near, &found).then_some(found)
    };
    // A solver that fails has found nothing, however it fails.
    catch_unwind(AssertUnwindSafe(find)).ok().flatten()
}

fn program(
    network: &Network,
    near: &Neighbourhood,
    (node, by): (u32, i64),
    leeway: &impl Fn(u32) -> Leeway,
) -> (Problem, Vec<Variable>) {
    let mut problem = Problem::new(OptimizationDirection::Minimize);
    let clamp = |bound: i64| bound.clamp(-REACH, REACH);
    let mut changes = Vec::with_capacity(near.nodes.len());
    for other in &near.nodes {
        let Leeway { read, wide, price } = leeway(*other);
        let (low, high) = match *other == node {
            true => (by, by),
            false => (clamp(wide.low), clamp(wide.high)),
        };
        let change = problem.add_integer_var(0.0, (low as i32, high as i32));
        changes.push(change);
        let beyond = (read.low > low, read.high < high);
        if beyond != (false, false) {
            let paid = problem.add_var(price, (0.0, f64::INFINITY));
            let (low, high) = (clamp(read.low) as f64, clamp(read.high) as f64);
            problem.add_constraint([(change, 1.0), (paid, 1.0)], ComparisonOp::Ge, low);
            problem.add_constraint([(change, 1.0), (paid, -1.0)], ComparisonOp::Le, high);
        }
    }
    for row in &near.rows {
        let terms = network.terms(*row as usize).iter();
        let inside = terms.filter_map(|term| {
            let at = near.nodes.binary_search(&term.node).ok()?;
            Some((changes[at], term.factor as f64))
        });
        let inside: Vec<(Variable, f64)> = inside.collect();
        problem.add_constraint(inside.as_slice(), ComparisonOp::Eq, 0.0);
    }
    (problem, changes)
}

fn keeps_all(network: &Network, near: &Neighbourhood, changes: &[(u32, i64)]) -> bool {
    let change = |node: u32| {
        let at = changes.binary_search_by_key(&node, |(node, _)| *node);
        at.map_or(0, |at| changes[at].1)
    };
    near.rows.iter().all(|row| {
        let terms = network.terms(*row as usize).iter();
        terms
            .map(|term| term.factor * change(term.node))
            .sum::<i64>()
            == 0
    })
}
