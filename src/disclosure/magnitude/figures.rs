//! The rules for every kind of figure, as `docs/disclosure.md` shows them.

use super::{DOMINANCE, NUMBERS, P_RATIO, THRESHOLD};

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
                "Withheld unless at least {THRESHOLD} people are on either side of it: a median needs {}, a tenth percentile {}.",
                2 * THRESHOLD,
                10 * THRESHOLD
            ),
            "no",
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
            "indirectly standardised rate",
            &format!(
                "From true counts, as HES does; withheld below {events} events, and when a count from 1 to 7 follows from it and what is beside it."
            ),
            "no",
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
            "life expectancy",
            &format!(
                "Withheld for a population of 5,000 or fewer, below {events} deaths, or with an interval wider than 20 years; deaths by age band are not shown beside it."
            ),
            "no",
        ),
        kind(
            "slope and relative index of inequality",
            &format!(
                "From the standardised rates of the quantiles; withheld unless each has at least {events} events."
            ),
            "no",
        ),
        kind(
            "trend, comparison, result of a regression",
            "From released figures only.",
            "no",
        ),
    ]
}
