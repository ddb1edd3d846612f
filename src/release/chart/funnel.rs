//! Funnel plots: each place by its size, between the limits that chance alone would keep it in.

use crate::release::frame::Unit;
use crate::statistics::funnel::{PAIRS, count_lines, proportion_lines};

/// How many points make a line.
const STEPS: usize = 48;

/// A funnel plot.
#[derive(Debug, Clone)]
pub(in crate::release) struct FunnelChart {
    /// What the sizes are of.
    pub size_label: String,
    /// The places that are drawn.
    pub places: Vec<FunnelPlace>,
    /// Limits of 95% and of 99.8%, each from the smallest size to the largest.
    pub lines: [Vec<FunnelLine>; 2],
}

/// A place of a funnel plot.
#[derive(Debug, Clone, Copy)]
pub(in crate::release) struct FunnelPlace {
    /// Its category.
    pub category: usize,
    /// How many people or events its figure is of.
    pub size: f64,
    /// Its figure.
    pub value: f64,
    /// How far out it is: 0 within the limits of 95%, 1 outside of them, 2 outside of those of 99.8%;
    /// below zero where it is low.
    pub outside: i8,
}

/// The limits at a size.
#[derive(Debug, Clone, Copy)]
pub(in crate::release) struct FunnelLine {
    pub size: f64,
    pub lower: f64,
    /// Nothing where the size is too small for one.
    pub upper: Option<f64>,
}

impl FunnelChart {
    /// The funnel of some places (category, size, figure) around a benchmark.
    pub(super) fn of(
        size_label: String,
        places: &[(usize, f64, f64)],
        benchmark: f64,
        unit: Unit,
    ) -> Self {
        let placed = places.iter().map(|(category, size, value)| FunnelPlace {
            category: *category,
            size: *size,
            value: *value,
            outside: outside(*size, *value, benchmark, unit),
        });
        let most = places.iter().map(|(_, size, _)| *size).fold(0.0, f64::max);
        let line = |confidence: f64| {
            let sizes = (1..=STEPS).map(|step| most * 1.05 * step as f64 / STEPS as f64);
            let at = sizes.filter(|size| *size > 0.0);
            at.map(|size| at_size(size, benchmark, unit, confidence))
                .collect()
        };
        FunnelChart {
            size_label,
            places: placed.collect(),
            lines: PAIRS.map(line),
        }
    }
}

fn at_size(size: f64, benchmark: f64, unit: Unit, confidence: f64) -> FunnelLine {
    let (lower, upper) = match unit {
        Unit::Percent => {
            let (lower, upper) = proportion_lines(size, benchmark / 100.0, confidence);
            (lower * 100.0, Some(upper * 100.0))
        }
        Unit::Count | Unit::Mean | Unit::Percentile | Unit::Years | Unit::Projected => {
            (benchmark, None)
        }
        Unit::Per(multiplier) => {
            let expected = benchmark * size / f64::from(multiplier);
            count_lines(expected, benchmark, confidence)
        }
    };
    FunnelLine { size, lower, upper }
}

fn outside(size: f64, value: f64, benchmark: f64, unit: Unit) -> i8 {
    let mut outside = 0;
    for (level, confidence) in (1..).zip(PAIRS) {
        let line = at_size(size, benchmark, unit, confidence);
        if value < line.lower {
            outside = -level;
        } else if line.upper.is_some_and(|upper| value > upper) {
            outside = level;
        }
    }
    outside
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn places_stand_inside_or_outside_of_the_limits() {
        // 10% of 1,000: 95% limits 8.14 to 11.86, 99.8% limits 7.07 to 12.93.
        let of = |value| outside(1000.0, value, 10.0, Unit::Percent);
        assert_eq!([of(8.2), of(8.1), of(7.0)], [0, -1, -2]);
        assert_eq!([of(11.8), of(11.9), of(13.0)], [0, 1, 2]);
        let line = at_size(1000.0, 10.0, Unit::Percent, 0.95);
        assert!((line.lower - 8.1406).abs() < 1e-3 && (line.upper.unwrap() - 11.8594).abs() < 1e-3);
    }

    #[test]
    fn limits_of_a_rate_are_poisson() {
        // 100 expected events: exact 95% limits of a count of 100 are 81.36 and 121.63.
        let line = at_size(10_000.0, 1000.0, Unit::Per(100_000), 0.95);
        assert!((line.lower - 1000.0 * 100.0 / 121.6272).abs() < 0.01);
        assert!((line.upper.unwrap() - 1000.0 * 100.0 / 81.3640).abs() < 0.01);
    }
}
