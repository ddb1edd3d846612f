use super::table_protect::ProtectedTable;
use super::*;
use proptest::prelude::*;

#[test]
fn a_true_count_cannot_be_read() {
    assert_eq!(format!("{:?}", TrueCount::new(3)), "TrueCount(redacted)");
    let suppressed = Scheme::Hes2018.release_people(TrueCount::new(3));
    assert!(!format!("{suppressed:?}").contains('3'));
}

#[test]
fn figures_of_suppressed_parts_are_suppressed() {
    let scheme = Scheme::Hes2018;
    let of = |n| scheme.release_people(TrueCount::new(n));
    assert_eq!(percent(of(3), of(100), true), Figure::Suppressed);
    assert_eq!(percent(of(0), of(3), false), Figure::Suppressed);
    assert_eq!(rate(of(20), of(7), 1000.0), Figure::Suppressed);
    assert_eq!(rate(of(0), of(0), 1000.0), Figure::NotApplicable);
    // From the rounded parts 15 and 100, not from 13 and 98.
    let Figure::Value(estimate) = percent(of(13), of(98), false) else {
        panic!("no figure")
    };
    assert_eq!((estimate.value(), estimate.limits()), (15.0, None));
}

fn row(counts: &[u64]) -> ProtectedTable {
    let mut cells: Vec<TrueCount> = counts.iter().map(|n| TrueCount::new(*n)).collect();
    cells.push(cells.iter().copied().sum());
    let margin = Margin {
        total: counts.len(),
        parts: (0..counts.len()).collect(),
    };
    Scheme::Hes2018.protect(&cells, &[margin])
}

#[test]
fn a_total_that_gives_a_cell_away_is_moved() {
    // 15, 15, * under 25 could only be 13, 13, 1 under 27.
    let protected = row(&[13, 13, 1]);
    assert_eq!(protected.cells[3].count(), Some(30));
    assert_eq!((protected.moved, protected.exposed), (1, 0));
    // Seven suppressed cells under a suppressed total could only be ones.
    let protected = row(&[1; 7]);
    assert_eq!(protected.cells[7].count(), Some(10));
    assert_eq!((protected.moved, protected.exposed), (1, 0));
}

#[test]
fn other_totals_keep_the_rule() {
    assert_eq!(row(&[12, 6]).cells[2].count(), Some(20));
    assert_eq!(row(&[0, 0, 3]).cells[3].count(), None);
    assert_eq!(row(&[0, 40]).cells[2].count(), Some(40));
    assert_eq!(row(&[0, 0]).cells[2].count(), Some(0));
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(2000))]

    #[test]
    fn no_released_count_is_small_or_unrounded(n in 0u64..5_000_000_000) {
        match Scheme::Hes2018.release_people(TrueCount::new(n)).count() {
            None => prop_assert!((1..=7).contains(&n)),
            Some(released) => {
                prop_assert!(Scheme::Hes2018.allows(released));
                prop_assert!(released.abs_diff(n) <= 2);
            }
        }
    }

    #[test]
    fn no_suppressed_cell_follows_from_a_table(
        rows in 1usize..5, columns in 1usize..5, seed in prop::collection::vec(0u64..16, 16),
    ) {
        let mut cells = Vec::new();
        for r in 0..rows {
            let parts: Vec<TrueCount> = (0..columns).map(|c| TrueCount::new(seed[r * 4 + c])).collect();
            cells.extend(&parts);
            cells.push(parts.iter().copied().sum());
        }
        let wide = columns + 1;
        for c in 0..wide {
            cells.push((0..rows).map(|r| cells[r * wide + c]).sum());
        }
        let mut margins = Vec::new();
        for r in 0..=rows {
            let first = r * wide;
            margins.push(Margin { total: first + columns, parts: (first..first + columns).collect() });
        }
        for c in 0..wide {
            margins.push(Margin { total: rows * wide + c, parts: (0..rows).map(|r| r * wide + c).collect() });
        }
        let protected = Scheme::Hes2018.protect(&cells, &margins);
        for (true_count, released) in cells.iter().zip(&protected.cells) {
            if let Some(n) = released.count() {
                prop_assert!(Scheme::Hes2018.allows(n));
                prop_assert!(n.abs_diff(true_count.get()) <= 4);
            }
        }
        prop_assert_eq!(protected.exposed, 0);
        for (at, count) in table_attacker::pinned(&Scheme::Hes2018, &protected.cells, &margins) {
            prop_assert_ne!(cells[at].get() as i64, count);
        }
    }
}
