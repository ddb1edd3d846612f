//! Life expectancy, made from released counts of deaths and of people alone.

use super::count::Released;
use super::derived::{Estimate, Figure};
use super::precision::{KnownDigit, possible};
use super::rule::SchemeRule;
use super::scheme::Scheme;
use super::standardised::FEWEST_EVENTS;
use super::system::{CountOf, Interval};
use crate::statistics::life_table::{AGES, BANDS, FEWEST_YEARS_LIVED, WIDEST_LIMITS, life_table};
use crate::statistics::limits::{CONFIDENCE, ConfidenceLevel};

/// The most years that may hang on the deaths that are withheld.
pub(super) const MOST_OPEN_YEARS: f64 = 1.0;

/// An age band of a life table.
pub(crate) struct LifeBand {
    /// People in the middle of the years that deaths are of.
    pub people: Released,
    /// Deaths.
    pub deaths: Released,
}

/// What a life expectancy is asked of.
#[derive(Debug, Clone, Copy)]
pub(crate) struct LifeQuestion {
    /// From which age on years are counted.
    pub age: u8,
    /// How many years the deaths are of: each of the people stands for as many years lived.
    pub years: u8,
    /// Whether deaths are counted as rows.
    pub of_rows: bool,
}

/// The years that somebody of an age can expect to live at the death rates of the bands, which are those of a
/// life table in their order, with 95% limits (Chiang's table, Silcocks' variance).
///
/// It is made from released counts, so that it says no more than they do, and is shown to the
/// [digit that is known](super::precision). Only the bands from the age on are needed. Where the deaths of one
/// are withheld, the middle of what the scheme leaves possible stands for them, and the limits are those of
/// the most and the fewest. It is withheld where people of a band are, where more than a year hangs on deaths
/// that are withheld, below ten deaths, for 5,000 years lived or fewer, and where its limits are more than
/// twenty years apart. It does not apply where a band has nobody, or the last one no death.
pub(crate) fn life_expectancy(scheme: &Scheme, bands: &[LifeBand], of: LifeQuestion) -> Figure {
    let first = AGES.iter().position(|begins| *begins == of.age);
    let Some(first) = first.filter(|_| bands.len() == BANDS) else {
        return Figure::NotApplicable;
    };
    let needed = &bands[first..];
    if needed.iter().any(|band| band.people.is_suppressed()) {
        return Figure::Suppressed;
    }
    let has_nobody = needed.iter().any(|band| band.people.count() == Some(0));
    let last = needed.last().and_then(|band| band.deaths.count());
    if has_nobody || last == Some(0) {
        return Figure::NotApplicable;
    }
    let years = f64::from(of.years);
    let Some(deaths) = KnownDeaths::of(scheme, needed, of) else {
        return Figure::Suppressed;
    };
    #[allow(clippy::cast_precision_loss)] // counts of people
    let lived = |bands: &[LifeBand]| -> Vec<f64> {
        let people = bands.iter().map(|band| band.people.count().unwrap_or(0));
        people.map(|people| people as f64 * years).collect()
    };
    let own = lived(needed);
    let all: f64 = lived(bands).iter().sum();
    let observed: f64 = deaths.middle.iter().sum();
    if all <= FEWEST_YEARS_LIVED || observed < FEWEST_EVENTS {
        return Figure::Suppressed;
    }
    let table = |deaths: &[f64]| expected(first, &own, deaths);
    let (value, _) = table(&deaths.middle);
    let ((least, low_error), (most, high_error)) = (table(&deaths.most), table(&deaths.fewest));
    let z = ConfidenceLevel::new(CONFIDENCE).z();
    let limits = (least - z * low_error, most + z * high_error);
    // Not a number where nobody reaches the age.
    let is_known = most - least <= MOST_OPEN_YEARS && limits.1 - limits.0 <= WIDEST_LIMITS;
    if !is_known {
        return Figure::Suppressed;
    }
    let reach = reach(scheme, first, (needed, years), &deaths);
    let known = KnownDigit::of_rate(value, reach);
    Figure::Value(Estimate::of(known, value, Some(limits), reach))
}

/// Life expectancy with its standard error at the age of the band `first`, of the bands from it on.
fn expected(first: usize, people: &[f64], deaths: &[f64]) -> (f64, f64) {
    // What happens before the age has no part in it.
    let mut of_all = ([1.0; BANDS], [0.0; BANDS]);
    of_all.0[first..].copy_from_slice(people);
    of_all.1[first..].copy_from_slice(deaths);
    life_table(&of_all.0, &of_all.1).expected[first]
}

