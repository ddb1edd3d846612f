//! To which digit a figure is known that was made from rounded counts.
//!
//! 10 of 35 is 28.571…%, and with both counts rounded to the nearest 5, perhaps moved, it can be anything
//! from 15 to 45%: more digits would pretend to a precision that rounding took away.

use super::count::Released;
use super::rule::SchemeRule;
use super::scheme::Scheme;
use super::system::{CountOf, Interval};

/// The smallest digit that is ever shown.
const TENTH: f64 = 0.1;

/// The digit to which a figure is known, as a power of ten.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct KnownDigit(f64);

impl KnownDigit {
    /// That of a percentage which can be anything from `low` to `high`: a tenth, or the whole percent where
    /// it may be a point off.
    pub(super) fn of_percent(value: f64, (low, high): (f64, f64)) -> Self {
        KnownDigit(leading_digit(off(value, low, high)).clamp(TENTH, 1.0))
    }

    /// That of a rate which can be anything from `low` to `high`: the leading digit of how far it may be
    /// off, but at least two digits are shown, and none beyond the tenths.
    pub(super) fn of_rate(value: f64, (low, high): (f64, f64)) -> Self {
        let second = leading_digit(value) / 10.0;
        KnownDigit(leading_digit(off(value, low, high)).min(second).max(TENTH))
    }

    /// Whether it is that of tenths.
    pub(super) fn is_tenth(self) -> bool {
        self.0 < 1.0
    }

    /// A figure to this digit.
    pub(super) fn rounded(self, value: f64) -> f64 {
        self.whole(value, f64::round)
    }

    /// Limits to this digit: tenths as they are nearest, coarser ones outwards, so that rounding makes no
    /// difference significant.
    pub(super) fn limits(self, (lower, upper): (f64, f64)) -> (f64, f64) {
        match self.is_tenth() {
            true => (self.rounded(lower), self.rounded(upper)),
            false => (
                self.whole(lower, |digits| (digits + NOISE).floor()),
                self.whole(upper, |digits| (digits - NOISE).ceil()),
            ),
        }
    }

    fn whole(self, value: f64, round: impl Fn(f64) -> f64) -> f64 {
        // Divided by a whole number, a tenth comes out as its nearest double.
        match self.is_tenth() {
            true => round(value * (1.0 / self.0).round()) / (1.0 / self.0).round(),
            false => round(value / self.0) * self.0,
        }
    }
}

/// What arithmetic may have added to a limit that is a whole number of digits.
const NOISE: f64 = 1e-9;

fn off(value: f64, low: f64, high: f64) -> f64 {
    (value - low).max(high - value)
}

/// 10 to the power of the leading digit's place: 100 for 128.4 and for -128.4.
fn leading_digit(number: f64) -> f64 {
    let number = number.abs();
    match number > 0.0 {
        true => 10.0_f64.powf((number.log10() + NOISE).floor()),
        false => 0.0,
    }
}

/// The true counts that a released one can stand for, moved or not; None where nothing limits them.
pub(super) fn possible(scheme: &Scheme, released: Released) -> Option<(f64, f64)> {
    let own = scheme.bounds(released, CountOf::People);
    let moved = scheme.moved_bounds(released, CountOf::People);
    let high = own.high.max(moved.high);
    #[allow(clippy::cast_precision_loss)] // counts of people
    (high < Interval::NO_LIMIT).then(|| (own.low.min(moved.low) as f64, high as f64))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn percentages_are_whole_where_they_may_be_a_point_off() {
        let whole = KnownDigit::of_percent(28.571_428, (15.4, 45.2));
        assert_eq!(whole.rounded(28.571_428), 29.0);
        assert_eq!(whole.limits((16.33, 45.06)), (16.0, 46.0));
        let tenths = KnownDigit::of_percent(28.571_428, (28.2, 29.0));
        assert_eq!(tenths.rounded(28.571_428), 28.6);
        assert_eq!(tenths.limits((28.11, 29.01)), (28.1, 29.0));
        // A limit on a digit stays there, whatever arithmetic made of it.
        assert_eq!(whole.limits((0.57 * 100.0, 58.0)), (57.0, 58.0));
    }

    #[test]
    fn rates_have_the_digits_that_are_known_and_two_at_least() {
        let known = KnownDigit::of_rate(14_893.6, (13_000.0, 17_000.0));
        assert_eq!(known.rounded(14_893.6), 15_000.0);
        assert_eq!(known.limits((10_372.4, 20_714.0)), (10_000.0, 21_000.0));
        let rough = KnownDigit::of_rate(14_893.6, (0.0, 40_000.0));
        assert_eq!(rough.rounded(14_893.6), 15_000.0);
        let exact = KnownDigit::of_rate(10_714.28, (10_714.28, 10_714.28));
        assert_eq!(exact.rounded(10_714.28), 10_714.3);
        // A difference may be below zero.
        let below = KnownDigit::of_rate(-1_284.3, (-1_310.0, -1_250.0));
        assert_eq!(below.rounded(-1_284.3), -1_280.0);
        assert_eq!(below.limits((-1_402.5, -1_171.2)), (-1_410.0, -1_170.0));
        let none = KnownDigit::of_rate(0.0, (0.0, 0.0));
        assert_eq!(none.rounded(0.0), 0.0);
    }

    #[test]
    fn a_moved_figure_stands_for_more_counts_than_a_rounded_one() {
        assert_eq!(
            possible(&Scheme::Hes2018, Released::of(100)),
            Some((96.0, 104.0))
        );
        assert_eq!(
            possible(&Scheme::Hes2018, Released::of(0)),
            Some((0.0, 0.0))
        );
    }
}
