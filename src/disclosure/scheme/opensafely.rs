//! `opensafely`: OpenSAFELY's rule for tables of counts.

use super::hes2018::Hes2018;
use super::named::NamedScheme;
use super::nearest_five::{LAST_SMALL, STEP};
use super::words::{self, SchemeWords};
use crate::disclosure::count::Released;
use crate::disclosure::system::{CountOf, Interval, TrueNode};

/// 0 stays 0, 1 to 7 is redacted, everything else is rounded to the nearest 5, and totals are sums
/// of what is shown.
pub(super) struct OpenSafely;

impl NamedScheme for OpenSafely {
    fn name(&self) -> &'static str {
        "opensafely"
    }

    fn settings(&self) -> Vec<(&'static str, String)> {
        vec![
            ("redacted", format!("1 to {LAST_SMALL}")),
            ("round_to_nearest", STEP.to_string()),
            ("totals", "sums of the counts shown".to_owned()),
        ]
    }

    fn words(&self) -> SchemeWords {
        SchemeWords {
            notes: words::lines([
                "An asterisk (*) stands for a redacted count of 7 or fewer people, or of their \
                 events. Zero is not redacted: it is shown as 0.",
                "Counts above 7 are rounded to the nearest 5. Where that would tell which count \
                 was redacted, they are rounded to the next nearest multiple of 5, everywhere.",
                "Totals are sums of the rounded counts that are shown. Redacted counts are not in \
                 them, so totals are too low where there are any.",
                "Percentages and rates, and their limits, are calculated from the rounded counts \
                 and these totals: the smaller the counts, the further they are from the truth. \
                 They are shown to the digit that is known, and redacted (*) when a count they \
                 need is.",
                words::NOT_APPLICABLE,
            ]),
            above_a_table: words::lines([
                "* is a redacted count of 7 or fewer people (or of their events), or a figure that \
                 needs one; zeros are shown.",
                "Counts above 7 are rounded to the nearest 5, or the next nearest to protect \
                 another. Totals are sums of the counts shown, without those that are redacted.",
                "Percentages and rates come from these counts and totals. [z] is not applicable.",
            ]),
            under_a_table: words::lines([
                "* is a redacted count of 7 or fewer, or a figure that needs one; zeros are shown.",
                "Counts above 7 are rounded to the nearest 5 (or the next nearest, to protect \
                 another); totals are sums of those shown.",
            ]),
            in_a_chart: "* marks a redacted figure (7 or fewer), or one that needs such a figure; \
                         zeros are drawn as zeros."
                .to_owned(),
            sign: "redacted, not zero",
            gap: "Gaps are redacted figures, not zero.",
            shown: "rounded",
            zero: "zero",
        }
    }

    // A figure by itself has the rule of HES.
    fn few(&self) -> u64 {
        Hes2018.few()
    }

    fn allows(&self, figure: u64) -> bool {
        Hes2018.allows(figure)
    }

    fn release(&self, node: &TrueNode) -> Released {
        Hes2018.release(node)
    }

    fn bounds(&self, released: Released, counted: CountOf) -> Interval {
        Hes2018.bounds(released, counted)
    }

    fn moved_bounds(&self, released: Released, counted: CountOf) -> Interval {
        Hes2018.moved_bounds(released, counted)
    }

    fn neighbours(&self, node: &TrueNode) -> Vec<Released> {
        Hes2018.neighbours(node)
    }

    fn adds_up(&self) -> bool {
        true
    }
}
