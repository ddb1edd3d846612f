//! What a reader knows of one true count.

use serde::{Deserialize, Serialize};

/// The smallest and the largest true count that a reader thinks possible.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Interval {
    /// The smallest.
    pub low: i64,
    /// The largest; [`Interval::NO_LIMIT`] where nothing limits it.
    pub high: i64,
}

impl Interval {
    /// More than any count, and small enough that no sum of two overflows.
    pub(crate) const NO_LIMIT: i64 = 1 << 50;

    /// Any count at all.
    pub(crate) const ANY: Interval = Interval::new(0, Interval::NO_LIMIT);

    /// From `low` to `high`.
    pub(crate) const fn new(low: i64, high: i64) -> Self {
        Interval { low, high }
    }

    /// One count, which the reader knows.
    pub(crate) fn exactly(count: u64) -> Self {
        let count = i64::try_from(count).unwrap_or(Self::NO_LIMIT);
        Interval::new(count.min(Self::NO_LIMIT), count.min(Self::NO_LIMIT))
    }

    /// How much the true count can differ between two tables that the reader thinks possible.
    pub(crate) fn width(self) -> i64 {
        self.high - self.low
    }

    /// Whether nothing is left: what the reader was told contradicts itself.
    pub(crate) fn is_empty(self) -> bool {
        self.low > self.high
    }

    /// Whether a count is one of those possible.
    pub(crate) fn has(self, count: i64) -> bool {
        (self.low..=self.high).contains(&count)
    }
}
