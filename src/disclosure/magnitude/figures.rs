//! The rules for every kind of figure, as `docs/disclosure.md` shows them.

use super::{DOMINANCE, NUMBERS, P_RATIO, THRESHOLD};
use crate::disclosure::life_expectancy::MOST_OPEN_YEARS;
use crate::statistics::life_table::WIDEST_LIMITS;

/// A kind of figure, its rule, and whether reports release it.
pub(in crate::disclosure) struct FigureKind {
    pub figure: &'static str,
    pub rule: String,
    pub released: &'static str,
}

/// All kinds of figures.
pub(in crate::disclosure) fn figures() -> Vec<FigureKind> {
    let kind = |figure, rule: &str, released| FigureKind {
        figure,
        rule: rule.to_string(),
        released,
    };
    let events = THRESHOLD;
    vec![
        kind("count of people", "The scheme's rule.", "yes"),
        kind(
            "count of rows about people (contacts, bed days, admissions)",
            "Withheld when the people behind it are so few that the scheme withholds or merges their number, whatever the count; otherwise the scheme's rule.",
            "yes",
        ),
        kind(
            "count of things without people (practices, beds)",
            "The scheme's rule, as if it counted people. HES leaves such counts alone; that nobody is behind one is not proved here.",
            "yes",
        ),
        kind(
            "sum (days, costs)",
            &format!(
                "Withheld unless at least {THRESHOLD} people have any of it (more where the scheme withholds more), the two largest have no more than {DOMINANCE} % of it (dominance), the others come to at least {P_RATIO} % of the largest (p-ratio), and the smallest and the largest amount allow at least {} numbers of people (class disclosure), also when all amounts are multiples of one number. What is shown goes through the scheme's rule; another sum is withheld where this one would follow from it. Amounts below zero or missing are refused. Where a provider is at risk, by providers too.",
                NUMBERS + 1
            ),
            "yes",
        ),
        kind(
            "percentage, share",
            "From the counts as released, so that it says no more than they do; withheld when one of them is.",
            "yes",
        ),
        kind(
            "crude rate and its limits",
            "From the counts as released; withheld when one of them is.",
            "yes",
        ),
        kind(
            "confidence interval of a percentage or rate",
            "From the same released counts as its figure, and withheld with it. Limits of true counts would give them back.",
            "yes",
        ),
        kind(
            "mean",
            "From the sum and the count as released, so that it says no more than they do; withheld when one of them is. No limits.",
            "yes",
        ),
        kind(
            "median, percentile",
            &format!(
                "From the counts of rows by band of the amount as released, in which rows are taken to lie evenly, so that it says no more than they do; to the digit that is known. Withheld unless at least {THRESHOLD} rows are on either side of it (a median needs {}, a tenth percentile {}), and when more than a fifth of the rows hangs on what is withheld. It does not apply in a band without an end. No limits.",
                2 * THRESHOLD,
                10 * THRESHOLD
            ),
            "yes",
        ),
        kind(
            "minimum, maximum",
            "Never: it is the value of one person.",
            "no",
        ),
        kind(
            "directly standardised rate and its limits",
            "From the released counts by age group, so that it says no more than they do. Where events of an age group are withheld, the middle of what the scheme leaves possible stands for them, and the limits are those of the fewest and the most. Withheld below 10 events, when a population is, or when more than a fifth of the events hangs on what is withheld.",
            "yes",
        ),
        kind(
            "indirectly standardised ratio and its limits",
            &format!(
                "From released counts: the events of the cell, its people by age group, and events and people of the whole by age group, so that it says no more than they do. Withheld below {events} events, and when any of these counts is."
            ),
            "yes",
        ),
        kind(
            "control chart",
            "Points are released counts or rates; the mean and the limits are calculated from those after the last suppressed one, so that they say nothing else: suppressed points are small ones, and a mean of what is shown around them would be too high.",
            "no",
        ),
        kind(
            "funnel plot",
            "Points from released counts; its lines come from the benchmark and the released denominators.",
            "no",
        ),
        kind(
            "life expectancy and its limits",
            &format!(
                "From the released deaths and people of the twenty age bands of a life table, those from its age on, so that it says no more than they do. Where deaths of a band are withheld, the middle of what the scheme leaves possible stands for them, and the limits are those of the most and the fewest. Withheld where the people of a band are, when more than {MOST_OPEN_YEARS} year hangs on deaths that are withheld, below {events} deaths, for 5,000 years lived or fewer, and with limits more than {WIDEST_LIMITS} years apart."
            ),
            "yes",
        ),
        kind(
            "slope and relative index of inequality",
            &format!(
                "From the released rates of the quantiles, crude or standardised for age, and limits from theirs, so that it says no more than they do. Withheld unless each rate is shown and has at least {events} events; none of fewer than five quantiles."
            ),
            "yes",
        ),
        kind(
            "trend, comparison, result of a regression",
            "From released figures only.",
            "no",
        ),
    ]
}
