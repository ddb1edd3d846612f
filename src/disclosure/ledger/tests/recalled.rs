//! What earlier releases add to tonight's figures.

use super::*;
use crate::disclosure::system::{Equation, NodeId, TrueFigures, TrueNode};

fn node(members: &Members) -> TrueNode {
    TrueNode {
        count: members.people(),
        people: members.people(),
        counted: CountOf::People,
        contributors: None,
        key: 0,
        shown: true,
        stands: None,
        worth: 1.0,
    }
}

fn sum(total: u32, parts: &[u32]) -> Equation {
    Equation {
        total: NodeId(total),
        parts: parts.iter().copied().map(NodeId).collect(),
    }
}

/// All, and the two places that they live in.
fn names() -> [CellName; 3] {
    let all = cell("people of core.person", "");
    let of = |place: &str| cell("people of core.person by place", place);
    [all, of("place = A"), of("place = B")]
}

fn night(sets: &[Members; 3]) -> TrueFigures {
    TrueFigures {
        nodes: sets.iter().map(node).collect(),
        equations: vec![sum(0, &[1, 2])],
    }
}

fn ask(
    ledger: &Ledger,
    names: &[CellName; 3],
    sets: &[Members; 3],
) -> (TrueFigures, Vec<CellShown>, Vec<LedgerEntry>) {
    let mut figures = night(sets);
    let cells: Vec<CellTonight<'_>> = (0..3)
        .map(|at| CellTonight {
            cell: &names[at as usize],
            node: NodeId(at),
            members: &sets[at as usize],
        })
        .collect();
    let shown = ledger.recall(&mut figures, &cells, 0);
    let released: Vec<Released> = figures
        .nodes
        .iter()
        .map(|node| node.stands.unwrap_or(Released::of(node.count.get())))
        .collect();
    let both: Vec<_> = cells.into_iter().zip(shown.clone()).collect();
    let of = LedgerEntry {
        number: ledger.next_number(),
        ..entry(0, names[0].clone(), None, sets[0])
    };
    let new = ledger.published(&of, &figures, &released, &both);
    (figures, shown, new)
}

/// Whoever subtracts the total of then from that of now has the row that came in between.
#[test]
fn a_total_of_then_is_the_sum_of_the_rows_that_there_were() {
    let of = |place: &str| cell("people of core.person by place", place);
    let all = cell("people of core.person", "");
    let then = vec![
        entry(1, all.clone(), Some(100), people(0..100)),
        entry(1, of("place = A"), Some(60), people(0..60)),
        entry(1, of("place = B"), Some(40), people(60..100)),
    ];
    let ledger = Ledger::of(then, KEY, 8);
    let names = [all, of("place = A"), of("place = B"), of("place = C")];
    let sets = [
        people(0..108),
        people(0..60),
        people(60..100),
        people(100..108),
    ];
    let mut figures = TrueFigures {
        nodes: sets.iter().map(node).collect(),
        equations: vec![sum(0, &[1, 2, 3])],
    };
    let cells: Vec<CellTonight<'_>> = (0..4)
        .map(|at| CellTonight {
            cell: &names[at as usize],
            node: NodeId(at),
            members: &sets[at as usize],
        })
        .collect();
    let shown = ledger.recall(&mut figures, &cells, 0);
    assert!(shown[3].is_new);
    let earlier = figures.equations.iter().find(|one| one.total.at() > 3);
    assert_eq!(earlier.unwrap().parts, [NodeId(1), NodeId(2)]);
}

/// One contact of a child is nearly the eight children who live here, and is not shown as 10 for that.
#[test]
fn a_cell_of_few_people_takes_no_figure_of_a_larger_one() {
    let children = cell("people of core.person by age", "age = 0 to 4");
    let ledger = Ledger::of(vec![entry(1, children, Some(10), people(0..8))], KEY, 8);
    let contacts = cell("rows of core.contact by month", "month = 2026-09-01");
    let shown = |members: Members, few: u64| {
        let mut figures = TrueFigures {
            nodes: vec![node(&members)],
            equations: Vec::new(),
        };
        let cells = [CellTonight {
            cell: &contacts,
            node: NodeId(0),
            members: &members,
        }];
        let shown = ledger.recall(&mut figures, &cells, few)[0];
        (shown.is_new, shown.of_another, shown.date.is_some())
    };
    assert_eq!(shown(people(0..1), 7), (true, false, false));
    assert_eq!(shown(people(0..7), 7), (true, false, false));
    assert_eq!(shown(people(0..9), 7), (false, true, true));
    assert_eq!(shown(people(0..1), 0), (false, true, true));
}

