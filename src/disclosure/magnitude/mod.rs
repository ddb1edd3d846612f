//! Figures that are no counts of people or rows: when they may be released.

#[cfg(test)]
mod figures;
mod sum;

pub(super) use sum::{change_tells, largest, may_be_shown, must_stay_apart};

#[cfg(test)]
pub(super) use figures::figures;
#[cfg(test)]
use sum::{DOMINANCE, NUMBERS, P_RATIO, THRESHOLD};