/// The deaths of each band as far as a reader may know them.
#[derive(Default)]
struct KnownDeaths {
    fewest: Vec<f64>,
    middle: Vec<f64>,
    most: Vec<f64>,
}

impl KnownDeaths {
    /// None, where those of a band may be anything, or more than its people.
    #[allow(clippy::cast_precision_loss)] // counts of people
    fn of(scheme: &Scheme, bands: &[LifeBand], of: LifeQuestion) -> Option<Self> {
        let counted = match of.of_rows {
            true => CountOf::Rows,
            false => CountOf::People,
        };
        let mut known = KnownDeaths::default();
        for band in bands {
            let (fewest, most) = match band.deaths.count() {
                Some(deaths) => (deaths as f64, deaths as f64),
                None => {
                    let bounds = scheme.bounds(band.deaths, counted);
                    let is_bounded = bounds.high < Interval::NO_LIMIT;
                    is_bounded.then_some((bounds.low as f64, bounds.high as f64))?
                }
            };
            if most > band.people.count()? as f64 * f64::from(of.years) {
                return None;
            }
            known.fewest.push(fewest);
            known.middle.push(f64::midpoint(fewest, most));
            known.most.push(most);
        }
        Some(known)
    }
}

/// The smallest and the largest that it can be, by the true counts that the released ones stand for: it is
/// smallest where as many die as can, of as few as can be.
fn reach(
    scheme: &Scheme,
    first: usize,
    (bands, years): (&[LifeBand], f64),
    deaths: &KnownDeaths,
) -> (f64, f64) {
    let bounds = |count| possible(scheme, count).unwrap_or((0.0, f64::INFINITY));
    let of = |at: usize, band: &LifeBand| match band.deaths.is_suppressed() {
        true => (deaths.fewest[at], deaths.most[at]),
        false => bounds(band.deaths),
    };
    let of: Vec<(f64, f64)> = bands
        .iter()
        .enumerate()
        .map(|(at, band)| of(at, band))
        .collect();
    let lived = bands.iter().map(|band| bounds(band.people));
    let lived: Vec<(f64, f64)> = lived
        .map(|(low, high)| (low * years, high * years))
        .collect();
    let (fewest, most): (Vec<f64>, Vec<f64>) = of.into_iter().unzip();
    let (few_lived, many_lived): (Vec<f64>, Vec<f64>) = lived.into_iter().unzip();
    let (least, _) = expected(first, &few_lived, &most);
    let (largest, _) = expected(first, &many_lived, &fewest);
    let or = |years: f64, other: f64| if years.is_nan() { other } else { years };
    (or(least, 0.0), or(largest, f64::INFINITY))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Years lived and deaths by age band: ten times those of a published example, whose life expectancy is
    /// 78.0649 at birth and 18.2553 at 65, with standard errors of 0.5725 and 0.3690, √10 times those here.
    const LIVED: [u64; BANDS] = [
        7_000, 29_000, 38_560, 37_050, 29_620, 36_080, 43_440, 26_720, 31_860, 38_460, 29_030,
        39_180, 42_740, 33_920, 29_790, 39_880, 25_340, 42_390, 9_000, 4_500,
    ];
    const DEATHS: [u64; BANDS] = [
        30, 10, 0, 10, 10, 10, 30, 20, 40, 80, 100, 200, 340, 420, 570, 1_190, 1_170, 3_040, 1_000,
        770,
    ];

    fn bands() -> Vec<LifeBand> {
        let of = LIVED.iter().zip(DEATHS);
        of.map(|(people, deaths)| LifeBand {
            people: Released::of(*people),
            deaths: Released::of(deaths),
        })
        .collect()
    }

    fn years(bands: &[LifeBand], age: u8) -> Figure {
        let of = LifeQuestion {
            age,
            years: 1,
            of_rows: false,
        };
        life_expectancy(&Scheme::Hes2018, bands, of)
    }

    #[test]
    fn each_of_the_people_stands_for_the_years_that_deaths_are_of() {
        let bands: Vec<LifeBand> = LIVED
            .iter()
            .zip(DEATHS)
            .map(|(lived, deaths)| LifeBand {
                people: Released::of(lived / 2),
                deaths: Released::of(deaths),
            })
            .collect();
        let of = |years: u8| {
            let of = LifeQuestion {
                age: 0,
                years,
                of_rows: false,
            };
            life_expectancy(&Scheme::Hes2018, &bands, of)
        };
        assert_eq!(shown(of(2)), (78.1, (77.7, 78.4)));
        // At twice the death rates.
        assert_eq!(shown(of(1)).0, 69.7);
    }

    fn shown(figure: Figure) -> (f64, (f64, f64)) {
        match figure {
            Figure::Value(estimate) => (estimate.value(), estimate.limits().unwrap()),
            other => panic!("{other:?}"),
        }
    }

    #[test]
    fn it_is_that_of_the_life_table_with_the_digits_that_are_known() {
        let bands = bands();
        assert_eq!(shown(years(&bands, 0)), (78.1, (77.7, 78.4)));
        assert_eq!(shown(years(&bands, 65)), (18.3, (18.0, 18.5)));
        // Counts may be 4 off (a 10 may be 7): 77.682 to 78.413, as an independent calculation has it.
        let Figure::Value(at_birth) = years(&bands, 0) else {
            panic!("it is not shown");
        };
        let (low, high) = at_birth.reach();
        assert!((low - 77.682_18).abs() < 1e-4, "{low}");
        assert!((high - 78.412_84).abs() < 1e-4, "{high}");
    }

    #[test]
    fn the_middle_stands_for_deaths_that_are_withheld_and_limits_are_of_the_most_and_the_fewest() {
        let mut bands = bands();
        for band in &mut bands[1..6] {
            band.deaths = Released::SUPPRESSED;
        }
        // With 4 in each of the five bands 78.2516; with 7 and a lower limit, with 1 and an upper one.
        let (value, (lower, upper)) = shown(years(&bands, 0));
        assert_eq!((value, lower, upper), (78.3, 77.8, 78.7));
        // Nothing limits rows of few people.
        let of_rows = LifeQuestion {
            age: 0,
            years: 1,
            of_rows: true,
        };
        let of_rows = life_expectancy(&Scheme::Hes2018, &bands, of_rows);
        assert_eq!(of_rows, Figure::Suppressed);
        // From 65 on nothing of it is needed.
        assert_eq!(shown(years(&bands, 65)), (18.3, (18.0, 18.5)));
        // Of a fifth of the people, 1.09 years hang on them.
        for band in &mut bands[..14] {
            let people = band.people.count().unwrap();
            band.people = Released::of(people / 5);
        }
        assert_eq!(years(&bands, 0), Figure::Suppressed);
        assert_eq!(shown(years(&bands, 65)).0, 18.3);
    }

    #[test]
    fn it_is_withheld_with_its_people_and_of_few_people_or_deaths() {
        let mut hidden = bands();
        hidden[3].people = Released::SUPPRESSED;
        assert_eq!(years(&hidden, 0), Figure::Suppressed);
        assert!(matches!(years(&hidden, 65), Figure::Value(_)));
        let of = |people: u64, deaths: u64| -> Vec<LifeBand> {
            let bands = (0..BANDS).map(|at| LifeBand {
                people: Released::of(people),
                deaths: Released::of(if at + 1 == BANDS { deaths } else { 0 }),
            });
            bands.collect()
        };
        assert_eq!(years(&of(250, 50), 0), Figure::Suppressed);
        assert!(matches!(years(&of(255, 50), 0), Figure::Value(_)));
        assert_eq!(years(&of(500, 9), 0), Figure::Suppressed);
        // 10 of 500 who are 90 live 50 years more, with limits 62 years apart.
        assert_eq!(years(&of(500, 10), 0), Figure::Suppressed);
        // More deaths than people, since both are rounded.
        assert_eq!(years(&of(500, 505), 0), Figure::Suppressed);
    }

    #[test]
    fn a_band_of_nobody_and_a_last_one_without_deaths_make_no_life_table() {
        let mut nobody = bands();
        nobody[2].people = Released::of(0);
        assert_eq!(years(&nobody, 0), Figure::NotApplicable);
        assert!(matches!(years(&nobody, 65), Figure::Value(_)));
        let mut ends = bands();
        ends[19].deaths = Released::of(0);
        assert_eq!(years(&ends, 65), Figure::NotApplicable);
        assert_eq!(years(&bands(), 66), Figure::NotApplicable);
        assert_eq!(years(&bands()[1..], 65), Figure::NotApplicable);
    }
}
