//! Projections against what must hold for all of them.

use super::cells::ProjectionCells;
use super::factor_row::{FactorRow, FactorRows, hashed};
use super::step::ProjectionStep::{self, Avoidance, Demographic, Efficiency, NonDemographic};
use crate::functions::fold::Kept;
use arrow::array::AsArray;

fn row(cell: &str, events: f64, years: u8, step: ProjectionStep, limits: [f64; 2]) -> FactorRow {
    FactorRow {
        cell: hashed(cell),
        factor: hashed("factor") as u64,
        step,
        years,
        events,
        amount: 1.0,
        lower: limits[0],
        upper: limits[1],
        probability: 1.0,
    }
}

/// Forty cells in two years, with all that a cell can have.
fn rows() -> Vec<FactorRow> {
    let mut rows = Vec::new();
    for cell in 0..40 {
        let name = format!("cell {cell}");
        let events = f64::from(cell) * 1.5;
        for years in [1, 5] {
            let ratio = 1.0 + 0.01 * f64::from(years);
            for (variant, probability, more) in [
                ("low", 0.2, -0.02),
                ("high", 0.3, 0.03),
                ("principal", 0.5, 0.0),
            ] {
                rows.push(FactorRow {
                    factor: hashed(variant) as u64,
                    probability,
                    ..row(&name, events, years, Demographic, [ratio + more; 2])
                });
            }
            rows.push(row(&name, events, years, NonDemographic, [0.0, 0.02]));
            rows.push(row(&name, events, years, Avoidance, [0.1, 0.2]));
            rows.push(row(&name, events, years, Efficiency, [0.0, 0.3]));
        }
        for row in rows.iter_mut().filter(|row| row.cell == hashed(&name)) {
            row.amount = 2.5;
        }
    }
    rows
}

#[test]
fn neither_order_nor_threads_change_a_figure() {
    let mut forward = rows();
    let mut backward: Vec<FactorRow> = rows().into_iter().rev().collect();
    let one = ProjectionCells::of(&mut forward).unwrap();
    let other = ProjectionCells::of(&mut backward).unwrap();
    let runs = one.simulate(40, 7);
    assert_eq!(runs, other.simulate(40, 7));
    for threads in [1, 3] {
        let pool = rayon::ThreadPoolBuilder::new()
            .num_threads(threads)
            .build()
            .unwrap();
        assert_eq!(runs, pool.install(|| one.simulate(40, 7)));
    }
    assert_ne!(runs, one.simulate(40, 8));
}

#[test]
fn the_steps_add_up_to_the_change() {
    let cells = ProjectionCells::of(&mut rows()).unwrap();
    for (year, (outcome, baseline)) in cells.principal().iter().zip(cells.baseline()).enumerate() {
        let sum = baseline + outcome.steps.iter().sum::<f64>();
        assert!((sum - outcome.total).abs() < 1e-9 * sum, "{year}");
        // 40 x 39 / 2 x 1.5 events of 2.5 each.
        assert_eq!(baseline, 2_925.0);
    }
    // In the fifth year 1.05 + 0.3 x 0.03 - 0.2 x 0.02 times the people, 1.01^5 growth, and
    // 0.85 of it kept at 0.85 of its amount.
    let expected = 2_925.0 * 1.055 * 1.01f64.powi(5) * 0.85 * 0.85;
    assert!((cells.principal()[1].total - expected).abs() < 1e-9 * expected);
}

#[test]
fn runs_lie_about_the_principal_projection() {
    let cells = ProjectionCells::of(&mut rows()).unwrap();
    let runs = cells.simulate(4_000, 1);
    let principal = cells.principal();
    for year in 0..2 {
        let mean = runs.iter().map(|run| run[year].total).sum::<f64>() / 4_000.0;
        assert!((mean / principal[year].total - 1.0).abs() < 0.01, "{mean}");
    }
}

