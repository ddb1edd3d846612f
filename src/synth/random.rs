//! Random numbers whose sequence can never change under us.
//!
//! The record a seed makes is a promise: the samples in the repository are compared with it byte
//! for byte. A library may change its distributions between versions, and the platform's `exp`
//! and `ln` differ in the last bit, so the generator (xoshiro256++, seeded by SplitMix64, both in
//! the public domain) and the few distributions live here and use only exact IEEE operations.

/// A stream of random numbers. The same seed and stream always give the same sequence.
#[derive(Debug, Clone)]
pub(super) struct Random {
    state: [u64; 4],
}

/// What a stream of numbers is for; each purpose has its own, so that they never disturb each
/// other.
#[derive(Debug, Clone, Copy)]
pub(super) enum Stream {
    /// Places and postcodes.
    Area,
    /// Organisations.
    Organisations,
    /// NHS numbers.
    Numbers,
    /// The mid-year population.
    Population,
    /// One person's life, by index.
    Person(u32),
    /// The faults planted in one file, by file number.
    Faults(u32),
    /// From when one person could have left hospital, by index.
    DischargeReadiness(u32),
    /// Consents, answers and messages of one person, by index.
    Preferences(u32),
    /// A border between two corners of the area.
    Boundary(u32),
    /// Where one corner of the area is.
    Corner(u32),
}

impl Stream {
    fn number(self) -> u64 {
        match self {
            Stream::Area => 1,
            Stream::Numbers => 2,
            Stream::Population => 3,
            Stream::Organisations => 4,
            Stream::Person(index) => (1 << 40) | u64::from(index),
            Stream::Faults(file) => (2 << 40) | u64::from(file),
            Stream::DischargeReadiness(index) => (3 << 40) | u64::from(index),
            Stream::Preferences(index) => (4 << 40) | u64::from(index),
            Stream::Boundary(border) => (5 << 40) | u64::from(border),
            Stream::Corner(corner) => (6 << 40) | u64::from(corner),
        }
    }
}

fn split_mix(state: &mut u64) -> u64 {
    *state = state.wrapping_add(0x9e37_79b9_7f4a_7c15);
    let mut z = *state;
    z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    z ^ (z >> 31)
}

impl Random {
    /// The generator of one stream of one seed.
    pub(super) fn new(seed: u64, stream: Stream) -> Self {
        let mut mixed = stream.number();
        let mut state = seed ^ split_mix(&mut mixed);
        Random {
            state: std::array::from_fn(|_| split_mix(&mut state)),
        }
    }

    /// The next 64 bits (xoshiro256++).
    pub(super) fn bits(&mut self) -> u64 {
        let [a, b, c, d] = &mut self.state;
        let result = a.wrapping_add(*d).rotate_left(23).wrapping_add(*a);
        let shifted = *b << 17;
        *c ^= *a;
        *d ^= *b;
        *b ^= *c;
        *a ^= *d;
        *c ^= shifted;
        *d = d.rotate_left(45);
        result
    }

    /// Uniform in [0, 1).
    pub(super) fn unit(&mut self) -> f64 {
        (self.bits() >> 11) as f64 / (1u64 << 53) as f64
    }

    /// Uniform in 0..n (0 when n is 0).
    pub(super) fn below(&mut self, n: u32) -> u32 {
        ((u128::from(self.bits()) * u128::from(n)) >> 64) as u32
    }

    /// Uniform in low..=high (low when the range is empty).
    pub(super) fn between(&mut self, low: i32, high: i32) -> i32 {
        if high <= low {
            low
        } else {
            low + self.below((high - low + 1) as u32) as i32
        }
    }

    /// True with probability `p`.
    pub(super) fn chance(&mut self, p: f64) -> bool {
        self.unit() < p
    }

    /// One of the values, each as likely as the others. The slice must not be empty.
    pub(super) fn pick<'a, T>(&mut self, values: &'a [T]) -> &'a T {
        &values[self.below(values.len() as u32) as usize]
    }

    /// One of the words, each as likely as the others. The slice must not be empty.
    pub(super) fn word(&mut self, words: &[&'static str]) -> &'static str {
        words[self.below(words.len() as u32) as usize]
    }

    /// The place of one value, likely in proportion to its weight.
    pub(super) fn weighted<T>(&mut self, values: &[T], weight: impl Fn(&T) -> f64) -> usize {
        let total: f64 = values.iter().map(&weight).sum();
        let mut left = self.unit() * total;
        for (index, value) in values.iter().enumerate() {
            left -= weight(value);
            if left < 0.0 {
                return index;
            }
        }
        values.len() - 1
    }

    /// About normal: twelve uniforms, so never more than six deviations from the mean.
    pub(super) fn normal(&mut self, mean: f64, deviation: f64) -> f64 {
        let sum: f64 = (0..12).map(|_| self.unit()).sum();
        mean + (sum - 6.0) * deviation
    }

    /// A personal multiplier with mean near 1: most people below it, a few far above.
    pub(super) fn propensity(&mut self, spread: f64) -> f64 {
        exp(self.normal(0.0, spread) - spread * spread / 2.0)
    }

    /// A Poisson count with this mean.
    pub(super) fn poisson(&mut self, mean: f64) -> u32 {
        let mut count = 0;
        let mut left = mean;
        while left > 0.0 {
            let step = left.min(16.0);
            let limit = exp(-step);
            let mut product = self.unit();
            while product > limit {
                count += 1;
                product *= self.unit();
            }
            left -= step;
        }
        count
    }

    /// A resource id: 128 random bits.
    pub(super) fn id(&mut self) -> u128 {
        (u128::from(self.bits()) << 64) | u128::from(self.bits())
    }
}

/// e^x from additions and multiplications only, so that it is the same on every platform.
pub(super) fn exp(x: f64) -> f64 {
    let x = x.clamp(-40.0, 40.0) / 1024.0;
    let mut result = 1.0 + x * (1.0 + x / 2.0 * (1.0 + x / 3.0 * (1.0 + x / 4.0)));
    for _ in 0..10 {
        result *= result;
    }
    result
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_sequence_is_the_published_one() {
        // First outputs of xoshiro256++ from state 1, 2, 3, 4 (the authors' reference code).
        let mut random = Random {
            state: [1, 2, 3, 4],
        };
        let first: Vec<u64> = (0..4).map(|_| random.bits()).collect();
        assert_eq!(
            first,
            [41943041, 58720359, 3588806011781223, 3591011842654386]
        );
        // First output of SplitMix64 from seed 0.
        assert_eq!(split_mix(&mut 0), 0xe220_a839_7b1d_cdaf);
    }

    #[test]
    fn distributions_have_their_means() {
        let mut random = Random::new(1, Stream::Area);
        let n = 20_000;
        let poisson: u32 = (0..n).map(|_| random.poisson(2.5)).sum();
        assert!((f64::from(poisson) / f64::from(n) - 2.5).abs() < 0.05);
        let large: u32 = (0..2_000).map(|_| random.poisson(40.0)).sum();
        assert!((f64::from(large) / 2_000.0 - 40.0).abs() < 0.6);
        let propensity: f64 = (0..n).map(|_| random.propensity(0.6)).sum();
        assert!((propensity / f64::from(n) - 1.0).abs() < 0.05);
        assert!((exp(1.0) - std::f64::consts::E).abs() < 1e-9);
    }
}
