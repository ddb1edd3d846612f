//! Rounding to the nearest 5 once 1 to 7 is out of the way, as three schemes do.

use crate::disclosure::count::Released;
use crate::disclosure::system::Interval;

/// The step.
pub(super) const STEP: u64 = 5;

/// The largest count that is withheld or merged: 8 is the smallest that rounds to 10.
pub(super) const LAST_SMALL: u64 = 7;

/// The nearest multiple of the step.
pub(super) fn nearest(n: u64) -> u64 {
    n.saturating_add(STEP / 2) / STEP * STEP
}

/// Whether a figure is a rounded count of more than [`LAST_SMALL`].
pub(super) fn is_rounded(figure: u64) -> bool {
    figure > LAST_SMALL && figure.is_multiple_of(STEP)
}

/// The counts that round to a figure above [`LAST_SMALL`].
pub(super) fn bounds(figure: u64) -> Interval {
    reach(figure, STEP / 2, LAST_SMALL + 1)
}

/// The counts that a figure above [`LAST_SMALL`] stands for when it may have been moved to the
/// multiple on the other side.
pub(super) fn moved_bounds(figure: u64) -> Interval {
    reach(figure, STEP - 1, LAST_SMALL)
}

fn reach(figure: u64, reach: u64, least: u64) -> Interval {
    let low = figure.saturating_sub(reach).max(least);
    Interval::new(
        Interval::exactly(low).low,
        Interval::exactly(figure.saturating_add(reach)).high,
    )
}

/// The multiple on the other side of the count, as the second best rounding; none for a true
/// multiple, which has no other side, and none that could be taken for a small count.
pub(super) fn other_side(n: u64) -> Option<Released> {
    let other = match n {
        0..LAST_SMALL => return None,
        LAST_SMALL => 2 * STEP,
        _ if n.is_multiple_of(STEP) => return None,
        _ if nearest(n) < n => nearest(n) + STEP,
        _ => nearest(n) - STEP,
    };
    is_rounded(other).then(|| Released::of(other))
}
