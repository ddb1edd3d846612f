//! Tables over the same people, read together.

use super::counting::{CountKind, CountedDimension, Counting};
use super::cube::{Cube, CubeKey};
use super::equations::{between, within};
use super::level::Divided;
use super::nodes::{ReleaseNodes, identity};
use crate::disclosure::members::MemberKey;
use crate::disclosure::system::NodeId;
use crate::lake::TableName;
use std::collections::{BTreeMap, BTreeSet};

/// What is known of somebody, column by column, and how many rows they have.
pub(super) struct Someone {
    pub key: i64,
    pub values: BTreeMap<&'static str, String>,
    pub rows: u64,
}

pub(super) fn key() -> MemberKey {
    MemberKey::new([7; 32].into())
}

fn dimension(column: &str) -> CountedDimension {
    CountedDimension {
        column: column.to_string(),
        lookup: None,
        of_person: false,
    }
}

/// A count of people by some columns, beside tables that have others.
pub(super) fn counted(
    people: &[Someone],
    by: &[&'static str],
    beside: &[&'static str],
) -> (Counting, Cube) {
    let counting = Counting {
        of: TableName::new("core", "person"),
        condition: None,
        places: (0..by.len()).collect(),
        by: by.iter().map(|column| dimension(column)).collect(),
        beside: beside.iter().map(|column| dimension(column)).collect(),
        people: Some("people".to_string()),
        rows: None,
        amount: None,
        sum: None,
    };
    let divided = by.iter().map(|column| {
        let values: BTreeSet<&String> = people.iter().map(|p| &p.values[column]).collect();
        let into = |value: &String, other: &str| {
            let alike = people.iter().filter(|p| p.values[column] == *value);
            let found: BTreeSet<&String> = alike.map(|p| &p.values[other]).collect();
            (found.len() == 1)
                .then(|| found.into_iter().next().cloned())
                .flatten()
        };
        let beside = beside.iter().filter_map(|other| {
            let into: Option<Vec<String>> = values.iter().map(|value| into(value, other)).collect();
            Some((dimension(other), into?))
        });
        let beside = beside.collect();
        Divided::of(
            &dimension(column),
            values.iter().map(ToString::to_string).collect(),
            beside,
        )
    });
    let mut cube = Cube::empty(divided.collect());
    for person in people {
        let leaf: CubeKey = by
            .iter()
            .zip(&cube.dimensions)
            .filter_map(|(column, dimension)| dimension.number(&person.values[column]))
            .collect();
        cube.add(person.key, &[(leaf, person.rows)], &key());
    }
    cube.roll_up();
    (counting, cube)
}

/// Puts a count of people among the figures of a release; gives the figure of a place.
pub(super) fn put<'a>(
    nodes: &mut ReleaseNodes,
    (counting, cube): &'a (Counting, Cube),
) -> impl Fn(&[Option<&str>]) -> NodeId + use<'a> {
    let known = nodes.of_cube("t", counting, (cube, None), CountKind::People);
    within(nodes, cube, &known);
    for (set, key) in known.keys() {
        nodes.show(&identity(counting, cube, set, key, CountKind::People));
    }
    move |place| {
        let place: Vec<Option<String>> = place.iter().map(|v| v.map(str::to_string)).collect();
        known[&cube.place(&place).unwrap()].0
    }
}

fn people() -> Vec<Someone> {
    (0..120i64)
        .map(|n| {
            let place = ["north", "south", "west"][usize::try_from(n % 3).unwrap()];
            let ward = format!("{place} {}", n % 2);
            let sex = if n % 5 < 3 { "Female" } else { "Male" };
            Someone {
                key: n,
                values: BTreeMap::from([
                    ("place", place.to_string()),
                    ("ward", ward),
                    ("sex", sex.to_string()),
                ]),
                rows: 1 + u64::try_from(n % 4).unwrap(),
            }
        })
        .collect()
}

