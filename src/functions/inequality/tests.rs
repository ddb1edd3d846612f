//! What holds of every index of inequality and every life table.

use super::gradient::Gradient;
use super::healthy_life_expectancy::HealthyLifeExpectancy;
use super::life_expectancy::LifeExpectancy;
use crate::functions::any_order::{at_once, columns, numbers, same_in_any_order, shuffles};
use crate::statistics::inequality_index::Index;
use crate::statistics::life_table::AGES;
use arrow::array::{ArrayRef, Float64Array, StringArray};
use proptest::prelude::*;
use std::sync::Arc;

fn gradient(index: Index, simulated: bool) -> Gradient {
    Gradient {
        function: "gradient",
        index,
        simulated,
    }
}

/// Quantile, population, value, lower and upper.
fn quantiles() -> impl Strategy<Value = Vec<[f64; 5]>> {
    let one = (1..90_000u32, 1..2000u32, 1..50u32);
    prop::collection::vec(one, 10).prop_map(|rows| {
        let rows = rows.into_iter().zip(1..);
        rows.map(|((people, value, width), quantile)| {
            let (value, width) = (f64::from(value) / 7.0, f64::from(width) / 7.0);
            [
                quantile.into(),
                people.into(),
                value,
                value - width,
                value + width,
            ]
        })
        .collect()
    })
}

fn first<const N: usize>(rows: &[[f64; 5]]) -> Vec<[f64; N]> {
    rows.iter()
        .map(|row| std::array::from_fn(|i| row[i]))
        .collect()
}

/// Age, population and deaths.
fn ages() -> impl Strategy<Value = Vec<[f64; 3]>> {
    prop::collection::vec((251..90_000u32, 1..250u32), 20).prop_map(|rows| {
        let rows = AGES.iter().zip(rows);
        rows.map(|(age, (people, deaths))| [(*age).into(), people.into(), deaths.into()])
            .collect()
    })
}

proptest! {
    #[test]
    fn order_and_parts_change_nothing(
        quantiles in quantiles(),
        ages in ages(),
        ten in shuffles(10),
        twenty in shuffles(20),
    ) {
        for index in [Index::Slope, Index::Relative] {
            let rows = columns(&first::<3>(&quantiles));
            same_in_any_order(&gradient(index, false), &rows, &ten)?;
        }
        same_in_any_order(&LifeExpectancy, &columns(&ages), &twenty)?;
        let asked: Vec<_> = ages.iter().map(|[a, p, d]| [*a, *p, *d, p - d, *p]).collect();
        same_in_any_order(&HealthyLifeExpectancy, &columns(&asked), &twenty)?;
    }

    #[test]
    fn limits_bracket_the_value(quantiles in quantiles(), ages in ages()) {
        for index in [Index::Slope, Index::Relative] {
            let rows = columns(&first::<3>(&quantiles));
            let limits = numbers(&at_once(&gradient(index, false), &rows));
            // A ratio that is not above 0 has none.
            if let [Some(value), Some(lower), Some(upper)] = limits {
                prop_assert!(lower <= value && value <= upper, "{limits:?}");
            }
        }
        if let [Some(value), Some(lower), Some(upper)] =
            numbers(&at_once(&LifeExpectancy, &columns(&ages)))
        {
            prop_assert!(lower < value && value < upper);
        }
    }
}

proptest! {
    // Each case draws a hundred thousand lines.
    #![proptest_config(ProptestConfig::with_cases(8))]

    #[test]
    fn simulated_limits_bracket_the_value_in_any_order(
        quantiles in quantiles(),
        ten in shuffles(10),
    ) {
        let slope = gradient(Index::Slope, true);
        let rows = columns(&quantiles);
        same_in_any_order(&slope, &rows, &ten)?;
        let [value, lower, upper] = numbers(&at_once(&slope, &rows)).map(Option::unwrap);
        prop_assert!(lower < value && value < upper);
    }
}

#[test]
fn a_line_is_found_again() {
    // Values on a line: 10 at the most deprived end, 4 at the least.
    let shares = [0.1, 0.3, 0.2, 0.25, 0.15];
    let mut below = 0.0;
    let rows = shares.map(|share| {
        let rank = below + share / 2.0;
        below += share;
        [share, 10.0 - 6.0 * rank]
    });
    let rows: Vec<[f64; 3]> = rows
        .iter()
        .zip(1..)
        .map(|([share, value], quantile)| [quantile.into(), share * 1000.0, *value])
        .collect();
    let slope = numbers(&at_once(&gradient(Index::Slope, false), &columns(&rows)));
    let ratio = numbers(&at_once(&gradient(Index::Relative, false), &columns(&rows)));
    for (numbers, expected) in [(slope, -6.0), (ratio, 0.4)] {
        for number in numbers {
            assert!((number.unwrap() - expected).abs() < 1e-9);
        }
    }
}

