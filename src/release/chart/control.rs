//! Control charts: the mean of a series, its process limits, and what lies outside of common causes.
//! All is calculated from the released points.

use super::point::ChartSeries;
use crate::figures::BetterWhen;
use crate::release::frame::Unit;
use crate::statistics::process::{Process, TargetReach, unbroken};
use crate::statistics::signals::Signals;

/// Fewer points than that make poor limits.
const ENOUGH: usize = 13;

/// Below this mean counts say too little month by month, and a limit would look like a count that is
/// not released.
const SMALLEST: f64 = 10.0;

/// The limits and signals of a series.
#[derive(Debug, Clone)]
pub(in crate::release) struct ControlChart {
    /// Mean, and lower and upper process limit; nothing where there are too few points.
    pub limits: Option<(f64, f64, f64)>,
    /// The first point of which the limits are made.
    pub first: usize,
    /// For each point, whether it is more than common causes.
    pub points: Vec<ControlPoint>,
    /// What the latest figure is.
    pub latest: ControlMark,
    /// Whether the process will meet its target.
    pub reach: Option<TargetReach>,
    /// Whether the limits are made of fewer than 13 points.
    pub few_points: bool,
}

/// A point of a control chart.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::release) struct ControlPoint {
    /// Its kind.
    pub mark: ControlMark,
    /// Why it is a signal.
    pub signal: Option<&'static str>,
}

/// What a point of a control chart is, as Making Data Count marks it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::release) enum ControlMark {
    Common,
    ImprovingHigh,
    ImprovingLow,
    ConcerningHigh,
    ConcerningLow,
    High,
    Low,
}

impl ControlChart {
    /// The control chart of a series: limits and signals are those of the points after the last
    /// suppressed one.
    pub(super) fn of(
        series: &ChartSeries,
        unit: Unit,
        better: Option<BetterWhen>,
        target: Option<f64>,
    ) -> Self {
        let values = series.points.iter();
        let y: Vec<f64> = values.map(|p| p.value().unwrap_or(f64::NAN)).collect();
        let first = unbroken(&y).unwrap_or(y.len());
        let shown = &y[first..];
        let process = Process::of(shown, true, shown.len(), &mut vec![0.0; shown.len()]);
        let mut signals = Signals::default();
        signals.find(shown, &process);
        let is_counted = unit == Unit::Count;
        let has_limits = process.lower.is_finite() && !(is_counted && process.mean < SMALLEST);
        let mark = |at: usize| match signals.of[at].filter(|_| has_limits) {
            Some(signal) => ControlPoint {
                mark: ControlMark::of(signals.direction(at) > 0, better),
                signal: Some(signal.name()),
            },
            None => ControlPoint::COMMON,
        };
        let mut points = vec![ControlPoint::COMMON; first];
        points.extend((0..shown.len()).map(mark));
        // No count and no rate is below zero, so no limit is; and no count is from 1 to 9.
        let least = if is_counted { SMALLEST } else { 0.0 };
        let lower = if process.lower < least {
            0.0
        } else {
            process.lower
        };
        let limits = has_limits.then_some((process.mean, lower, process.upper));
        let reach = target.zip(better).filter(|_| limits.is_some());
        ControlChart {
            limits,
            first,
            latest: points
                .last()
                .map_or(ControlMark::Common, |point| point.mark),
            points,
            reach: reach.map(|(t, better)| process.reach(t, better == BetterWhen::Higher)),
            few_points: limits.is_some() && process.points < ENOUGH,
        }
    }
}

impl ControlPoint {
    /// A point that common causes explain, or of which nothing can be said.
    const COMMON: Self = ControlPoint {
        mark: ControlMark::Common,
        signal: None,
    };
}

impl ControlMark {
    fn of(is_high: bool, better: Option<BetterWhen>) -> Self {
        match (better, is_high) {
            (None, true) => ControlMark::High,
            (None, false) => ControlMark::Low,
            (Some(BetterWhen::Higher), true) => ControlMark::ImprovingHigh,
            (Some(BetterWhen::Higher), false) => ControlMark::ConcerningLow,
            (Some(BetterWhen::Lower), true) => ControlMark::ConcerningHigh,
            (Some(BetterWhen::Lower), false) => ControlMark::ImprovingLow,
        }
    }

