//! Counts before and after disclosure control.

use std::fmt;
use std::iter::Sum;
use std::ops::Add;

/// A true count of people or events. It can be added up, but only this module can read it.
#[derive(Clone, Copy, Default, PartialEq, Eq)]
pub(crate) struct TrueCount(u64);

impl TrueCount {
    /// No people, or no events.
    pub(crate) const ZERO: TrueCount = TrueCount(0);

    /// Takes a count into custody.
    pub(crate) fn new(count: u64) -> Self {
        TrueCount(count)
    }

    /// What is left without a part of it; none where that is more.
    pub(crate) fn without(self, part: TrueCount) -> Option<TrueCount> {
        self.0.checked_sub(part.0).map(TrueCount)
    }

    pub(super) fn get(self) -> u64 {
        self.0
    }
}

impl Add for TrueCount {
    type Output = TrueCount;

    fn add(self, other: TrueCount) -> TrueCount {
        TrueCount(self.0.saturating_add(other.0))
    }
}

impl Sum for TrueCount {
    fn sum<I: Iterator<Item = TrueCount>>(counts: I) -> TrueCount {
        counts.fold(TrueCount::ZERO, Add::add)
    }
}

impl fmt::Debug for TrueCount {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("TrueCount(redacted)")
    }
}

/// A count as it may be read by anyone: a figure, or the fact that it is suppressed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Released(Option<u64>);

impl Released {
    pub(super) const SUPPRESSED: Released = Released(None);

    pub(super) fn of(count: u64) -> Self {
        Released(Some(count))
    }

    /// A figure that has been published already, as the ledger kept it.
    pub(crate) fn published(figure: Option<u64>) -> Self {
        Released(figure)
    }

    /// A figure as a file has it; None for what is no count and no sign of one.
    pub(crate) fn read(figure: &str) -> Option<Self> {
        match figure {
            super::SUPPRESSED => Some(Released::SUPPRESSED),
            count => count.parse().ok().map(Released::of),
        }
    }

    /// The released figure, or `None` when it is suppressed.
    pub(crate) fn count(self) -> Option<u64> {
        self.0
    }

    /// Whether the figure is suppressed.
    pub(crate) fn is_suppressed(self) -> bool {
        self.0.is_none()
    }
}

impl fmt::Display for Released {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.0 {
            Some(count) => write!(f, "{count}"),
            None => f.write_str(super::SUPPRESSED),
        }
    }
}
