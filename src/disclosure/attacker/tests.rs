use super::*;
use crate::disclosure::protect::tests::population::SplitMix;
use crate::disclosure::protect::tests::strangers;
use crate::disclosure::system::{Equation, Interval, NodeId, System};

/// Systems against which the bounds are listed.
const SYSTEMS: u64 = 600;

/// A small system and a table that meets it: some cells, sums of them, sums of sums, and sums that two
/// equations say.
fn random(seed: u64) -> (System, Vec<i64>) {
    let mut random = SplitMix(seed);
    let cells = 2 + random.below(4) as usize;
    let mut table: Vec<i64> = (0..cells).map(|_| random.below(4) as i64).collect();
    let mut equations = Vec::new();
    for _ in 0..2 + random.below(3) {
        let mut parts: Vec<NodeId> = (0..table.len() as u32).map(NodeId).collect();
        parts.retain(|_| random.below(2) == 0);
        if random.below(8) == 0 {
            parts.extend(parts.first().copied());
        }
        let sum: i64 = parts.iter().map(|part| table[part.at()]).sum();
        let same = table
            .iter()
            .position(|count| *count == sum)
            .filter(|_| random.below(2) == 0);
        let total = same.unwrap_or_else(|| {
            table.push(sum);
            table.len() - 1
        });
        equations.push(Equation {
            total: NodeId(total as u32),
            parts,
        });
    }
    let read = table.iter().map(|count| {
        let low = count - random.below(4) as i64;
        Interval::new(low.max(0), count + random.below(4) as i64)
    });
    let read: Vec<Interval> = read.collect();
    let protected = table.iter().map(|_| random.below(4) as i64).collect();
    (
        System {
            read,
            protected,
            equations,
        },
        table,
    )
}

#[test]
fn bounds_are_those_of_every_possible_table() {
    let mut pinned = 0;
    for seed in 0..SYSTEMS {
        let (system, table) = random(seed);
        let listed = strangers::listed(&system.read, &system.equations).unwrap();
        let exposed: Vec<NodeId> = (0..listed.len())
            .filter(|at| listed[*at].width() < system.protected[*at])
            .map(|at| NodeId(at as u32))
            .collect();
        pinned += exposed.len();
        for possible in [Some(&only(&table)), None] {
            let mut found = attack(&system, possible, &Effort::default());
            found.exposed.sort_unstable();
            assert_eq!(found.contradiction, None, "system {seed}");
            assert_eq!(found.unproved, [], "system {seed}");
            assert_eq!(found.exposed, exposed, "system {seed}");
            for (wide, exact) in found.bounds.iter().zip(&listed) {
                assert!(
                    wide.low <= exact.low && wide.high >= exact.high,
                    "system {seed}"
                );
            }
        }
        for (at, exact) in listed.iter().enumerate() {
            assert_eq!(
                bounds_of(&system, at),
                Some(*exact),
                "figure {at} of system {seed}"
            );
        }
    }
    assert!(pinned > 500, "{pinned}");
}

/// One table, and no others.
fn only(table: &[i64]) -> Possible {
    let (table, exchanges) = (table.to_vec(), Vec::new());
    Possible { table, exchanges }
}

/// The exact bounds of one figure.
fn bounds_of(system: &System, at: usize) -> Option<Interval> {
    let network =
        crate::disclosure::system::Network::of_unknown(&system.read, &system.equations).unwrap();
    let table: Vec<i64> = system.read.iter().map(|bounds| bounds.low).collect();
    let (bounds, effort) = (&system.read, &Effort::default());
    let prover = proof::Prover {
        network: &network,
        bounds,
        table: &table,
        effort,
    };
    prover.whole(at as u32).unwrap()
}

fn system(read: &[(i64, i64)], equations: &[(u32, &[u32])]) -> System {
    let equation = |(total, parts): &(u32, &[u32])| Equation {
        total: NodeId(*total),
        parts: parts.iter().copied().map(NodeId).collect(),
    };
    System {
        read: read
            .iter()
            .map(|(low, high)| Interval::new(*low, *high))
            .collect(),
        protected: vec![1; read.len()],
        equations: equations.iter().map(equation).collect(),
    }
}

#[test]
fn an_equation_with_one_unknown_is_a_leak() {
    let one = system(&[(10, 10), (12, 12), (1, 7)], &[(1, &[0, 2])]);
    let found = attack(&one, Some(&only(&[10, 12, 2])), &Effort::default());
    assert_eq!(found.bounds[2], Interval::new(2, 2));
    assert!(found.exposed.contains(&NodeId(2)));
}

#[test]
fn extremes_over_tables_are_a_leak() {
    // Three asterisks under 20, of which two other groups of 15 and 10 make 21 or more: all sevens.
    let read = [(1, 7), (1, 7), (1, 7), (18, 22), (13, 17), (8, 12)];
    let two = system(&read, &[(3, &[0, 1, 2]), (3, &[4, 5])]);
    let found = attack(&two, Some(&only(&[7, 7, 7, 21, 13, 8])), &Effort::default());
    assert_eq!(found.exposed.iter().filter(|node| node.0 < 3).count(), 3);
}

