//! The slope and the relative index of inequality, made from the released rates of quantiles alone.

use super::count::Released;
use super::derived::{Estimate, Figure};
use super::precision::KnownDigit;
use super::standardised::FEWEST_EVENTS;
use crate::statistics::inequality_index::{Index, Reduced};
use crate::statistics::limits::{CONFIDENCE, ConfidenceLevel};
use crate::statistics::quantile_line::Ranks;
use crate::statistics::transform::Transform;

/// Fewer quantiles make no line.
const FEWEST_QUANTILES: usize = 5;

/// A quantile of deprivation, with its rate.
pub(crate) struct RatedQuantile {
    /// Its rate, crude or standardised.
    pub rate: Figure,
    /// The events of the rate.
    pub events: Released,
    /// The people of the rate.
    pub people: Released,
}

/// How much higher the rate is at the most deprived end of the population than at the least deprived.
pub(crate) fn slope_index(quantiles: &[RatedQuantile]) -> Figure {
    gradient(quantiles, Index::Slope, 1.0)
}

/// The rate at the most deprived end of the population for each `multiplier` at the least deprived.
pub(crate) fn relative_index(quantiles: &[RatedQuantile], multiplier: f64) -> Figure {
    gradient(quantiles, Index::Relative, multiplier)
}

/// What is known of a quantile's rate.
struct KnownRate {
    value: f64,
    error: f64,
    reach: (f64, f64),
}

/// An index of quantiles from the most deprived to the least, with 95% limits by the delta method from those
/// of the rates. It is withheld unless each rate is shown and has at least ten events.
#[allow(clippy::cast_precision_loss)] // counts of people
fn gradient(quantiles: &[RatedQuantile], index: Index, scale: f64) -> Figure {
    let z = ConfidenceLevel::new(CONFIDENCE).z();
    let (mut rates, mut people) = (Vec::new(), Vec::new());
    if quantiles.len() < FEWEST_QUANTILES {
        return Figure::NotApplicable;
    }
    // A quantile without people is none, whatever is withheld of others.
    if quantiles.iter().any(|q| q.rate == Figure::NotApplicable) {
        return Figure::NotApplicable;
    }
    for quantile in quantiles {
        let (Figure::Value(rate), Some(events), Some(all)) = (
            quantile.rate,
            quantile.events.count(),
            quantile.people.count(),
        ) else {
            return Figure::Suppressed;
        };
        let Some((lower, upper)) = rate.limits().filter(|_| events as f64 >= FEWEST_EVENTS) else {
            return Figure::Suppressed;
        };
        people.push(all as f64);
        rates.push(KnownRate {
            value: rate.value(),
            error: (upper - lower) / (2.0 * z),
            reach: rate.reach(),
        });
    }
    let ranks = Ranks::of(&people);
    let values: Vec<f64> = rates.iter().map(|rate| rate.value).collect();
    let errors: Vec<f64> = rates.iter().map(|rate| rate.error).collect();
    let line = ranks.line(&values);
    // Below 0 it counts from the least deprived end.
    let reduced = Reduced {
        index,
        transform: Transform::None,
        multiplier: -1.0,
    };
    let value = reduced.value(line) * scale;
    let (lower, upper) = reduced.limits(line, ranks.propagate(&errors), z);
    let limits = (lower * scale, upper * scale);
    // A line that goes to 0 or below has no ratio of its ends.
    let ends = [line.intercept, line.intercept + line.slope];
    if index == Index::Relative && ends.iter().any(|end| *end <= 0.0) {
        return Figure::NotApplicable;
    }
    let reach = reach(&ranks, &rates, index);
    let reach = (reach.0 * scale, reach.1 * scale);
    let known = KnownDigit::of_rate(value, reach);
    Figure::Value(Estimate::of(known, value, Some(limits), reach))
}

