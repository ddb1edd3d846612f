//! Sums that do not depend on the order of what is summed.

/// A sum with the rounding errors of its additions beside it: rows and partial sums give the same
/// total to the last bit or two in whatever order they come.
#[derive(Debug, Clone, Copy, Default, PartialEq)]
pub(crate) struct Sum {
    total: f64,
    error: f64,
}

/// a + b, and what rounding took away from it.
fn two_sum(a: f64, b: f64) -> (f64, f64) {
    let sum = a + b;
    let rest = sum - a;
    (sum, (a - (sum - rest)) + (b - rest))
}

/// a × b, and what rounding took away from it.
fn two_product(a: f64, b: f64) -> (f64, f64) {
    let product = a * b;
    (product, a.mul_add(b, -product))
}

impl Sum {
    /// Takes a number in.
    pub(crate) fn add(&mut self, number: f64) {
        let (total, error) = two_sum(self.total, number);
        self.total = total;
        self.error += error;
    }

    /// Takes the square of a number in, unrounded.
    pub(super) fn add_square(&mut self, number: f64) {
        let (square, error) = two_product(number, number);
        self.add(square);
        self.error += error;
    }

    /// Takes another sum in.
    pub(crate) fn merge(&mut self, other: Sum) {
        self.add(other.total);
        self.error += other.error;
    }

    /// The sum; infinite, or no number, when what was summed is.
    pub(crate) fn value(self) -> f64 {
        // Of an infinite sum, what rounding took away is no number.
        match self.total.is_finite() {
            true => self.total + self.error,
            false => self.total,
        }
    }

    /// The sum as two numbers, for [`Sum::from_parts`].
    pub(crate) fn parts(self) -> [f64; 2] {
        [self.total, self.error]
    }

    /// The sum that [`Sum::parts`] wrote down.
    pub(crate) fn from_parts([total, error]: [f64; 2]) -> Self {
        Sum { total, error }
    }

    /// Σ(x − mean)² of n numbers, from their squares' sum (`self`) and their sum. Both are kept in
    /// twice the usual precision, so a spread far below the mean is not lost.
    pub(super) fn squares_about_mean(self, sum: Sum, n: f64) -> f64 {
        let (squares, squares_rest) = two_sum(self.total, self.error);
        let (sum, sum_rest) = two_sum(sum.total, sum.error);
        let (left, left_rest) = two_product(squares, n);
        let (right, right_rest) = two_product(sum, sum);
        let rest = (left_rest + squares_rest * n) - (right_rest + 2.0 * sum * sum_rest);
        ((left - right) + rest).max(0.0) / n
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn small_numbers_beside_large_ones_are_kept() {
        let mut sum = Sum::default();
        for number in [1.0, 1e100, 1.0, -1e100] {
            sum.add(number);
        }
        assert_eq!(sum.value(), 2.0);
    }

    #[test]
    fn the_spread_of_numbers_far_from_zero() {
        let (mut sum, mut squares) = (Sum::default(), Sum::default());
        for number in [1e9 + 1.0, 1e9 + 2.0, 1e9 + 3.0] {
            sum.add(number);
            squares.add_square(number);
        }
        assert_eq!(squares.squares_about_mean(sum, 3.0), 2.0);
    }
}
