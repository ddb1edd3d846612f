//! What the attacker and the protection of a whole release need to know of a scheme.

use super::count::Released;
use super::system::{CountOf, Interval, TrueNode};

/// A scheme's rule for one figure, and what may be done to protect another.
pub(crate) trait SchemeRule: Sync {
    /// The name of the scheme.
    fn name(&self) -> &'static str;

    /// The figure that the rule gives on its own.
    fn release(&self, node: &TrueNode) -> Released;

    /// The true counts that a figure of the rule's own can stand for. Where figures may be withheld
    /// to protect others ([`SchemeRule::withholds`]), a suppressed one can stand for any such count.
    fn bounds(&self, released: Released, counted: CountOf) -> Interval;

    /// The true counts that a figure can stand for that was moved to protect another.
    fn moved_bounds(&self, released: Released, counted: CountOf) -> Interval;

    /// The other figures that may stand in for the rule's own to protect another, best first; none
    /// where figures never move.
    fn neighbours(&self, node: &TrueNode) -> Vec<Released>;

    /// How far apart two possible true counts must stay: 0 where the figure needs no protection, 1
    /// where it must only not be known, more where it must not be known nearly.
    fn protection(&self, node: &TrueNode) -> i64;

    /// Whether a figure that the rule shows may be withheld to protect another.
    fn withholds(&self) -> bool {
        false
    }

    /// Whether totals are the sums of their released parts, so that they tell nothing new.
    fn adds_up(&self) -> bool {
        false
    }
}
