//! Figures as people read them: numbers, limits, and the sign of a comparison.

use crate::capital::capital;
use crate::figures::{BetterWhen, FigureRow, PROJECTED};
use crate::headlines::{RecentTrend, number};
use crate::serve::figures::{ComparedFigure, Significance};
use maud::{Markup, PreEscaped, html};

/// The value of a figure, or the word for why there is none.
pub(super) fn value(figure: &FigureRow) -> String {
    match figure.value {
        Some(value) => number(value, &figure.unit),
        None => figure.status.clone(),
    }
}

/// The value as a table sorts by it; empty for none.
pub(super) fn sort_value(figure: &FigureRow) -> String {
    figure
        .value
        .map_or_else(String::new, |value| value.to_string())
}

/// The 95% limits of a figure; nothing where it has none.
pub(super) fn limits(figure: &FigureRow) -> String {
    match (figure.lower_95, figure.upper_95) {
        (Some(lower), Some(upper)) => format!(
            "{} to {}",
            number(lower, &figure.unit),
            number(upper, &figure.unit)
        ),
        _ => String::new(),
    }
}

/// What else is to be known of a figure: that it is of an earlier day, revised, provisional, of low
/// reliability.
pub(super) fn remarks(figure: &FigureRow) -> Vec<String> {
    let mut remarks = Vec::new();
    if let Some(date) = figure.held_from {
        remarks.push(format!("held from {date}"));
    }
    for (flag, word) in [
        ('r', "revised"),
        ('p', "provisional"),
        ('u', "low reliability"),
    ] {
        if figure.flags.contains(flag) {
            remarks.push(word.to_string());
        }
    }
    remarks
}

/// The unit in words, where the value does not show it.
pub(super) fn unit(unit: &str) -> String {
    let of = unit.strip_prefix("per ").and_then(|of| of.parse().ok());
    match (unit, of) {
        ("count", _) => "number".to_owned(),
        ("percent", _) => "percentage".to_owned(),
        (_, Some(of)) => format!("per {}", number(of, "count")),
        (other, None) => other.to_owned(),
    }
}

/// How a figure compares: by shape, colour and word. Where it is known which figures are better, that comes
/// first.
pub(super) fn sign(significance: Significance, better: Option<BetterWhen>) -> Markup {
    let is_higher = match significance {
        Significance::Higher => Some(true),
        Significance::Lower => Some(false),
        _ => None,
    };
    let judged = better.zip(is_higher);
    let judged = judged.map(|(better, is_higher)| better.word(is_higher));
    let (class, shape) = match (significance, judged) {
        (_, Some("better")) => ("better", TICK),
        (_, Some(worse)) => (worse, CROSS),
        (Significance::Higher, None) => ("higher", UP),
        (Significance::Lower, None) => ("lower", DOWN),
        (Significance::Similar, None) => ("similar", DISC),
        (Significance::NotCompared | Significance::Benchmark, None) => ("none", DASH),
    };
    html! {
        span class={ "sign " (class) } {
            svg viewBox="0 0 16 16" aria-hidden="true" focusable="false" { (PreEscaped(shape)) }
            @match judged {
                Some(judged) => { (capital(judged)) ": " (significance.word().to_lowercase()) }
                None => { (significance.word()) }
            }
        }
    }
}

const UP: &str = "<path class=\"f\" d=\"M8 1 15 14H1z\"/>";
const DOWN: &str = "<path class=\"f\" d=\"M8 15 15 2H1z\"/>";
const DISC: &str = "<circle class=\"f\" cx=\"8\" cy=\"8\" r=\"6\"/>";
const DASH: &str = "<path d=\"M2 8h12\" stroke-width=\"2.5\" fill=\"none\"/>";
const TICK: &str = "<path d=\"M2 9l4 4 8-10\" stroke-width=\"3\" fill=\"none\"/>";
const CROSS: &str = "<path d=\"M3 3l10 10M13 3L3 13\" stroke-width=\"3\" fill=\"none\"/>";

/// Where the last five years go: by shape, colour and word.
pub(super) fn trend_sign(trend: RecentTrend, better: Option<BetterWhen>) -> Markup {
    let (is_up, word) = match trend {
        RecentTrend::Up => (Some(true), "up"),
        RecentTrend::Down => (Some(false), "down"),
        RecentTrend::Flat => (None, "no significant change"),
    };
    let judged = better.zip(is_up).map(|(better, is_up)| better.word(is_up));
    let (shape, class) = match is_up {
        Some(true) => (RISES, judged.unwrap_or("higher")),
        Some(false) => (FALLS, judged.unwrap_or("lower")),
        None => (STAYS, "similar"),
    };
    html! {
        span class={ "sign " (class) } {
            svg viewBox="0 0 16 16" aria-hidden="true" focusable="false" { (PreEscaped(shape)) }
            @match judged {
                Some(judged) => { (capital(judged)) ": " (word) }
                None => { (capital(word)) }
            }
        }
    }
}

const RISES: &str = "<path d=\"M2 14L14 2M6 2h8v8\" stroke-width=\"2.5\" fill=\"none\"/>";
const FALLS: &str = "<path d=\"M2 2l12 12M14 6v8H6\" stroke-width=\"2.5\" fill=\"none\"/>";
const STAYS: &str = "<path d=\"M1 8h13M9 3l5 5-5 5\" stroke-width=\"2.5\" fill=\"none\"/>";

