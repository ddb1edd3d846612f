//! Sums of amounts over time: what one changed by must not be the amount of one person.

use super::*;
use crate::disclosure::Scheme;
use crate::disclosure::attacker::Effort;
use crate::disclosure::protect::protect;
use crate::disclosure::rule::SchemeRule;
use crate::disclosure::system::{
    Contributions, Contributors, Equation, NodeId, TrueFigures, TrueNode,
};

/// How many days each person has, by their number.
type NightsOfEach = Vec<(i64, u64)>;

fn days(of: std::ops::Range<i64>, each: u64) -> NightsOfEach {
    of.map(|person| (person, each)).collect()
}

fn members_of(days: &NightsOfEach) -> Members {
    let mut members = Members::default();
    for (person, days) in days {
        members.add(&key(), Some(*person), i64::try_from(*days).unwrap());
    }
    members
}

fn total(days: &NightsOfEach) -> u64 {
    days.iter().map(|(_, days)| days).sum()
}

fn node(days: &NightsOfEach) -> TrueNode {
    let mut sorted: Vec<u64> = days.iter().map(|(_, days)| *days).collect();
    sorted.sort_unstable_by(|a, b| b.cmp(a));
    let at = |at: usize| TrueCount::new(sorted.get(at).copied().unwrap_or(0));
    TrueNode {
        count: TrueCount::new(total(days)),
        people: TrueCount::new(days.len() as u64),
        counted: CountOf::Amount,
        contributors: Some(Contributors {
            people: Contributions {
                many: TrueCount::new(days.len() as u64),
                largest: [at(0), at(1)],
                smallest: TrueCount::new(sorted.last().copied().unwrap_or(0)),
            },
            providers: None,
            unit: 1,
        }),
        key: 1,
        shown: true,
        stands: None,
        worth: 1.0,
    }
}

fn sum_of(labels: &str) -> CellName {
    let by = if labels.is_empty() { "" } else { "place" };
    let what = "sum of midnights of core.spell where true";
    cell(&format!("{what} by {by}"), labels)
}

fn published(number: u64, cell: CellName, figure: Option<u64>, days: &NightsOfEach) -> LedgerEntry {
    LedgerEntry {
        count: TrueCount::new(total(days)),
        counted: CountOf::Amount,
        largest: node(days).contributors.unwrap().people.largest[0],
        ..entry(number, cell, figure, members_of(days))
    }
}

fn tonight<'l>(ledger: &'l Ledger, cell: &CellName, days: &NightsOfEach) -> Holding<'l> {
    let largest = node(days).contributors.unwrap().people.largest[0];
    let sum = (TrueCount::new(total(days)), largest);
    ledger.holding_sum(cell, &members_of(days), sum)
}

/// Of people 0 to 39, ten more than the others.
fn before() -> NightsOfEach {
    [days(0..10, 12), days(10..40, 5)].concat()
}

#[test]
fn a_change_that_one_person_could_be_most_of_is_held() {
    let all = sum_of("");
    let ledger = Ledger::of(
        vec![published(1, all.clone(), Some(270), &before())],
        KEY,
        8,
    );
    let stands = ledger.standing(&all).unwrap();
    // Eight people have a day more, and one has 90: whoever subtracts has nearly 90.
    let mut dominated = before();
    for (_, days) in &mut dominated[10..18] {
        *days += 1;
    }
    dominated[0].1 += 90;
    assert_eq!(tonight(&ledger, &all, &dominated), Holding::Held(stands));
    // As counts of rows, that would be fresh.
    let rows = cell("rows of core.spell where true by ", "");
    let of_rows = Ledger::of(
        vec![LedgerEntry {
            cell: rows.clone(),
            counted: CountOf::Rows,
            ..stands.clone()
        }],
        KEY,
        8,
    );
    let changed = members_of(&dominated);
    assert_eq!(of_rows.holding(&rows, &changed), Holding::Fresh);
    // Twenty more people of 5 days: 100, of which nobody has more than 12.
    let many = [before(), days(40..60, 5)].concat();
    assert_eq!(tonight(&ledger, &all, &many), Holding::Fresh);
    // Five of 5: 25 are less than two people may have.
    let few = [before(), days(40..50, 2)].concat();
    assert_eq!(tonight(&ledger, &all, &few), Holding::Held(stands));
    assert_eq!(tonight(&ledger, &all, &before()), Holding::Held(stands));
}

#[test]
fn every_figure_that_a_sum_has_had_is_subtracted() {
    let all = sum_of("");
    let more = [before(), days(40..60, 5)].concat();
    let ledger = Ledger::of(
        vec![
            published(1, all.clone(), Some(270), &before()),
            published(2, all.clone(), Some(370), &more),
        ],
        KEY,
        8,
    );
    // 100 days below the second figure, and 9 above the first: other people, the same sum but for 9.
    let others = [days(100..110, 12), days(110..140, 5), days(140..141, 9)].concat();
    let Holding::Held(stands) = tonight(&ledger, &all, &others) else {
        panic!("not held");
    };
    assert_eq!(stands.number, 2);
}