#[test]
fn simulated_limits_are_those_of_the_normal_distribution() {
    // The slope of a line through normal values is normal itself.
    let rows: Vec<[f64; 5]> = (1..=5)
        .map(|quantile| {
            let quantile = f64::from(quantile);
            [
                quantile,
                100.0,
                2.0 * quantile,
                2.0 * quantile - 1.0,
                2.0 * quantile + 1.0,
            ]
        })
        .collect();
    let simulated = gradient(Index::Slope, true);
    let [value, lower, upper] = numbers(&at_once(&simulated, &columns(&rows))).map(Option::unwrap);
    // Five values 0.2 apart: Σ(b − mean)² is 0.4, and each limit is 1 from its value.
    let half = (1.0f64 / 0.4).sqrt();
    assert!((value - 10.0).abs() < 1e-9);
    assert!((lower - (10.0 - half)).abs() < 0.02, "{lower}");
    assert!((upper - (10.0 + half)).abs() < 0.02, "{upper}");
}

/// Quintiles of unequal size with proportions and their 95 % limits.
const PROPORTIONS: [[f64; 5]; 5] = [
    [1.0, 3000.0, 0.31, 0.27, 0.35],
    [2.0, 2500.0, 0.26, 0.23, 0.30],
    [3.0, 4100.0, 0.22, 0.18, 0.26],
    [4.0, 1800.0, 0.17, 0.14, 0.21],
    [5.0, 2600.0, 0.15, 0.12, 0.19],
];

#[test]
fn limits_on_another_scale_are_those_of_the_slope() {
    // The slope of the line on the scale of the transform is normal: by the normal equations, with
    // the quantiles' weights as its coefficients. The line is turned about the population's middle.
    let log = |p: f64| p.ln();
    let logit = |p: f64| (p / (1.0 - p)).ln();
    let exp = |y: f64| y.exp();
    let expit = |y: f64| y.exp() / (1.0 + y.exp());
    type Scale = fn(f64) -> f64;
    let scales: [(&str, Scale, Scale); 2] = [("log", log, exp), ("logit", logit, expit)];
    for (name, forth, back) in scales {
        let people: f64 = PROPORTIONS.iter().map(|row| row[1]).sum();
        let (mut s, mut sx, mut sxx, mut sy, mut sxy) = (0.0, 0.0, 0.0, 0.0, 0.0);
        let mut below = 0.0;
        let mut points = Vec::new();
        for [_, n, value, lower, upper] in PROPORTIONS {
            let (a, b) = (n / people, (below + n / 2.0) / people);
            below += n;
            let y = forth(value);
            s += a;
            sx += a * b;
            sxx += a * b * b;
            sy += a * y;
            sxy += a * b * y;
            points.push((a, b, (forth(upper) - forth(lower)) / (2.0 * 1.959_964)));
        }
        let whole = s * sxx - sx * sx;
        let slope = (s * sxy - sx * sy) / whole;
        let intercept = (sxx * sy - sx * sxy) / whole;
        let middle = intercept + slope / 2.0;
        let variance: f64 = points
            .iter()
            .map(|(a, b, error)| (a * (s * b - sx) / whole * error).powi(2))
            .sum();
        let spread = 1.959_964 * variance.sqrt();
        for multiplier in [1.0, -100.0, 0.5] {
            let mut rows = columns(&PROPORTIONS);
            let text: ArrayRef = Arc::new(StringArray::from(vec![name; 5]));
            let number: ArrayRef = Arc::new(Float64Array::from(vec![multiplier; 5]));
            rows.extend([text, number]);
            let ends = |slope: f64| (back(middle - slope / 2.0), back(middle + slope / 2.0));
            for index in [Index::Slope, Index::Relative] {
                let of = |slope: f64| {
                    let (worst, best) = ends(slope);
                    match index {
                        Index::Slope => (best - worst) * multiplier,
                        Index::Relative if multiplier < 0.0 => worst / best,
                        Index::Relative => best / worst,
                    }
                };
                let (one, other) = (of(slope - spread), of(slope + spread));
                let expected = [of(slope), one.min(other), one.max(other)];
                let found = numbers(&at_once(&gradient(index, true), &rows)).map(Option::unwrap);
                assert!((found[0] - expected[0]).abs() < 1e-9 * expected[0].abs());
                // A percentile of 100,000 draws is off by up to a hundredth of their spread; the
                // percentiles of the index itself would be 1.5 % nearer together.
                let width = expected[2] - expected[1];
                for i in [1, 2] {
                    let off = (found[i] - expected[i]).abs() / width;
                    assert!(
                        off < 0.012,
                        "{name} {multiplier} {i}: {found:?} {expected:?}"
                    );
                }
                let found = found[2] - found[1];
                assert!(
                    (found / width - 1.0).abs() < 0.01,
                    "{name}: {found} {width}"
                );
            }
        }
    }
}