#[test]
fn what_cannot_be_is_said() {
    let effort = Effort::default();
    let contradiction =
        |one: &System, table: Option<&Possible>| attack(one, table, &effort).contradiction;
    // 1 to 7 and 1 to 7 are not 20.
    let sum = system(&[(1, 7), (1, 7), (20, 20)], &[(2, &[0, 1])]);
    assert!(contradiction(&sum, None).is_some());
    assert!(contradiction(&sum, Some(&only(&[7, 7, 20]))).is_some());
    // Known figures that do not add up.
    let known = system(&[(1, 1), (1, 1), (3, 3)], &[(2, &[0, 1])]);
    assert_eq!(contradiction(&known, None), Some(NodeId(2)));
    // Odd and even: no table of whole people, though bounds alone allow one.
    let parity = system(&[(0, 3), (3, 3), (0, 9)], &[(1, &[0, 0])]);
    assert!(contradiction(&parity, None).is_some());
    // A figure that is not there.
    let beyond = system(&[(0, 3)], &[(9, &[0])]);
    assert_eq!(contradiction(&beyond, None), Some(NodeId(9)));
    // A table that is not possible is an error of ours, never "safe".
    let range = system(&[(1, 7), (1, 7), (2, 14)], &[(2, &[0, 1])]);
    assert!(contradiction(&range, Some(&only(&[8, 1, 9]))).is_some());
    assert!(contradiction(&range, Some(&only(&[3, 1, 9]))).is_some());
    assert_eq!(contradiction(&range, Some(&only(&[3, 1, 4]))), None);
}

#[test]
fn figures_may_go_round_in_circles() {
    // Each is the sum of the other and of nothing.
    let circle = system(&[(1, 7), (1, 7), (0, 0)], &[(0, &[1, 2]), (1, &[0, 2])]);
    let found = attack(&circle, Some(&only(&[3, 3, 0])), &Effort::default());
    assert_eq!((found.contradiction, found.exposed.len()), (None, 1));
    assert_eq!(found.by_witness, 2);
    // Each is the other and something more: that is nothing.
    let circle = system(
        &[(1, 7), (1, 7), (0, 5), (0, 5)],
        &[(0, &[1, 2]), (1, &[0, 3])],
    );
    let found = attack(&circle, Some(&only(&[3, 3, 0, 0])), &Effort::default());
    assert_eq!(found.exposed, [NodeId(2), NodeId(3)]);
}

#[test]
fn nothing_is_safe() {
    let found = attack(&System::default(), Some(&only(&[])), &Effort::default());
    assert_eq!(
        (
            found.contradiction,
            found.exposed.len(),
            found.unproved.len()
        ),
        (None, 0, 0)
    );
}

#[test]
fn work_is_the_same_on_every_run() {
    let (system, table) = random(7);
    let run = || attack(&system, Some(&only(&table)), &Effort::default()).work;
    assert_eq!(run(), run());
}

#[test]
fn somebody_is_exchanged_in_a_hundred_figures() {
    // One person more in one of them is one more in all.
    let equal = |at: u32| Equation {
        total: NodeId(at),
        parts: vec![NodeId(at + 1)],
    };
    let system = System {
        read: vec![Interval::new(1, 7); 151],
        protected: vec![1; 151],
        equations: (0..150).map(equal).collect(),
    };
    let known = Possible {
        table: vec![3; 151],
        exchanges: Vec::new(),
    };
    let effort = Effort {
        exact: 0,
        ..Effort::default()
    };
    let found = attack(&system, Some(&known), &effort);
    assert_eq!((found.by_witness, found.unproved), (151, Vec::new()));
    assert_eq!(found.exchanges[0].len(), 151);
}

/// A table of so many rows and columns with its sums, each count 3, in which nothing can be more than 7.
fn crossed(size: u32) -> (System, Vec<i64>) {
    let cell = |row: u32, column: u32| NodeId(row * size + column);
    let of_row = |row: u32| {
        (
            size * size + row,
            Vec::from_iter((0..size).map(|at| cell(row, at))),
        )
    };
    let of_column = |column: u32| {
        let cells = (0..size).map(|at| cell(at, column));
        (size * size + size + column, cells.collect())
    };
    let sums = (0..size).map(of_row).chain((0..size).map(of_column));
    let equation = |(total, parts)| Equation {
        total: NodeId(total),
        parts,
    };
    let (cells, sum) = ((size * size) as usize, i64::from(3 * size));
    let mut table = vec![3; cells];
    table.resize(cells + 2 * size as usize, sum);
    let mut read = vec![Interval::new(1, 7); cells];
    read.resize(table.len(), Interval::new(sum, sum));
    let mut protected = vec![1; cells];
    protected.resize(table.len(), 0);
    let equations = sums.map(equation).collect();
    let system = System {
        read,
        protected,
        equations,
    };
    (system, table)
}

#[test]
fn linear_programs_alone_find_the_exchanges_of_a_table() {
    let (system, table) = crossed(6);
    let without = Effort {
        exchange: 0,
        shortest: 0,
        exact: 0,
        ..Effort::default()
    };
    let found = attack(&system, Some(&only(&table)), &without);
    assert_eq!((found.by_witness, found.unproved.len()), (0, 36));
    let with = Effort {
        shortest: 36,
        ..without
    };
    let found = attack(&system, Some(&only(&table)), &with);
    assert_eq!((found.by_witness, found.unproved), (36, Vec::new()));
    // One more here and one fewer there, and the other way round in another row.
    assert!(found.exchanges.iter().all(|exchange| exchange.len() == 4));
}
