//! The gamma distribution with a scale of 1, for shapes of any size: its probabilities and
//! quantiles to about fourteen digits in both tails. Chi-squared with k degrees of freedom is twice
//! one of shape k/2, and a Poisson count's exact limits are its quantiles.
//!
//! Methods: the power series and the continued fraction of the incomplete gamma function, and
//! Temme's uniform expansion for large shapes (SIAM J Math Anal 1979;10:757-766; DiDonato and
//! Morris, ACM TOMS 1986;12:377-393).

use super::normal;
use libm::{erfc, lgamma};
use std::f64::consts::{PI, SQRT_2};

/// From this shape on Stirling's series gives the gamma function in full.
const STIRLING_FROM: f64 = 12.0;

/// From this shape on, near the mean, Temme's expansion does.
const TEMME_FROM: f64 = 500.0;
const TEMME_NEAR: f64 = 0.3;

/// The probabilities below and above `x`, each in full precision however small it is.
pub(crate) fn tails(shape: f64, x: f64) -> (f64, f64) {
    if x <= 0.0 {
        return (0.0, 1.0);
    }
    if x == f64::INFINITY {
        return (1.0, 0.0);
    }
    let distance = (x - shape) / shape;
    if shape >= TEMME_FROM && distance.abs() < TEMME_NEAR {
        return temme(shape, distance);
    }
    if shape < 1.0 && x < 1.1 {
        return small_shape(shape, x);
    }
    let density = density(shape, x);
    if density.is_nan() || density == 0.0 {
        // So far out that nothing is left of a tail.
        return if x < shape { (0.0, 1.0) } else { (1.0, 0.0) };
    }
    if x < shape + 1.0 {
        let below = (density * series(shape, x)).min(1.0);
        (below, 1.0 - below)
    } else {
        let above = (density * shape * fraction(shape, x)).min(1.0);
        (1.0 - above, above)
    }
}

/// The quantile of which `below` and `above` are the probabilities on either side; they add up to
/// 1, and the smaller is what counts.
pub(crate) fn quantile(shape: f64, below: f64, above: f64) -> f64 {
    if below <= 0.0 {
        return 0.0;
    }
    if above <= 0.0 {
        return f64::INFINITY;
    }
    let lower = below <= above;
    // Near 0 the probability below is a power, and the quantile may be too small for a number.
    let smallest = (below.ln() + ln_gamma_1p(shape)) / shape;
    if lower && smallest < f64::MIN_POSITIVE.ln() {
        return smallest.exp();
    }
    // The logarithm of either tail is a concave function of that of x: Newton's method and its
    // improvement by Halley cannot go wrong for long, and a bracket holds them.
    let (mut low, mut high) = (-746.0, (shape + 60.0 * shape.sqrt() + 800.0).ln());
    let mut at = start(shape, below, smallest).clamp(low, high);
    for _ in 0..200 {
        let x = at.exp();
        let (p, q) = tails(shape, x);
        let (tail, wanted, sign) = if lower {
            (p, below, 1.0)
        } else {
            (q, above, -1.0)
        };
        let miss = (tail / wanted).ln();
        if sign * miss < 0.0 {
            low = at;
        } else {
            high = at;
        }
        let slope = sign * shape * density(shape, x) / tail;
        // Far away the bend of the curve says little of what lies ahead.
        let bend = if miss.abs() < 1.0 {
            miss * (shape - x - slope) / 2.0
        } else {
            0.0
        };
        let step = -miss / (slope - bend);
        let next = at + step;
        if step.abs() < 1e-6 {
            // What is left is about the cube of the step.
            at = next;
            break;
        }
        let inside = next > low && next < high;
        at = if inside {
            next
        } else {
            f64::midpoint(low, high)
        };
    }
    at.exp()
}

/// Where to look for a quantile first, as a logarithm: by Wilson and Hilferty, or near 0.
fn start(shape: f64, below: f64, smallest: f64) -> f64 {
    let root = 1.0 - 1.0 / (9.0 * shape) + normal::quantile(below) / (3.0 * shape.sqrt());
    if root > 0.2 && shape > 0.3 {
        shape.ln() + 3.0 * root.ln()
    } else {
        smallest
    }
}

/// x^shape e^−x / Γ(shape + 1).
fn density(shape: f64, x: f64) -> f64 {
    if shape < STIRLING_FROM {
        // Half of e^−x at a time, so that the product does not vanish before it must.
        let half = (-x / 2.0).exp();
        return half * x.powf(shape) * half * (-ln_gamma_1p(shape)).exp();
    }
    let square = 1.0 / (shape * shape);
    let terms = [
        1.0 / 12.0,
        -1.0 / 360.0,
        1.0 / 1260.0,
        -1.0 / 1680.0,
        1.0 / 1188.0,
        -691.0 / 360_360.0,
    ];
    let stirling = horner(&terms, square) / shape;
    let fall = shape * less_logarithm((x - shape) / shape);
    (-fall - stirling).exp() / (2.0 * PI * shape).sqrt()
}

/// m − ln(1 + m), without a loss of digits where m is small.
fn less_logarithm(m: f64) -> f64 {
    if m.abs() > 0.4 {
        return m - m.ln_1p();
    }
    let r = m / (2.0 + m);
    let square = r * r;
    let mut sum = 0.0;
    for odd in (3..=31).rev().step_by(2) {
        sum = sum * square + 1.0 / f64::from(odd);
    }
    m * r - 2.0 * r * square * sum
}

