//! Confidence limits of counts and proportions (PHEindicatormethods 2.1.0, as published by the
//! Office for Health Improvement and Disparities).

use statrs::distribution::{ChiSquared, ContinuousCDF, Normal};

/// A value with its limits.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Interval {
    /// The estimate.
    pub value: f64,
    /// Its lower limit.
    pub lower: f64,
    /// Its upper limit.
    pub upper: f64,
}

/// The confidence of limits where nothing else is said.
pub const CONFIDENCE: f64 = 0.95;

/// The two-sided normal quantile: z = Φ⁻¹(c + (1 − c)/2).
pub fn z(confidence: f64) -> f64 {
    Normal::standard().inverse_cdf(confidence + (1.0 - confidence) / 2.0)
}

/// Byar's limits of a count x > 0: accurate to a thousandth from 10 on.
pub fn byar(x: f64, confidence: f64) -> (f64, f64) {
    let z = z(confidence);
    let lower = x * (1.0 - 1.0 / (9.0 * x) - z / (3.0 * x.sqrt())).powi(3);
    let y = x + 1.0;
    let upper = y * (1.0 - 1.0 / (9.0 * y) + z / (3.0 * y.sqrt())).powi(3);
    (lower, upper)
}

/// Exact Poisson limits of a count, by the chi-squared distribution; the lower of 0 is 0.
pub fn poisson(x: f64, confidence: f64) -> (f64, f64) {
    let quantile = |p: f64, freedom: f64| match ChiSquared::new(freedom) {
        Ok(distribution) => distribution.inverse_cdf(p) / 2.0,
        Err(_) => f64::NAN,
    };
    let tail = (1.0 - confidence) / 2.0;
    let lower = if x == 0.0 {
        0.0
    } else {
        quantile(tail, 2.0 * x)
    };
    (lower, quantile(1.0 - tail, 2.0 * x + 2.0))
}

/// Wilson's limits of x out of n > 0.
pub fn wilson(x: f64, n: f64, confidence: f64) -> (f64, f64) {
    let z = z(confidence);
    let middle = 2.0 * x + z * z;
    let spread = z * (z * z + 4.0 * x * (1.0 - x / n)).max(0.0).sqrt();
    let whole = 2.0 * (n + z * z);
    (
        ((middle - spread) / whole).clamp(0.0, 1.0),
        ((middle + spread) / whole).clamp(0.0, 1.0),
    )
}

/// Below this count limits are exact, from it on Byar's.
const EXACT_BELOW: f64 = 10.0;

/// Limits of a count: exact where Byar's are poor. With the name of the method.
pub fn count_limits(x: f64, confidence: f64) -> ((f64, f64), &'static str) {
    if x < EXACT_BELOW {
        (poisson(x, confidence), "Exact")
    } else {
        (byar(x, confidence), "Byars")
    }
}

/// A crude rate of x events in n, times `multiplier`, and the name of its limits' method.
pub fn crude_rate(x: f64, n: f64, multiplier: f64, confidence: f64) -> (Interval, &'static str) {
    let ((lower, upper), method) = count_limits(x, confidence);
    let scale = multiplier / n;
    (
        Interval {
            value: x * scale,
            lower: lower * scale,
            upper: upper * scale,
        },
        method,
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    fn close(a: f64, b: f64) {
        assert!(
            (a - b).abs() <= 1e-9 * b.abs().max(1e-300),
            "{a} is not {b}"
        );
    }

    #[test]
    fn published_vectors() {
        for file in ["poisson_rate_ci", "wilson_ci"] {
            let path = concat!(env!("CARGO_MANIFEST_DIR"), "/../shared/reference/vectors/");
            let Ok(mut reader) = csv::Reader::from_path(format!("{path}{file}.csv")) else {
                crate::notice::notice(&format!(
                    "skipped: {file}.csv is not beside this repository"
                ));
                continue;
            };
            let mut rows = 0;
            for row in reader.records() {
                let row = row.unwrap();
                let number = |i: usize| row[i].parse::<f64>().unwrap();
                let (value, lower, upper) = if file == "wilson_ci" {
                    let (lower, upper) = wilson(number(0), number(1), number(2));
                    let expected = [number(3), number(4), number(5)];
                    close(number(0) / number(1), expected[0]);
                    close(lower, expected[1]);
                    (expected[2], expected[2], upper)
                } else {
                    let (rate, method) = crude_rate(number(0), number(1), number(2), number(3));
                    assert_eq!(method, &row[7]);
                    close(rate.value, number(4));
                    close(rate.lower, number(5));
                    (number(6), number(6), rate.upper)
                };
                close(upper, lower);
                close(value, lower);
                rows += 1;
            }
            crate::notice::notice(&format!("{rows} rows of {file}.csv"));
        }
    }

    #[test]
    fn published_values() {
        let (rate, method) = crude_rate(0.0, 100.0, 100.0, 0.95);
        assert_eq!((rate.lower, method), (0.0, "Exact"));
        close(rate.upper, 3.688_879_454_113_933);
        let (lower, upper) = wilson(1.0, 10.0, 0.95);
        close(lower, 0.017_876_213_095_072_94);
        close(upper, 0.404_150_026_795_238_37);
    }
}