/// Released all the same, by a program or a setting that holds nothing.
#[test]
fn a_sum_that_was_not_held_is_found() {
    let all = sum_of("");
    let mut one_more = before();
    one_more[0].1 += 90;
    let nobody_alone = [before(), days(40..60, 5)].concat();
    let found = |now: &NightsOfEach, figure: Option<u64>| {
        let then = published(1, all.clone(), Some(270), &before());
        let now = published(2, all.clone(), figure, now);
        let until = Ledger::of(vec![then.clone(), now.clone()], KEY, 0);
        assert!(until.sums_that_tell(1).is_empty());
        let earlier = Ledger::of(vec![then], KEY, 8);
        (
            until.sums_that_tell(2).len(),
            earlier.holds(&[&now], 7).len(),
        )
    };
    assert_eq!(found(&one_more, Some(360)), (1, 1));
    assert_eq!(found(&one_more, None), (1, 1));
    assert_eq!(found(&nobody_alone, Some(370)), (0, 0));
    // Five people have two days each: the sum cannot tell of two of them, but too few changed.
    let mut few = days(0..40, 2);
    let then = published(1, all.clone(), Some(80), &few);
    few.iter_mut().take(5).for_each(|(_, days)| *days += 2);
    let now = published(2, all, Some(90), &few);
    assert!(
        Ledger::of(vec![then.clone(), now.clone()], KEY, 0)
            .sums_that_tell(2)
            .is_empty()
    );
    assert_eq!(Ledger::of(vec![then], KEY, 8).holds(&[&now], 7), [&now]);
}

/// A count of rows that was not held.
#[test]
fn a_count_that_was_not_held_is_found() {
    let then = entry(1, place_a(), Some(40), people(0..40));
    let earlier = Ledger::of(vec![then], KEY, 8);
    let held = |now: Members| {
        let now = entry(2, place_a(), Some(50), now);
        earlier.holds(&[&now], 7).len()
    };
    assert_eq!((held(people(0..47)), held(people(0..48))), (1, 0));
    // A smaller cell of few people has a figure of its own.
    let small = entry(2, cell("others", ""), None, people(0..7));
    assert!(earlier.holds(&[&small], 7).is_empty());
}

#[test]
fn a_sum_is_no_count_of_the_same_people() {
    // Everybody has one day: the sum has the members of the count.
    let ones = days(0..40, 1);
    let people_of = cell("people of core.spell where true by ", "");
    let ledger = Ledger::of(vec![published(1, sum_of(""), None, &ones)], KEY, 8);
    assert_eq!(ledger.holding(&people_of, &people(0..40)), Holding::Fresh);
    let counted = Ledger::of(vec![entry(1, people_of, Some(40), people(0..40))], KEY, 8);
    assert_eq!(tonight(&counted, &sum_of(""), &ones), Holding::Fresh);
}

#[test]
fn what_a_held_sum_hides_does_not_follow_from_its_total() {
    let (a, b) = (before(), [days(100..110, 12), days(110..140, 5)].concat());
    let names = [sum_of(""), sum_of("place = A"), sum_of("place = B")];
    let all = [a.clone(), b.clone()].concat();
    let entries: Vec<LedgerEntry> = names
        .iter()
        .zip([&all, &a, &b])
        .map(|(name, days)| published(1, name.clone(), Some(total(days)), days))
        .collect();
    let ledger = Ledger::of(entries, KEY, 8);
    // One person of A has 50 days more; in B, and so in all, there are 40 more people.
    let mut a_now = a.clone();
    a_now[0].1 += 50;
    let b_now = [b, days(140..180, 5)].concat();
    let now = [
        [a_now.clone(), b_now.clone()].concat(),
        a_now.clone(),
        b_now.clone(),
    ];
    let mut figures = TrueFigures {
        nodes: now.iter().map(node).collect(),
        equations: vec![Equation {
            total: NodeId(0),
            parts: vec![NodeId(1), NodeId(2)],
        }],
    };
    let members: Vec<Members> = now.iter().map(members_of).collect();
    let cells: Vec<CellTonight<'_>> = names
        .iter()
        .zip(&members)
        .zip(0..)
        .map(|((cell, members), at)| CellTonight {
            cell,
            node: NodeId(at),
            members,
        })
        .collect();
    let shown = ledger.recall(&mut figures, &cells, 0);
    assert_eq!(
        shown.iter().map(|shown| shown.is_new).collect::<Vec<_>>(),
        [true, false, true]
    );
    // Exactly: 50 is all and B of tonight without A of then. Somebody's 50 days may not be known to 5.
    let change = figures.nodes.last().unwrap();
    assert_eq!(change.count.get(), 50);
    assert_eq!(Scheme::Legacy1To5.protection(change), 5);
    let protected = protect(&Scheme::Legacy1To5, &figures, &Effort::default()).unwrap();
    let told = |at: usize| !protected.released[at].is_suppressed();
    assert!(!(told(0) && told(2)), "both totals are told");
    // Without what the sum changed by, nothing would be withheld.
    figures.nodes.pop();
    let kept = |equation: &Equation| {
        let mut all = equation.parts.iter().chain([&equation.total]);
        all.all(|node| node.at() < figures.nodes.len())
    };
    figures.equations.retain(kept);
    let open = protect(&Scheme::Legacy1To5, &figures, &Effort::default()).unwrap();
    assert!(!open.released[0].is_suppressed() && !open.released[2].is_suppressed());
}

#[test]
fn the_largest_amount_is_kept_under_the_seal() {
    let kept = published(3, sum_of("place = A"), Some(270), &before());
    let truth = kept.truth(&key());
    let empty = LedgerEntry {
        count: TrueCount::ZERO,
        largest: TrueCount::ZERO,
        members: Members::default(),
        ..kept.clone()
    };
    let read = empty.with_truth(&key(), &truth).unwrap();
    assert_eq!(read.largest.get(), 12);
    assert!(read == kept);
}
