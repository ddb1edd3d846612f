//! Control charts: the function against the rules as they are written, and what must not change it.

use super::answers::{Asked, agrees, number, values};
use proptest::collection::vec;
use proptest::prelude::*;
use proptest::sample::Index;

/// A chart by the rules, point by point and window by window, without a thought for speed.
struct Chart {
    mean: f64,
    lower: f64,
    upper: f64,
    signals: Vec<Option<&'static str>>,
}

fn chart(y: &[Option<f64>], screen: bool) -> Chart {
    let known: Vec<f64> = y.iter().flatten().copied().collect();
    let mean = average(&known);
    let steps = y
        .windows(2)
        .filter_map(|two| Some((two[1]? - two[0]?).abs()));
    let mut ranges: Vec<f64> = steps.collect();
    if screen {
        let bound = 3.267 * average(&ranges);
        ranges.retain(|range| *range < bound);
    }
    let limit = 2.66 * average(&ranges);
    let (lower, upper) = (mean - limit, mean + limit);
    let side = |i: usize| y[i].map_or(0.0, |y| (y - mean).signum() * f64::from(y != mean));
    let outside = |i: usize| y[i].is_some_and(|y| y < lower || y > upper);
    let near = |i: usize| {
        !outside(i) && y[i].is_some_and(|y| (y - mean).abs() > 2.0 / 3.0 * limit + 1e-12)
    };
    let windows = |size: usize| 0..(y.len() + 1).saturating_sub(size);
    let mut signals = vec![None; y.len()];
    for first in windows(7) {
        let sides: f64 = (first..first + 7).map(side).sum();
        if sides.abs() == 7.0 {
            signals[first..first + 7].fill(Some("shift"));
        }
    }
    for first in windows(3) {
        let three = || first..first + 3;
        if three().map(side).sum::<f64>().abs() == 3.0 && three().filter(|i| near(*i)).count() >= 2
        {
            for i in three().filter(|i| near(*i)) {
                signals[i] = Some("two in three");
            }
        }
    }
    for first in windows(7) {
        let pairs = || y[first..first + 7].windows(2);
        let all = |rule: fn(f64, f64) -> bool| {
            pairs().all(|two| two[0].zip(two[1]).is_some_and(|(a, b)| rule(a, b)))
        };
        if all(|a, b| a < b) || all(|a, b| a > b) {
            signals[first..first + 7].fill(Some("trend"));
        }
    }
    for i in (0..y.len()).filter(|i| outside(*i)) {
        signals[i] = Some("outside");
    }
    Chart {
        mean,
        lower,
        upper,
        signals,
    }
}

fn average(of: &[f64]) -> f64 {
    of.iter().sum::<f64>() / of.len() as f64
}

/// Values with much that is equal, a drift and some gaps: enough for every signal.
fn series() -> impl Strategy<Value = Vec<Option<f64>>> {
    let point = (0u32..20, -8i32..=8, 0u32..12);
    let drift = -3i32..=3;
    (vec(point, 2..50), drift).prop_map(|(points, drift)| {
        let points = points.into_iter().enumerate();
        let points = points.map(|(i, (missing, noise, jump))| {
            let jump = if jump == 0 { 40.0 } else { 0.0 };
            let y = f64::from(noise) + jump + f64::from(drift) * i as f64 / 2.0;
            (missing > 0).then_some(y)
        });
        points.collect()
    })
}

fn rows(all: &[Vec<Option<f64>>]) -> Vec<Vec<String>> {
    let mut rows = Vec::new();
    for (series, points) in all.iter().enumerate() {
        for (period, y) in points.iter().enumerate() {
            let y = y.map_or_else(|| "null::double".to_string(), number);
            rows.push(vec![series.to_string(), period.to_string(), y]);
        }
    }
    rows
}

fn ask(asked: &Asked, rows: Vec<Vec<String>>, screen: bool) -> Vec<Vec<String>> {
    asked.rows(&format!(
        "select x.mean, x.lower, x.upper, x.signal, x.near_lower, x.near_upper, x.moving_range, series, period
         from (select series, period, xmr(y, 0, null, false, {screen}) over (partition by series order by period) as x
             from (values {}) as v(series, period, y)) order by series, period",
        values(rows)
    ))
}

#[test]
fn charts_are_what_the_rules_say() {
    let asked = Asked::new();
    let config = ProptestConfig::with_cases(64);
    let series = vec(series(), 1..6);
    proptest!(config, |(all in series, screen: bool, turn in any::<Index>())| {
        let found = ask(&asked, rows(&all), screen);
        let mut at = found.iter();
        for y in &all {
            let expected = chart(y, screen);
            for (i, _) in y.iter().enumerate() {
                let row = at.next().unwrap();
                let varies = expected.upper > expected.lower;
                if varies {
                    prop_assert!(agrees(&row[0], &expected.mean.to_string()), "{row:?} {}", expected.mean);
                    prop_assert!((row[1].parse::<f64>().unwrap() - expected.lower).abs() < 1e-9);
                    prop_assert!((row[2].parse::<f64>().unwrap() - expected.upper).abs() < 1e-9);
                    prop_assert_eq!(&row[3], expected.signals[i].unwrap_or("NULL"), "{:?} point {}", y, i);
                    let limits = [1, 4, 0, 5, 2].map(|column: usize| row[column].parse::<f64>().unwrap());
                    prop_assert!(limits.windows(2).all(|two| two[0] <= two[1]), "{limits:?}");
                } else {
                    prop_assert_eq!(&row[3], "NULL");
                }
            }
        }

        // The order of the rows changes not a bit.
        let mut other = rows(&all);
        let by = turn.index(other.len());
        other.rotate_left(by);
        other.reverse();
        prop_assert_eq!(ask(&asked, other, screen), found);
    });
}

#[test]
fn series_that_cross_batches_are_whole() {
    let asked = Asked::new();
    // 20,000 rows of partitions of 1, 2, 3 … rows, which no batch holds whole.
    let sql = |part: &str| {
        format!(
            "select sum(x.mean), sum(x.upper), count(x.moving_range), count(*), count(distinct series)
             from (select series, xmr(y) over (partition by series order by period) as x
                 from (select cast(floor(sqrt(2.0 * value)) as bigint) as series, value as period,
                         cast((value * 7919) % 1000 as double) as y
                     from generate_series(1, 20000))) where {part}"
        )
    };
    let all = asked.rows(&sql("true"));
    assert_eq!(all[0][2..], ["19800", "20000", "200"]);
    let split: Vec<_> = ["series <= 100", "series > 100"]
        .map(|part| asked.rows(&sql(part)).remove(0))
        .into();
    let sum = |column: usize| {
        split
            .iter()
            .map(|row| row[column].parse::<f64>().unwrap())
            .sum::<f64>()
    };
    assert!(agrees(&sum(0).to_string(), &all[0][0]) && agrees(&sum(1).to_string(), &all[0][1]));
}
