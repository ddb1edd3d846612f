//! `threshold10`: counts below ten, zero included, are withheld, as ACRO, UK LLC and the Secure
//! Research Service of the Office for National Statistics do.

use super::named::NamedScheme;
use super::withheld::WithheldBelow;
use super::words::{self, SchemeWords};
use crate::disclosure::count::Released;
use crate::disclosure::system::{CountOf, Interval, TrueNode};

/// What is withheld.
const SMALL: WithheldBelow = WithheldBelow {
    last: 9,
    zeros: true,
};

/// Counts of fewer than ten, and none, are withheld, and others from which one could be worked out;
/// the rest is shown as it is.
pub(super) struct Threshold10;

impl NamedScheme for Threshold10 {
    fn name(&self) -> &'static str {
        "threshold10"
    }

    fn settings(&self) -> Vec<(&'static str, String)> {
        vec![("withheld", SMALL.range())]
    }

    fn words(&self) -> SchemeWords {
        SchemeWords {
            notes: words::lines([
                "An asterisk (*) stands for a count below 10, zero included, for a count of events \
                 of fewer than 10 people, or for a larger count from which one of these could be \
                 worked out. It may or may not stand for zero.",
                "All other counts, and totals, are true counts.",
                "Percentages and rates, and their limits, are calculated from true counts. They \
                 are shown as * when a count they need is withheld.",
                words::NOT_APPLICABLE,
            ]),
            above_a_table: words::lines([
                "* is a count below 10, which may be zero (or of events of fewer than 10 people), \
                 or a larger one withheld to protect it.",
                "Other counts and totals are true counts, and percentages and rates come from \
                 them. [z] is not applicable.",
            ]),
            under_a_table: words::lines([
                "* is a count below 10, which may be zero, or a larger one withheld to protect it.",
                "Other counts are true counts.",
            ]),
            in_a_chart:
                "* marks a withheld count (below 10, or a larger one that protects it), or \
                         a figure that needs one. It may be zero."
                    .to_owned(),
            sign: "withheld, may be zero",
            gap: "Gaps are withheld figures, which may be zero.",
            shown: "exact",
            zero: "zero",
        }
    }

    fn few(&self) -> u64 {
        SMALL.last
    }

    fn allows(&self, figure: u64) -> bool {
        SMALL.allows(figure)
    }

    fn protects_zeros(&self) -> bool {
        SMALL.zeros
    }

    fn release(&self, node: &TrueNode) -> Released {
        SMALL.release(node.count.get())
    }

    fn bounds(&self, released: Released, _: CountOf) -> Interval {
        SMALL.bounds(released)
    }

    fn withholds(&self) -> bool {
        true
    }
}
