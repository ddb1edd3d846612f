//! An abridged life table (Chiang II), with Silcocks' variance of the last band.

use std::array::from_fn;

/// The age bands.
pub(crate) const BANDS: usize = 20;

/// The age at which each band begins: 0, 1, 5, 10 … 90.
pub(crate) const AGES: [u8; BANDS] = [
    0, 1, 5, 10, 15, 20, 25, 30, 35, 40, 45, 50, 55, 60, 65, 70, 75, 80, 85, 90,
];

/// Of as many years lived, in all ages, or fewer no life expectancy is given.
pub(crate) const FEWEST_YEARS_LIVED: f64 = 5000.0;

/// Nor is one with 95 % limits that are more years apart.
pub(crate) const WIDEST_LIMITS: f64 = 20.0;

/// Those who are born.
const RADIX: f64 = 100_000.0;

/// A life table's columns.
pub(crate) struct LifeTable {
    /// Those who reach each band, of 100,000 who are born.
    pub alive: [f64; BANDS],
    /// The years that they live in it; infinite where nobody dies in the last band.
    pub lived: [f64; BANDS],
    /// Life expectancy at its beginning with its standard error, in years; not a number for an age
    /// that nobody reaches.
    pub expected: [(f64, f64); BANDS],
}

/// The life table of people and deaths in each band.
pub(crate) fn life_table(people: &[f64; BANDS], deaths: &[f64; BANDS]) -> LifeTable {
    let last = BANDS - 1;
    let mortality: [f64; BANDS] = from_fn(|i| deaths[i] / people[i]);
    let width: [f64; BANDS] = from_fn(|i| match AGES.get(i + 1) {
        Some(next) => f64::from(*next - AGES[i]),
        None => 2.0 / mortality[i],
    });
    // The share of the band that those who die in it live.
    let share: [f64; BANDS] = from_fn(|i| if i == 0 { 0.1 } else { 0.5 });
    let dying: [f64; BANDS] = from_fn(|i| {
        let (m, n, a) = (mortality[i], width[i], share[i]);
        if i < last && deaths[i] <= people[i] / n / a {
            m * n / (1.0 + m * n * (1.0 - a))
        } else {
            1.0
        }
    });
    let mut alive = [RADIX; BANDS];
    for i in 0..last {
        alive[i + 1] = alive[i] * (1.0 - dying[i]);
    }
    let lived: [f64; BANDS] = from_fn(|i| {
        if i == last {
            alive[i] / mortality[i]
        } else {
            width[i] * (alive[i + 1] + share[i] * (alive[i] - alive[i + 1]))
        }
    });
    // From the last band back: years lived from each age on, and their variance.
    let mut expected = [(0.0, 0.0); BANDS];
    let (mut years, mut variance, mut next) = (0.0, 0.0, 0.0);
    for i in (0..BANDS).rev() {
        let (l, q, d) = (alive[i], dying[i], deaths[i]);
        years += lived[i];
        if i == last {
            variance = (l / 2.0).powi(2) * 4.0 / (d * mortality[i].powi(2));
        } else {
            let spread = if d > 0.0 { q * q * (1.0 - q) / d } else { 0.0 };
            let to_come = (1.0 - share[i]) * width[i] + next;
            variance += spread * l * l * to_come * to_come;
        }
        let here = years / l;
        // Of no one left alive the years to come are counted as 0.
        next = if l > 0.0 { here } else { 0.0 };
        expected[i] = (here, (variance / (l * l)).sqrt());
    }
    LifeTable {
        alive,
        lived,
        expected,
    }
}
