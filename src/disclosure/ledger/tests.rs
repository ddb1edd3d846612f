use super::*;
use crate::disclosure::count::{Released, TrueCount};
use crate::disclosure::members::MemberKey;
use crate::disclosure::system::CountOf;
use chrono::NaiveDate;
use zeroize::Zeroizing;

mod nights;
mod recalled;
mod reread;
mod sequences;
mod sums;

fn key() -> MemberKey {
    MemberKey::new(Zeroizing::new([7; 32]))
}

fn people(set: impl IntoIterator<Item = i64>) -> Members {
    let mut members = Members::default();
    for person in set {
        members.add(&key(), Some(person), 1);
    }
    members
}

fn entry(number: u64, cell: CellName, figure: Option<u64>, members: Members) -> LedgerEntry {
    LedgerEntry {
        number,
        release: format!("r{number}"),
        date: NaiveDate::from_ymd_opt(2026, 11, 20).unwrap(),
        key: KEY.to_string(),
        scheme: "hes2018".to_string(),
        cell,
        figure: figure.map_or(Released::SUPPRESSED, Released::of),
        count: members.people(),
        counted: CountOf::People,
        largest: TrueCount::ZERO,
        members,
    }
}

fn cell(table: &str, labels: &str) -> CellName {
    CellName {
        table: table.to_string(),
        labels: labels.to_string(),
    }
}

/// The lake's key.
const KEY: &str = "k1";

/// Place A among all people.
fn place_a() -> CellName {
    cell("people of core.person by place", "place = A")
}

#[test]
fn a_figure_stands_until_enough_people_change() {
    let ledger = Ledger::of(vec![entry(1, place_a(), Some(40), people(0..40))], KEY, 8);
    let stands = ledger.standing(&place_a()).unwrap();
    for tonight in [
        people(0..40),
        people(0..41),
        people(3..44),
        people(0..47),
        people(0..33),
    ] {
        assert_eq!(ledger.holding(&place_a(), &tonight), Holding::Held(stands));
    }
    for tonight in [people(0..48), people(4..44), people(100..140)] {
        assert_eq!(ledger.holding(&place_a(), &tonight), Holding::Fresh);
    }
}

#[test]
fn a_zero_does_not_become_suppressed_overnight() {
    let ledger = Ledger::of(vec![entry(1, place_a(), Some(0), people([]))], KEY, 8);
    let stands = ledger.standing(&place_a()).unwrap();
    assert_eq!(
        ledger.holding(&place_a(), &people(0..1)),
        Holding::Held(stands)
    );
    assert_eq!(
        ledger.holding(&place_a(), &people(0..7)),
        Holding::Held(stands)
    );
    assert_eq!(ledger.holding(&place_a(), &people(0..8)), Holding::Fresh);
    // A row that appears is a zero that was there before.
    let new = &cell("people of core.person by place", "place = B");
    assert_eq!(ledger.holding(new, &people(0..2)), Holding::Empty);
    assert_eq!(ledger.holding(new, &people(0..9)), Holding::Fresh);
    let elsewhere = &cell("people of core.person where age > 3 by place", "place = B");
    assert_eq!(ledger.holding(elsewhere, &people(0..2)), Holding::Fresh);
}

#[test]
fn a_nearly_equal_cell_takes_the_figure_that_is_out() {
    let all = entry(1, place_a(), Some(100), people(0..100));
    let ledger = Ledger::of(vec![all], KEY, 8);
    let stands = ledger.standing(&place_a()).unwrap();
    let but_one = &cell(
        "people of core.person where group <> 3 by place",
        "place = A",
    );
    assert_eq!(
        ledger.holding(but_one, &people(5..100)),
        Holding::Near(stands)
    );
    assert_eq!(
        ledger.holding(but_one, &people(0..100)),
        Holding::Same(stands)
    );
    assert_eq!(ledger.holding(but_one, &people(8..100)), Holding::Fresh);
}

#[test]
fn people_who_come_back_are_compared_with_every_figure_that_is_out() {
    let entries = vec![
        entry(1, place_a(), Some(40), people(0..40)),
        entry(2, place_a(), Some(50), people(0..50)),
    ];
    let ledger = Ledger::of(entries, KEY, 8);
    // Nine of the ten have left again: the first figure would tell of the one who has not.
    let Holding::Held(stands) = ledger.holding(&place_a(), &people(0..41)) else {
        panic!("not held");
    };
    assert_eq!((stands.number, stands.figure), (2, Released::of(50)));
    // All ten: the figure of exactly these people is known.
    let Holding::Same(stands) = ledger.holding(&place_a(), &people(0..40)) else {
        panic!("not the same");
    };
    assert_eq!((stands.number, stands.figure), (1, Released::of(40)));
}

