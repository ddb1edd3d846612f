//! Medians and other percentiles, made from released counts by bands of an amount.

use super::count::Released;
use super::derived::{Estimate, Figure};
use super::precision::{KnownDigit, possible};
use super::rule::SchemeRule;
use super::scheme::Scheme;
use super::standardised::LARGEST_OPEN_SHARE;
use super::system::{CountOf, Interval};

/// Fewer rows on either side of a percentile are no percentile.
const BESIDE: f64 = 10.0;

/// A band of an amount, and the released count of rows in it.
pub(crate) struct AmountBand {
    /// The least amount in it.
    pub at_least: f64,
    /// All amounts in it are below this; None in the last band, which has no end.
    pub below: Option<f64>,
    /// The rows.
    pub count: Released,
}

/// The amount that `percent` of the rows are below, as the counts by band tell it: rows are taken to lie
/// evenly in their band, as in the waiting times that NHS England publishes. `bands` follow each other
/// without a gap; `total` is the count of all rows.
///
/// It is made from released counts, so that it says no more than they do, and is shown to the
/// [digit that is known](super::precision). Where the rows of a band are withheld, the middle of what the
/// scheme leaves possible stands for them. It is withheld where `total` is, with fewer than ten rows on
/// either side, and where more than a fifth of the rows hang on what is withheld. It does not apply where
/// there are no rows, and where it lies in a band without an end.
pub(crate) fn percentile(
    scheme: &Scheme,
    total: Released,
    bands: &[AmountBand],
    percent: f64,
) -> Figure {
    let share = percent / 100.0;
    #[allow(clippy::cast_precision_loss)] // counts of rows
    let rows = match total.count() {
        None => return Figure::Suppressed,
        Some(0) => return Figure::NotApplicable,
        Some(rows) => rows as f64,
    };
    if rows * share.min(1.0 - share) < BESIDE {
        return Figure::Suppressed;
    }
    let most = possible(scheme, total).map_or(f64::INFINITY, |(_, most)| most);
    let Some(counts) = known_counts(scheme, most, bands) else {
        return Figure::Suppressed;
    };
    let open: f64 = counts.iter().map(|known| known.open()).sum();
    if open > LARGEST_OPEN_SHARE * rows {
        return Figure::Suppressed;
    }
    let middle: Vec<f64> = counts.iter().map(|known| known.middle).collect();
    let Some(value) = interpolated(bands, &middle, share) else {
        return Figure::NotApplicable;
    };
    let reach = reach(bands, &counts, share);
    let known = KnownDigit::of_rate(value, reach);
    Figure::Value(Estimate::of(known, value, None, reach))
}

/// The rows of a band, as far as a reader may know them.
struct KnownCount {
    low: f64,
    middle: f64,
    high: f64,
    is_withheld: bool,
}

impl KnownCount {
    /// How many rows hang on what is withheld.
    fn open(&self) -> f64 {
        match self.is_withheld {
            true => self.high - self.low,
            false => 0.0,
        }
    }
}

/// None where nothing limits a band. `most` is the largest number of rows in all of them.
#[allow(clippy::cast_precision_loss)] // counts of rows
fn known_counts(scheme: &Scheme, most: f64, bands: &[AmountBand]) -> Option<Vec<KnownCount>> {
    let shown: f64 = bands
        .iter()
        .filter_map(|band| possible(scheme, band.count).filter(|_| !band.count.is_suppressed()))
        .map(|(low, _)| low)
        .sum();
    let known = bands.iter().map(|band| match band.count.count() {
        Some(count) => {
            let (low, high) = possible(scheme, band.count)?;
            Some(KnownCount {
                low,
                middle: count as f64,
                high,
                is_withheld: false,
            })
        }
        None => {
            let bounds = scheme.bounds(band.count, CountOf::Rows);
            // What is withheld is no more than the others leave of all.
            let left = (most - shown).max(0.0);
            let high = match bounds.high >= Interval::NO_LIMIT {
                true => left,
                false => left.min(bounds.high as f64),
            };
            let low = (bounds.low as f64).min(high);
            high.is_finite().then_some(KnownCount {
                low,
                middle: f64::midpoint(low, high),
                high,
                is_withheld: true,
            })
        }
    });
    known.collect()
}

/// The amount below which a share of the rows lies, evenly within a band; None in a band without an end.
fn interpolated(bands: &[AmountBand], counts: &[f64], share: f64) -> Option<f64> {
    let wanted = counts.iter().sum::<f64>() * share;
    let mut before = 0.0;
    for (band, count) in bands.iter().zip(counts) {
        if *count > 0.0 && before + count >= wanted {
            let width = band.below? - band.at_least;
            return Some(band.at_least + (wanted - before) / count * width);
        }
        before += count;
    }
    None
}

