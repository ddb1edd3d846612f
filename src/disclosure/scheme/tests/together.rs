//! Each scheme over whole releases: what is protected stays so, and what is shown is of the scheme.

use super::*;
use crate::disclosure::attacker::Effort;
use crate::disclosure::protect::{Protected, protect};
use crate::disclosure::system::{Equation, NodeId, TrueFigures};
use proptest::prelude::*;

fn add(figures: &mut TrueFigures, node: TrueNode) -> NodeId {
    let id = NodeId(figures.nodes.len() as u32);
    let key = node.key ^ u64::from(id.0) << 32;
    let worth = node.count.get() as f64;
    figures.nodes.push(TrueNode { key, worth, ..node });
    id
}

fn sum(figures: &mut TrueFigures, parts: &[NodeId]) -> NodeId {
    let count = |part: &NodeId| figures.nodes[part.at()].count.get();
    let total = people(parts.iter().map(count).sum());
    let total = add(figures, total);
    let parts = parts.to_vec();
    figures.equations.push(Equation { total, parts });
    total
}

/// The figure of the total of some counts.
pub(super) fn total(name: &str, counts: &[u64]) -> String {
    let mut figures = TrueFigures::default();
    let cells = counts.iter().map(|n| add(&mut figures, people(*n)));
    let cells: Vec<NodeId> = cells.collect();
    let total = sum(&mut figures, &cells);
    protected(&named(name), &figures).unwrap().released[total.at()].to_string()
}

/// The cells of `wide` columns, their totals in both directions, and those of groups of three rows.
fn linked(counts: &[u64], wide: usize) -> TrueFigures {
    let mut figures = TrueFigures::default();
    let cells: Vec<NodeId> = counts
        .iter()
        .map(|n| add(&mut figures, people(*n)))
        .collect();
    let rows: Vec<NodeId> = cells
        .chunks(wide)
        .map(|row| sum(&mut figures, row))
        .collect();
    let column =
        |c: usize| -> Vec<NodeId> { cells.iter().skip(c).step_by(wide).copied().collect() };
    let columns: Vec<NodeId> = (0..wide).map(|c| sum(&mut figures, &column(c))).collect();
    let groups: Vec<NodeId> = rows.chunks(3).map(|rows| sum(&mut figures, rows)).collect();
    let total = match groups[..] {
        [one] => one,
        _ => sum(&mut figures, &groups),
    };
    figures.equations.push(Equation {
        total,
        parts: columns,
    });
    figures
}

/// What a reader takes a figure for who knows whether it was moved.
fn read(scheme: &Scheme, node: &TrueNode, figure: Released) -> Interval {
    match figure == scheme.release(node) {
        true => scheme.bounds(figure, node.counted),
        false => scheme.moved_bounds(figure, node.counted),
    }
}

fn protected(scheme: &Scheme, figures: &TrueFigures) -> Option<Protected> {
    protect(scheme, figures, &Effort::default()).ok()
}

/// Every count up to `most` that each cell of a table of two by two can have, from its nine figures.
fn possible(
    scheme: &Scheme,
    figures: &TrueFigures,
    released: &[Released],
    most: i64,
) -> Vec<Vec<i64>> {
    let is_sum = |at: usize| scheme.adds_up() && at >= 4;
    let read: Vec<Interval> = (0..9)
        .map(|at| match is_sum(at) {
            true => Interval::ANY,
            false => read(scheme, &figures.nodes[at], released[at]),
        })
        .collect();
    let mut possible = vec![Vec::new(); 9];
    let range = |at: usize| read[at].low.max(0)..=read[at].high.min(most);
    for a in range(0) {
        for b in range(1).filter(|b| read[4].has(a + b)) {
            for c in range(2).filter(|c| read[6].has(a + c)) {
                for d in range(3) {
                    let all = [a, b, c, d, a + b, c + d, a + c, b + d, a + b + c + d];
                    if (4..9).all(|at| read[at].has(all[at])) {
                        for (known, count) in possible.iter_mut().zip(all) {
                            if !known.contains(&count) {
                                known.push(count);
                            }
                        }
                    }
                }
            }
        }
    }
    possible
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(30))]

    #[test]
    fn figures_of_linked_tables_are_of_the_scheme(counts in prop::collection::vec(0u64..30, 18)) {
        let figures = linked(&counts, 3);
        for scheme in all() {
            let name = scheme.name();
            let protected = protected(&scheme, &figures);
            prop_assert!(protected.is_some(), "{name} is refused");
            for (node, figure) in figures.nodes.iter().zip(protected.unwrap().released) {
                prop_assert!(figure.count().is_none_or(|shown| scheme.allows(shown)), "{name}");
                let truth = node.count.get() as i64;
                prop_assert!(scheme.adds_up() || read(&scheme, node, figure).has(truth), "{name}");
            }
        }
    }

    #[test]
    fn no_protected_count_is_the_only_one_that_fits(counts in prop::collection::vec(0u64..18, 4)) {
        let figures = linked(&counts, 2);
        prop_assert_eq!(figures.nodes.len(), 9);
        for scheme in all() {
            let name = scheme.name();
            let Some(protected) = protected(&scheme, &figures) else {
                prop_assert!(false, "{name} is refused");
                continue;
            };
            let possible = possible(&scheme, &figures, &protected.released, 26);
            for (node, possible) in figures.nodes.iter().zip(possible) {
                prop_assert!(possible.contains(&(node.count.get() as i64)), "{name}");
                let apart = possible.iter().max().unwrap() - possible.iter().min().unwrap();
                prop_assert!(apart >= scheme.protection(node), "{name}: {:?}", counts);
            }
        }
    }
}