#[test]
fn the_same_people_are_one_figure_in_all_tables() {
    let people = people();
    let wards = counted(&people, &["ward"], &["place", "sex"]);
    let places = counted(&people, &["place", "sex"], &["ward"]);
    let mut nodes = ReleaseNodes::default();
    let by_ward = put(&mut nodes, &wards);
    let by_place = put(&mut nodes, &places);
    assert_eq!(by_ward(&[None]), by_place(&[None, None]));
    assert_ne!(
        by_ward(&[Some("north 0")]),
        by_place(&[Some("north"), None])
    );
    // A place is the sum of its wards, which only the table of wards has, and of its men and women.
    let figures = nodes.figures();
    let north = by_place(&[Some("north"), None]);
    let mut sums: Vec<Vec<NodeId>> = figures
        .equations
        .iter()
        .filter(|equation| equation.total == north)
        .map(|equation| equation.parts.clone())
        .collect();
    sums.sort();
    let mut expected = vec![
        vec![by_ward(&[Some("north 0")]), by_ward(&[Some("north 1")])],
        vec![
            by_place(&[Some("north"), Some("Female")]),
            by_place(&[Some("north"), Some("Male")]),
        ],
    ];
    for parts in &mut expected {
        parts.sort();
    }
    expected.sort();
    assert_eq!(sums, expected);
}

#[test]
fn all_and_all_but_one_are_compared() {
    let everyone = people();
    let but_three: Vec<Someone> = people().into_iter().skip(3).collect();
    let all = counted(&everyone, &["sex"], &[]);
    let (mut counting, cube) = counted(&but_three, &["sex"], &[]);
    counting.condition = Some("sex <> 'x'".to_string());
    let mut nodes = ReleaseNodes::default();
    let of_all = put(&mut nodes, &all);
    let others = (counting, cube);
    let of_others = put(&mut nodes, &others);
    assert_ne!(of_all(&[None]), of_others(&[None]));
    let before = nodes.figures().nodes.len();
    between(&mut nodes);
    let figures = nodes.figures();
    // Three women make the difference: it is one figure for the total and for women.
    assert_eq!(figures.nodes.len(), before + 1);
    let rest = NodeId(u32::try_from(before).unwrap());
    assert!(!figures.nodes[before].shown);
    for (larger, smaller) in [
        (of_all(&[None]), of_others(&[None])),
        (of_all(&[Some("Female")]), of_others(&[Some("Female")])),
    ] {
        let mut parts = vec![smaller, rest];
        parts.sort();
        let known = figures.equations.iter();
        assert!(
            known
                .into_iter()
                .any(|e| e.total == larger && e.parts == parts),
            "{larger:?}"
        );
    }
}

#[test]
fn people_in_several_cells_count_once_in_every_total() {
    let dimension = |column: &str, values: &[&str]| {
        let values = values.iter().map(ToString::to_string).collect();
        Divided::of(&dimension(column), values, Vec::new())
    };
    let mut cube = Cube::empty(vec![
        dimension("setting", &["a", "b"]),
        dimension("sex", &["f", "m"]),
    ]);
    let leaf = |setting: u16, sex: u16| -> CubeKey { vec![setting, sex].into() };
    // One has two rows in one cell, one a row in each setting, one a single row.
    cube.add(1, &[(leaf(0, 0), 2)], &key());
    cube.add(2, &[(leaf(0, 0), 1), (leaf(1, 0), 1)], &key());
    cube.add(3, &[(leaf(1, 1), 1)], &key());
    cube.roll_up();
    let tally = |place: [Option<&str>; 2]| {
        let place = place.map(|value| value.map(str::to_string));
        let (set, key) = cube.place(&place).unwrap();
        let tally = &cube.sets[&set][&key];
        (tally.people.people(), tally.rows)
    };
    let of = |people: u64, rows: u64| (crate::disclosure::TrueCount::new(people), rows);
    assert!(tally([Some("a"), Some("f")]) == of(2, 3));
    assert!(tally([Some("b"), None]) == of(2, 2));
    assert!(tally([None, Some("f")]) == of(2, 4));
    assert!(tally([None, None]) == of(3, 5));
    let all = cube.place(&[None, None]).unwrap();
    let mut everyone = crate::disclosure::members::Members::default();
    for (person, rows) in [(1, 2), (2, 2), (3, 1)] {
        everyone.add(&key(), Some(person), rows);
    }
    assert!(cube.sets[&all.0][&all.1].weighted == everyone);
}
