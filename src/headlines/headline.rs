//! A headline, with what it is made of.

use crate::figures::{FigureArea, FigureRow};

/// A sentence about released figures.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Headline {
    /// What it says.
    pub kind: HeadlineKind,
    /// The table whose figures it reads; none where they are of several.
    pub table: Option<String>,
    /// The sentence.
    pub words: String,
    /// The released figures that it reads. Every number of the sentence is one of them, or follows from
    /// them as its kind says.
    pub cells: Vec<FigureRow>,
}

impl Headline {
    /// Whether another says nothing more: it has the same words or, of another table, the same figures.
    pub(super) fn says_the_same(&self, other: &Headline) -> bool {
        let same = |one: &FigureRow, other: &FigureRow| {
            (&one.area, &one.period, &one.breakdown)
                == (&other.area, &other.period, &other.breakdown)
                && (&one.unit, one.value) == (&other.unit, other.value)
        };
        let cells = || self.cells.iter().zip(&other.cells);
        self.words == other.words
            || self.kind == other.kind
                && self.cells.len() == other.cells.len()
                && cells().all(|(one, other)| same(one, other))
    }

    /// Whether it says that an area differs from the whole.
    pub(crate) fn tells_apart(&self, area: &FigureArea) -> bool {
        let Some((whole, parts)) = self.cells.split_first() else {
            return false;
        };
        let differs = |row: &FigureRow| {
            let beyond = |whole| {
                row.lower_95.is_some_and(|lower| lower > whole)
                    || row.upper_95.is_some_and(|upper| upper < whole)
            };
            row.area.as_ref().is_some_and(|own| own.is(area)) && whole.value.is_some_and(beyond)
        };
        self.kind == HeadlineKind::Comparison && parts.iter().any(differs)
    }
}

/// What a headline says, and how its numbers follow from its cells.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum HeadlineKind {
    /// Who is higher or lower than the whole at 95%: the benchmark is the first cell.
    Comparison,
    /// How an area differs from the whole that it is a part of at 95%: the cells are pairs of the area's
    /// figure and that of the whole.
    Against,
    /// A rise or fall over five periods: the cells are these five in time.
    Trend,
    /// A latest figure that common causes do not explain: the cells are the series in time, of which the
    /// last but for suppressed ones is the signal; its mean is that of the cells.
    Signal,
    /// A latest figure and that of a year before: the cells are these two; the percentage is their ratio.
    Change,
    /// The largest group and the total: the cells are these two, and the percentage where there is one.
    Largest,
    /// What does not cover a whole period: one cell of each.
    Incomplete,
    /// Figures that are those of earlier releases: the cells are all held ones.
    Held,
    /// Figures that the last release had otherwise: the cells are all revised ones.
    Revised,
}

impl HeadlineKind {
    /// In a word, for people.
    pub(crate) fn word(self) -> &'static str {
        match self {
            HeadlineKind::Comparison => "Compared",
            HeadlineKind::Against => "This area",
            HeadlineKind::Trend => "Trend",
            HeadlineKind::Signal => "Signal",
            HeadlineKind::Change => "Change",
            HeadlineKind::Largest => "Largest group",
            HeadlineKind::Incomplete => "Not complete",
            HeadlineKind::Held => "Held",
            HeadlineKind::Revised => "Revised",
        }
    }
}
