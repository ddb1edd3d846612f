//! Sums of amounts under the schemes: no withheld one is known nearly, and none says how many there are.

use super::*;
use crate::disclosure::Scheme;
use crate::disclosure::system::{Contributions, Contributors, Network};

/// The sum of these amounts, which a table shows.
fn sum(amounts: &[u64]) -> TrueNode {
    let mut sorted = amounts.to_vec();
    sorted.sort_unstable_by(|a, b| b.cmp(a));
    let at = |at: usize| TrueCount::new(sorted.get(at).copied().unwrap_or(0));
    TrueNode {
        people: TrueCount::new(amounts.len() as u64),
        counted: CountOf::Amount,
        contributors: Some(Contributors {
            people: Contributions {
                many: TrueCount::new(amounts.len() as u64),
                largest: [at(0), at(1)],
                smallest: TrueCount::new(sorted.last().copied().unwrap_or(0)),
            },
            providers: None,
            unit: 1,
        }),
        ..node(amounts.iter().sum())
    }
}

fn cells() -> [Vec<u64>; 4] {
    let many =
        |first: u64, of: usize| -> Vec<u64> { (0..of as u64).map(|n| first + n % 9).collect() };
    // The third is of one person who had 200 days, and of two more.
    [many(3, 60), many(2, 45), vec![200, 3, 2], many(1, 80)]
}

fn table(cells: &[Vec<u64>]) -> TrueFigures {
    let mut nodes: Vec<TrueNode> = cells.iter().map(|cell| sum(cell)).collect();
    nodes.push(sum(&cells.concat()));
    let total = NodeId(cells.len() as u32);
    TrueFigures {
        equations: vec![Equation {
            total,
            parts: (0..total.0).map(NodeId).collect(),
        }],
        nodes,
    }
}

#[test]
fn a_withheld_sum_does_not_follow_from_its_total() {
    let figures = table(&cells());
    for scheme in [
        Scheme::Hes2018,
        Scheme::Hes2018Api,
        Scheme::Legacy1To5,
        Scheme::Threshold10,
    ] {
        let name = scheme.name();
        let released = protect(&scheme, &figures, &Effort::default())
            .unwrap()
            .released;
        assert!(released[2].is_suppressed(), "{name}");
        // The total says what the third is, to 10 % of 200 days, unless another cell is withheld with it.
        let withheld = released
            .iter()
            .filter(|figure| figure.is_suppressed())
            .count();
        assert!(withheld >= 2, "{name}: {released:?}");
        let system = System::read(&scheme, &figures, &released);
        let network = Network::of_unknown(&system.read, &system.equations).unwrap();
        let bounds = crate::disclosure::attacker::propagate(&network, system.read).bounds[2];
        assert!(bounds.width() >= 20, "{name}: {bounds:?}");
        // Who has the 200 days knows that the sum is no less.
        assert!(bounds.low >= 200, "{name}: {bounds:?}");
    }
}

#[test]
fn totals_that_are_sums_of_what_is_shown_say_nothing_of_what_is_not() {
    let figures = table(&cells());
    for scheme in [Scheme::OpenSafely, Scheme::Midpoint6] {
        let released = protect(&scheme, &figures, &Effort::default())
            .unwrap()
            .released;
        let shown = |at: usize| released[at].count().unwrap();
        assert!(released[2].is_suppressed());
        assert_eq!(shown(4), shown(0) + shown(1) + shown(3));
    }
}

#[test]
fn without_the_rule_of_sums_somebody_s_days_are_known() {
    // As rows of three people, the third is withheld under exact counts with another of its row; as rounded
    // rows it is known to 18 days, and one person had nearly all of them.
    let mut as_rows = table(&cells());
    for node in &mut as_rows.nodes {
        node.counted = CountOf::Rows;
        node.contributors = None;
    }
    let scheme = Scheme::Hes2018;
    let released = protect(&scheme, &as_rows, &Effort::default())
        .unwrap()
        .released;
    let system = System::read(&scheme, &as_rows, &released);
    let network = Network::of_unknown(&system.read, &system.equations).unwrap();
    let bounds = crate::disclosure::attacker::propagate(&network, system.read).bounds[2];
    assert!(bounds.width() < 20, "{bounds:?}");
}
