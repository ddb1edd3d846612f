//! Draws from a Poisson distribution.

use super::philox::PhiloxStream;

/// From here on a draw is by rejection; below, the search from zero is faster.
const REJECTION_FROM: f64 = 10.0;
/// From here on a draw is that of the normal distribution: its error is below one in ten thousand
/// standard deviations.
const NORMAL_FROM: f64 = 1e8;

/// A count of a mean that is finite and 0 or more. The functions are those of `libm`, which give
/// the same last bit on every machine.
pub(crate) fn draw(mean: f64, stream: &mut PhiloxStream) -> f64 {
    if mean <= 0.0 {
        0.0
    } else if mean < REJECTION_FROM {
        search(mean, stream.unit())
    } else if mean < NORMAL_FROM {
        rejection(mean, stream)
    } else {
        let count = mean + libm::sqrt(mean) * stream.normal();
        libm::floor(count.max(0.0) + 0.5)
    }
}

/// The count whose probabilities from 0 on add up to `unit`.
fn search(mean: f64, unit: f64) -> f64 {
    let mut count = 0.0;
    let mut chance = libm::exp(-mean);
    let mut below = chance;
    // The sum of chances may stay below a unit next to 1 by rounding: no chance is left by then.
    while unit > below && chance > 0.0 {
        count += 1.0;
        chance *= mean / count;
        below += chance;
    }
    count
}

/// Transformed rejection (PTRS) of Hörmann, *The transformed rejection method for generating
/// Poisson random variables*, Insurance: Mathematics and Economics 1993;12:39-45.
fn rejection(mean: f64, stream: &mut PhiloxStream) -> f64 {
    let b = 0.931 + 2.53 * libm::sqrt(mean);
    let a = -0.059 + 0.02483 * b;
    let inverse_alpha = 1.1239 + 1.1328 / (b - 3.4);
    let sure = 0.9277 - 3.6224 / (b - 2.0);
    loop {
        let (u, v) = (stream.unit() - 0.5, stream.unit());
        let distance = 0.5 - u.abs();
        let count = libm::floor((2.0 * a / distance + b) * u + mean + 0.43);
        if distance >= 0.07 && v <= sure {
            return count;
        }
        if count < 0.0 || (distance < 0.013 && v > distance) {
            continue;
        }
        let left = libm::log(v * inverse_alpha / (a / (distance * distance) + b));
        let right = count * libm::log(mean) - mean - libm::lgamma(count + 1.0);
        if left <= right {
            return count;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Mean, variance and share of zeros over many draws, each within four standard errors.
    #[test]
    fn draws_have_the_mean_and_the_variance_of_the_distribution() {
        let draws = 40_000;
        for (kind, mean) in [0.02, 0.7, 3.0, 9.9, 10.0, 42.5, 1_000.0, 2e8]
            .into_iter()
            .enumerate()
        {
            let mut counts = Vec::new();
            for run in 0..draws {
                let mut stream = PhiloxStream::new(11, 5, run, kind as u16);
                counts.push(draw(mean, &mut stream));
            }
            let n = f64::from(draws);
            let got = counts.iter().sum::<f64>() / n;
            let spread = counts.iter().map(|x| (x - mean).powi(2)).sum::<f64>() / n;
            let error = (mean / n).sqrt();
            assert!((got - mean).abs() < 4.0 * error, "{mean}: {got}");
            // Var((x - m)^2) = m + 2 m^2.
            let error = ((mean + 2.0 * mean * mean) / n).sqrt();
            assert!((spread - mean).abs() < 4.0 * error, "{mean}: {spread}");
            let zeros = counts.iter().filter(|x| **x == 0.0).count() as f64 / n;
            let chance = (-mean).exp();
            let error = (chance * (1.0 - chance) / n).sqrt();
            assert!(
                (zeros - chance).abs() <= 4.0 * error + 1e-4,
                "{mean}: {zeros}"
            );
        }
    }

    #[test]
    fn the_counts_of_a_distribution_in_their_shares() {
        let (mean, draws) = (12.0, 100_000u32);
        let mut seen = [0u32; 40];
        for run in 0..draws {
            let count = draw(mean, &mut PhiloxStream::new(3, 1, run, 0)) as usize;
            seen[count.min(39)] += 1;
        }
        let mut chance = (-mean).exp();
        let mut chi_squared = 0.0;
        for (count, seen) in seen.iter().enumerate() {
            if count > 0 {
                chance *= mean / count as f64;
            }
            let expected = chance * f64::from(draws);
            if expected >= 5.0 {
                chi_squared += (f64::from(*seen) - expected).powi(2) / expected;
            }
        }
        // 28 counts are expected 5 times or more; 56.9 is the 99.9th percentile of 28 degrees.
        assert!(chi_squared < 56.9, "{chi_squared}");
    }

    #[test]
    fn nothing_comes_of_nothing() {
        assert_eq!(draw(0.0, &mut PhiloxStream::new(1, 1, 1, 1)), 0.0);
        // The largest unit ends the search.
        assert!(search(9.9, 1.0 - f64::EPSILON / 2.0) < 400.0);
    }
}