#[test]
fn one_more_contact_of_somebody_holds_the_figure() {
    let contacts = |more: i64| {
        let mut members = Members::default();
        for person in 0..30 {
            members.add(&key(), Some(person), 2 + if person < more { 5 } else { 0 });
        }
        members
    };
    let ledger = Ledger::of(vec![entry(1, place_a(), Some(60), contacts(0))], KEY, 8);
    let stands = ledger.standing(&place_a()).unwrap();
    assert_eq!(
        ledger.holding(&place_a(), &contacts(1)),
        Holding::Held(stands)
    );
    assert_eq!(
        ledger.holding(&place_a(), &contacts(7)),
        Holding::Held(stands)
    );
    assert_eq!(ledger.holding(&place_a(), &contacts(8)), Holding::Fresh);
}

#[test]
fn a_release_that_is_made_again_meets_the_ledger_of_its_time() {
    let entries = vec![
        entry(1, place_a(), Some(40), people(0..40)),
        entry(2, place_a(), Some(60), people(0..60)),
    ];
    assert_eq!(
        Ledger::before(entries.clone(), "r1", KEY, 8)
            .entries()
            .len(),
        0
    );
    let then = Ledger::before(entries.clone(), "r2", KEY, 8);
    assert_eq!(
        then.holding(&place_a(), &people(0..40))
            .entry()
            .unwrap()
            .number,
        1
    );
    assert_eq!(then.entries().len(), 1);
    assert_eq!(
        Ledger::before(entries.clone(), "r3", KEY, 8)
            .entries()
            .len(),
        2
    );
    assert_eq!(
        Ledger::before(entries.clone(), "r3", KEY, 8).next_number(),
        3
    );
}

#[test]
fn an_entry_that_was_changed_is_seen() {
    let entry = entry(3, place_a(), Some(40), people(0..40));
    let truth = entry.truth(&key());
    let plain = LedgerEntry {
        count: TrueCount::ZERO,
        members: Members::default(),
        ..entry.clone()
    };
    assert_eq!(plain.clone().with_truth(&key(), &truth), Some(entry));
    let other = MemberKey::new(Zeroizing::new([8; 32]));
    assert_eq!(plain.clone().with_truth(&other, &truth), None);
    for at in 0..truth.len() {
        let mut damaged = truth.clone();
        damaged[at] ^= 4;
        assert_eq!(
            plain.clone().with_truth(&key(), &damaged),
            None,
            "byte {at}"
        );
        assert_eq!(
            plain.clone().with_truth(&key(), &truth[..at]),
            None,
            "cut at {at}"
        );
    }
    let changes: [fn(&mut LedgerEntry); 7] = [
        |entry| entry.cell.table.push('x'),
        |entry| entry.figure = Released::of(45),
        |entry| entry.figure = Released::SUPPRESSED,
        |entry| entry.cell.labels.push('x'),
        |entry| entry.number += 1,
        |entry| entry.key.clear(),
        |entry| entry.scheme = "exact".to_string(),
    ];
    for (number, change) in changes.iter().enumerate() {
        let mut changed = plain.clone();
        change(&mut changed);
        assert_eq!(changed.with_truth(&key(), &truth), None, "change {number}");
    }
}

#[test]
fn people_under_an_earlier_key_are_compared_by_their_number() {
    let entries = vec![entry(1, place_a(), Some(40), people(0..40))];
    let ledger = Ledger::of(entries, "k2", 8);
    let stands = ledger.standing(&place_a()).unwrap();
    // Nobody knows who they are under the key that is in use.
    for tonight in [people(0..40), people(500..547), people(500..533)] {
        assert_eq!(ledger.holding(&place_a(), &tonight), Holding::Held(stands));
    }
    assert_eq!(
        ledger.holding(&place_a(), &people(500..548)),
        Holding::Fresh
    );
}

#[test]
fn the_ledger_shows_nothing_of_the_truth() {
    let plain = entry(1, place_a(), None, people(0..3));
    let truth = plain.truth(&key());
    assert!(!truth.windows(8).any(|bytes| bytes == 3u64.to_le_bytes()));
    let other = entry(2, place_a(), None, people(0..3)).truth(&key());
    assert_ne!(truth[..100], other[..100]);
}
