//! A line through the quantiles, by weighted least squares.

/// A straight line over the population's rank, from the most deprived (0) to the least (1).
#[derive(Debug, Clone, Copy)]
pub(crate) struct RegressionLine {
    /// Its height at 0.
    pub intercept: f64,
    /// Its rise from 0 to 1.
    pub slope: f64,
}

/// How uncertain a line is.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Covariance {
    pub intercept: f64,
    pub slope: f64,
    pub both: f64,
}

impl Covariance {
    /// The standard error of what changes by these with the intercept and with the slope.
    pub(crate) fn of(self, intercept: f64, slope: f64) -> f64 {
        let variance = intercept * intercept * self.intercept
            + slope * slope * self.slope
            + 2.0 * intercept * slope * self.both;
        variance.max(0.0).sqrt()
    }
}

/// Where the quantiles lie: their shares of the population, and the rank of each one's middle.
pub(crate) struct Ranks {
    shares: Vec<f64>,
    /// The rank of each middle, less the mean rank.
    distances: Vec<f64>,
    mean: f64,
    /// The weighted sum of the squared distances.
    spread: f64,
}

impl Ranks {
    /// The ranks of quantiles with these populations, the most deprived first.
    pub(crate) fn of(populations: &[f64]) -> Self {
        let all: f64 = populations.iter().sum();
        let shares: Vec<f64> = populations.iter().map(|people| people / all).collect();
        let mut below = 0.0;
        let mut distances = Vec::with_capacity(shares.len());
        for share in &shares {
            distances.push(below + share / 2.0);
            below += share;
        }
        let mean = dot(&shares, &distances);
        for rank in &mut distances {
            *rank -= mean;
        }
        let spread = shares.iter().zip(&distances).map(|(a, b)| a * b * b).sum();
        Ranks {
            shares,
            distances,
            mean,
            spread,
        }
    }

    /// The line through values, one for each quantile.
    pub(crate) fn line(&self, values: &[f64]) -> RegressionLine {
        let middle = dot(&self.shares, values);
        let terms = self.shares.iter().zip(&self.distances).zip(values);
        let rise: f64 = terms.map(|((a, b), value)| a * b * (value - middle)).sum();
        let slope = rise / self.spread;
        RegressionLine {
            intercept: middle - slope * self.mean,
            slope,
        }
    }

    /// How uncertain the line is by the values' scatter about it.
    pub(crate) fn scatter(&self, line: RegressionLine, values: &[f64]) -> Covariance {
        let middle = line.intercept + line.slope * self.mean;
        let terms = self.shares.iter().zip(&self.distances).zip(values);
        let residual = |b: f64, value: f64| value - middle - line.slope * b;
        let squares: f64 = terms.map(|((a, b), v)| a * residual(*b, *v).powi(2)).sum();
        let variance = squares / (values.len() as f64 - 2.0);
        Covariance {
            intercept: variance * (1.0 + self.mean * self.mean / self.spread),
            slope: variance / self.spread,
            both: -variance * self.mean / self.spread,
        }
    }

    /// How uncertain the line is by the values' own standard errors.
    pub(crate) fn propagate(&self, errors: &[f64]) -> Covariance {
        let mut sum = Covariance {
            intercept: 0.0,
            slope: 0.0,
            both: 0.0,
        };
        for ((share, distance), error) in self.shares.iter().zip(&self.distances).zip(errors) {
            // What one unit of this quantile's value does to the line.
            let slope = share * distance / self.spread;
            let intercept = share - slope * self.mean;
            let variance = error * error;
            sum.intercept += intercept * intercept * variance;
            sum.slope += slope * slope * variance;
            sum.both += intercept * slope * variance;
        }
        sum
    }
}

fn dot(a: &[f64], b: &[f64]) -> f64 {
    a.iter().zip(b).map(|(a, b)| a * b).sum()
}
