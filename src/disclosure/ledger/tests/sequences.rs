//! Ten nights of a few linked tables, against somebody who keeps them all.
//!
//! The attacker puts all nights into one system, and solves it exactly. One of two kinds of reader knows
//! beforehand, where one person entered or left a cell in a night, that it can have been nobody else.

use super::nights::NightDice;
use super::*;
use crate::disclosure::attacker::{Effort, attack};
use crate::disclosure::protect::protect;
use crate::disclosure::rule::SchemeRule;
use crate::disclosure::system::{Equation, Interval, NodeId, System, TrueFigures, TrueNode};
use std::collections::{BTreeMap, BTreeSet};

const NIGHTS: u64 = 10;

type PeopleSet = BTreeSet<i64>;

/// The rule of `hes2018`.
struct RoundedToFive;

impl SchemeRule for RoundedToFive {
    fn name(&self) -> &'static str {
        "hes2018"
    }

    fn release(&self, node: &TrueNode) -> Released {
        match node.count.get() {
            0 => Released::of(0),
            1..=7 => Released::SUPPRESSED,
            count => Released::of((count + 2) / 5 * 5),
        }
    }

    fn bounds(&self, released: Released, _: CountOf) -> Interval {
        match released.count() {
            None => Interval::new(1, 7),
            Some(0) => Interval::new(0, 0),
            Some(figure) => {
                let figure = i64::try_from(figure).unwrap();
                Interval::new((figure - 2).max(8), figure + 2)
            }
        }
    }

    fn moved_bounds(&self, released: Released, counted: CountOf) -> Interval {
        let Interval { low, high } = self.bounds(released, counted);
        match released.count() {
            None | Some(0) => Interval::new(low, high),
            Some(_) => Interval::new((low - 2).max(8), high + 2),
        }
    }

    fn neighbours(&self, node: &TrueNode) -> Vec<Released> {
        let count = node.count.get();
        let rounded = (count + 2) / 5 * 5;
        let other = if rounded < count {
            rounded + 5
        } else {
            rounded - 5
        };
        let moves = count > 7 && !count.is_multiple_of(5) && other > 7;
        moves.then_some(Released::of(other)).into_iter().collect()
    }

    fn protection(&self, node: &TrueNode) -> i64 {
        i64::from((1..=7).contains(&node.people.get()))
    }
}

/// Two places and two conditions: everybody by place, and who has a condition by place.
fn cells(people: &BTreeMap<i64, (u64, u64)>) -> BTreeMap<CellName, PeopleSet> {
    let mut cells: BTreeMap<CellName, PeopleSet> = BTreeMap::new();
    for group in ["people", "ill", "well"] {
        for place in ["all", "place = A", "place = B"] {
            cells.insert(cell(group, place), PeopleSet::new());
        }
    }
    for (person, (place, condition)) in people {
        let place = if *place == 0 {
            "place = A"
        } else {
            "place = B"
        };
        let ill = if *condition == 0 { "ill" } else { "well" };
        for group in ["people", ill] {
            for place in ["all", place] {
                cells.get_mut(&cell(group, place)).unwrap().insert(*person);
            }
        }
    }
    cells
}

/// What adds up to what, by names.
fn sums() -> Vec<(CellName, [CellName; 2])> {
    let mut sums = Vec::new();
    for group in ["people", "ill", "well"] {
        let parts = ["place = A", "place = B"].map(|place| cell(group, place));
        sums.push((cell(group, "all"), parts));
    }
    for place in ["all", "place = A", "place = B"] {
        let parts = ["ill", "well"].map(|group| cell(group, place));
        sums.push((cell("people", place), parts));
    }
    sums
}

fn of_people(count: usize) -> TrueNode {
    TrueNode {
        count: TrueCount::new(count as u64),
        people: TrueCount::new(count as u64),
        counted: CountOf::People,
        contributors: None,
        key: 0,
        shown: false,
        stands: None,
        worth: 1.0,
    }
}

/// Sets of people as nodes of one system.
#[derive(Default)]
struct AllNights {
    figures: TrueFigures,
    nodes: BTreeMap<PeopleSet, NodeId>,
    /// What is known beforehand of those few who entered or left.
    informed: BTreeMap<NodeId, Interval>,
    /// Whether somebody knows whom it could have been.
    knows: bool,
}

