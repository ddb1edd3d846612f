//! From a line through the quantiles to an index of inequality, with limits by the delta method.

use super::quantile_line::{Covariance, RegressionLine};
use super::transform::Transform;

/// What the line is reduced to.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) enum Index {
    /// The difference of its ends.
    Slope,
    /// Their ratio.
    Relative,
}

impl Index {
    /// What it is called in results.
    pub(crate) fn name(self) -> &'static str {
        match self {
            Index::Slope => "slope index of inequality",
            Index::Relative => "relative index of inequality",
        }
    }
}

/// How a line is reduced to one number.
#[derive(Clone, Copy)]
pub(crate) struct Reduced {
    pub index: Index,
    pub transform: Transform,
    pub multiplier: f64,
}

impl Reduced {
    /// The index of a line.
    pub(crate) fn value(&self, line: RegressionLine) -> f64 {
        let worst = self.transform.back(line.intercept);
        let best = self.transform.back(line.intercept + line.slope);
        match self.index {
            Index::Slope if self.transform == Transform::None => line.slope * self.multiplier,
            Index::Slope => (best - worst) * self.multiplier,
            Index::Relative if self.multiplier < 0.0 => worst / best,
            Index::Relative => best / worst,
        }
    }

    /// Its standard error by the delta method: a ratio's on the scale of logarithms.
    pub(crate) fn error(&self, line: RegressionLine, uncertain: Covariance) -> f64 {
        let (low, high) = (line.intercept, line.intercept + line.slope);
        let (low_slope, high_slope) = (self.transform.slope(low), self.transform.slope(high));
        match self.index {
            Index::Slope => {
                uncertain.of(high_slope - low_slope, high_slope) * self.multiplier.abs()
            }
            Index::Relative => {
                let low = low_slope / self.transform.back(low);
                let high = high_slope / self.transform.back(high);
                uncertain.of(high - low, high)
            }
        }
    }

    /// Its limits by the delta method, t standard errors apart: a ratio's on the scale of
    /// logarithms, which it must be above 0 for.
    pub(crate) fn limits(&self, line: RegressionLine, uncertain: Covariance, t: f64) -> (f64, f64) {
        let value = self.value(line);
        let spread = t * self.error(line, uncertain);
        match self.index {
            Index::Slope => (value - spread, value + spread),
            Index::Relative => {
                let middle = value.ln();
                ((middle - spread).exp(), (middle + spread).exp())
            }
        }
    }

    /// Its limits from drawn lines, of which `draw` gives the percentiles of a number. Without a
    /// transform these are the index's own. On another scale they are the slope's, and the line is
    /// turned about its middle to have them.
    pub(crate) fn percentiles(
        &self,
        line: RegressionLine,
        mut draw: impl FnMut(&dyn Fn(RegressionLine) -> f64) -> (f64, f64),
    ) -> (f64, f64) {
        if self.transform == Transform::None {
            return draw(&|line| self.value(line));
        }
        let middle = line.intercept + line.slope / 2.0;
        let turned = |slope: f64| {
            self.value(RegressionLine {
                intercept: middle - slope / 2.0,
                slope,
            })
        };
        let (low, high) = draw(&|line| line.slope);
        let (low, high) = (turned(low), turned(high));
        // A multiplier below 0 turns the index round.
        (low.min(high), low.max(high))
    }
}
