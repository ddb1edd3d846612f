//! Figures made from released counts: percentages and crude rates.

use super::count::Released;
use super::precision::{KnownDigit, possible};
use super::scheme::Scheme;
use crate::statistics::limits as interval;

/// A figure with its 95% confidence limits, when it has them. It can only come from released counts.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct Estimate {
    value: f64,
    limits: Option<(f64, f64)>,
    /// The smallest and the largest that it can be, by the true counts that the released ones stand for.
    reach: (f64, f64),
    /// Whether its tenths are known.
    has_tenths: bool,
}

impl Estimate {
    /// A figure with its limits, if it has any, to the digit that is known, and the smallest and the largest
    /// that it can be.
    pub(super) fn of(
        known: KnownDigit,
        value: f64,
        limits: Option<(f64, f64)>,
        reach: (f64, f64),
    ) -> Self {
        Estimate {
            value: known.rounded(value),
            limits: limits.map(|limits| known.limits(limits)),
            reach,
            has_tenths: known.is_tenth(),
        }
    }

    /// The smallest and the largest that it can be, by the true counts that the released ones stand for.
    pub(super) fn reach(self) -> (f64, f64) {
        self.reach
    }

    /// The figure itself.
    pub(crate) fn value(self) -> f64 {
        self.value
    }

    /// Whether its tenths are known.
    pub(crate) fn has_tenths(self) -> bool {
        self.has_tenths
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

/// The released numerator and denominator, and the true counts that they can stand for.
struct ReleasedParts {
    x: f64,
    n: f64,
    /// None where a scheme sets no bounds.
    possible: Option<((f64, f64), (f64, f64))>,
}

impl ReleasedParts {
    /// The parts as numbers, or why there is no figure.
    fn of(scheme: &Scheme, numerator: Released, denominator: Released) -> Result<Self, Figure> {
        match (numerator.count(), denominator.count()) {
            (None, _) | (_, None) => Err(Figure::Suppressed),
            (_, Some(0)) => Err(Figure::NotApplicable),
            (Some(x), Some(n)) => Ok(ReleasedParts {
                x: x as f64,
                n: n as f64,
                possible: possible(scheme, numerator).zip(possible(scheme, denominator)),
            }),
        }
    }

    /// The smallest and the largest that the share can be.
    fn shares(&self) -> (f64, f64) {
        match self.possible {
            Some(((x_low, x_high), (n_low, n_high))) if n_low > 0.0 => {
                (x_low / n_high, x_high / n_low)
            }
            _ => (0.0, f64::INFINITY),
        }
    }
}

/// `numerator` as a percentage of `denominator` (0 to 100), with Wilson's 95% limits on request, to the
/// [digit that is known](super::precision).
///
/// Both parts are rounded, so the numerator can exceed the denominator by a step; it is then shown
/// as 100%.
pub(crate) fn percent(
    scheme: &Scheme,
    numerator: Released,
    denominator: Released,
    with_limits: bool,
) -> Figure {
    let parts = match ReleasedParts::of(scheme, numerator, denominator) {
        Ok(parts) => parts,
        Err(figure) => return figure,
    };
    let (x, n) = (parts.x.min(parts.n), parts.n);
    let value = x / n * 100.0;
    let (low, high) = parts.shares();
    let reach = (low * 100.0, high.min(1.0) * 100.0);
    let known = KnownDigit::of_percent(value, reach);
    let limits = with_limits
        .then(|| interval::wilson(x, n, interval::CONFIDENCE))
        .map(|(l, u)| (l * 100.0, u * 100.0));
    Figure::Value(Estimate::of(known, value, limits, reach))
}

/// The mean of a released sum for each of a released count, to the [digit that is known](super::precision).
/// Limits would need how amounts differ from each other, which is not released.
pub(crate) fn mean(scheme: &Scheme, sum: Released, count: Released) -> Figure {
    let parts = match ReleasedParts::of(scheme, sum, count) {
        Ok(parts) => parts,
        Err(figure) => return figure,
    };
    let value = parts.x / parts.n;
    let reach = parts.shares();
    let known = KnownDigit::of_rate(value, reach);
    Figure::Value(Estimate::of(known, value, None, reach))
}

/// The crude rate of `numerator` per `multiplier` of `denominator`, with 95% limits: exact Poisson
/// below 10 events, Byar's method from 10 on; to the [digit that is known](super::precision).
pub(crate) fn rate(
    scheme: &Scheme,
    numerator: Released,
    denominator: Released,
    multiplier: f64,
) -> Figure {
    let parts = match ReleasedParts::of(scheme, numerator, denominator) {
        Ok(parts) => parts,
        Err(figure) => return figure,
    };
    let ((lower, upper), _) = interval::count_limits(parts.x, interval::CONFIDENCE);
    let per = multiplier / parts.n;
    let value = parts.x * per;
    let (low, high) = parts.shares();
    let reach = (low * multiplier, high * multiplier);
    let known = KnownDigit::of_rate(value, reach);
    Figure::Value(Estimate::of(
        known,
        value,
        Some((lower * per, upper * per)),
        reach,
    ))
}