/// ln Γ(1 + a), also where a is small.
fn ln_gamma_1p(a: f64) -> f64 {
    if a > 0.1 {
        return lgamma(1.0 + a);
    }
    // −γ a + Σ ζ(k) (−a)^k / k.
    const TERMS: [f64; 14] = [
        -0.577_215_664_901_532_9,
        0.822_467_033_424_113_2,
        -0.400_685_634_386_531_4,
        0.270_580_808_427_784_5,
        -0.207_385_551_028_673_98,
        0.169_557_176_997_408_2,
        -0.144_049_896_768_846_1,
        0.125_509_669_524_743_04,
        -0.111_334_265_869_564_69,
        0.100_099_457_512_781_8,
        -0.090_954_017_145_829_04,
        0.083_353_840_546_109,
        -0.076_932_516_411_352_2,
        0.071_432_946_295_361_34,
    ];
    a * horner(&TERMS, a)
}

/// Σ terms[k] x^k.
pub(super) fn horner(terms: &[f64], x: f64) -> f64 {
    terms.iter().rev().fold(0.0, |sum, term| sum * x + term)
}

/// 1 + x/(a + 1) + x²/((a + 1)(a + 2)) …
fn series(shape: f64, x: f64) -> f64 {
    let (mut term, mut sum, mut next) = (1.0, 1.0, shape);
    while term > sum * 1e-17 {
        next += 1.0;
        term *= x / next;
        sum += term;
    }
    sum
}

/// The continued fraction 1/(x + 1 − a − 1(1 − a)/(x + 3 − a − …)), by Lentz's method.
fn fraction(shape: f64, x: f64) -> f64 {
    const TINY: f64 = 1e-300;
    let mut b = x + 1.0 - shape;
    let mut c = 1.0 / TINY;
    let mut d = 1.0 / b;
    let mut value = d;
    for step in 1..100_000 {
        let n = f64::from(step);
        let a = n * (shape - n);
        b += 2.0;
        let below = a * d + b;
        d = 1.0 / if below.abs() < TINY { TINY } else { below };
        c = b + a / c;
        if c.abs() < TINY {
            c = TINY;
        }
        value *= d * c;
        if (d * c - 1.0).abs() < 1e-16 {
            break;
        }
    }
    value
}

/// A shape below 1 near 0, where the probability above may be small and that below nearly 1.
fn small_shape(shape: f64, x: f64) -> (f64, f64) {
    // x^a / Γ(1 + a) × (1 + a Σ (−x)^n / (n! (a + n))).
    let (mut power, mut sum) = (1.0, 0.0);
    for n in 1..60 {
        let n = f64::from(n);
        power *= -x / n;
        sum += power / (shape + n);
    }
    let logarithm = shape * x.ln() - ln_gamma_1p(shape);
    let scale = logarithm.exp();
    let below = scale * (1.0 + shape * sum);
    (below, -logarithm.exp_m1() - scale * shape * sum)
}

/// Temme's uniform expansion, at a shape and (x − shape) / shape.
fn temme(shape: f64, distance: f64) -> (f64, f64) {
    // C₀ to C₃, each a series in η.
    const TERMS: [&[f64]; 4] = [
        &[
            -0.333_333_333_333_333_3,
            0.083_333_333_333_333_33,
            -0.014_814_814_814_814_815,
            0.001_157_407_407_407_407_3,
            0.000_352_733_686_067_019_4,
            -0.000_178_755_144_032_921_8,
            0.000_039_192_631_785_224_38,
            -2.185_448_510_679_992_4e-6,
            -1.854_062_210_715_16e-6,
            8.296_711_340_953_087e-7,
            -1.766_595_273_682_607_8e-7,
            6.707_853_543_401_498e-9,
            1.026_180_978_424_030_9e-8,
            -4.382_036_018_453_353e-9,
        ],
        &[
            -0.001_851_851_851_851_852,
            -0.003_472_222_222_222_222,
            0.002_645_502_645_502_645_4,
            -0.000_990_226_337_448_559_6,
            0.000_205_761_316_872_427_98,
            -4.018_775_720_164_609e-7,
            -0.000_018_098_550_334_489_977,
            7.649_160_916_081_112e-6,
            -1.612_090_089_456_344_6e-6,
            4.647_127_802_807_434e-9,
        ],
        &[
            0.004_133_597_883_597_883,
            -0.002_681_327_160_493_827_3,
            0.000_771_604_938_271_604_9,
            2.009_387_860_082_304_7e-6,
            -0.000_107_366_532_263_651_6,
            0.000_052_923_448_829_120_125,
        ],
        &[
            0.000_649_434_156_378_600_8,
            0.000_229_472_093_621_399_17,
            -0.000_469_189_494_395_255_7,
        ],
    ];
    let half_square = less_logarithm(distance);
    let eta = (2.0 * half_square).sqrt().copysign(distance);
    let sums = TERMS.map(|terms| horner(terms, eta));
    let rest =
        (-shape * half_square).exp() / (2.0 * PI * shape).sqrt() * horner(&sums, 1.0 / shape);
    let root = eta * shape.sqrt() / SQRT_2;
    (erfc(-root) / 2.0 - rest, erfc(root) / 2.0 + rest)
}
