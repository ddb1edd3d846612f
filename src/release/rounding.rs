//! How far the counts of a scheme may be from the true ones, moved to protect others or not.

use crate::disclosure::rule::SchemeRule;
use crate::disclosure::system::CountOf;
use crate::disclosure::{Released, Scheme};

/// Counts that are looked at: the rules of all schemes repeat themselves before the last of them.
const LOOKED_AT: std::ops::Range<u64> = 100..400;

/// The largest distance between a count that a scheme shows and the counts that it can stand for.
pub(super) fn rounding(scheme: &Scheme) -> f64 {
    let shown = LOOKED_AT.filter(|count| scheme.allows(*count));
    let distance = |count: u64| {
        let figure = Released::published(Some(count));
        // A reader is not told which figures were moved.
        let own = scheme.bounds(figure, CountOf::People);
        let moved = scheme.moved_bounds(figure, CountOf::People);
        let count = i64::try_from(count).unwrap_or(i64::MAX);
        let low = own.low.min(moved.low);
        (count - low).max(own.high.max(moved.high) - count).max(0)
    };
    #[allow(clippy::cast_precision_loss)]
    let largest = shown.map(distance).max().unwrap_or(0) as f64;
    largest
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::disclosure::SchemeSettings;

    #[test]
    fn counts_stand_for_those_that_are_rounded_or_moved_to_them() {
        let of = |name| {
            let settings = SchemeSettings {
                name,
                ..SchemeSettings::default()
            };
            rounding(&Scheme::of(&settings).unwrap())
        };
        assert_eq!(of("hes2018"), 4.0);
        assert_eq!(of("opensafely"), 4.0);
        assert_eq!(of("midpoint6"), 6.0);
        // Figures are withheld there, and never moved.
        assert_eq!(of("exact"), 0.0);
        assert_eq!(of("legacy_1_5"), 0.0);
    }
}
