//! Rates that are directly standardised for age, made from released counts alone.

use super::count::Released;
use super::derived::{Estimate, Figure};
use super::precision::{KnownDigit, possible};
use super::rule::SchemeRule;
use super::scheme::Scheme;
use super::system::{CountOf, Interval};
use crate::statistics::limits::{CONFIDENCE, count_limits};

/// Fewer events are no rate: the convention of the Public Health Outcomes Framework.
pub(super) const FEWEST_EVENTS: f64 = 10.0;

/// The largest share of the events that may hang on counts that are withheld.
pub(super) const LARGEST_OPEN_SHARE: f64 = 0.2;

/// An age group of a rate: how many of the standard population are in it, and the released counts.
pub(crate) struct StandardBand {
    /// The standard population.
    pub weight: f64,
    /// Events.
    pub events: Released,
    /// People.
    pub people: Released,
}

/// The events of each age group as far as a reader may know them.
struct KnownEvents {
    low: Vec<f64>,
    middle: Vec<f64>,
    high: Vec<f64>,
}

/// The rate per `multiplier` people that the events would have with the ages of the standard population,
/// with Dobson's 95% limits.
///
/// It is made from the released counts by age, so that it says no more than they do. Where events of an age
/// group are withheld, the middle of what the scheme leaves possible stands for them, and the limits are
/// those of the fewest and the most. It is withheld below ten events, where `totals` or a population is,
/// and where more than a fifth of the events hangs on what is withheld.
pub(crate) fn standardised(
    scheme: &Scheme,
    totals: (Released, Released),
    bands: &[StandardBand],
    of_rows: bool,
    multiplier: f64,
) -> Figure {
    let counted = match of_rows {
        true => CountOf::Rows,
        false => CountOf::People,
    };
    if totals.0.is_suppressed() || totals.1.is_suppressed() {
        return Figure::Suppressed;
    }
    let people: Option<Vec<f64>> = bands.iter().map(|band| number(band.people)).collect();
    let Some(people) = people else {
        return Figure::Suppressed;
    };
    // An age group without people has no rate that could be weighed.
    if bands.is_empty() || people.contains(&0.0) {
        return Figure::NotApplicable;
    }
    let Some(events) = known_events(scheme, bands, counted) else {
        return Figure::Suppressed;
    };
    let sum = |events: &[f64]| events.iter().sum::<f64>();
    let observed = sum(&events.middle);
    let open = sum(&events.high) - sum(&events.low);
    if observed < FEWEST_EVENTS || open > LARGEST_OPEN_SHARE * observed {
        return Figure::Suppressed;
    }
    let weights: Vec<f64> = bands.iter().map(|band| band.weight).collect();
    let of = |events: &[f64]| dobson(events, &people, &weights);
    let (rate, ..) = of(&events.middle);
    let (_, lower, _) = of(&events.low);
    let (_, _, upper) = of(&events.high);
    let rate = rate * multiplier;
    let reach = reach(scheme, bands, &events, &weights, multiplier);
    let known = KnownDigit::of_rate(rate, reach);
    Figure::Value(Estimate::of(
        known,
        rate,
        Some((lower * multiplier, upper * multiplier)),
        reach,
    ))
}

/// The smallest and the largest that the rate can be, by the true counts that the released ones stand for.
fn reach(
    scheme: &Scheme,
    bands: &[StandardBand],
    events: &KnownEvents,
    weights: &[f64],
    multiplier: f64,
) -> (f64, f64) {
    let (mut low, mut high) = (0.0, 0.0);
    let of_standard: f64 = weights.iter().sum();
    for (at, band) in bands.iter().enumerate() {
        let (fewest, most) = match band.events.is_suppressed() {
            true => (events.low[at], events.high[at]),
            false => possible(scheme, band.events).unwrap_or((0.0, f64::INFINITY)),
        };
        let (smallest, largest) = possible(scheme, band.people).unwrap_or((0.0, f64::INFINITY));
        low += weights[at] * fewest / largest;
        high += match smallest > 0.0 {
            true => weights[at] * most / smallest,
            false => f64::INFINITY,
        };
    }
    (
        low / of_standard * multiplier,
        high / of_standard * multiplier,
    )
}

fn number(count: Released) -> Option<f64> {
    count.count().map(|count| count as f64)
}

