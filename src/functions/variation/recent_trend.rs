//! `recent_trend(period, value, lower, upper [, polarity])`: whether a series rises or falls.

use super::polarity;
use super::trend_marker::{GIVES, TrendMarker};
use crate::functions::{Doc, Function};

const DOC: Doc = Doc {
    name: "recent_trend",
    syntax: "recent_trend(period, value, lower, upper [, polarity])",
    summary: "The recent trend of a series of rates, ratios, means or indices, as Fingertips marks it: whether the last five values rise or fall by more than chance. One row for each period. Of proportions with their counts use `recent_trend_proportion`.",
    arguments: &[
        (
            "period",
            "a number such as a year, a date, or a text such as `2025`, `2025/26` or `2025-04`; once each in a group. The method is meant for years that do not overlap, not for months or rolling periods",
        ),
        ("value", "the period's value"),
        ("lower", "its lower 95 % confidence limit"),
        ("upper", "its upper 95 % confidence limit"),
        polarity::ARGUMENT,
    ],
    gives: GIVES,
    formula: "Of the last five periods, t = 1 to 5: weights w = (3.92 / (upper − lower))²; slope b = Σw(t − t̄)(y − ȳ) / Σw(t − t̄)², with weighted means; χ² = b² Σw(t − t̄)². There is a trend when χ² > 9.5495 (the 99.8 % quantile of chi-squared with 1 degree of freedom), and b has the same sign without any one of the five points.",
    rules: "Rows may come in any order. Limits must be those of 95 %. The trend cannot be calculated, and `reason` says why, where there are fewer than five periods; where value or limit of one of the last five is NULL; where these do not follow each other at equal steps (a year is missing); where a limit equals the other. A period that is NULL, comes twice or is another text, a lower limit above the upper, NaN, infinity and another polarity, or one that changes within a group, are errors. No rows give NULL.",
    source: "Fingertips public health technical guidance, Trend markers (Office for Health Improvement and Disparities), and its published program, TrendMarkerCalculator.",
    example: "select recent_trend(year, r.value, r.lower, r.upper, 'lower_is_better') as admissions\nfrom (select year, rate(x, n) as r from (values ('2020/21', 1367, 44701), ('2021/22', 1332, 44064),\n    ('2022/23', 1199, 42811), ('2023/24', 1023, 41527), ('2024/25', 994, 40299)) as t(year, x, n))",
};

pub(super) fn function() -> Function {
    let trend = TrendMarker {
        function: DOC.name,
        counts: false,
    };
    trend.function(&DOC)
}
