//! How figures stand to a benchmark, at 95% confidence.

use crate::figures::BetterWhen;
use std::cmp::Ordering;

/// How a figure stands to the benchmark: outside of its 95% limits, or not.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Compared {
    Better,
    Worse,
    Higher,
    Lower,
    Similar,
    /// It is suppressed, or has no limits.
    Unknown,
}

impl Compared {
    /// A figure with these limits beside a benchmark.
    pub(crate) fn of(
        limits: Option<(f64, f64)>,
        benchmark: f64,
        better: Option<BetterWhen>,
    ) -> Self {
        let Some((lower, upper)) = limits else {
            return Compared::Unknown;
        };
        let order = match (lower > benchmark, upper < benchmark) {
            (true, _) => Ordering::Greater,
            (_, true) => Ordering::Less,
            _ => Ordering::Equal,
        };
        Compared::judged(order, better)
    }

    /// What stands above a benchmark with its whole interval, below it, or neither.
    pub(crate) fn judged(order: Ordering, better: Option<BetterWhen>) -> Self {
        let is_higher = match order {
            Ordering::Equal => return Compared::Similar,
            order => order == Ordering::Greater,
        };
        match (better.map(|better| better.is_better(is_higher)), is_higher) {
            (Some(true), _) => Compared::Better,
            (Some(false), _) => Compared::Worse,
            (None, true) => Compared::Higher,
            (None, false) => Compared::Lower,
        }
    }

    /// In a word.
    pub(crate) fn word(self) -> Option<&'static str> {
        match self {
            Compared::Better => Some("better"),
            Compared::Worse => Some("worse"),
            Compared::Higher => Some("higher"),
            Compared::Lower => Some("lower"),
            Compared::Similar => Some("similar"),
            Compared::Unknown => None,
        }
    }

    /// As a shape, for those who do not see the colour.
    pub(crate) fn shape(self) -> &'static str {
        match self {
            Compared::Better => "✓",
            Compared::Worse => "✕",
            Compared::Higher => "▲",
            Compared::Lower => "▼",
            Compared::Similar => "●",
            Compared::Unknown => "",
        }
    }

    /// The class of its colour.
    pub(crate) fn class(self) -> &'static str {
        match self {
            Compared::Better => "vb",
            Compared::Worse => "vw",
            Compared::Higher => "vh",
            Compared::Lower => "vl",
            Compared::Similar => "vs",
            Compared::Unknown => "vn",
        }
    }

    /// All that a key explains, in its order.
    pub(crate) const ALL: [Compared; 5] = [
        Compared::Better,
        Compared::Worse,
        Compared::Higher,
        Compared::Lower,
        Compared::Similar,
    ];
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_figure_differs_when_its_whole_interval_does() {
        let of = |benchmark, better| Compared::of(Some((45.0, 55.0)), benchmark, better);
        assert_eq!(of(44.9, None), Compared::Higher);
        assert_eq!(of(45.0, None), Compared::Similar);
        assert_eq!(of(55.0, None), Compared::Similar);
        assert_eq!(of(55.1, None), Compared::Lower);
        assert_eq!(of(44.9, Some(BetterWhen::Lower)), Compared::Worse);
        assert_eq!(of(55.1, Some(BetterWhen::Lower)), Compared::Better);
        assert_eq!(of(44.9, Some(BetterWhen::Higher)), Compared::Better);
        assert_eq!(Compared::of(None, 1.0, None), Compared::Unknown);
    }
}
