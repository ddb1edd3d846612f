//! A quasi-Poisson model of counts: a season's own level, and a trend that all seasons share.
//!
//! Given the trend, the level of each season is the one that makes its expected events those
//! observed. That leaves one number to search for, of which the likelihood is concave.

/// A count of the baseline, in a season, at a time, of so many people.
#[derive(Debug, Clone, Copy)]
pub(super) struct SeasonalCount {
    pub season: usize,
    pub time: f64,
    pub people: f64,
    pub events: f64,
}

/// A season's part of a model.
#[derive(Debug, Clone, Copy)]
struct Season {
    /// Events of the baseline.
    events: f64,
    /// The logarithm of its rate at time 0 of the model.
    level: f64,
    /// The mean time of its expected events.
    middle: f64,
}

/// A model that was fitted.
pub(super) struct SeasonalModel {
    seasons: Vec<Option<Season>>,
    /// What times are counted from.
    origin: f64,
    /// The growth of the logarithm of rates, a period.
    pub trend: f64,
    /// How sure that is: what it would be for Poisson counts.
    information: f64,
    /// Pearson's chi-squared over its degrees of freedom.
    pub dispersion: f64,
}

/// What a model expects of one time.
#[derive(Debug, Clone, Copy)]
pub(super) struct ExpectedEvents {
    pub events: f64,
    /// The variance of an observation about it: of the model, and of chance. None where a season
    /// had no event in the baseline.
    pub variance: Option<f64>,
}

/// Steps of the search; it needs a handful.
const STEPS: usize = 100;

/// A trend that is known less than so much for each event has run away: all expected events of a
/// season are in one period, and more of the trend would fit better still.
const ENDLESS: f64 = 1e-6;

const NO_END: &str = "the trend of the baseline has no end";

impl SeasonalModel {
    /// The model of a baseline, or why there is none. Seasons are numbered from 0 to below
    /// `seasons`.
    pub(super) fn fit(baseline: &[SeasonalCount], seasons: usize) -> Result<Self, &'static str> {
        let present = (0..seasons).filter(|season| baseline.iter().any(|c| c.season == *season));
        let freedom = baseline.len() as f64 - present.count() as f64 - 1.0;
        if freedom < 1.0 {
            return Err("fewer periods in the baseline than a trend and its seasons need");
        }
        let origin = baseline.iter().map(|c| c.time).sum::<f64>() / baseline.len() as f64;
        let range = baseline.iter().map(|c| (c.time - origin).abs());
        let range = range.fold(0.0, f64::max);
        let mut trend = 0.0;
        for _ in 0..STEPS {
            let (slope, information, _) = profile(baseline, seasons, origin, trend);
            if information <= 0.0 {
                return Err("no season of the baseline has events in two periods' time");
            }
            // Not further than the logarithm of a rate can change by 2 at once.
            let step = (slope / information).clamp(-2.0 / range, 2.0 / range);
            trend += step;
            if (step * range).abs() < 1e-13 {
                return Self::at(baseline, seasons, origin, trend, freedom);
            }
        }
        Err(NO_END)
    }

    fn at(
        baseline: &[SeasonalCount],
        seasons: usize,
        origin: f64,
        trend: f64,
        freedom: f64,
    ) -> Result<Self, &'static str> {
        let (_, information, seasons) = profile(baseline, seasons, origin, trend);
        let mut model = SeasonalModel {
            seasons,
            origin,
            trend,
            information,
            dispersion: 0.0,
        };
        let squares = baseline.iter().filter_map(|count| {
            let expected = model.mean(count.season, count.time, count.people)?;
            let miss = count.events - expected;
            (expected > 0.0).then(|| miss * miss / expected)
        });
        model.dispersion = squares.sum::<f64>() / freedom;
        if !(model.dispersion.is_finite() && model.information.is_finite()) {
            return Err("the counts of the baseline are too far apart");
        }
        let events: f64 = baseline.iter().map(|count| count.events).sum();
        if model.information < events * ENDLESS {
            return Err(NO_END);
        }
        Ok(model)
    }

    /// Expected events; None in a season that the baseline does not have.
    fn mean(&self, season: usize, time: f64, people: f64) -> Option<f64> {
        let season = self.seasons.get(season)?.as_ref()?;
        if season.events == 0.0 {
            return Some(0.0);
        }
        Some(people * (season.level + self.trend * (time - self.origin)).exp())
    }

    /// What is expected of so many people in a season, at a time.
    pub(super) fn expected(&self, season: usize, time: f64, people: f64) -> Option<ExpectedEvents> {
        let events = self.mean(season, time, people)?;
        let season = self.seasons.get(season)?.as_ref()?;
        let distance = time - self.origin - season.middle;
        // Of the logarithm of the expected events, for Poisson counts.
        let of_model = 1.0 / season.events + distance * distance / self.information;
        let variance = self.dispersion * (events * events * of_model + events);
        Some(ExpectedEvents {
            events,
            variance: Some(variance).filter(|variance| variance.is_finite() && events > 0.0),
        })
    }
}

/// The slope of the likelihood at a trend, its information, and the seasons there.
fn profile(
    baseline: &[SeasonalCount],
    seasons: usize,
    origin: f64,
    trend: f64,
) -> (f64, f64, Vec<Option<Season>>) {
    let (mut slope, mut information) = (0.0, 0.0);
    let mut fitted = Vec::with_capacity(seasons);
    for season in 0..seasons {
        let counts = || baseline.iter().filter(move |count| count.season == season);
        if counts().next().is_none() {
            fitted.push(None);
            continue;
        }
        let weighed = || {
            counts().map(move |count| {
                let time = count.time - origin;
                (time, count.people * (trend * time).exp(), count.events)
            })
        };
        let events: f64 = weighed().map(|(_, _, events)| events).sum();
        let all: f64 = weighed().map(|(_, weight, _)| weight).sum();
        let middle = weighed()
            .map(|(time, weight, _)| weight * time)
            .sum::<f64>()
            / all;
        let spread = weighed().map(|(time, weight, _)| weight * (time - middle).powi(2));
        let spread = spread.sum::<f64>() / all;
        slope += weighed()
            .map(|(time, _, events)| events * (time - middle))
            .sum::<f64>();
        information += events * spread;
        fitted.push(Some(Season {
            events,
            level: (events / all).ln(),
            middle,
        }));
    }
    (slope, information, fitted)
}
