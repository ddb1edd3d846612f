//! Random numbers by counter: the numbers of a place are computed from the place, not drawn after
//! those of another, so that neither threads nor the order of rows change them.
//!
//! Philox 4x32-10 of Salmon, Moraes, Dror and Shaw, *Parallel random numbers: as easy as 1, 2, 3*,
//! SC 2011.

const MULTIPLIERS: [u32; 2] = [0xD251_1F53, 0xCD9E_8D57];
const WEYL: [u32; 2] = [0x9E37_79B9, 0xBB67_AE85];
const ROUNDS: usize = 10;

/// The four words of a counter under a key.
fn block(mut counter: [u32; 4], mut key: [u32; 2]) -> [u32; 4] {
    for _ in 0..ROUNDS {
        let product = |word: u32, multiplier: u32| {
            let product = u64::from(word) * u64::from(multiplier);
            ((product >> 32) as u32, product as u32)
        };
        let (high_0, low_0) = product(counter[0], MULTIPLIERS[0]);
        let (high_1, low_1) = product(counter[2], MULTIPLIERS[1]);
        counter = [
            high_1 ^ counter[1] ^ key[0],
            low_1,
            high_0 ^ counter[3] ^ key[1],
            low_0,
        ];
        key = [key[0].wrapping_add(WEYL[0]), key[1].wrapping_add(WEYL[1])];
    }
    counter
}

/// The numbers of one place of one seed.
#[derive(Debug, Clone)]
pub(crate) struct PhiloxStream {
    key: [u32; 2],
    /// The last word counts blocks in its lower half.
    counter: [u32; 4],
    spare: Option<f64>,
}

impl PhiloxStream {
    /// The stream of a thing (a hash of its name), a run, and a kind of number below 65,536.
    pub(crate) fn new(seed: u64, thing: u64, run: u32, kind: u16) -> Self {
        PhiloxStream {
            key: [seed as u32, (seed >> 32) as u32],
            counter: [
                thing as u32,
                (thing >> 32) as u32,
                run,
                u32::from(kind) << 16,
            ],
            spare: None,
        }
    }

    /// The next number between 0 and 1, both exclusive.
    pub(crate) fn unit(&mut self) -> f64 {
        if let Some(spare) = self.spare.take() {
            return spare;
        }
        let words = block(self.counter, self.key);
        let kind = self.counter[3] & 0xFFFF_0000;
        self.counter[3] = kind | (self.counter[3].wrapping_add(1) & 0xFFFF);
        let number = |low: u32, high: u32| {
            let bits = u64::from(high) << 32 | u64::from(low);
            ((bits >> 12) as f64 + 0.5) / (1u64 << 52) as f64
        };
        self.spare = Some(number(words[2], words[3]));
        number(words[0], words[1])
    }

    /// The next number of a standard normal distribution (Box and Muller), with functions that give
    /// the same last bit on every machine.
    pub(crate) fn normal(&mut self) -> f64 {
        let (radius, angle) = (self.unit(), self.unit());
        let radius = libm::sqrt(-2.0 * libm::log(radius));
        radius * libm::cos(std::f64::consts::TAU * angle)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The known answers of the authors' library Random123 (kat_vectors).
    #[test]
    fn the_published_answers() {
        let answer = block([0; 4], [0; 2]);
        assert_eq!(answer, [0x6627_e8d5, 0xe169_c58d, 0xbc57_ac4c, 0x9b00_dbd8]);
        let answer = block([u32::MAX; 4], [u32::MAX; 2]);
        assert_eq!(answer, [0x408f_276d, 0x41c8_3b0e, 0xa20b_c7c6, 0x6d54_51fd]);
        let counter = [0x243f_6a88, 0x85a3_08d3, 0x1319_8a2e, 0x0370_7344];
        let answer = block(counter, [0xa409_3822, 0x299f_31d0]);
        assert_eq!(answer, [0xd16c_fe09, 0x94fd_cceb, 0x5001_e420, 0x2412_6ea1]);
    }

    #[test]
    fn each_place_has_its_own_numbers() {
        let first = |seed, thing, run, kind| PhiloxStream::new(seed, thing, run, kind).unit();
        let one = first(1, 2, 3, 4);
        assert_eq!(one, first(1, 2, 3, 4));
        for other in [
            first(9, 2, 3, 4),
            first(1, 9, 3, 4),
            first(1, 2, 9, 4),
            first(1, 2, 3, 9),
        ] {
            assert_ne!(one, other);
        }
    }

    #[test]
    fn numbers_are_spread_as_they_should_be() {
        let mut stream = PhiloxStream::new(7, 0, 0, 0);
        let units: Vec<f64> = (0..40_000).map(|_| stream.unit()).collect();
        assert!(units.iter().all(|unit| 0.0 < *unit && *unit < 1.0));
        let mean = units.iter().sum::<f64>() / 40_000.0;
        // Four standard errors: 4 x 0.2887 / 200.
        assert!((mean - 0.5).abs() < 0.0058, "{mean}");
        let normals: Vec<f64> = (0..40_000).map(|_| stream.normal()).collect();
        let mean = normals.iter().sum::<f64>() / 40_000.0;
        let square = normals.iter().map(|z| z * z).sum::<f64>() / 40_000.0;
        assert!(mean.abs() < 0.02, "{mean}");
        assert!((square - 1.0).abs() < 0.029, "{square}");
    }
}
