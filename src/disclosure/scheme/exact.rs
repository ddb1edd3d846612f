//! `exact`: true counts with primary and secondary suppression, for releases under an agreement.

use super::named::NamedScheme;
use super::withheld::WithheldBelow;
use super::words::{self, SchemeWords};
use crate::disclosure::count::Released;
use crate::disclosure::system::{CountOf, Interval, TrueNode};

/// Counts below a threshold are withheld, and then as many others as keep them from being worked
/// out; the rest is shown as it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct ExactCounts {
    withheld: WithheldBelow,
}

impl ExactCounts {
    /// The threshold when none is set: ACRO's.
    pub(super) const THRESHOLD: u64 = 10;

    /// Withholds counts below `threshold`; 0 only when `protect_zeros`.
    pub(super) fn new(threshold: u64, protect_zeros: bool) -> Self {
        ExactCounts {
            withheld: WithheldBelow {
                last: threshold.saturating_sub(1),
                zeros: protect_zeros,
            },
        }
    }

    fn zeros(&self) -> &'static str {
        match self.withheld.zeros {
            true => "Zeros are withheld in the same way, so that an asterisk may stand for zero.",
            false => "It never stands for zero: a true zero is shown as 0.",
        }
    }
}

impl NamedScheme for ExactCounts {
    fn name(&self) -> &'static str {
        "exact"
    }

    fn settings(&self) -> Vec<(&'static str, String)> {
        vec![
            ("protect_zeros", self.withheld.zeros.to_string()),
            ("threshold", (self.withheld.last + 1).to_string()),
        ]
    }

    fn words(&self) -> SchemeWords {
        let (range, zeros) = (self.withheld.range(), self.zeros());
        SchemeWords {
            notes: vec![
                format!(
                    "An asterisk (*) stands for a count from {range}, for a count of events of so \
                     few people, or for a larger count from which one of these could be worked \
                     out. {zeros}"
                ),
                "All other counts are exact. Use them as your agreement with the publisher allows, \
                 and do not publish them: beside other figures they may say more than these tables \
                 do."
                    .to_owned(),
                "Totals are exact, or withheld like other counts.".to_owned(),
                "Percentages and rates, and their limits, are calculated from exact counts. They \
                 are shown as * when a count they need is withheld."
                    .to_owned(),
                words::NOT_APPLICABLE.to_owned(),
            ],
            above_a_table: vec![
                format!(
                    "* is a count from {range} (or of events of so few people), or a larger one \
                     withheld to protect it. {zeros}"
                ),
                "Other counts and totals, and percentages and rates, are exact. Not for \
                 publication. [z] is not applicable."
                    .to_owned(),
            ],
            under_a_table: vec![
                format!(
                    "* is a count from {range}, or a larger one withheld to protect it. {zeros}"
                ),
                "Other figures are exact, and not for publication.".to_owned(),
            ],
            in_a_chart: format!(
                "* marks a withheld count ({range}, or a larger one that protects it), or a figure \
                 that needs one."
            ),
            sign: "withheld",
            gap: "Gaps are withheld figures.",
            shown: "exact",
            zero: "zero",
        }
    }

    fn few(&self) -> u64 {
        self.withheld.last
    }

    fn allows(&self, figure: u64) -> bool {
        self.withheld.allows(figure)
    }

    fn protects_zeros(&self) -> bool {
        self.withheld.zeros
    }

    fn release(&self, node: &TrueNode) -> Released {
        self.withheld.release(node.count.get())
    }

    fn bounds(&self, released: Released, _: CountOf) -> Interval {
        self.withheld.bounds(released)
    }

    fn withholds(&self) -> bool {
        true
    }
}