    /// In words.
    pub(in crate::release) fn words(self) -> &'static str {
        match self {
            ControlMark::Common => "common cause: no significant change",
            ControlMark::ImprovingHigh => "special cause, improving: higher",
            ControlMark::ImprovingLow => "special cause, improving: lower",
            ControlMark::ConcerningHigh => "special cause, concerning: higher",
            ControlMark::ConcerningLow => "special cause, concerning: lower",
            ControlMark::High => "special cause: higher",
            ControlMark::Low => "special cause: lower",
        }
    }

    /// What its colour means.
    pub(in crate::release) fn colour(self) -> &'static str {
        match self {
            ControlMark::Common => "common cause",
            ControlMark::ImprovingHigh | ControlMark::ImprovingLow => {
                "special cause, improving (square)"
            }
            ControlMark::ConcerningHigh | ControlMark::ConcerningLow => {
                "special cause, concerning (square)"
            }
            ControlMark::High | ControlMark::Low => "special cause, higher or lower (square)",
        }
    }

    /// The letter of its icon.
    pub(in crate::release) fn letter(self) -> &'static str {
        match self {
            ControlMark::Common => "",
            ControlMark::ImprovingHigh | ControlMark::ConcerningHigh | ControlMark::High => "H",
            _ => "L",
        }
    }

    /// The class of its colour.
    pub(in crate::release) fn class(self) -> &'static str {
        match self {
            ControlMark::Common => "kc",
            ControlMark::ImprovingHigh | ControlMark::ImprovingLow => "ki",
            ControlMark::ConcerningHigh | ControlMark::ConcerningLow => "kw",
            ControlMark::High | ControlMark::Low => "kn",
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::point::Point;
    use super::*;

    fn series(y: &[f64]) -> ChartSeries {
        let point = |y: &f64| match y.is_nan() {
            true => Point::Suppressed,
            false => Point::Value(*y, None),
        };
        ChartSeries {
            name: "a".to_owned(),
            points: y.iter().map(point).collect(),
            is_whole: false,
        }
    }

    #[test]
    fn limits_signals_and_target_are_those_of_the_points() {
        let y = [
            41., 44., 40., 43., 41., 45., 42., 40., 44., 41., 43., 42., 53.,
        ];
        let chart = ControlChart::of(
            &series(&y),
            Unit::Percent,
            Some(BetterWhen::Lower),
            Some(30.0),
        );
        let (mean, lower, upper) = chart.limits.unwrap();
        assert!((mean - 559.0 / 13.0).abs() < 1e-9);
        // Moving ranges 3, 4, 3, 2, 4, 3, 2, 4, 3, 2, 1 and 11, which is below 3.267 times their mean.
        assert!((upper - mean - 2.66 * 42.0 / 12.0).abs() < 1e-9);
        assert!((mean - lower - 2.66 * 42.0 / 12.0).abs() < 1e-9);
        assert_eq!(chart.latest, ControlMark::ConcerningHigh);
        assert_eq!(chart.points[12].signal, Some("outside"));
        assert_eq!(chart.points[0].signal, None);
        assert_eq!(chart.reach, Some(TargetReach::Fail));
        assert!(!chart.few_points);
    }

    #[test]
    fn limits_are_those_of_the_points_after_the_last_suppressed_one() {
        let before = [40., 42., 41., 40., 42., 41., 40., 42.];
        let after = [12., 14., 13., 12., 14., 13., 14.];
        let y = [&before[..], &[f64::NAN], &after].concat();
        let chart = ControlChart::of(&series(&y), Unit::Count, None, None);
        let (mean, _, _) = chart.limits.unwrap();
        assert!((mean - 92.0 / 7.0).abs() < 1e-9 && chart.few_points);
        assert_eq!(chart.first, 9);
        assert_eq!(chart.points, [ControlPoint::COMMON; 16]);
        // Six points show no run, and the latest of them is no signal of anything.
        let chart = ControlChart::of(&series(&y[..15]), Unit::Count, None, None);
        assert_eq!((chart.limits, chart.latest), (None, ControlMark::Common));
        // Small figures are withheld between the others: what is shown is no process.
        let shown = [10., 10., 10., f64::NAN, 10., 20., 10., f64::NAN];
        let chart = ControlChart::of(&series(&shown), Unit::Count, None, None);
        assert_eq!(chart.limits, None);
        assert_eq!(chart.points, [ControlPoint::COMMON; 8]);
    }

    #[test]
    fn no_limit_looks_like_a_small_count() {
        let y = [
            0., 10., 0., 10., 10., 0., 0., 10., 0., 10., 0., 10., 10., 200.,
        ];
        let chart = ControlChart::of(&series(&y[..13]), Unit::Count, None, None);
        assert_eq!(chart.limits, None);
        let y = y.map(|y| y + 10.0);
        let chart = ControlChart::of(&series(&y), Unit::Count, None, None);
        let (mean, lower, _) = chart.limits.unwrap();
        assert!(mean > 10.0 && lower == 0.0);
        assert_eq!(chart.points[13].signal, Some("outside"));
    }
}