#[test]
fn totals_are_the_sums_of_their_parts_in_each_run() {
    let (mut all, parts) = (rows(), rows());
    let (mut even, mut odd): (Vec<FactorRow>, Vec<FactorRow>) = parts
        .into_iter()
        .partition(|row| row.cell.is_multiple_of(2));
    let whole = ProjectionCells::of(&mut all).unwrap().simulate(30, 3);
    let even = ProjectionCells::of(&mut even).unwrap().simulate(30, 3);
    let odd = ProjectionCells::of(&mut odd).unwrap().simulate(30, 3);
    for ((whole, even), odd) in whole.iter().zip(&even).zip(&odd) {
        for year in 0..2 {
            let sum = even[year].total + odd[year].total;
            assert!((whole[year].total - sum).abs() < 1e-9 * sum);
        }
    }
}

#[test]
fn the_interval_of_a_factor_holds_eighty_percent() {
    let cells = &mut [
        row("cell", 1e6, 1, Demographic, [1.0; 2]),
        row("cell", 1e6, 1, Avoidance, [0.1, 0.3]),
    ];
    let runs = ProjectionCells::of(cells).unwrap().simulate(10_000, 5);
    let within = runs
        .iter()
        .filter(|run| (0.1..=0.3).contains(&(-run[0].steps[3] / 1e6)));
    // Four standard errors: 4 x 0.4 / 100.
    let share = within.count() as f64 / 10_000.0;
    assert!((share - 0.8).abs() < 0.016, "{share}");
}

#[test]
fn each_run_takes_one_alternative_for_all_cells() {
    let mut rows = Vec::new();
    for cell in ["a", "b"] {
        for (variant, probability, ratio) in [("p", 0.7, 1.0), ("h", 0.3, 2.0)] {
            rows.push(FactorRow {
                factor: hashed(variant) as u64,
                probability,
                ..row(cell, 1e6, 1, Demographic, [ratio; 2])
            });
        }
    }
    let runs = ProjectionCells::of(&mut rows).unwrap().simulate(10_000, 5);
    let demographic: Vec<f64> = runs.iter().map(|run| run[0].steps[0]).collect();
    assert!(demographic.iter().all(|step| [0.0, 2e6].contains(step)));
    let high = demographic.iter().filter(|step| **step > 0.0).count() as f64 / 10_000.0;
    assert!((high - 0.3).abs() < 0.0184, "{high}");
}

#[test]
fn what_is_kept_of_rows_is_given_back() {
    let mut state = FactorRows::default();
    let rows = rows();
    state
        .settings
        .take("f", &["runs", "seed"], [Some(256.0), Some(1.0)])
        .unwrap();
    rows.iter().for_each(|row| {
        state.push(*row);
    });
    let saved = FactorRows::save(vec![state, FactorRows::default()]).unwrap();
    let saved = saved[0].as_binary::<i64>();
    let mut merged = FactorRows::default();
    merged.merge(saved.value(1)).unwrap();
    assert_eq!(merged.settings.get(), None);
    merged.merge(saved.value(0)).unwrap();
    assert_eq!(merged.rows, rows);
    assert_eq!(merged.settings.get(), Some([256.0, 1.0]));
}

/// An independent program in Python gives these counts of cells of 5 and 50 events.
#[test]
fn the_same_seed_gives_these_counts_on_every_machine() {
    let cell = |cell, events| FactorRow {
        cell,
        factor: 7,
        ..row("", events, 3, Demographic, [0.9, 1.3])
    };
    let counts = |cell| {
        let cells = ProjectionCells::of(&mut [cell]).unwrap();
        let runs = cells.simulate(5, 42);
        runs.iter().map(|run| run[0].total).collect::<Vec<f64>>()
    };
    assert_eq!(counts(cell(1, 5.0)), [7.0, 4.0, 2.0, 6.0, 2.0]);
    assert_eq!(counts(cell(2, 50.0)), [53.0, 63.0, 46.0, 66.0, 65.0]);
}