/// The smallest and the largest that the percentile can be, by the true counts that the released ones stand
/// for: it is smallest where the bands up to one hold as many rows as they can, and those behind it as few.
fn reach(bands: &[AmountBand], counts: &[KnownCount], share: f64) -> (f64, f64) {
    let (mut low, mut high) = (f64::INFINITY, f64::NEG_INFINITY);
    for at in 0..=counts.len() {
        let split = |first: fn(&KnownCount) -> f64, rest: fn(&KnownCount) -> f64| {
            let counts = counts.iter().enumerate();
            let counts = counts.map(|(band, known)| match band < at {
                true => first(known),
                false => rest(known),
            });
            let counts: Vec<f64> = counts.collect();
            interpolated(bands, &counts, share).unwrap_or(f64::INFINITY)
        };
        low = low.min(split(|known| known.high, |known| known.low));
        high = high.max(split(|known| known.low, |known| known.high));
    }
    (low, high)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::disclosure::SchemeSettings;

    fn exact() -> Scheme {
        Scheme::of(&SchemeSettings {
            name: "exact",
            ..SchemeSettings::default()
        })
        .unwrap()
    }

    fn bands(counts: [Option<u64>; 4]) -> Vec<AmountBand> {
        let edges = [
            (0.0, Some(10.0)),
            (10.0, Some(20.0)),
            (20.0, Some(40.0)),
            (40.0, None),
        ];
        let bands = edges.into_iter().zip(counts);
        bands
            .map(|((at_least, below), count)| AmountBand {
                at_least,
                below,
                count: count.map_or(Released::SUPPRESSED, Released::of),
            })
            .collect()
    }

    fn of(scheme: &Scheme, total: u64, counts: [Option<u64>; 4], percent: f64) -> Figure {
        percentile(scheme, Released::of(total), &bands(counts), percent)
    }

    fn value(figure: Figure) -> f64 {
        match figure {
            Figure::Value(estimate) => {
                assert_eq!(estimate.limits(), None);
                estimate.value()
            }
            other => panic!("{other:?}"),
        }
    }

    #[test]
    fn rows_lie_evenly_in_their_band() {
        // 100 rows below 10, 60 below 20, 40 below 40: the 100th is at 10, the 150th at 18.33, the 190th at 35.
        let counts = [Some(100), Some(60), Some(40), Some(0)];
        let at = |percent| value(of(&exact(), 200, counts, percent));
        assert_eq!(at(50.0), 10.0);
        assert_eq!(at(75.0), 18.3);
        assert_eq!(at(95.0), 35.0);
        assert_eq!(at(25.0), 5.0);
    }

    #[test]
    fn rounding_takes_the_digits_that_it_leaves_unknown() {
        // Each count of the nearest 5 may be 4 off: the median may be two off, and its tenths are not known.
        let counts = [Some(30), Some(50), Some(30), Some(10)];
        let figure = of(&Scheme::Hes2018, 120, counts, 50.0);
        assert_eq!(value(figure), 16.0);
        let Figure::Value(estimate) = figure else {
            panic!("{figure:?}");
        };
        let (low, high) = estimate.reach();
        // 34, 54 at most and 26, 6 at least; 26, 46 at least and 34, 14 at most.
        assert!(
            (low - (10.0 + (0.5 * 106.0 - 34.0) / 46.0 * 10.0)).abs() < 1.0,
            "{low}"
        );
        assert!(low < 15.0 && high > 17.0, "{low} {high}");
        assert_eq!(value(of(&exact(), 120, counts, 50.0)), 16.0);
    }

    #[test]
    fn few_rows_on_a_side_are_no_percentile() {
        let counts = [Some(10), Some(5), Some(5), Some(0)];
        assert_eq!(value(of(&exact(), 20, counts, 50.0)), 10.0);
        let counts = [Some(10), Some(5), Some(4), Some(0)];
        assert_eq!(of(&exact(), 19, counts, 50.0), Figure::Suppressed);
        let counts = [Some(100), Some(20), Some(4), Some(0)];
        assert_eq!(of(&exact(), 124, counts, 92.0), Figure::Suppressed);
    }

    #[test]
    fn a_band_without_an_end_has_no_percentile() {
        let counts = [Some(10), Some(10), Some(10), Some(70)];
        assert_eq!(of(&exact(), 100, counts, 50.0), Figure::NotApplicable);
        assert_eq!(value(of(&exact(), 100, counts, 10.0)), 10.0);
        assert_eq!(of(&exact(), 0, [Some(0); 4], 50.0), Figure::NotApplicable);
    }

    #[test]
    fn what_is_withheld_is_no_more_than_the_others_leave() {
        // 5 rows at most are in the band that is withheld: 104 in all, of which 92 at least are shown.
        let counts = [Some(50), None, Some(50), Some(0)];
        let figure = of(&Scheme::Hes2018, 100, counts, 50.0);
        let median = value(figure);
        assert!((10.0..21.0).contains(&median), "{median}");
        // A third of the rows may be in it.
        let counts = [Some(30), None, Some(30), Some(0)];
        assert_eq!(of(&Scheme::Hes2018, 100, counts, 50.0), Figure::Suppressed);
        let all = percentile(&Scheme::Hes2018, Released::SUPPRESSED, &bands(counts), 50.0);
        assert_eq!(all, Figure::Suppressed);
    }
}
