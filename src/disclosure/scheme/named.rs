//! What each named scheme answers for itself, one file a scheme.

use super::words::SchemeWords;
use crate::disclosure::count::Released;
use crate::disclosure::system::{CountOf, Interval, TrueNode};

/// A named scheme: its rule, its settings, and all that readers are told about it.
pub(super) trait NamedScheme {
    /// The name that selects it.
    fn name(&self) -> &'static str;

    /// The settings in force, as name and value, for the manifest. They are public.
    fn settings(&self) -> Vec<(&'static str, String)>;

    /// All that readers are told about it.
    fn words(&self) -> SchemeWords;

    /// The largest number of people that is withheld, or blurred with smaller ones: no count of
    /// rows and no sum is shown when fewer are behind it.
    fn few(&self) -> u64;

    /// Whether nobody is to be known to be none: zeros are protected like small counts.
    fn protects_zeros(&self) -> bool {
        false
    }

    /// The largest count that it is defined for.
    fn most(&self) -> u64 {
        u64::MAX
    }

    /// The figure for a count, on its own. The people behind it have been looked at.
    fn release(&self, node: &TrueNode) -> Released;

    /// Whether a figure can have come from this scheme, a total that is a sum of others included.
    fn allows(&self, figure: u64) -> bool;

    /// The true counts that a figure of the rule's own can stand for.
    fn bounds(&self, released: Released, counted: CountOf) -> Interval;

    /// The true counts that a figure can stand for that was moved to protect another.
    fn moved_bounds(&self, released: Released, counted: CountOf) -> Interval {
        self.bounds(released, counted)
    }

    /// The other figures that may stand in for the rule's own to protect another, best first.
    fn neighbours(&self, _node: &TrueNode) -> Vec<Released> {
        Vec::new()
    }

    /// Whether a figure that the rule shows may be withheld to protect another.
    fn withholds(&self) -> bool {
        false
    }

    /// Whether totals are the sums of their released parts, so that they tell nothing new.
    fn adds_up(&self) -> bool {
        false
    }
}
