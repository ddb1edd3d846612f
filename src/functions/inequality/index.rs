//! From a line through the quantiles to an index of inequality, with limits by the delta method.

use super::regression::{Covariance, Line};
use super::transform::Transform;

/// What the line is reduced to.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) enum Index {
    /// The difference of its ends.
    Slope,
    /// Their ratio.
    Relative,
}

impl Index {
    /// What it is called in results.
    pub fn name(self) -> &'static str {
        match self {
            Index::Slope => "slope index of inequality",
            Index::Relative => "relative index of inequality",
        }
    }
}

/// How a line is reduced to one number.
#[derive(Clone, Copy)]
pub(super) struct Reduced {
    pub index: Index,
    pub transform: Transform,
    pub multiplier: f64,
}

impl Reduced {
    /// The index of a line.
    pub fn value(&self, line: Line) -> f64 {
        let worst = self.transform.back(line.intercept);
        let best = self.transform.back(line.intercept + line.slope);
        match self.index {
            Index::Slope if self.transform == Transform::None => line.slope * self.multiplier,
            Index::Slope => (best - worst) * self.multiplier,
            Index::Relative if self.multiplier < 0.0 => worst / best,
            Index::Relative => best / worst,
        }
    }

    /// Its limits by the delta method: a ratio's on the scale of logarithms, which it must be
    /// above 0 for.
    pub fn limits(&self, line: Line, uncertain: Covariance, t: f64) -> (f64, f64) {
        let (low, high) = (line.intercept, line.intercept + line.slope);
        let (low_slope, high_slope) = (self.transform.slope(low), self.transform.slope(high));
        let value = self.value(line);
        match self.index {
            Index::Slope => {
                let error = uncertain.of(high_slope - low_slope, high_slope);
                let spread = t * error * self.multiplier.abs();
                (value - spread, value + spread)
            }
            Index::Relative => {
                let low = low_slope / self.transform.back(low);
                let high = high_slope / self.transform.back(high);
                let error = uncertain.of(high - low, high);
                let spread = t * error;
                let middle = value.ln();
                ((middle - spread).exp(), (middle + spread).exp())
            }
        }
    }
}