/// The figure of the whole area to set a figure against. A number of one area is a part of that of the whole,
/// and has none.
pub(super) fn benchmark(compared: &ComparedFigure) -> Option<f64> {
    compared.benchmark.filter(|_| !is_number(&compared.figure))
}

/// Whether a figure is a number of people or events, which areas add up to.
pub(super) fn is_number(figure: &FigureRow) -> bool {
    figure.unit == "count" || figure.unit == PROJECTED
}

/// The scale on which ranges of several figures are drawn.
#[derive(Debug, Clone, Copy)]
pub(super) struct RangeScale {
    least: f64,
    most: f64,
}

impl RangeScale {
    /// A scale that has room for all that is shown of these figures. Figures that are not shown take no
    /// part.
    pub(super) fn of<'a>(figures: impl IntoIterator<Item = &'a ComparedFigure>) -> Option<Self> {
        let numbers = figures.into_iter().flat_map(|compared| {
            let figure = &compared.figure;
            let limits = figure.value.and(figure.lower_95).into_iter();
            let limits = limits.chain(figure.value.and(figure.upper_95));
            limits.chain(figure.value).chain(benchmark(compared))
        });
        let (mut least, mut most) = (f64::INFINITY, f64::NEG_INFINITY);
        for number in numbers {
            (least, most) = (least.min(number), most.max(number));
        }
        // From zero, unless all are far from it.
        let least = if least > 0.6 * most {
            least - (most - least)
        } else {
            least.min(0.0)
        };
        (most > least).then_some(RangeScale { least, most })
    }

    fn x(self, value: f64) -> f64 {
        let share = (value - self.least) / (self.most - self.least);
        (4.0 + share * 192.0).clamp(0.0, 200.0)
    }

    /// A figure, its limits, and that of the whole area, drawn; nothing for one that is not shown.
    pub(super) fn range(self, compared: &ComparedFigure) -> Markup {
        let figure = &compared.figure;
        let Some(value) = figure.value else {
            return html! {};
        };
        let judged = |is_higher: bool| compared.better.map(|better| better.word(is_higher));
        let class = match compared.significance {
            Significance::Higher => judged(true).unwrap_or("higher"),
            Significance::Lower => judged(false).unwrap_or("lower"),
            _ => "similar",
        };
        let limits = figure.lower_95.zip(figure.upper_95);
        html! {
            svg class={ "range " (class) } viewBox="0 0 200 24" aria-hidden="true" focusable="false" {
                path.axis d="M0 12H200" {}
                @if let Some(benchmark) = benchmark(compared) {
                    path.mid d={ "M" (at(self.x(benchmark))) " 1V23" } {}
                }
                @if let Some((lower, upper)) = limits {
                    path.ci d={ "M" (at(self.x(lower))) " 12H" (at(self.x(upper))) } {}
                }
                circle.pt cx=(at(self.x(value))) cy="12" r="4" {}
            }
        }
    }
}

fn at(x: f64) -> String {
    format!("{x:.1}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_number_of_an_area_is_not_set_against_that_of_the_whole() {
        let of = |unit: &str| {
            let mut figure =
                crate::serve::tests::sample::figure(Some("Bolton"), "", "", Some(15.0));
            figure.unit = unit.to_string();
            ComparedFigure {
                release: String::new(),
                figure,
                benchmark: Some(900.0),
                significance: Significance::NotCompared,
                better: None,
            }
        };
        let drawn = |unit: &str| {
            let compared = of(unit);
            let scale = RangeScale::of([&compared]).unwrap();
            (
                scale.most,
                scale
                    .range(&compared)
                    .into_string()
                    .contains("class=\"mid\""),
            )
        };
        assert_eq!(drawn("percent"), (900.0, true));
        assert_eq!(drawn("count"), (17.0, false));
    }

    #[test]
    fn units_are_said_in_words() {
        assert_eq!(unit("per 100000"), "per 100,000");
        assert_eq!(unit("percent"), "percentage");
        assert_eq!(unit("years"), "years");
    }

    #[test]
    fn a_sign_says_which_figures_are_better() {
        let text = |markup: Markup| markup.into_string();
        let worse = text(sign(Significance::Higher, Some(BetterWhen::Lower)));
        assert!(worse.contains("class=\"sign worse\""), "{worse}");
        assert!(
            worse.contains(CROSS) && worse.ends_with("Worse: higher</span>"),
            "{worse}"
        );
        let better = text(sign(Significance::Lower, Some(BetterWhen::Lower)));
        assert!(
            better.contains(TICK) && better.ends_with("Better: lower</span>"),
            "{better}"
        );
        let plain = text(sign(Significance::Higher, None));
        assert!(
            plain.contains(UP) && plain.ends_with("</svg>Higher</span>"),
            "{plain}"
        );
        let similar = text(sign(Significance::Similar, Some(BetterWhen::Lower)));
        assert!(similar.contains("class=\"sign similar\""), "{similar}");
        let up = text(trend_sign(RecentTrend::Up, Some(BetterWhen::Lower)));
        assert!(
            up.contains("class=\"sign worse\"") && up.ends_with("Worse: up</span>"),
            "{up}"
        );
        let flat = text(trend_sign(RecentTrend::Flat, Some(BetterWhen::Lower)));
        assert!(
            flat.ends_with("</svg>No significant change</span>"),
            "{flat}"
        );
    }
}
