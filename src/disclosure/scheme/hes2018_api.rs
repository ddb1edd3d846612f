//! `hes2018_api`: the same rule for programs that cannot read an asterisk, as NHS Digital's own
//! package applies it: 1 to 7 becomes 5.

use super::named::NamedScheme;
use super::nearest_five::{self, LAST_SMALL, STEP};
use super::words::{self, SchemeWords};
use crate::disclosure::count::Released;
use crate::disclosure::system::{CountOf, Interval, TrueNode};

/// The largest count that the rule is defined for.
const MOST: u64 = 5_000_000_000;

/// 0 stays 0, 1 to 7 becomes 5, everything else is rounded to the nearest 5.
pub(super) struct Hes2018Api;

impl NamedScheme for Hes2018Api {
    fn name(&self) -> &'static str {
        "hes2018_api"
    }

    fn settings(&self) -> Vec<(&'static str, String)> {
        vec![
            ("round_to_nearest", STEP.to_string()),
            ("shown_as_5", format!("1 to {LAST_SMALL}")),
        ]
    }

    fn words(&self) -> SchemeWords {
        SchemeWords {
            notes: words::lines([
                "A count from 1 to 7 is shown as 5, to protect people's confidentiality. A true \
                 zero is shown as 0.",
                "Counts of 8 and more are rounded to the nearest 5.",
                "An asterisk (*) stands for a count of events that 1 to 7 people had, or a figure \
                 that needs one. It is never zero.",
                "Totals are made from the true counts and rounded by the same rule, so rows and \
                 columns may not add up to their totals. Where a figure would tell which count a 5 \
                 stands for, it is rounded to the next nearest multiple of 5 instead, everywhere.",
                "Percentages and rates, and their limits, are calculated from these counts, each \
                 of which is up to 4 from the true one; where a count is shown as 5, they may be \
                 several times too high or too low. They are shown to the digit that this leaves \
                 known.",
                words::NOT_APPLICABLE,
            ]),
            above_a_table: words::lines([
                "5 is a count from 1 to 7; larger counts are rounded to the nearest 5, or the \
                 next nearest to protect another, and 0 is zero.",
                "Totals follow the same rule from true totals, so figures may not add up. \
                 Percentages and rates come from the counts as shown.",
                "* is a count of events that 1 to 7 people had, or a figure that needs one. [z] is \
                 not applicable.",
            ]),
            under_a_table: words::lines([
                "5 stands for a count from 1 to 7. Larger counts are rounded to the nearest 5, or \
                 the next nearest to protect another.",
                "Totals follow the same rule from true totals: figures may not add up.",
            ]),
            in_a_chart: "* marks events that 1 to 7 people had, or a figure that needs such a \
                         count: it is not zero."
                .to_owned(),
            sign: "1 to 7 people, not zero",
            gap: "Gaps are figures about 1 to 7 people, not zero.",
            shown: "rounded",
            zero: "zero",
        }
    }

    fn few(&self) -> u64 {
        LAST_SMALL
    }

    fn most(&self) -> u64 {
        MOST
    }

    fn allows(&self, figure: u64) -> bool {
        figure.is_multiple_of(STEP) && figure <= MOST
    }

    fn release(&self, node: &TrueNode) -> Released {
        Released::of(match node.count.get() {
            0 => 0,
            1..=LAST_SMALL => STEP,
            n => nearest_five::nearest(n),
        })
    }

    fn bounds(&self, released: Released, counted: CountOf) -> Interval {
        five_or(released, counted, nearest_five::bounds)
    }

    fn moved_bounds(&self, released: Released, counted: CountOf) -> Interval {
        five_or(released, counted, nearest_five::moved_bounds)
    }

    fn neighbours(&self, node: &TrueNode) -> Vec<Released> {
        nearest_five::other_side(node.count.get())
            .into_iter()
            .collect()
    }
}

fn five_or(released: Released, counted: CountOf, shown: impl Fn(u64) -> Interval) -> Interval {
    match released.count() {
        Some(STEP) => Interval::new(1, LAST_SMALL as i64),
        _ => super::hes2018::small_or(released, counted, shown),
    }
}
