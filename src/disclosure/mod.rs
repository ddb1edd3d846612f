//! Disclosure control: true counts go in, released figures come out, and nothing else does.
//!
//! A [`TrueCount`] can be made and added up anywhere, but it cannot be printed, serialised or read
//! outside this module. Only a [`Scheme`] turns it into a [`Released`] count, and percentages and
//! rates ([`percent`], [`rate`]) are computed from `Released` counts alone. Writers accept nothing
//! else, so a true count has no way into a file.
//!
//! # What an attacker can do with `hes2018`, and what is done about it
//! - *Subtract the shown cells from a total.* Rounding is the protection: a shown count stands for
//!   five true counts (10 stands for 8 to 12), so a total of 20 over 10 and `*` leaves more than
//!   one possibility. That the suppressed count is *narrower* than 1 to 7 can follow from the
//!   published rule itself and is accepted by it; that it is *known* is not.
//! - *Use the extremes.* Cells 15, 15 and `*` under a total of 25 are possible only as 13, 13, 1
//!   and 27. Seven `*` under a total of `*` are seven ones. The [`attacker`] bounds each suppressed
//!   figure by propagating intervals through all that adds up, over all tables of a release, and
//!   [`protect`] moves the figure that gives one away to the neighbouring multiple of 5. The true
//!   count is then usually at the edge of its interval, so the move costs an error of 3 rather than 2
//!   (4 at most). Withholding the total would not do: who knows the rule knows which total must have
//!   been withheld.
//! - *Read decimals.* Percentages and rates are computed from the released parts, so they hold no
//!   more than the two cells printed beside them. They have the digits that these leave known, for the
//!   planner's sake. A figure with a suppressed part is suppressed.
//! - *Read a total over one row.* It holds the same true count as the row, so it is released as the
//!   same figure; a suppressed row stays suppressed in its total.
//! - *Read the order.* Rows sorted by a true count would rank the suppressed cells. Reports sort by
//!   the labels of their dimensions, or by released figures.
//! - *Subtract one table from another.* All tables of a release are one system of equations.
//! - *Subtract one release from the next.* That is the work of the [`ledger`].

mod answered;
pub(crate) mod attacker;
mod count;
mod derived;
mod indirect;
mod inequality;
pub(crate) mod ledger;
mod life_expectancy;
mod magnitude;
pub(crate) mod members;
mod percentile;
mod precision;
pub(crate) mod protect;
mod published;
pub(crate) mod rule;
mod scheme;
mod standardised;
pub(crate) mod system;

pub(crate) use answered::answered;
pub(crate) use count::{Released, TrueCount};
pub(crate) use derived::{Figure, mean, percent, rate};
pub(crate) use indirect::{ReferenceBand, indirectly_standardised};
pub(crate) use inequality::{RatedQuantile, relative_index, slope_index};
pub(crate) use life_expectancy::{LifeBand, LifeQuestion, life_expectancy};
pub(crate) use percentile::{AmountBand, percentile};
pub(crate) use published::{PublishedFigure, read_together};
#[cfg(test)]
pub(crate) use scheme::tests::all as every_scheme;
pub(crate) use scheme::{Scheme, SchemeSettings, SchemeWords};
pub(crate) use standardised::{StandardBand, standardised};

/// The sign of a suppressed figure.
pub(crate) const SUPPRESSED: &str = "*";

/// The sign of a figure that does not apply, such as a percentage of nothing. It is the shorthand
/// of the Government Analysis Function; it is never used for a suppressed figure.
pub(crate) const NOT_APPLICABLE: &str = "[z]";

#[cfg(test)]
mod tests;
