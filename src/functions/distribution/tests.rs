//! Values to seventeen digits, computed in fifty with mpmath; SciPy gives the same to the last digit
//! or two.

use crate::statistics::gamma::{quantile, tails};
use crate::statistics::normal;
use proptest::prelude::*;

/// x, degrees of freedom, probability.
const CHI_SQUARED_CDF: [(f64, f64, f64); 17] = [
    (0.0, 3.0, 0.0),
    (1.0e-10, 1.0, 7.978_845_607_895_674e-6),
    (0.001, 0.002, 0.992_999_609_391_157_4),
    (0.5, 1.0, 0.520_499_877_813_046_5),
    (3.841_458_820_694_124, 1.0, 0.95),
    (7.81, 3.0, 0.949_893_943_649_994),
    (100.0, 50.0, 0.999_965_450_686_170_2),
    (20.0, 100.0, 1.854_726_883_869_799_3e-19),
    (150.0, 100.0, 0.999_096_067_957_645_9),
    (1_000.0, 1_000.0, 0.505_947_146_170_760_3),
    (1_100.0, 1_000.0, 0.985_385_591_873_704_8),
    (2_000.0, 1_000.0, 1.0),
    (999_000.0, 1_000_000.0, 0.239_823_268_540_127_2),
    (1.0e9, 1.0e9, 0.500_005_947_080_387_3),
    (5.0e-324, 1.0, 0.0),
    (1.0, 1.0e-9, 0.999_999_999_720_113_2),
    (30.0, 2.5, 0.999_999_325_250_814_8),
];

/// Probability, degrees of freedom, quantile.
const CHI_SQUARED_QUANTILE: [(f64, f64, f64); 15] = [
    (0.0, 3.0, 0.0),
    (1.0e-300, 1.0, 0.0),
    (1.0e-10, 0.5, 1.349_939_578_622_346_2e-40),
    (0.025, 1.0, 0.000_982_069_117_175_256),
    (0.5, 1.0, 0.454_936_423_119_572_8),
    (0.95, 1.0, 3.841_458_820_694_124_5),
    (0.95, 3.0, 7.814_727_903_251_178),
    (0.999, 3.0, 16.266_236_196_238_13),
    (0.5, 0.01, 7.016_667_765_235_611e-61),
    (0.01, 100.0, 70.064_894_925_399_8),
    (0.99, 100.0, 135.806_723_171_026_76),
    (0.5, 1_000.0, 999.333_412_403_381),
    (0.975, 12_345.6, 12_655.467_548_608_602),
    (0.025, 1.0e6, 997_230.087_143_290_1),
    (0.999_999_999_9, 2.0, 46.051_701_694_400_18),
];

/// z, probability.
const NORMAL_CDF: [(f64, f64); 15] = [
    (-40.0, 0.0),
    (-37.5, 4.605_353_009_581_955e-308),
    (-10.0, 7.619_853_024_160_525e-24),
    (-5.0, 2.866_515_718_791_939e-7),
    (-1.959_964, 0.024_999_999_096_442_4),
    (-1.0, 0.158_655_253_931_457_05),
    (-0.001, 0.499_601_057_786_088_93),
    (0.0, 0.5),
    (0.5, 0.691_462_461_274_013_1),
    (1.0, 0.841_344_746_068_542_9),
    (1.959_963_984_540_054, 0.975),
    (3.0, 0.998_650_101_968_369_9),
    (6.0, 0.999_999_999_013_412_3),
    (8.3, 1.0),
    (40.0, 1.0),
];

/// Probability, z.
const NORMAL_QUANTILE: [(f64, f64); 18] = [
    (1.0e-300, -37.047_096_299_361_2),
    (1.0e-100, -21.273_453_560_965_326),
    (1.0e-20, -9.262_340_089_798_407),
    (1.0e-10, -6.361_340_902_404_057),
    (0.000_5, -3.290_526_731_491_895),
    (0.001, -3.090_232_306_167_813_6),
    (0.025, -1.959_963_984_540_054_3),
    (0.1, -1.281_551_565_544_600_4),
    (0.3, -0.524_400_512_708_040_8),
    (0.5, 0.0),
    (0.7, 0.524_400_512_708_040_7),
    (0.9, 1.281_551_565_544_600_6),
    (0.95, 1.644_853_626_951_472_2),
    (0.975, 1.959_963_984_540_053_8),
    (0.995, 2.575_829_303_548_900_4),
    (0.999, 3.090_232_306_167_813),
    (0.999_9, 3.719_016_485_455_708_4),
    (0.999_999_999, 5.997_807_019_601_637_5),
];

fn close(found: f64, expected: f64, of: &str) {
    // Below the smallest normal number there are fewer digits.
    let error = (found - expected).abs();
    assert!(
        error <= 1e-12 * expected.abs() + f64::MIN_POSITIVE,
        "{of}: {found:e} is not {expected:e}"
    );
}

#[test]
fn published_probabilities_and_quantiles() {
    for (x, df, p) in CHI_SQUARED_CDF {
        close(tails(df / 2.0, x / 2.0).0, p, &format!("cdf {x} {df}"));
    }
    for (p, df, x) in CHI_SQUARED_QUANTILE {
        let found = 2.0 * quantile(df / 2.0, p, 1.0 - p);
        close(found, x, &format!("quantile {p} {df}"));
    }
    for (z, p) in NORMAL_CDF {
        close(normal::below(z), p, &format!("normal cdf {z}"));
    }
    for (p, z) in NORMAL_QUANTILE {
        close(normal::quantile(p), z, &format!("normal quantile {p}"));
    }
}

proptest! {
    #[test]
    fn a_quantile_is_found_again(log_shape in -7.0..16.0f64, log_tail in -30.0..-0.7f64, upper: bool) {
        let (shape, tail) = (log_shape.exp(), log_tail.exp());
        let (below, above) = if upper { (1.0 - tail, tail) } else { (tail, 1.0 - tail) };
        let x = quantile(shape, below, above);
        prop_assert!(x >= 0.0 && x.is_finite());
        // Too small for a number.
        prop_assume!(x > f64::MIN_POSITIVE);
        let (p, q) = tails(shape, x);
        let found = if upper { q } else { p };
        // One unit in the last place of x moves the probability by up to the slope times it.
        let slope = 1.0 + x.max(shape) / shape.sqrt().min(1.0);
        let allowed = 1e-13 + 1e-15 * slope;
        prop_assert!((found / tail - 1.0).abs() <= allowed.max(1e-12), "{shape} {tail} {upper}: {found}");
    }

    #[test]
    fn tails_add_up_and_rise(log_shape in -10.0..20.0f64, factor in 0.0..4.0f64) {
        let shape = log_shape.exp();
        let x = shape * factor;
        let (p, q) = tails(shape, x);
        prop_assert!((0.0..=1.0).contains(&p) && (0.0..=1.0).contains(&q));
        prop_assert!((p + q - 1.0).abs() < 1e-12);
        let (more, _) = tails(shape, x * 1.001 + 1e-9);
        prop_assert!(more >= p - 1e-14, "{shape} {x}: {p} {more}");
    }
}
