//! Attackers that share nothing with the one that is tested.

use crate::disclosure::system::{Equation, Interval};
use microlp::{ComparisonOp, OptimizationDirection, Problem, SolveOutcome, Variable};

/// The bounds of every figure over all possible tables, by listing them; `None` without any. Figures
/// must have small bounds.
pub(in crate::disclosure) fn listed(
    read: &[Interval],
    equations: &[Equation],
) -> Option<Vec<Interval>> {
    let mut found: Option<Vec<Interval>> = None;
    let mut table = Vec::new();
    list(read, equations, &mut table, &mut found);
    found
}

fn list(
    read: &[Interval],
    equations: &[Equation],
    table: &mut Vec<i64>,
    found: &mut Option<Vec<Interval>>,
) {
    for equation in equations {
        // What a half-filled table says of an equation must leave it possible.
        let ends = |at: usize| {
            table
                .get(at)
                .map_or((read[at].low, read[at].high), |n| (*n, *n))
        };
        let total = ends(equation.total.at());
        let sums = equation.parts.iter().map(|part| ends(part.at()));
        let sums = sums.fold((0, 0), |sum, one| (sum.0 + one.0, sum.1 + one.1));
        if sums.0 > total.1 || sums.1 < total.0 {
            return;
        }
    }
    if table.len() == read.len() {
        let one = table.iter().map(|n| Interval::new(*n, *n));
        match found {
            None => *found = Some(one.collect()),
            Some(found) => {
                for (bounds, one) in found.iter_mut().zip(one) {
                    *bounds = Interval::new(bounds.low.min(one.low), bounds.high.max(one.high));
                }
            }
        }
        return;
    }
    for count in read[table.len()].low..=read[table.len()].high {
        table.push(count);
        list(read, equations, table, found);
        table.pop();
    }
}

/// The bounds of one figure by two integer programs over everything; `None` where nothing is possible.
pub(in crate::disclosure) fn programmed(
    read: &[Interval],
    equations: &[Equation],
    node: usize,
) -> Option<Interval> {
    let end = |to: OptimizationDirection| -> Option<i64> {
        let mut problem = Problem::new(to);
        let variables: Vec<Variable> = (0..read.len())
            .map(|at| {
                let worth = if at == node { 1.0 } else { 0.0 };
                let high = read[at].high.min(10_000) as i32;
                problem.add_integer_var(worth, (read[at].low as i32, high))
            })
            .collect();
        for equation in equations {
            let mut terms: Vec<(usize, f64)> = vec![(equation.total.at(), -1.0)];
            for part in &equation.parts {
                match terms.iter_mut().find(|(at, _)| *at == part.at()) {
                    Some((_, factor)) => *factor += 1.0,
                    None => terms.push((part.at(), 1.0)),
                }
            }
            let terms: Vec<(Variable, f64)> = terms
                .iter()
                .map(|(at, factor)| (variables[*at], *factor))
                .collect();
            problem.add_constraint(terms.as_slice(), ComparisonOp::Eq, 0.0);
        }
        match problem.solve() {
            Ok(SolveOutcome::Solution(solution)) => {
                Some(solution.var_value(variables[node]).round() as i64)
            }
            _ => None,
        }
    };
    Some(Interval::new(
        end(OptimizationDirection::Minimize)?,
        end(OptimizationDirection::Maximize)?,
    ))
}
