//! Named disclosure control schemes.

use super::count::{Released, TrueCount};
use crate::error::{Error, Result};

/// A disclosure control scheme. One release uses exactly one.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Scheme {
    /// The rule of NHS Digital's Hospital Episode Statistics since September 2018: 0 stays 0, 1 to
    /// 7 is suppressed, everything else is rounded to the nearest 5. Totals are made from true
    /// counts and then rounded; percentages and rates are made from released counts.
    Hes2018,
}

/// The step that `hes2018` rounds to.
const STEP: u64 = 5;
/// The largest count that `hes2018` suppresses.
const LAST_SUPPRESSED: u64 = 7;

impl Scheme {
    /// The names that [`Scheme::from_name`] knows.
    pub(crate) const NAMES: [&'static str; 1] = ["hes2018"];

    /// The scheme of a name in a pipeline file.
    ///
    /// # Errors
    /// Usage, when there is no scheme of that name.
    pub(crate) fn from_name(name: &str) -> Result<Self> {
        match name {
            "hes2018" => Ok(Scheme::Hes2018),
            _ => Err(
                Error::usage(format!("there is no disclosure scheme `{name}`"))
                    .hint(format!("use one of: {}", Self::NAMES.join(", "))),
            ),
        }
    }

    /// The name that selects this scheme.
    pub(crate) fn name(self) -> &'static str {
        match self {
            Scheme::Hes2018 => "hes2018",
        }
    }

    /// The settings in force, as name and value, for the manifest.
    pub(crate) fn settings(self) -> [(&'static str, String); 2] {
        [
            ("round_to_nearest", STEP.to_string()),
            ("suppressed", format!("1 to {LAST_SUPPRESSED}")),
        ]
    }

    /// What a reader must know about the figures, one sentence group each, in reading order.
    pub(crate) fn notes(self) -> [&'static str; 5] {
        [
            "An asterisk (*) stands for a count from 1 to 7 that is suppressed to protect \
             people's confidentiality. It never stands for zero: a true zero is shown as 0.",
            "All other counts are rounded to the nearest 5.",
            "Totals are made from the true counts and then rounded, so rows and columns may not \
             add up to their totals. A total that would give a suppressed count away is rounded to \
             the next nearest multiple of 5 instead.",
            "Percentages and rates, and their limits, are calculated from the rounded counts. \
             They are shown as * when a count they need is suppressed.",
            "[z] means not applicable, such as a percentage of zero.",
        ]
    }

    /// The same in two lines, above a table of the workbook.
    pub(crate) fn above_a_table(self) -> [&'static str; 2] {
        [
            "* is a suppressed count from 1 to 7, or a figure that needs one; it is never zero. \
             Other counts are rounded to the nearest 5.",
            "Totals are rounded from true totals, so figures may not add up. Percentages and rates \
             come from rounded counts. [z] is not applicable.",
        ]
    }

    /// The same in two lines, under a table of the page.
    pub(crate) fn under_a_table(self) -> [&'static str; 2] {
        [
            "* is a suppressed count from 1 to 7, or a figure that needs one. It is never zero.",
            "Counts are rounded to the nearest 5, totals from true totals: figures may not add up.",
        ]
    }

    /// What the sign in a chart means where a figure is suppressed.
    pub(crate) fn in_a_chart(self) -> &'static str {
        "* marks a suppressed figure (1 to 7), or one that needs such a figure: it is not zero."
    }

    /// One count under this scheme's rule, on its own. Cells of a table with totals go through
    /// [`Scheme::protect`] together.
    pub(crate) fn release(self, count: TrueCount) -> Released {
        match count.get() {
            0 => Released::of(0),
            1..=LAST_SUPPRESSED => Released::SUPPRESSED,
            n => Released::of(nearest(n)),
        }
    }

    /// Whether a released count can have come from this scheme.
    pub(crate) fn allows(self, count: u64) -> bool {
        count == 0 || (count > LAST_SUPPRESSED && count.is_multiple_of(STEP))
    }

    /// The smallest and largest true count that a released one can stand for.
    pub(super) fn bounds(self, released: Released) -> (i64, i64) {
        match released.count() {
            None => (1, LAST_SUPPRESSED as i64),
            Some(0) => (0, 0),
            Some(n) => {
                let (n, reach) = (i64::try_from(n).unwrap_or(i64::MAX / 4), (STEP / 2) as i64);
                ((n - reach).max(LAST_SUPPRESSED as i64 + 1), n + reach)
            }
        }
    }

    /// The multiple of 5 on the other side of the true count, as the second best rounding; none
    /// for a true multiple of 5, which has no other side.
    pub(super) fn neighbour(self, count: TrueCount) -> Option<Released> {
        let n = count.get();
        let other = match n {
            0..LAST_SUPPRESSED => return None,
            _ if n.is_multiple_of(STEP) => return None,
            LAST_SUPPRESSED => 2 * STEP,
            _ if nearest(n) < n => nearest(n) + STEP,
            _ => nearest(n) - STEP,
        };
        self.allows(other).then(|| Released::of(other))
    }
}

fn nearest(n: u64) -> u64 {
    n.saturating_add(STEP / 2) / STEP * STEP
}
