//! A figure beside that of the whole area.

use crate::figures::{BetterWhen, FigureRow};

/// A released figure, of which report it is, and how it compares with that of the whole area.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct ComparedFigure {
    /// The release.
    pub release: String,
    /// The figure. Its report is the report's own name, and its area is that of the pack where it is the
    /// figure of a pack.
    pub figure: FigureRow,
    /// The figure of the whole area.
    pub benchmark: Option<f64>,
    /// How both compare.
    pub significance: Significance,
    /// Which figures are better.
    pub better: Option<BetterWhen>,
}

/// How a figure compares with that of the whole area, by its 95% limits.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Significance {
    /// Above it.
    Higher,
    /// Below it.
    Lower,
    /// Its limits include it.
    Similar,
    /// There are no limits, or no figure of the whole area.
    NotCompared,
    /// It is the figure of the whole area.
    Benchmark,
}

impl Significance {
    /// Reads the word of [`crate::figures::derive::compared`].
    pub(super) fn of(word: &str) -> Self {
        match word {
            "benchmark" => Significance::Benchmark,
            "similar" => Significance::Similar,
            higher if higher.starts_with("higher") => Significance::Higher,
            lower if lower.starts_with("lower") => Significance::Lower,
            _ => Significance::NotCompared,
        }
    }

    /// The word for it.
    pub(crate) fn word(self) -> &'static str {
        match self {
            Significance::Higher => "Higher",
            Significance::Lower => "Lower",
            Significance::Similar => "Similar",
            Significance::NotCompared => "Not compared",
            Significance::Benchmark => "Whole area",
        }
    }
}