impl AllNights {
    fn node(&mut self, people: &PeopleSet) -> NodeId {
        let next = NodeId(u32::try_from(self.figures.nodes.len()).unwrap());
        match self.nodes.get(people) {
            Some(known) => *known,
            None => {
                self.figures.nodes.push(of_people(people.len()));
                self.nodes.insert(people.clone(), next);
                next
            }
        }
    }

    fn add(&mut self, total: NodeId, parts: Vec<NodeId>) {
        self.figures.equations.push(Equation { total, parts });
    }

    /// Relates a cell's people of two nights.
    fn between(&mut self, before: &PeopleSet, now: &PeopleSet) {
        let entered: PeopleSet = now.difference(before).copied().collect();
        let left: PeopleSet = before.difference(now).copied().collect();
        let changed = entered.len() + left.len();
        if changed == 0 || changed >= CAPACITY {
            return;
        }
        let either = self.node(&before.union(now).copied().collect());
        for (set, others) in [(before, &entered), (now, &left)] {
            let mut parts = vec![self.node(set)];
            if !others.is_empty() {
                let few = NodeId(u32::try_from(self.figures.nodes.len()).unwrap());
                self.figures.nodes.push(of_people(others.len()));
                let known = if changed == 1 && self.knows {
                    Interval::new(0, 1)
                } else {
                    Interval::ANY
                };
                self.informed.insert(few, known);
                parts.push(few);
            }
            if parts != [either] {
                self.add(either, parts);
            }
        }
    }

    /// How many protected figures and single events somebody works out.
    fn recovered(&self, released: &BTreeMap<NodeId, Released>) -> usize {
        let figure = |at: usize| released.get(&NodeId(at as u32));
        let figures: Vec<Released> = (0..self.figures.nodes.len())
            .map(|at| figure(at).copied().unwrap_or(Released::SUPPRESSED))
            .collect();
        let mut system = System::read(&RoundedToFive, &self.figures, &figures);
        for (node, known) in &self.informed {
            system.read[node.at()] = *known;
            system.protected[node.at()] = 1;
        }
        // Of people whom no table shows, nothing is told but what these say.
        for at in 0..system.protected.len() {
            let node = NodeId(at as u32);
            if !released.contains_key(&node) && !self.informed.contains_key(&node) {
                system.protected[at] = 0;
            }
        }
        let found = attack(&system, None, &Effort::default());
        assert!(
            found.contradiction.is_none(),
            "the system contradicts itself"
        );
        found.exposed.len()
    }
}

#[derive(Debug, Default, PartialEq, Eq)]
struct SequenceOutcome {
    recovered: usize,
    refused: usize,
    shown: usize,
}

