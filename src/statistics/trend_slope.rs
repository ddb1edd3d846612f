//! The slope of a series' last points, and whether it is more than chance.

/// How many points are looked at.
pub(crate) const POINTS: usize = 5;

/// A slope is more than chance above this chi-squared with one degree of freedom: the quantile of
/// 99.8 %.
const SIGNIFICANT: f64 = 9.5495;

/// A slope for each period, and its chi-squared.
#[derive(Debug, Clone, Copy)]
pub(crate) struct TrendSlope {
    pub slope: f64,
    pub chi_squared: f64,
    /// Whether the slope has the same sign without any one of the points.
    pub steady: bool,
}

impl TrendSlope {
    /// Whether it is more than chance.
    pub(crate) fn is_significant(&self) -> bool {
        self.chi_squared > SIGNIFICANT
    }

    /// Of values and the 95 % limits of each.
    pub(crate) fn of_values(values: &[[f64; 3]; POINTS]) -> Self {
        let points = values.map(|[value, lower, upper]| {
            let weight = 3.92 / (upper - lower);
            (value, weight * weight)
        });
        let all = line(&points, None);
        TrendSlope {
            slope: all.slope,
            chi_squared: all.slope * all.slope * all.spread,
            steady: steady(&points),
        }
    }

    /// Of counts x of n: the slope of the logit, with the chi-squared test for a trend in
    /// proportions.
    pub(crate) fn of_counts(counts: &[[f64; 2]; POINTS]) -> Self {
        let points = counts.map(|[x, n]| ((x / (n - x)).ln(), 1.0));
        let all: f64 = counts.iter().map(|[_, n]| n).sum();
        let events: f64 = counts.iter().map(|[x, _]| x).sum();
        let overall = events / all;
        let proportions = counts.map(|[x, n]| (x / n, n));
        let line_of = line(&proportions, None);
        TrendSlope {
            slope: line(&points, None).slope,
            chi_squared: line_of.slope * line_of.slope * line_of.spread
                / (overall * (1.0 - overall)),
            steady: steady(&points),
        }
    }
}

struct TrendLine {
    slope: f64,
    /// Σ w (t − mean t)².
    spread: f64,
}

/// The weighted regression of values and weights on their places, without one of them.
fn line(points: &[(f64, f64); POINTS], without: Option<usize>) -> TrendLine {
    // Values less one of them, so that equal values have a slope of exactly 0.
    let origin = points[usize::from(without == Some(0))].0;
    let kept = || {
        let placed = points.iter().enumerate();
        placed
            .filter(move |(place, _)| Some(*place) != without)
            .map(move |(place, (value, weight))| (place as f64, *value - origin, *weight))
    };
    let weights: f64 = kept().map(|(_, _, w)| w).sum();
    let middle = kept().map(|(t, _, w)| w * t).sum::<f64>() / weights;
    let mean = kept().map(|(_, y, w)| w * y).sum::<f64>() / weights;
    let spread: f64 = kept().map(|(t, _, w)| w * (t - middle).powi(2)).sum();
    let rise: f64 = kept().map(|(t, y, w)| w * (t - middle) * (y - mean)).sum();
    TrendLine {
        slope: rise / spread,
        spread,
    }
}

/// Whether all slopes without one of the points have the sign of the whole.
fn steady(points: &[(f64, f64); POINTS]) -> bool {
    let sign = |slope: f64| match slope.partial_cmp(&0.0) {
        Some(std::cmp::Ordering::Greater) => 1,
        Some(std::cmp::Ordering::Less) => -1,
        _ => 0,
    };
    let whole = sign(line(points, None).slope);
    (0..POINTS).all(|point| sign(line(points, Some(point)).slope) == whole)
}
