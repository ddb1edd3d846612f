//! `midpoint6`: OpenSAFELY's rounding to the midpoint of steps of six.

use super::named::NamedScheme;
use super::words::{self, SchemeWords};
use crate::disclosure::count::Released;
use crate::disclosure::system::{CountOf, Interval, TrueNode};

/// The width of a step.
const STEP: u64 = 6;
/// Its midpoint.
const MIDDLE: u64 = STEP / 2;

/// `ceil(n/6)*6 - 3` for all but 0: 1 to 6 becomes 3, 7 to 12 becomes 9. Totals are sums of what is
/// shown.
pub(super) struct Midpoint6;

impl NamedScheme for Midpoint6 {
    fn name(&self) -> &'static str {
        "midpoint6"
    }

    fn settings(&self) -> Vec<(&'static str, String)> {
        vec![
            ("round_to_midpoint_of", STEP.to_string()),
            ("totals", "sums of the counts shown".to_owned()),
        ]
    }

    fn words(&self) -> SchemeWords {
        SchemeWords {
            notes: words::lines([
                "Counts are rounded to the midpoint of steps of six, to protect people's \
                 confidentiality: 1 to 6 is shown as 3, 7 to 12 as 9, 13 to 18 as 15, and so on. A \
                 true zero is shown as 0.",
                "A count that would give another one away is shown as the midpoint of the step \
                 beside its own, everywhere. A figure other than 0 therefore stands for up to 5 \
                 fewer and up to 6 more.",
                "An asterisk (*) stands for a count of events of 1 to 6 people, or a figure that \
                 needs one. It is never zero.",
                "Totals are sums of the midpoints that are shown, without asterisks.",
                "Percentages and rates, and their limits, are calculated from midpoints and their \
                 sums. They are about right on average; those of small groups may be far off, \
                 and all are shown to the digit that is known.",
                words::NOT_APPLICABLE,
            ]),
            above_a_table: words::lines([
                "Counts are midpoints of steps of six (3 for 1 to 6, 9 for 7 to 12, 15 for 13 to \
                 18) or, to protect another, of the step beside. 0 is zero.",
                "Totals are sums of midpoints; percentages and rates come from them.",
                "* is a count of events of 1 to 6 people, or a figure that needs one. [z] is not \
                 applicable.",
            ]),
            under_a_table: words::lines([
                "Counts are midpoints of steps of six (3 for 1 to 6, 9 for 7 to 12) or, to protect \
                 another, of the step beside.",
                "Totals are sums of midpoints.",
            ]),
            in_a_chart: "* marks events of 1 to 6 people, or a figure that needs such a count: it \
                         is not zero."
                .to_owned(),
            sign: "1 to 6 people, not zero",
            gap: "Gaps are figures about 1 to 6 people, not zero.",
            shown: "rounded",
            zero: "zero",
        }
    }

    fn few(&self) -> u64 {
        STEP
    }

    fn allows(&self, figure: u64) -> bool {
        // Any multiple of the midpoint is a sum of midpoints.
        figure.is_multiple_of(MIDDLE)
    }

    fn release(&self, node: &TrueNode) -> Released {
        Released::of(midpoint(node.count.get()))
    }

    fn bounds(&self, released: Released, counted: CountOf) -> Interval {
        reach(released, counted, MIDDLE - 1, MIDDLE)
    }

    fn moved_bounds(&self, released: Released, counted: CountOf) -> Interval {
        reach(released, counted, STEP - 1, STEP)
    }

    fn neighbours(&self, node: &TrueNode) -> Vec<Released> {
        let n = node.count.get();
        if n == 0 {
            return Vec::new();
        }
        // The step beside it whose midpoint is nearer, so that none is more than six away.
        let own = midpoint(n);
        let beside = match n > own {
            true => own + STEP,
            false => own.saturating_sub(STEP),
        };
        (beside > 0)
            .then(|| Released::of(beside))
            .into_iter()
            .collect()
    }

    fn adds_up(&self) -> bool {
        true
    }
}

fn midpoint(n: u64) -> u64 {
    match n {
        0 => 0,
        _ => n.div_ceil(STEP).saturating_mul(STEP) - MIDDLE,
    }
}

fn reach(released: Released, counted: CountOf, below: u64, above: u64) -> Interval {
    match (released.count(), counted) {
        (None, CountOf::People) => Interval::new(1, STEP as i64),
        (None, _) => Interval::new(1, Interval::NO_LIMIT),
        (Some(0), _) => Interval::exactly(0),
        (Some(n), _) => Interval::new(
            Interval::exactly(n.saturating_sub(below).max(1)).low,
            Interval::exactly(n.saturating_add(above)).high,
        ),
    }
}
