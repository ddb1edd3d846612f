//! The truth of a release, before disclosure control.

use super::Equation;
use crate::disclosure::count::{Released, TrueCount};

/// The truth of a release before disclosure control. It never leaves `disclosure`.
#[derive(Debug, Clone, Default)]
pub(crate) struct TrueFigures {
    /// All figures, shown or not; a [`super::NodeId`] is a place among them.
    pub nodes: Vec<TrueNode>,
    /// What adds up to what, over all tables.
    pub equations: Vec<Equation>,
}

/// One figure before disclosure control.
#[derive(Debug, Clone)]
pub(crate) struct TrueNode {
    /// The count itself, of people or of rows.
    pub count: TrueCount,
    /// The distinct people behind it: thresholds go by these.
    pub people: TrueCount,
    /// What is counted, which the reader knows from the name of the measure.
    pub counted: CountOf,
    /// Who a sum is of, where that is known.
    pub contributors: Option<Contributors>,
    /// The sum of the record keys of its members, from which a cell key scheme draws; 0 without one.
    pub key: u64,
    /// Whether a table shows it; what is not shown is computed for the equations only.
    pub shown: bool,
    /// The figure that is out already and is held; it may not be changed.
    pub stands: Option<Released>,
    /// Its worth to planners: what is worth least is suppressed or moved first.
    pub worth: f64,
}

/// What a figure counts.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum CountOf {
    /// Distinct people: the count is its own number of people.
    People,
    /// Rows, such as contacts: at least one a person, without a limit.
    Rows,
    /// A sum, such as bed days or costs: any amount, from any number of people.
    Amount,
    /// The rest between two figures, which no table shows and which tells of nobody by itself.
    Rest,
}

/// Who a sum is of. Whoever has nothing of it is no contributor.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Contributors {
    /// The people behind it.
    pub people: Contributions,
    /// The providers behind it, where they are at risk too.
    pub providers: Option<Contributions>,
    /// What all amounts are multiples of: where it is more than 1, a rounded sum is an exact one.
    pub unit: u64,
}

/// The contributions to a sum.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct Contributions {
    /// How many there are.
    pub many: TrueCount,
    /// The two largest.
    pub largest: [TrueCount; 2],
    /// The smallest.
    pub smallest: TrueCount,
}
