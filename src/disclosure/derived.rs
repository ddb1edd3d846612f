//! Figures made from released counts: percentages and crude rates.

use super::count::Released;
use crate::statistics::limits as interval;

/// A figure with its 95% confidence limits, when it has them. It can only come from released counts.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct Estimate {
    value: f64,
    limits: Option<(f64, f64)>,
}

impl Estimate {
    /// A figure with its limits.
    pub(super) fn with_limits(value: f64, limits: (f64, f64)) -> Self {
        Estimate {
            value,
            limits: Some(limits),
        }
    }

    /// The figure itself.
    pub(crate) fn value(self) -> f64 {
        self.value
    }

    /// Lower and upper 95% confidence limit, in the unit of the figure.
    pub(crate) fn limits(self) -> Option<(f64, f64)> {
        self.limits
    }
}

/// A figure made from released counts.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) enum Figure {
    /// It can be shown.
    Value(Estimate),
    /// A count it needs is suppressed.
    Suppressed,
    /// It does not apply: the denominator is a true zero.
    NotApplicable,
}

/// The numerator and denominator as numbers, or why there is no figure.
fn parts(numerator: Released, denominator: Released) -> Result<(f64, f64), Figure> {
    match (numerator.count(), denominator.count()) {
        (None, _) | (_, None) => Err(Figure::Suppressed),
        (_, Some(0)) => Err(Figure::NotApplicable),
        (Some(x), Some(n)) => Ok((x as f64, n as f64)),
    }
}

/// `numerator` as a percentage of `denominator` (0 to 100), with Wilson's 95% limits on request.
///
/// Both parts are rounded, so the numerator can exceed the denominator by a step; it is then shown
/// as 100%.
pub(crate) fn percent(numerator: Released, denominator: Released, with_limits: bool) -> Figure {
    let (x, n) = match parts(numerator, denominator) {
        Ok((x, n)) => (x.min(n), n),
        Err(figure) => return figure,
    };
    let limits = with_limits
        .then(|| interval::wilson(x, n, interval::CONFIDENCE))
        .map(|(l, u)| (l * 100.0, u * 100.0));
    Figure::Value(Estimate {
        value: x / n * 100.0,
        limits,
    })
}

/// The crude rate of `numerator` per `multiplier` of `denominator`, with 95% limits: exact Poisson
/// below 10 events, Byar's method from 10 on.
pub(crate) fn rate(numerator: Released, denominator: Released, multiplier: f64) -> Figure {
    let (x, n) = match parts(numerator, denominator) {
        Ok(parts) => parts,
        Err(figure) => return figure,
    };
    let ((lower, upper), _) = interval::count_limits(x, interval::CONFIDENCE);
    let per = multiplier / n;
    Figure::Value(Estimate {
        value: x * per,
        limits: Some((lower * per, upper * per)),
    })
}
