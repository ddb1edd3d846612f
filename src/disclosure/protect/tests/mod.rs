//! Releases of random linked tables against attackers of other kinds.

mod hierarchies;
mod lost;
pub(in crate::disclosure) mod population;
mod rules;
pub(in crate::disclosure) mod strangers;
mod sums;

use super::{Danger, protect, protect_from};
use crate::disclosure::attacker::Effort;
use crate::disclosure::count::{Released, TrueCount};
use crate::disclosure::rule::SchemeRule;
use crate::disclosure::system::{
    CountOf, Equation, Interval, NodeId, System, TrueFigures, TrueNode,
};
use population::{LINKED, Links, Population, SplitMix, Tables};
use rules::{EXACT, Exactly, Midpoint, ROUNDING, Rounding};

/// Sets of random tables; `POPULACE_TABLES` has another number.
fn sets() -> u64 {
    let many = std::env::var("POPULACE_TABLES").ok();
    many.and_then(|text| text.parse().ok()).unwrap_or(30)
}

fn tables(seed: u64, links: Links) -> Tables {
    let mut random = SplitMix(seed);
    let size = 20 + random.below(150);
    let population = Population::random(&mut random, size);
    let shown = [vec![0, 1], vec![0, 2], vec![1, 2]];
    let shown = &shown[..1 + random.below(3) as usize];
    Tables::of(&population, shown, links)
}

/// Protected figures that an integer program over all figures works out, rightly.
fn recovered(rule: &dyn SchemeRule, figures: &TrueFigures, system: &System) -> usize {
    let truth = |at: usize| figures.nodes[at].count.get() as i64;
    let is_known = |at: &usize| {
        let apart = rule.protection(&figures.nodes[*at]);
        apart > 0
            && strangers::programmed(&system.read, &system.equations, *at)
                .is_some_and(|bounds| bounds.width() < apart && bounds.has(truth(*at)))
    };
    (0..figures.nodes.len()).filter(is_known).count()
}

#[derive(Debug, Default, PartialEq, Eq)]
struct Tally {
    safe: u64,
    refused: u64,
    recovered: usize,
    guessed: usize,
    suppressed: usize,
    withheld: usize,
    nodes: usize,
    moved: usize,
}

