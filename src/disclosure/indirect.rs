//! Ratios that are indirectly standardised for age, made from released counts alone.

use super::count::Released;
use super::derived::{Estimate, Figure};
use super::precision::{KnownDigit, possible};
use super::scheme::Scheme;
use super::standardised::FEWEST_EVENTS;
use crate::statistics::limits::{CONFIDENCE, count_limits};

/// An age group of a ratio: the people, and the events and the people of the reference population.
pub(crate) struct ReferenceBand {
    /// Its people.
    pub people: Released,
    /// Events of the reference population.
    pub events: Released,
    /// People of the reference population.
    pub of: Released,
}

/// The observed events for each `multiplier` that would be expected if every age had the rate of the
/// reference population, with 95% limits of the observed ones (exact below 10, Byar's from 10 on).
///
/// It is made from released counts, so that it says no more than they do. It is withheld below ten events,
/// and where one of the counts is.
pub(crate) fn indirectly_standardised(
    scheme: &Scheme,
    observed: Released,
    bands: &[ReferenceBand],
    multiplier: f64,
) -> Figure {
    let Some(events) = observed.count() else {
        return Figure::Suppressed;
    };
    #[allow(clippy::cast_precision_loss)] // counts of people
    let events = events as f64;
    let expected = match expected(scheme, bands) {
        Ok(expected) => expected,
        Err(figure) => return figure,
    };
    if events < FEWEST_EVENTS {
        return Figure::Suppressed;
    }
    if expected.value <= 0.0 {
        return Figure::NotApplicable;
    }
    let per = multiplier / expected.value;
    let ((lower, upper), _) = count_limits(events, CONFIDENCE);
    let (fewest, most) = possible(scheme, observed).unwrap_or((0.0, f64::INFINITY));
    let high = match expected.low > 0.0 {
        true => most / expected.low * multiplier,
        false => f64::INFINITY,
    };
    let reach = (fewest / expected.high * multiplier, high);
    let known = KnownDigit::of_rate(events * per, reach);
    Figure::Value(Estimate::of(
        known,
        events * per,
        Some((lower * per, upper * per)),
        reach,
    ))
}

/// Expected events, and how few and how many they can be.
#[derive(Default)]
struct ExpectedRange {
    value: f64,
    low: f64,
    high: f64,
}

#[allow(clippy::cast_precision_loss)] // counts of people
fn expected(scheme: &Scheme, bands: &[ReferenceBand]) -> Result<ExpectedRange, Figure> {
    let mut sum = ExpectedRange::default();
    for band in bands {
        let counts = [band.people, band.events, band.of].map(Released::count);
        let [Some(people), Some(events), Some(of)] = counts else {
            return Err(Figure::Suppressed);
        };
        match (people, of) {
            // Nobody is there to have events.
            (0, _) => continue,
            (_, 0) => return Err(Figure::NotApplicable),
            _ => sum.value += people as f64 * events as f64 / of as f64,
        }
        let bounds = |count| possible(scheme, count).unwrap_or((0.0, f64::INFINITY));
        let [people, events, of] = [band.people, band.events, band.of].map(bounds);
        sum.low += people.0 * events.0 / of.1;
        sum.high += match of.0 > 0.0 {
            true => people.1 * events.1 / of.0,
            false => f64::INFINITY,
        };
    }
    Ok(sum)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn band(people: u64, events: u64, of: u64) -> ReferenceBand {
        let [people, events, of] = [people, events, of].map(Released::of);
        ReferenceBand { people, events, of }
    }

    fn ratio(observed: Released, bands: &[ReferenceBand]) -> Figure {
        indirectly_standardised(&Scheme::Hes2018, observed, bands, 100.0)
    }

    #[test]
    fn it_is_what_was_observed_for_each_hundred_expected() {
        // 1% of 10,000 and 20% of 5,000 are expected: 1,100.
        let bands = [
            band(10_000, 1_000, 100_000),
            band(5_000, 10_000, 50_000),
            band(0, 0, 0),
        ];
        let Figure::Value(ratio) = ratio(Released::of(1_320), &bands) else {
            panic!("it is not shown");
        };
        assert_eq!(ratio.value(), 120.0);
        // Byar's limits of 1,320 are 1,249.7 and 1,393.2.
        assert_eq!(ratio.limits(), Some((113.6, 126.7)));
    }

    #[test]
    fn few_events_and_counts_that_are_withheld_make_no_ratio() {
        let bands = [band(1_000, 100, 10_000)];
        assert_eq!(ratio(Released::of(9), &bands), Figure::Suppressed);
        assert!(matches!(ratio(Released::of(10), &bands), Figure::Value(_)));
        assert_eq!(ratio(Released::SUPPRESSED, &bands), Figure::Suppressed);
        for at in 0..3 {
            let mut hidden = band(1_000, 100, 10_000);
            *[&mut hidden.people, &mut hidden.events, &mut hidden.of][at] = Released::SUPPRESSED;
            assert_eq!(ratio(Released::of(50), &[hidden]), Figure::Suppressed);
        }
    }

    #[test]
    fn nothing_expected_is_no_ratio() {
        let none = [band(1_000, 0, 10_000)];
        assert_eq!(ratio(Released::of(50), &none), Figure::NotApplicable);
        let nobody = [band(1_000, 0, 0)];
        assert_eq!(ratio(Released::of(50), &nobody), Figure::NotApplicable);
    }
}
