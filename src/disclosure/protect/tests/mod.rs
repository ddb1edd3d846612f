//! Releases of random linked tables against attackers of other kinds.

mod population;
mod rules;
mod strangers;

use super::{Danger, Protected, protect};
use crate::disclosure::attacker::{Effort, attack};
use crate::disclosure::count::TrueCount;
use crate::disclosure::rule::SchemeRule;
use crate::disclosure::system::{CountOf, Equation, Figures, Interval, NodeId, System, TrueNode};
use population::{LINKED, Links, Population, Random, Tables};
use rules::{EXACT, Exactly, ROUNDING, Rounding};

/// Sets of random tables; `POPULACE_TABLES` has another number.
fn sets() -> u64 {
    let many = std::env::var("POPULACE_TABLES").ok();
    many.and_then(|text| text.parse().ok()).unwrap_or(12)
}

fn tables(seed: u64, links: Links) -> Figures {
    let mut random = Random(seed);
    let size = 20 + random.below(150);
    let population = Population::random(&mut random, size);
    let shown = [vec![0, 1], vec![0, 2], vec![1, 2]];
    let shown = &shown[..1 + random.below(3) as usize];
    Tables::of(&population, shown, links).figures
}

/// Protected figures that an integer program over all figures works out, rightly.
fn recovered(rule: &dyn SchemeRule, known: &Figures, protected: &Protected) -> usize {
    let system = System::read(rule, known, &protected.released);
    let truth = |at: usize| known.nodes[at].count.get() as i64;
    let is_known = |at: &usize| {
        let apart = rule.protection(&known.nodes[*at]);
        apart > 0
            && strangers::programmed(&system.read, &system.equations, *at)
                .is_some_and(|bounds| bounds.width() < apart && bounds.has(truth(*at)))
    };
    (0..known.nodes.len()).filter(is_known).count()
}

#[derive(Debug, Default, PartialEq, Eq)]
struct Tally {
    safe: u64,
    refused: u64,
    recovered: usize,
    suppressed: usize,
    withheld: usize,
    nodes: usize,
    moved: usize,
}

fn run(rule: &dyn SchemeRule, links: Links) -> Tally {
    let mut tally = Tally::default();
    for seed in 0..sets() {
        let figures = tables(seed, links);
        match protect(rule, &figures, &Effort::default()) {
            Ok(protected) => {
                tally.safe += 1;
                tally.recovered += recovered(rule, &figures, &protected);
                for (node, figure) in figures.nodes.iter().zip(&protected.released) {
                    tally.nodes += 1;
                    tally.suppressed += usize::from(rule.protection(node) > 0);
                    let changed = rule.release(node) != *figure;
                    tally.withheld += usize::from(changed && figure.is_suppressed());
                    tally.moved += usize::from(changed && !figure.is_suppressed());
                }
            }
            Err(refusal) => {
                assert_eq!(refusal.why, Danger::Exposed, "seed {seed}: {refusal:?}");
                tally.refused += 1;
            }
        }
    }
    tally
}

#[test]
fn rounded_tables_give_nothing_away() {
    let tally = run(&ROUNDING, LINKED);
    println!("{tally:?}");
    assert_eq!((tally.recovered, tally.refused), (0, 0), "{tally:?}");
}

#[test]
fn exact_tables_give_nothing_away() {
    let tally = run(&EXACT, LINKED);
    println!("{tally:?}");
    assert_eq!((tally.recovered, tally.refused), (0, 0), "{tally:?}");
}