/// The smallest and the largest that an index can be, by what the rates can be.
fn reach(ranks: &Ranks, rates: &[KnownRate], index: Index) -> (f64, f64) {
    // The ends of the line are linear in the rates: most deprived, least deprived, and their difference.
    let (mut worst, mut best, mut rise) = ((0.0, 0.0), (0.0, 0.0), (0.0, 0.0));
    let mut unit = vec![0.0; rates.len()];
    for (at, rate) in rates.iter().enumerate() {
        unit[at] = 1.0;
        let of_one = ranks.line(&unit);
        unit[at] = 0.0;
        let add = |sum: &mut (f64, f64), by: f64| {
            let (a, b) = (by * rate.reach.0, by * rate.reach.1);
            *sum = (sum.0 + a.min(b), sum.1 + a.max(b));
        };
        add(&mut worst, of_one.intercept);
        add(&mut best, of_one.intercept + of_one.slope);
        add(&mut rise, -of_one.slope);
    }
    match index {
        Index::Slope => rise,
        Index::Relative => (
            worst.0 / best.1,
            match best.0 > 0.0 {
                true => worst.1 / best.0,
                false => f64::INFINITY,
            },
        ),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::disclosure::{Scheme, rate};

    /// Quantiles of 10,000 people each, with so many events.
    fn quantiles(scheme: &Scheme, events: &[u64]) -> Vec<RatedQuantile> {
        let people = Released::of(10_000);
        let quantile = |events: &u64| RatedQuantile {
            rate: rate(scheme, Released::of(*events), people, 1000.0),
            events: Released::of(*events),
            people,
        };
        events.iter().map(quantile).collect()
    }

    const EVENTS: [u64; 5] = [900, 800, 700, 600, 500];

    fn shown(figure: Figure) -> Estimate {
        match figure {
            Figure::Value(estimate) => estimate,
            other => panic!("{other:?}"),
        }
    }

    #[test]
    fn they_are_the_difference_and_the_ratio_of_the_ends_of_the_line() {
        // Counts are true ones: 90 to 50 per 1,000 at the middles, 95 to 45 at the ends.
        let quantiles = quantiles(&Scheme::Threshold10, &EVENTS);
        let slope = shown(slope_index(&quantiles));
        assert_eq!(slope.value(), 50.0);
        // The slope is the sum of the rates with these weights.
        let z = ConfidenceLevel::new(CONFIDENCE).z();
        let error = |q: &RatedQuantile| {
            let (lower, upper) = shown(q.rate).limits().unwrap();
            (upper - lower) / (2.0 * z)
        };
        let weights = [1.0, 0.5, 0.0, -0.5, -1.0];
        let terms = quantiles.iter().zip(weights);
        let variance: f64 = terms.map(|(q, c)| (c * error(q)).powi(2)).sum();
        let (lower, upper) = slope.limits().unwrap();
        assert!((upper - lower - 2.0 * z * variance.sqrt()).abs() < 0.11);
        let relative = shown(relative_index(&quantiles, 100.0));
        assert_eq!(relative.value(), 211.1);
        let (lower, upper) = relative.limits().unwrap();
        assert!(lower > 180.0 && lower < 211.0 && upper > 211.2 && upper < 250.0);
        // Turned round it is below 0, and below 100.
        let turned: Vec<RatedQuantile> = quantiles.into_iter().rev().collect();
        assert_eq!(shown(slope_index(&turned)).value(), -50.0);
        assert_eq!(shown(relative_index(&turned, 100.0)).value(), 47.4);
    }

    #[test]
    fn rounded_counts_leave_fewer_digits() {
        let events = [90, 80, 70, 60, 50].map(|n| n * 2);
        let quantiles = quantiles(&Scheme::Hes2018, &events);
        // Each count may be 4 off; the slope is known to ones.
        assert_eq!(shown(slope_index(&quantiles)).value(), 10.0);
        let (lower, upper) = shown(slope_index(&quantiles)).limits().unwrap();
        assert_eq!((lower.fract(), upper.fract()), (0.0, 0.0));
    }

    #[test]
    fn few_events_few_quantiles_and_withheld_rates_make_no_index() {
        let scheme = Scheme::Hes2018;
        let mut few = EVENTS;
        few[4] = 5;
        assert_eq!(slope_index(&quantiles(&scheme, &few)), Figure::Suppressed);
        assert_eq!(
            relative_index(&quantiles(&scheme, &few), 100.0),
            Figure::Suppressed
        );
        let four = quantiles(&scheme, &EVENTS[..4]);
        assert_eq!(slope_index(&four), Figure::NotApplicable);
        let mut hidden = quantiles(&scheme, &EVENTS);
        hidden[2].rate = Figure::Suppressed;
        hidden[2].events = Released::SUPPRESSED;
        assert_eq!(slope_index(&hidden), Figure::Suppressed);
        hidden[1].rate = Figure::NotApplicable;
        assert_eq!(slope_index(&hidden), Figure::NotApplicable);
    }

    #[test]
    fn a_line_that_goes_below_zero_has_no_ratio() {
        let quantiles = quantiles(&Scheme::Hes2018, &[5_000, 100, 10, 10, 10]);
        assert!(matches!(slope_index(&quantiles), Figure::Value(_)));
        assert_eq!(relative_index(&quantiles, 100.0), Figure::NotApplicable);
    }
}