#[test]
fn a_held_figure_is_the_node_of_its_night() {
    let names = names();
    let then = [people(0..100), people(0..60), people(60..100)];
    let (figures, shown, new) = ask(&Ledger::of(Vec::new(), KEY, 8), &names, &then);
    assert_eq!((figures.nodes.len(), figures.equations.len()), (3, 1));
    assert!(shown.iter().all(|cell| cell.is_new && cell.date.is_none()));
    assert_eq!(new.len(), 3);
    let ledger = Ledger::of(new, KEY, 8);
    assert_eq!(ledger.next_number(), 2);

    // Ten come to A, and one to B.
    let with = |from: i64, more: std::ops::Range<i64>, to: i64| people((from..to).chain(more));
    let now = [
        with(0, 200..211, 100),
        with(0, 200..210, 60),
        with(60, 210..211, 100),
    ];
    let (figures, shown, new) = ask(&ledger, &names, &now);
    assert_eq!(shown[0].node, NodeId(0));
    assert_eq!(shown[1].node, NodeId(1));
    let held = shown[2];
    assert_eq!(
        (held.date, held.is_new),
        (Some(ledger.entries()[0].date), false)
    );
    let stands = &figures.nodes[held.node.at()];
    assert_eq!(stands.stands, Some(Released::of(40)));
    assert!(stands.shown && !figures.nodes[2].shown);
    // Tonight's B is that of then and one person.
    let one = figures
        .equations
        .iter()
        .find(|e| e.total == NodeId(2))
        .unwrap();
    let counts: Vec<u64> = one
        .parts
        .iter()
        .map(|p| figures.nodes[p.at()].count.get())
        .collect();
    assert_eq!(counts.iter().sum::<u64>(), 41);
    assert!(counts.contains(&1) && one.parts.contains(&held.node));
    // The sum of the earlier night is known as well.
    let earlier = figures
        .equations
        .iter()
        .filter(|e| e.parts.contains(&held.node));
    assert_eq!(earlier.count(), 2);
    let written: Vec<&CellName> = new.iter().map(|entry| &entry.cell).collect();
    assert_eq!(written, [&names[0], &names[1]]);
}

#[test]
fn every_equation_holds_of_the_truth() {
    let names = names();
    let mut ledger = Ledger::of(Vec::new(), KEY, 8);
    let mut next = 300;
    let (mut a, mut b): (Vec<i64>, Vec<i64>) = ((0..60).collect(), (60..100).collect());
    for night in 0..30usize {
        for _ in 0..night % 5 {
            a.push(next);
            b.push(next + 1);
            next += 2;
        }
        a.remove(night % a.len());
        if night % 3 == 0 {
            let moves = b.remove(0);
            a.push(moves);
        }
        let all = people(a.iter().chain(&b).copied());
        let sets = [all, people(a.iter().copied()), people(b.iter().copied())];
        let (figures, _, new) = ask(&ledger, &names, &sets);
        for equation in &figures.equations {
            let count = |node: &NodeId| figures.nodes[node.at()].count.get();
            let parts: u64 = equation.parts.iter().map(count).sum();
            assert_eq!(count(&equation.total), parts, "night {night}: {equation:?}");
        }
        assert!(figures.equations.len() < 100);
        new.into_iter().for_each(|entry| ledger.add(entry));
    }
    assert!(ledger.entries().len() > 10 && ledger.entries().len() < 80);
}

#[test]
fn the_same_people_are_the_same_node_over_nights() {
    let names = names();
    let sets = [people(0..100), people(0..60), people(60..100)];
    let (_, _, new) = ask(&Ledger::of(Vec::new(), KEY, 8), &names, &sets);
    let ledger = Ledger::of(new, KEY, 8);
    let (figures, shown, new) = ask(&ledger, &names, &sets);
    assert_eq!(figures.nodes.len(), 3);
    assert_eq!(figures.equations, vec![sum(0, &[1, 2])]);
    assert!(figures.nodes.iter().all(|node| node.stands.is_some()));
    assert_eq!(
        shown.iter().map(|cell| cell.node.0).collect::<Vec<_>>(),
        [0, 1, 2]
    );
    assert!(new.is_empty());
}
