//! How much more areas scatter than chance alone would make them.

/// The share of z scores at each end that are set to their quantile: a few outlying areas are not
/// to hide themselves.
const WINSORISED: f64 = 0.1;

/// How areas scatter.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Overdispersion {
    /// The mean square of the Winsorised z scores; not a number without a score.
    pub phi: f64,
    /// The variance between areas, on the scale of their standard errors.
    pub tau_squared: f64,
}

/// Of z scores, each with the standard error that chance gives its area.
pub(super) fn overdispersion(scores: &[(f64, f64)]) -> Overdispersion {
    let mut sorted: Vec<f64> = scores.iter().map(|(z, _)| *z).collect();
    sorted.sort_unstable_by(f64::total_cmp);
    let (low, high) = (
        quantile(&sorted, WINSORISED),
        quantile(&sorted, 1.0 - WINSORISED),
    );
    let k = scores.len() as f64;
    let squares: f64 = sorted.iter().map(|z| z.max(low).min(high).powi(2)).sum();
    let (mut weights, mut squared) = (0.0, 0.0);
    for (_, s) in scores {
        let weight = 1.0 / (s * s);
        weights += weight;
        squared += weight * weight;
    }
    let excess = squares - (k - 1.0);
    let tau_squared = excess / (weights - squared / weights);
    let usable = excess > 0.0 && scores.len() > 1 && tau_squared.is_finite();
    Overdispersion {
        phi: squares / k,
        tau_squared: if usable { tau_squared } else { 0.0 },
    }
}

/// The quantile of numbers in order, by straight lines between them (R's type 7); 0 of none.
fn quantile(sorted: &[f64], share: f64) -> f64 {
    let Some(last) = sorted.len().checked_sub(1) else {
        return 0.0;
    };
    let place = last as f64 * share;
    let below = place.floor();
    let (low, high) = (below as usize, (below as usize + 1).min(last));
    sorted[low] + (place - below) * (sorted[high] - sorted[low])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn quantiles_are_those_of_r() {
        // quantile(c(1, 2, 4, 8), c(0.1, 0.5, 0.9)), type 7.
        let numbers = [1.0, 2.0, 4.0, 8.0];
        for (share, expected) in [(0.1, 1.3), (0.5, 3.0), (0.9, 6.8), (0.0, 1.0), (1.0, 8.0)] {
            assert!((quantile(&numbers, share) - expected).abs() < 1e-12);
        }
        assert_eq!(quantile(&[5.0], 0.9), 5.0);
    }

    #[test]
    fn scores_that_chance_explains_have_no_variance_between() {
        let none = overdispersion(&[(0.5, 0.1), (-0.5, 0.2), (0.1, 0.1)]);
        assert_eq!(none.tau_squared, 0.0);
        assert_eq!(overdispersion(&[(9.0, 0.1)]).tau_squared, 0.0);
        assert_eq!(overdispersion(&[]).tau_squared, 0.0);
    }
}
