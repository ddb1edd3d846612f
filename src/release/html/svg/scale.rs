//! Axes: round numbers, and where they are.

use crate::release::chart::Chart;
use crate::release::frame::Unit;

/// An axis between round numbers.
pub(super) struct Scale {
    /// The ticks, in the unit of the chart.
    pub ticks: Vec<f64>,
    bottom: f64,
    top: f64,
    length: f64,
}

impl Scale {
    /// The axis from zero for figures up to `max` over `length` pixels, with about `wanted` ticks.
    pub(super) fn new(chart: &Chart, max: f64, length: f64, wanted: f64) -> Self {
        Scale::between(chart.unit, (0.0, max), length, wanted)
    }

    /// The axis for figures from `min` to `max`.
    pub(super) fn between(unit: Unit, (min, max): (f64, f64), length: f64, wanted: f64) -> Self {
        // No tick of a count is small enough to be taken for a count that should be suppressed.
        let least = if unit == Unit::Count { 10.0 } else { 0.1 };
        let rough = ((max - min) / wanted).max(least);
        let power = 10_f64.powf(rough.log10().floor());
        let step = [1.0, 2.0, 5.0, 10.0]
            .iter()
            .map(|m| m * power)
            .find(|step| *step >= rough * 0.999)
            .unwrap_or(rough);
        let first = (min / step).floor();
        let mut last = (max / step).ceil().max(first + 1.0);
        if unit == Unit::Percent && max <= 100.0 {
            last = last.min(100.0 / step).max(first + 1.0);
        }
        let ticks = (0..=(last - first) as usize).map(|i| (first + i as f64) * step);
        Scale {
            ticks: ticks.collect(),
            bottom: first * step,
            top: last * step,
            length,
        }
    }

    /// How far along a figure is, in pixels.
    pub(super) fn at(&self, value: f64) -> f64 {
        (value - self.bottom) / (self.top - self.bottom) * self.length
    }
}

/// A tick's label: short for millions, and without a sign.
pub(super) fn tick(unit: Unit, value: f64) -> String {
    match unit {
        Unit::Percent => format!("{}%", super::drawing::px(value)),
        Unit::Per(_) | Unit::Mean | Unit::Percentile | Unit::Years | Unit::Projected
            if value < 10.0 && value.fract() != 0.0 =>
        {
            super::drawing::px(value)
        }
        _ if value >= 1e6 => format!("{}m", super::drawing::px(value / 1e6)),
        _ => crate::release::number::thousands(value.round() as u64),
    }
}
