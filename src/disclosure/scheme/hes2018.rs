//! `hes2018`: the rule of NHS Digital's Hospital Episode Statistics since September 2018.

use super::named::NamedScheme;
use super::nearest_five::{self, LAST_SMALL, STEP};
use super::words::{self, SchemeWords};
use crate::disclosure::count::Released;
use crate::disclosure::system::{CountOf, Interval, TrueNode};

/// 0 stays 0, 1 to 7 is suppressed, everything else is rounded to the nearest 5. Totals are made
/// from true counts and then rounded; percentages and rates are made from released counts.
pub(super) struct Hes2018;

impl NamedScheme for Hes2018 {
    fn name(&self) -> &'static str {
        "hes2018"
    }

    fn settings(&self) -> Vec<(&'static str, String)> {
        vec![
            ("round_to_nearest", STEP.to_string()),
            ("suppressed", format!("1 to {LAST_SMALL}")),
        ]
    }

    fn words(&self) -> SchemeWords {
        SchemeWords {
            notes: words::lines([
                "An asterisk (*) stands for a count from 1 to 7, or a count of events of 1 to 7 \
                 people, that is suppressed to protect people's confidentiality. It never stands \
                 for zero: a true zero is shown as 0.",
                "All other counts are rounded to the nearest 5.",
                "Totals are made from the true counts and then rounded, so rows and columns may \
                 not add up to their totals. A figure that would give a suppressed count away, in \
                 its own table or beside another, is rounded to the next nearest multiple of 5 \
                 instead, everywhere.",
                "Percentages and rates, and their limits, are calculated from the rounded counts, \
                 each of which is up to 4 from the true one. A percentage of 100 people is \
                 therefore up to 8 points off, and one of 1,000 people up to 0.8. They are shown \
                 to the digit that this leaves known, and as * when a count they need is \
                 suppressed.",
                words::NOT_APPLICABLE,
            ]),
            above_a_table: words::lines([
                "* is a suppressed count from 1 to 7 (or of events of 1 to 7 people), or a figure \
                 that needs one; it is never zero.",
                "Other counts are rounded to the nearest 5, or the next nearest to protect \
                 another. Totals are rounded from true totals, so figures may not add up.",
                "Percentages and rates come from rounded counts. [z] is not applicable.",
            ]),
            under_a_table: words::lines([
                "* is a suppressed count from 1 to 7, or a figure that needs one. It is never zero.",
                "Counts are rounded to the nearest 5 (or the next nearest, to protect another), \
                 totals from true totals: they may not add up.",
            ]),
            in_a_chart: "* marks a suppressed figure (1 to 7), or one that needs such a figure: \
                         it is not zero."
                .to_owned(),
            sign: "suppressed, not zero",
            gap: "Gaps are suppressed figures, not zero.",
            shown: "rounded",
            zero: "zero",
        }
    }

    fn few(&self) -> u64 {
        LAST_SMALL
    }

    fn allows(&self, figure: u64) -> bool {
        figure == 0 || nearest_five::is_rounded(figure)
    }

    fn release(&self, node: &TrueNode) -> Released {
        match node.count.get() {
            0 => Released::of(0),
            1..=LAST_SMALL => Released::SUPPRESSED,
            n => Released::of(nearest_five::nearest(n)),
        }
    }

    fn bounds(&self, released: Released, counted: CountOf) -> Interval {
        small_or(released, counted, nearest_five::bounds)
    }

    fn moved_bounds(&self, released: Released, counted: CountOf) -> Interval {
        small_or(released, counted, nearest_five::moved_bounds)
    }

    fn neighbours(&self, node: &TrueNode) -> Vec<Released> {
        nearest_five::other_side(node.count.get())
            .into_iter()
            .collect()
    }
}

/// The counts that a figure can stand for when an asterisk stands for 1 to 7 people and 0 for none.
pub(super) fn small_or(
    released: Released,
    counted: CountOf,
    shown: impl Fn(u64) -> Interval,
) -> Interval {
    match (released.count(), counted) {
        (None, CountOf::People) => Interval::new(1, LAST_SMALL as i64),
        (None, _) => Interval::new(1, Interval::NO_LIMIT),
        (Some(0), _) => Interval::exactly(0),
        (Some(n), _) => shown(n),
    }
}
