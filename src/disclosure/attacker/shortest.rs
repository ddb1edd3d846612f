//! The shortest exchange around a possible table, as a linear program.
//!
//! Where most figures stand and may not be changed, few exchanges are left, and a search that balances one
//! equation after the other seldom finds them among tens of thousands of figures. A linear program does: it
//! starts where nothing changes but the one figure that has to, so that the dual simplex method needs some
//! steps for each figure of the exchange, however many there are around it. Sums of counts nearly always
//! have whole numbers as their shortest solution. Where it has halves, twice the solution is an exchange.

use super::exchange::Exchanged;
use super::neighbourhood::Neighbourhood;
use crate::disclosure::system::{Interval, Network};
use microlp::{ComparisonOp, OptimizationDirection, Problem, SolveOptions, SolveOutcome, Variable};
use std::panic::{AssertUnwindSafe, catch_unwind};

/// How far a true count may go.
const REACH: i64 = 10_000;

/// How much the costs of two figures differ, so that one solution is the shortest, and not what lies half
/// way between two of them.
const ORDER: f64 = 0.1;

/// In how many orders the figures are taken where the shortest exchange is no whole one; then a program of
/// whole numbers is solved.
const ORDERS: u32 = 3;

/// How far from a whole number a value may be that is one.
const TOLERANCE: f64 = 1e-6;

/// The changes of true counts that include the given one, keep all equations near it, and are fewest in sum;
/// none where none of whole numbers or halves is found, with so many `branches` for those of whole numbers.
/// `leeway` is how far a figure may go from its count.
pub(super) fn shortest(
    network: &Network,
    near: &Neighbourhood,
    (node, by): (u32, i64),
    leeway: impl Fn(u32) -> Interval,
    branches: u64,
) -> Option<Exchanged> {
    let solve = |order: u32, branches: Option<u64>| {
        let find = || solve(network, near, (node, by), &leeway, (order, branches));
        // A solver that fails has found nothing, however it fails.
        catch_unwind(AssertUnwindSafe(find)).ok().flatten()
    };
    for order in 0..ORDERS {
        let values = solve(order, None)?;
        let found = whole(near, &values, 1.0).or_else(|| whole(near, &values, 2.0));
        if let Some(found) = found.filter(|found| fits(found, &leeway)) {
            return Some(found);
        }
    }
    let values = solve(0, Some(branches))?;
    whole(near, &values, 1.0)
}

/// So many times these changes, where they are whole numbers.
fn whole(near: &Neighbourhood, values: &[f64], times: f64) -> Option<Exchanged> {
    let mut found = Exchanged::new();
    for (node, value) in near.nodes.iter().zip(values) {
        let value = value * times;
        if (value - value.round()).abs() > TOLERANCE {
            return None;
        }
        if value.round() != 0.0 {
            found.push((*node, value.round() as i64));
        }
    }
    Some(found)
}

/// Whether each figure may go so far, which twice a solution need not.
fn fits(found: &Exchanged, leeway: &impl Fn(u32) -> Interval) -> bool {
    found.iter().all(|(node, by)| leeway(*node).has(*by))
}

/// By how much each figure near it changes; as whole numbers where `branches` are given.
fn solve(
    network: &Network,
    near: &Neighbourhood,
    (node, by): (u32, i64),
    leeway: &impl Fn(u32) -> Interval,
    (seed, branches): (u32, Option<u64>),
) -> Option<Vec<f64>> {
    let mut problem = Problem::new(OptimizationDirection::Minimize);
    let mut changes: Vec<[Option<Variable>; 2]> = Vec::with_capacity(near.nodes.len());
    for other in &near.nodes {
        if *other == node {
            let fixed = by as f64;
            changes.push([Some(problem.add_var(0.0, (fixed, fixed))), None]);
            continue;
        }
        let leeway = leeway(*other);
        let cost = 1.0 + ORDER * order(*other, seed);
        // More and fewer are variables of their own, since either costs.
        changes.push([leeway.high, -leeway.low].map(|far| {
            let far = far.clamp(0, REACH);
            (far > 0).then(|| match branches {
                None => problem.add_var(cost, (0.0, far as f64)),
                Some(_) => problem.add_integer_var(cost, (0, far as i32)),
            })
        }));
    }
    for row in &near.rows {
        let mut inside = Vec::new();
        for term in network.terms(*row as usize) {
            if let Ok(at) = near.nodes.binary_search(&term.node) {
                let [more, fewer] = changes[at];
                let factor = term.factor as f64;
                inside.extend(more.map(|more| (more, factor)));
                inside.extend(fewer.map(|fewer| (fewer, -factor)));
            }
        }
        problem.add_constraint(inside.as_slice(), ComparisonOp::Eq, 0.0);
    }
    let mut options = SolveOptions::default();
    options.node_limit = branches;
    let Ok(SolveOutcome::Solution(solution)) = problem.solve_with(options) else {
        return None;
    };
    let value = |variable: Option<Variable>| variable.map_or(0.0, |it| solution.var_value(it));
    let values = changes.into_iter();
    Some(
        values
            .map(|[more, fewer]| value(more) - value(fewer))
            .collect(),
    )
}

/// A number from 0 to 1 of each figure in one of the orders, the same on every run.
fn order(node: u32, seed: u32) -> f64 {
    let mixed = (node ^ seed.wrapping_mul(0x85EB_CA6B)).wrapping_mul(0x9E37_79B9);
    f64::from(mixed >> 16) / f64::from(1 << 16)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::disclosure::system::{Equation, NodeId};

    /// Figures 1 to 3, of which the sums of each two are figures 0, 4 and 5.
    fn triangle() -> Network {
        let equations = [(4, vec![1, 2]), (5, vec![2, 3]), (0, vec![1, 3])];
        let equation = |(total, parts): (u32, Vec<u32>)| Equation {
            total: NodeId(total),
            parts: parts.into_iter().map(NodeId).collect(),
        };
        let equations: Vec<Equation> = equations.into_iter().map(equation).collect();
        Network::new(6, &equations, |_| None).unwrap()
    }

    #[test]
    fn twice_a_solution_of_halves_is_an_exchange() {
        let network = triangle();
        let near = Neighbourhood::around(&network, 0, 10);
        // Figures 4 and 5 stand: one more in 0 would be half a person in each of the others.
        let leeway = |most: i64| {
            move |node: u32| match node {
                4 | 5 => Interval::new(0, 0),
                _ => Interval::new(-most, most),
            }
        };
        let found = shortest(&network, &near, (0, 1), leeway(5), 100);
        assert_eq!(found, Some(vec![(0, 2), (1, 1), (2, -1), (3, 1)]));
        // Where nothing can go so far there is none.
        assert_eq!(shortest(&network, &near, (0, 1), leeway(1), 100), None);
        assert_eq!(shortest(&network, &near, (0, 2), leeway(0), 100), None);
    }
}