fn run(rule: &dyn SchemeRule, links: Links) -> Tally {
    let mut tally = Tally::default();
    for seed in 0..sets() {
        let figures = tables(seed, links).figures;
        match protect(rule, &figures, &Effort::default()) {
            Ok(protected) => {
                tally.safe += 1;
                let system = System::read(rule, &figures, &protected.released);
                tally.recovered += recovered(rule, &figures, &system);
                let rounded = System::read_as_rounded(rule, &figures, &protected.released);
                tally.guessed += recovered(rule, &figures, &rounded);
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
    assert_eq!(
        (tally.recovered, tally.guessed, tally.refused),
        (0, 0, 0),
        "{tally:?}"
    );
}

#[test]
fn exact_tables_give_nothing_away() {
    let tally = run(&EXACT, LINKED);
    println!("{tally:?}");
    assert_eq!(
        (tally.recovered, tally.guessed, tally.refused),
        (0, 0, 0),
        "{tally:?}"
    );
}

#[test]
fn rows_of_few_people_give_nothing_away() {
    let rows = Links {
        rows: true,
        ..LINKED
    };
    for rule in [&ROUNDING as &dyn SchemeRule, &EXACT] {
        let tally = run(rule, rows);
        assert_eq!((tally.recovered, tally.refused), (0, 0), "{tally:?}");
    }
}

/// What is recovered from figures that were chosen by one rule over some links, by a reader who
/// knows that one set of people is one figure and what adds up to what over all tables.
fn without(chosen_by: &dyn SchemeRule, is_protected: bool, links: Links) -> usize {
    let rule: &dyn SchemeRule = if chosen_by.withholds() || chosen_by.name() == "exact" {
        &EXACT
    } else {
        &ROUNDING
    };
    (0..sets().min(60))
        .map(|seed| {
            let chosen = tables(seed, links);
            let all = tables(
                seed,
                Links {
                    one_figure: true,
                    between_tables: true,
                    ..links
                },
            );
            let own = || {
                chosen
                    .figures
                    .nodes
                    .iter()
                    .map(|node| chosen_by.release(node))
                    .collect()
            };
            let released: Vec<Released> = match is_protected {
                false => own(),
                true => match protect(chosen_by, &chosen.figures, &Effort::default()) {
                    Ok(protected) => protected.released,
                    Err(_) => return 0,
                },
            };
            let said = System::read(chosen_by, &chosen.figures, &released).read;
            let mut read = vec![Interval::ANY; all.figures.nodes.len()];
            for ((_, members), node) in &chosen.members {
                let one = &mut read[all.members[&(usize::MAX, members.clone())].at()];
                let said = said[node.at()];
                *one = Interval::new(one.low.max(said.low), one.high.min(said.high));
            }
            let equations = all.figures.equations.clone();
            let protected = Vec::new();
            recovered(
                rule,
                &all.figures,
                &System {
                    read,
                    protected,
                    equations,
                },
            )
        })
        .sum()
}

#[test]
fn every_defence_is_needed() {
    let apart = Links {
        one_figure: false,
        ..LINKED
    };
    let unlinked = Links {
        between_tables: false,
        ..LINKED
    };
    let rows = Links {
        rows: true,
        ..LINKED
    };
    let by_count = Exactly {
        by_people: false,
        ..EXACT
    };
    let alone = Exactly {
        withholds: false,
        ..EXACT
    };
    let still = Rounding { moves: false };
    let found = [
        ("moves", without(&still, false, LINKED)),
        ("one figure a set of people", without(&EXACT, true, apart)),
        ("equations between tables", without(&EXACT, true, unlinked)),
        ("secondary suppression", without(&alone, false, LINKED)),
        ("thresholds by people", without(&by_count, true, rows)),
    ];
    println!("{found:?}");
    for (defence, leaks) in found {
        assert!(leaks > 0, "nothing leaks without {defence}");
    }
    assert_eq!(without(&EXACT, true, LINKED), 0);
    assert_eq!(without(&ROUNDING, true, LINKED), 0);
}

fn node(count: u64) -> TrueNode {
    TrueNode {
        count: TrueCount::new(count),
        people: TrueCount::new(count),
        counted: CountOf::People,
        contributors: None,
        key: 0,
        shown: true,
        stands: None,
        worth: 1.0,
    }
}

fn figures(counts: &[u64], equations: &[(u32, &[u32])]) -> TrueFigures {
    let equation = |(total, parts): &(u32, &[u32])| Equation {
        total: NodeId(*total),
        parts: parts.iter().copied().map(NodeId).collect(),
    };
    TrueFigures {
        nodes: counts.iter().copied().map(node).collect(),
        equations: equations.iter().map(equation).collect(),
    }
}

fn released(rule: &dyn SchemeRule, figures: &TrueFigures) -> Result<Vec<Option<u64>>, Danger> {
    let protected = protect(rule, figures, &Effort::default()).map_err(|refusal| refusal.why)?;
    assert_eq!(protected.certificate.unknowns, figures.nodes.len());
    Ok(protected
        .released
        .iter()
        .map(|figure| figure.count())
        .collect())
}

#[test]
fn a_total_that_gives_a_figure_away_moves_everywhere() {
    // 15, 15, * under 25 could only be 13, 13, 1 under 27.
    let one = figures(&[13, 13, 1, 27], &[(3, &[0, 1, 2])]);
    let found = released(&ROUNDING, &one).unwrap();
    assert_eq!(found.iter().filter(|figure| figure.is_none()).count(), 1);
    assert_ne!(found, [Some(15), Some(15), None, Some(25)]);
    // What is worth more stays.
    let mut one = figures(&[13, 13, 1, 27], &[(3, &[0, 1, 2])]);
    one.nodes[3].worth = 2.0;
    assert_eq!(released(&ROUNDING, &one).unwrap()[3], Some(25));
    // What stands never moves, and others do in its place.
    let mut one = figures(&[13, 13, 1, 27], &[(3, &[0, 1, 2])]);
    one.nodes[3].stands = Some(Released::of(25));
    assert_eq!(
        released(&ROUNDING, &one).unwrap(),
        [Some(10), Some(15), None, Some(25)]
    );
}

#[test]
fn a_small_figure_is_not_alone() {
    let one = figures(&[20, 30, 40, 3, 93], &[(4, &[0, 1, 2, 3])]);
    assert_eq!(
        released(&EXACT, &one).unwrap(),
        [None, Some(30), Some(40), None, Some(93)]
    );
    // What is worth more is withheld last.
    let mut one = figures(&[20, 30, 40, 3, 93], &[(4, &[0, 1, 2, 3])]);
    one.nodes[0].worth = 2.0;
    one.nodes[2].worth = 2.0;
    assert_eq!(
        released(&EXACT, &one).unwrap(),
        [Some(20), None, Some(40), None, Some(93)]
    );
    // Zeros say nothing, and are shown.
    let zeros = figures(&[0, 0, 3, 3], &[(3, &[0, 1, 2])]);
    assert_eq!(
        released(&EXACT, &zeros).unwrap(),
        [Some(0), Some(0), None, None]
    );
}

#[test]
fn a_release_that_cannot_be_safe_is_refused() {
    // Everything else stands, and tells.
    let told = Exactly {
        withholds: false,
        ..EXACT
    };
    let one = figures(&[20, 3, 23], &[(2, &[0, 1])]);
    let refusal = protect(&told, &one, &Effort::default()).unwrap_err();
    assert_eq!(
        (refusal.why, refusal.nodes),
        (Danger::Exposed, vec![NodeId(1)])
    );
}

#[test]
fn what_is_shown_no_more_hides_what_followed_from_it() {
    let told = Exactly {
        withholds: false,
        ..EXACT
    };
    let mut one = figures(&[20, 3, 23], &[(2, &[0, 1])]);
    let refusal = protect(&told, &one, &Effort::default()).unwrap_err();
    one.nodes[0].shown = false;
    let on = protect_from(&told, &one, &Effort::default(), refusal.reached).unwrap();
    let found: Vec<_> = on.released.iter().map(|figure| figure.count()).collect();
    assert_eq!(found, [Some(20), None, Some(23)]);
    assert_eq!(on.certificate.protected, 1);
}

#[test]
fn figures_that_do_not_add_up_are_refused() {
    for rule in [&ROUNDING as &dyn SchemeRule, &EXACT] {
        let wrong = figures(&[20, 30, 51], &[(2, &[0, 1])]);
        assert_eq!(released(rule, &wrong), Err(Danger::Contradiction));
        let missing = figures(&[20], &[(7, &[0])]);
        assert_eq!(released(rule, &missing), Err(Danger::Contradiction));
        assert_eq!(released(rule, &figures(&[], &[])), Ok(vec![]));
    }
}

#[test]
fn totals_that_are_sums_say_what_their_parts_say() {
    // 1 to 6 is 3, 7 to 12 is 9; the total of 2, 2 and 8 is 15, and not the midpoint of 12.
    let mut sum = figures(&[2, 2, 8, 12], &[(3, &[0, 1, 2])]);
    assert_eq!(
        released(&Midpoint, &sum),
        Ok(vec![Some(3), Some(3), Some(9), Some(15)])
    );
    // With parts that are not shown it still says no more than 3, 3 and 9 would.
    sum.nodes[0].shown = false;
    sum.nodes[1].shown = false;
    let figures = protect(&Midpoint, &sum, &Effort::default())
        .unwrap()
        .released;
    assert_eq!(
        System::read(&Midpoint, &sum, &figures).read[3],
        Interval::new(9, 24)
    );
}
