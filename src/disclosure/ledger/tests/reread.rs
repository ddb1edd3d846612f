//! All that was published, attacked together.

use super::*;
use crate::disclosure::Scheme;

fn place(label: &str) -> CellName {
    let labels = (!label.is_empty()).then(|| ("place".to_string(), label.to_string()));
    CellName::of("people of core.person where true", labels)
}

fn published(
    number: u64,
    cell: CellName,
    people: std::ops::Range<i64>,
    figure: &str,
) -> LedgerEntry {
    let mut members = Members::default();
    people.for_each(|person| members.add(&key(), Some(person), 1));
    LedgerEntry {
        number,
        release: format!("night {number}"),
        key: "key".to_string(),
        cell,
        figure: Released::read(figure).unwrap(),
        count: members.people(),
        members,
        ..LedgerEntry::default()
    }
}

fn attacked(entries: Vec<LedgerEntry>, number: u64) -> (Vec<String>, usize, usize) {
    let ledger = Ledger::of(entries, "key", 8);
    let found = ledger.attack(&Scheme::Hes2018, number);
    assert!(!found.contradiction);
    let exposed = found.exposed.iter();
    let exposed = exposed.map(|entry| format!("{}: {}", entry.release, entry.cell.labels));
    (exposed.collect(), found.between, found.equations)
}

#[test]
fn a_suppressed_figure_that_its_night_gives_away_is_found() {
    let three = |total: &str| {
        vec![
            published(1, place("A"), 0..13, "15"),
            published(1, place("B"), 13..26, "15"),
            published(1, place("C"), 26..27, "*"),
            published(1, place(""), 0..27, total),
        ]
    };
    // 15, 15, * under 25 can only be 13, 13, 1 under 27.
    let (exposed, between, equations) = attacked(three("25"), 1);
    assert_eq!(exposed, ["night 1: place = C"]);
    assert_eq!((between, equations), (0, 1));
    let (exposed, ..) = attacked(three("30"), 1);
    assert!(exposed.is_empty(), "{exposed:?}");
}

#[test]
fn a_figure_of_another_night_counts_from_its_night_on() {
    let nights = vec![
        published(1, place("A"), 0..13, "15"),
        published(1, place("B"), 13..26, "15"),
        published(1, place("C"), 26..27, "*"),
        published(2, place(""), 0..27, "25"),
    ];
    assert_eq!(attacked(nights.clone(), 1), (vec![], 0, 0));
    let (exposed, _, equations) = attacked(nights.clone(), 2);
    assert_eq!(
        (exposed, equations),
        (vec!["night 1: place = C".to_string()], 1)
    );
    // Somebody entered A in between: that is one person more who is not known.
    let entered = published(2, place("A"), 100..101, "15");
    let mut members = nights[0].members;
    members.add(&key(), Some(100), 1);
    let mut later = nights;
    later.insert(
        3,
        LedgerEntry {
            members,
            count: members.people(),
            ..entered
        },
    );
    assert_eq!(attacked(later, 2), (vec![], 0, 1));
}

#[test]
fn a_row_that_came_later_is_no_part_of_an_earlier_total() {
    let nights = vec![
        published(1, place("A"), 0..20, "20"),
        published(1, place("B"), 20..40, "20"),
        published(1, place(""), 0..40, "40"),
        published(2, place("C"), 40..60, "20"),
        published(2, place(""), 0..60, "60"),
    ];
    assert_eq!(attacked(nights, 2), (vec![], 0, 2));
}

/// Under a scheme whose totals are sums, one of an earlier night may be far from the truth.
#[test]
fn the_sum_of_what_was_shown_says_nothing_new() {
    let mut nights = vec![published(1, place(""), 0..61, "40")];
    for (n, (name, figure)) in [("A", "20"), ("B", "20")].into_iter().enumerate() {
        let from = 20 * i64::try_from(n).unwrap();
        nights.push(published(1, place(name), from..from + 20, figure));
    }
    for (n, name) in ["C", "D", "E"].into_iter().enumerate() {
        let from = 40 + 7 * i64::try_from(n).unwrap();
        nights.push(published(1, place(name), from..from + 7, "*"));
    }
    let ledger = Ledger::of(nights, "key", 8);
    let found = ledger.attack(&Scheme::OpenSafely, 1);
    assert!(!found.contradiction);
    assert_eq!((found.exposed.len(), found.equations), (0, 1));
    // Under the rule of single figures alone it could not be.
    assert!(ledger.attack(&Scheme::Hes2018, 1).contradiction);
}

#[test]
fn the_totals_of_a_cell_are_those_of_its_labels() {
    let of = |labels: &[(&str, &str)]| {
        let labels = labels.iter().map(|(a, b)| (a.to_string(), b.to_string()));
        CellName::of("people of core.person where a = ' by '", labels)
    };
    let cell = of(&[
        ("sex in reference.sex.sex_name by sex", "Female"),
        ("ward", "X; Y"),
    ]);
    assert_eq!(
        cell.totals(),
        [
            (
                of(&[("ward", "X; Y")]),
                "sex in reference.sex.sex_name by sex".to_string()
            ),
            (
                of(&[("sex in reference.sex.sex_name by sex", "Female")]),
                "ward".to_string()
            ),
        ]
    );
    assert!(of(&[]).totals().is_empty());
}