/// Ten nights, each released as a whole.
fn sequence(seed: u64, knows: bool, with_ledger: bool, hold_below: usize) -> SequenceOutcome {
    let mut dice = NightDice(seed);
    let mut people: BTreeMap<i64, (u64, u64)> = BTreeMap::new();
    let size = 20 + dice.below(60);
    for person in 0..i64::try_from(size).unwrap() {
        people.insert(person, (dice.below(2), dice.below(4)));
    }
    let mut next = i64::try_from(size).unwrap();
    let mut ledger = Ledger::of(Vec::new(), KEY, hold_below);
    let (mut all, mut out) = (AllNights::default(), BTreeMap::new());
    all.knows = knows;
    let mut outcome = SequenceOutcome::default();
    let mut before: Option<BTreeMap<CellName, PeopleSet>> = None;
    for _ in 0..NIGHTS {
        let tonight = cells(&people);
        let sets: Vec<(&CellName, &PeopleSet, Members)> = tonight
            .iter()
            .map(|(name, set)| (name, set, super::people(set.iter().copied())))
            .collect();
        let (mut figures, mut known) = (TrueFigures::default(), BTreeMap::new());
        let mut nodes = Vec::new();
        for (_, set, _) in &sets {
            let next = NodeId(u32::try_from(figures.nodes.len()).unwrap());
            let node = *known.entry(*set).or_insert(next);
            if node == next {
                let mut node = of_people(set.len());
                node.shown = true;
                figures.nodes.push(node);
            }
            nodes.push(node);
        }
        for (total, parts) in sums() {
            let node = |name: &CellName| known[&tonight[name]];
            let equation = Equation {
                total: node(&total),
                parts: parts.iter().map(node).collect(),
            };
            if !equation.parts.contains(&equation.total) {
                figures.equations.push(equation);
            }
        }
        let asked: Vec<CellTonight<'_>> = sets
            .iter()
            .zip(&nodes)
            .map(|((name, _, members), node)| CellTonight {
                cell: name,
                node: *node,
                members,
            })
            .collect();
        let shown: Vec<CellShown> = match with_ledger {
            true => ledger.recall(&mut figures, &asked, 7),
            false => nodes
                .iter()
                .map(|node| CellShown {
                    node: *node,
                    date: None,
                    is_new: true,
                    of_another: false,
                })
                .collect(),
        };
        // What everybody may know of a night without a release: nothing.
        match protect(&RoundedToFive, &figures, &Effort::default()) {
            Err(_) => outcome.refused += 1,
            Ok(protected) => {
                let of = entry(ledger.next_number(), cell("", ""), None, Members::default());
                let both: Vec<_> = asked.iter().copied().zip(shown.iter().copied()).collect();
                let new = ledger.published(&of, &figures, &protected.released, &both);
                new.into_iter().for_each(|entry| ledger.add(entry));
                for ((_, set, _), shown) in sets.iter().zip(&shown) {
                    let node = all.node(set);
                    outcome.shown += 1;
                    if shown.is_new {
                        out.insert(node, protected.released[shown.node.at()]);
                        all.figures.nodes[node.at()].shown = true;
                    }
                }
                for (total, parts) in sums() {
                    let total = all.node(&tonight[&total]);
                    let parts: Vec<NodeId> =
                        parts.iter().map(|part| all.node(&tonight[part])).collect();
                    if !parts.contains(&total) {
                        all.add(total, parts);
                    }
                }
            }
        }
        if let Some(before) = &before {
            for (name, set) in &tonight {
                all.between(&before[name], set);
            }
        }
        before = Some(tonight);
        for _ in 0..dice.below(4) {
            match dice.below(3) {
                0 => {
                    people.insert(next, (dice.below(2), dice.below(4)));
                    next += 1;
                }
                kind => {
                    let at = usize::try_from(dice.below(people.len() as u64)).unwrap();
                    let whom = *people.keys().nth(at).unwrap();
                    match kind {
                        1 => drop(people.remove(&whom)),
                        _ => drop(people.insert(whom, (dice.below(2), dice.below(4)))),
                    }
                }
            }
        }
    }
    outcome.recovered = all.recovered(&out);
    outcome
}

/// How many sequences; `POPULACE_SEQUENCES` has another number.
fn many() -> u64 {
    let many = std::env::var("POPULACE_SEQUENCES").ok();
    many.and_then(|text| text.parse().ok()).unwrap_or(10)
}

fn run(knows: bool, with_ledger: bool, hold_below: usize) -> (SequenceOutcome, usize) {
    let (mut sum, mut leaking) = (SequenceOutcome::default(), 0);
    for seed in 0..many() {
        let one = sequence(seed, knows, with_ledger, hold_below);
        leaking += usize::from(one.recovered > 0);
        sum.recovered += one.recovered;
        sum.refused += one.refused;
        sum.shown += one.shown;
    }
    (sum, leaking)
}

#[test]
fn who_keeps_ten_nights_recovers_nothing() {
    let (held, leaking) = run(false, true, 8);
    println!("held: {held:?}, {leaking} of {} sequences leak", many());
    assert_eq!((held.recovered, leaking), (0, 0), "{held:?}");
}

#[test]
fn without_the_ledger_somebody_who_knows_who_it_could_be_learns_who_it_was() {
    let (held, leaking) = run(true, true, 8);
    println!("held: {held:?}, {leaking} of {} sequences leak", many());
    assert!(leaking as u64 * 10 <= many(), "{held:?}");
    for (what, with_ledger, hold_below) in [("holding", true, 1), ("ledger", false, 1)] {
        let (off, leaking) = run(true, with_ledger, hold_below);
        println!(
            "without {what}: {off:?}, {leaking} of {} sequences leak",
            many()
        );
        assert!(leaking as u64 * 2 > many(), "without {what}: {off:?}");
    }
}
