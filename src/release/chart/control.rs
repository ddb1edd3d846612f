//! Control charts: the mean of a series, its process limits, and what lies outside of common causes.
//! All is calculated from the released points.

use super::point::ChartSeries;
use crate::figures::BetterWhen;
use crate::release::frame::Unit;
use crate::statistics::process::{Process, TargetReach};
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
    /// The control chart of a series. A suppressed point is a missing one: it ends runs.
    pub(super) fn of(
        series: &ChartSeries,
        unit: Unit,
        better: Option<BetterWhen>,
        target: Option<f64>,
    ) -> Self {
        let values = series.points.iter();
        let y: Vec<f64> = values.map(|p| p.value().unwrap_or(f64::NAN)).collect();
        let process = Process::of(&y, true, y.len(), &mut vec![0.0; y.len()]);
        let mut signals = Signals::default();
        signals.find(&y, &process);
        let is_counted = unit == Unit::Count;
        let has_limits = process.lower.is_finite() && !(is_counted && process.mean < SMALLEST);
        let points: Vec<ControlPoint> = (0..y.len())
            .map(|i| ControlPoint {
                mark: match signals.of[i].filter(|_| has_limits) {
                    Some(_) => ControlMark::of(signals.direction(i) > 0, better),
                    None => ControlMark::Common,
                },
                signal: signals.of[i]
                    .filter(|_| has_limits)
                    .map(|signal| signal.name()),
            })
            .collect();
        let last = (0..y.len()).rev().find(|i| !y[*i].is_nan());
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
            latest: last.map_or(ControlMark::Common, |i| points[i].mark),
            points,
            reach: reach.map(|(t, better)| process.reach(t, better == BetterWhen::Higher)),
            few_points: process.points < ENOUGH,
        }
    }
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
    fn a_suppressed_point_is_no_zero() {
        let y = [12., 14., f64::NAN, 13., 12., 14., 13.];
        let chart = ControlChart::of(&series(&y), Unit::Count, None, None);
        let (mean, _, _) = chart.limits.unwrap();
        assert!((mean - 13.0).abs() < 1e-9 && chart.few_points);
        assert_eq!(chart.points[2].mark, ControlMark::Common);
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
