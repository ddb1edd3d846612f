//! `recent_trend_proportion(period, x, n [, polarity])`: whether a series of proportions rises or
//! falls.

use super::polarity;
use super::trend_marker::{GIVES, TrendMarker};
use crate::functions::{Doc, Function};

const DOC: Doc = Doc {
    name: "recent_trend_proportion",
    syntax: "recent_trend_proportion(period, x, n [, polarity])",
    summary: "The recent trend of a series of proportions, as Fingertips marks it, from their counts: whether the last five rise or fall by more than chance. One row for each period.",
    arguments: &[
        (
            "period",
            "as in `recent_trend`: a number, a date, or a text such as `2025/26`; once each in a group",
        ),
        ("x", "those counted, from 0 to n"),
        ("n", "the population, above 0"),
        polarity::ARGUMENT,
    ],
    gives: GIVES,
    formula: "Of the last five periods, t = 1 to 5: χ² = N (NΣxt − XΣnt)² / (X(N − X)(NΣnt² − (Σnt)²)), with N = Σn and X = Σx, the chi-squared test for a trend in proportions; slope b of ln(x / (n − x)) on t by least squares without weights. There is a trend when χ² > 9.5495, and b has the same sign without any one of the five points.",
    rules: "As `recent_trend`; x or n NULL is missing. The trend cannot be calculated either where one of the last five proportions is 0 or 1, which has no logit. x < 0, x > n and n ≤ 0 are errors.",
    source: "Fingertips public health technical guidance, Trend markers (Office for Health Improvement and Disparities), and its published program, TrendMarkerCalculator; chi-squared: Armitage, Biometrics 1955;11:375-386.",
    example: "select recent_trend_proportion(year, x, n, 'lower_is_better') as obese\nfrom (values (2010, 621, 3454), (2011, 599, 3195), (2012, 556, 3256), (2013, 535, 3227), (2014, 447, 3121))\n    as t(year, x, n)",
};

pub(super) fn function() -> Function {
    let trend = TrendMarker {
        function: DOC.name,
        counts: true,
    };
    trend.function(&DOC)
}