/// None, where a count may be anything.
fn known_events(scheme: &Scheme, bands: &[StandardBand], counted: CountOf) -> Option<KnownEvents> {
    let mut known = KnownEvents {
        low: Vec::new(),
        middle: Vec::new(),
        high: Vec::new(),
    };
    for band in bands {
        let (low, high) = match number(band.events) {
            Some(count) => (count, count),
            None => {
                let bounds = scheme.bounds(band.events, counted);
                if bounds.high >= Interval::NO_LIMIT {
                    return None;
                }
                (bounds.low as f64, bounds.high as f64)
            }
        };
        known.low.push(low);
        known.middle.push((low + high) / 2.0);
        known.high.push(high);
    }
    Some(known)
}

/// The rate and its lower and upper limit, per person.
fn dobson(events: &[f64], people: &[f64], weights: &[f64]) -> (f64, f64, f64) {
    let of_standard: f64 = weights.iter().sum();
    let (mut observed, mut rate, mut variance) = (0.0, 0.0, 0.0);
    for ((x, n), w) in events.iter().zip(people).zip(weights) {
        let share = w / n / of_standard;
        observed += x;
        rate += x * share;
        variance += x * share * share;
    }
    if observed <= 0.0 {
        return (rate, 0.0, 0.0);
    }
    let ((lower, upper), _) = count_limits(observed, CONFIDENCE);
    let scale = (variance / observed).sqrt();
    (
        rate,
        rate + scale * (lower - observed),
        rate + scale * (upper - observed),
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    fn band(weight: f64, events: Released, people: u64) -> StandardBand {
        StandardBand {
            weight,
            events,
            people: Released::of(people),
        }
    }

    fn rate(bands: &[StandardBand]) -> Figure {
        let totals = (Released::of(100), Released::of(1000));
        standardised(&Scheme::Hes2018, totals, bands, false, 1000.0)
    }

    #[test]
    fn it_is_the_rate_with_the_ages_of_the_standard_population() {
        // 10 of 100 young and 60 of 200 old; a standard of three young for each old person.
        let bands = [
            band(3.0, Released::of(10), 100),
            band(1.0, Released::of(60), 200),
        ];
        let Figure::Value(rate) = rate(&bands) else {
            panic!("it is not shown");
        };
        assert!((rate.value() - (0.75 * 100.0 + 0.25 * 300.0)).abs() < 1e-9);
        // Dobson: the variance is 10 × (7.5)² + 60 × (1.25)², per 1,000; Byar's limits of 70.
        let scale = ((10.0 * 7.5 * 7.5 + 60.0 * 1.25 * 1.25) / 70.0_f64).sqrt();
        let ((lower, upper), _) = count_limits(70.0, CONFIDENCE);
        let (low, high) = rate.limits().unwrap();
        // The counts are rounded, so that tens are known: limits go outwards to them.
        let tens = |limit: f64| limit / 10.0;
        let exact = (
            150.0 + scale * (lower - 70.0),
            150.0 + scale * (upper - 70.0),
        );
        assert_eq!(low, tens(exact.0).floor() * 10.0);
        assert_eq!(high, tens(exact.1).ceil() * 10.0);
    }

    #[test]
    fn what_is_withheld_widens_the_limits_and_too_much_of_it_withholds_the_rate() {
        let shown = [
            band(1.0, Released::of(5), 100),
            band(1.0, Released::of(95), 200),
        ];
        let withheld = [
            band(1.0, Released::SUPPRESSED, 100),
            band(1.0, Released::of(95), 200),
        ];
        let (Figure::Value(shown), Figure::Value(open)) = (rate(&shown), rate(&withheld)) else {
            panic!("they are not shown");
        };
        // 1 to 7 events stand for 4: 257.5, of which tens are known.
        assert_eq!(open.value(), 260.0);
        let width = |limits: Option<(f64, f64)>| limits.map(|(low, high)| high - low).unwrap();
        assert!(width(open.limits()) > width(shown.limits()) + 20.0);
        // 6 more or less of 24 events is more than a fifth.
        let few = [
            band(1.0, Released::SUPPRESSED, 100),
            band(1.0, Released::of(20), 200),
        ];
        assert_eq!(rate(&few), Figure::Suppressed);
    }

    #[test]
    fn few_events_and_populations_that_are_not_known_are_no_rate() {
        let nine = [
            band(1.0, Released::of(0), 100),
            band(1.0, Released::of(9), 200),
        ];
        assert_eq!(rate(&nine), Figure::Suppressed);
        let mut hidden = [
            band(1.0, Released::of(50), 100),
            band(1.0, Released::of(50), 200),
        ];
        hidden[0].people = Released::SUPPRESSED;
        assert_eq!(rate(&hidden), Figure::Suppressed);
        hidden[0].people = Released::of(0);
        assert_eq!(rate(&hidden), Figure::NotApplicable);
    }
}
