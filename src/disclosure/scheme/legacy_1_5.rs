//! `legacy_1_5`: the rule of earlier national collections: 1 to 5 becomes an asterisk.

use super::named::NamedScheme;
use super::withheld::WithheldBelow;
use super::words::{self, SchemeWords};
use crate::disclosure::count::Released;
use crate::disclosure::system::{CountOf, Interval, TrueNode};

/// What is withheld.
const SMALL: WithheldBelow = WithheldBelow {
    last: 5,
    zeros: false,
};

/// 1 to 5 is suppressed, and others from which such a count could be worked out; the rest is shown
/// as it is.
pub(super) struct Legacy1To5;

impl NamedScheme for Legacy1To5 {
    fn name(&self) -> &'static str {
        "legacy_1_5"
    }

    fn settings(&self) -> Vec<(&'static str, String)> {
        vec![("suppressed", SMALL.range())]
    }

    fn words(&self) -> SchemeWords {
        SchemeWords {
            notes: words::lines([
                "An asterisk (*) stands for a count from 1 to 5, for a count of events of 1 to 5 \
                 people, or for a larger count from which one of these could be worked out. It \
                 never stands for zero, which is shown.",
                "All other counts, and totals, are shown as they are.",
                "Percentages and rates, and their limits, are calculated from the counts as they \
                 are. They are shown as * when a count they need is suppressed.",
                words::NOT_APPLICABLE,
            ]),
            above_a_table: words::lines([
                "* is a count from 1 to 5 (or of events of 1 to 5 people), or a larger one \
                 suppressed to protect it; it is never zero.",
                "Other counts, and the percentages and rates made from them, are as they are. [z] \
                 is not applicable.",
            ]),
            under_a_table: words::lines([
                "* is a count from 1 to 5, or a larger one suppressed to protect it. Zeros are \
                 shown.",
                "Other counts are as they are.",
            ]),
            in_a_chart:
                "* marks a suppressed count (1 to 5, or a larger one that protects it), or \
                         a figure that needs one: it is not zero."
                    .to_owned(),
            sign: "suppressed (1 to 5, or to protect one), not zero",
            gap: "Gaps are suppressed figures (1 to 5, or larger ones that protect them), not zero.",
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
