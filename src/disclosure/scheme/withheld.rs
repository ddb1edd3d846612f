//! True counts from a threshold on, and asterisks for the rest, as three schemes do.

use crate::disclosure::count::Released;
use crate::disclosure::system::Interval;

/// Which counts are withheld first; others are where one of these would follow from them.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct WithheldBelow {
    /// The largest count that is too small to be shown.
    pub last: u64,
    /// Whether 0 is too small as well.
    pub zeros: bool,
}

impl WithheldBelow {
    /// The figure for a count.
    pub(super) fn release(self, n: u64) -> Released {
        match self.allows(n) {
            true => Released::of(n),
            false => Released::SUPPRESSED,
        }
    }

    /// Whether a count may be shown.
    pub(super) fn allows(self, n: u64) -> bool {
        n > self.last || (n == 0 && !self.zeros)
    }

    /// What a figure stands for. An asterisk may stand for a large count too, which is withheld for
    /// the sake of a small one; never for a zero that could be shown.
    pub(super) fn bounds(self, released: Released) -> Interval {
        match released.count() {
            None => Interval::new(i64::from(!self.zeros), Interval::NO_LIMIT),
            Some(n) => Interval::exactly(n),
        }
    }

    /// The counts that are too small: `1 to 9`, or `0 to 9`.
    pub(super) fn range(self) -> String {
        match self.zeros {
            true => format!("0 to {}", self.last),
            false => format!("1 to {}", self.last),
        }
    }
}
