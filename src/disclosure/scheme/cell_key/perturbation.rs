//! The table of perturbations: with which probability a count is released as which figure. The site
//! keeps it secret, so that errors name its lines and counts, and never a probability.

use crate::error::{Error, Result};
use std::collections::BTreeMap;

/// How far sums of probabilities may be from 1.
const TOLERANCE: f64 = 1e-6;

/// How far a count may be from itself on average.
const BIAS: f64 = 1e-4;

/// The largest count that may have probabilities of its own.
const LARGEST: u64 = 1000;

/// The most that a count may be changed by.
const REACH: u64 = 100;

/// The probabilities of the figures for one count, in the order of the figures.
pub(super) type Chances = BTreeMap<u64, f64>;

/// A table of perturbations that was checked.
#[derive(Clone, PartialEq)]
pub(super) struct Perturbation {
    /// For each count from 1; the last stands for all larger counts too.
    chances: Vec<Chances>,
    /// The smallest figure other than 0.
    smallest: u64,
    /// The smallest and largest count behind each figure from 0 on, until they are all alike.
    behind: Vec<(u64, u64)>,
}

impl Perturbation {
    /// Makes a table of the chances of each count that a file names.
    ///
    /// # Errors
    /// Usage, when it does not protect, or does not do what a perturbation promises.
    pub(super) fn checked(mut by_count: BTreeMap<u64, Chances>, promised: u64) -> Result<Self> {
        for (count, chances) in &by_count {
            sound(*count, chances, promised)?;
        }
        by_count.remove(&0);
        for (expected, count) in (1..).zip(by_count.keys()) {
            if *count != expected {
                return Err(Error::usage(format!("there is no count {expected}"))
                    .hint("give the counts from 1 on, without a gap"));
            }
        }
        let chances: Vec<Chances> = by_count.into_values().collect();
        let Some(last) = chances.last() else {
            return Err(Error::usage("there is no count other than 0")
                .hint("the file may be cut off: copy it again"));
        };
        even(chances.len() as u64, last)?;
        let figures = chances.iter().flat_map(|c| c.keys());
        let smallest = figures.copied().filter(|n| *n > 0).min().unwrap_or(1);
        let mut table = Perturbation {
            chances,
            smallest,
            behind: Vec::new(),
        };
        let rows = (1..).zip(&table.chances);
        let changes =
            rows.flat_map(|(count, c): (u64, _)| c.keys().map(move |n| n.abs_diff(count)));
        let reach = changes.max().unwrap_or(0);
        for figure in 0..=table.chances.len() as u64 + 2 * reach {
            let counts = table.counts(figure, reach);
            unambiguous(figure, &counts)?;
            let ends = counts.first().zip(counts.last());
            table
                .behind
                .push(ends.map_or((0, u64::MAX), |(low, high)| (*low, *high)));
        }
        Ok(table)
    }

    /// The smallest figure other than 0 that it gives.
    pub(super) fn smallest(&self) -> u64 {
        self.smallest
    }

    /// The figures for a count, with their probabilities.
    pub(super) fn of(&self, count: u64) -> Vec<(u64, f64)> {
        let last = self.chances.len() as u64;
        match count {
            0 => vec![(0, 1.0)],
            _ => {
                let beyond = count.saturating_sub(last);
                let at = count.min(last) as usize - 1;
                let chances = self.chances[at].iter();
                chances
                    .map(|(n, p)| (n.saturating_add(beyond), *p))
                    .collect()
            }
        }
    }

    /// The smallest and the largest count that can be released as a figure.
    pub(super) fn behind(&self, figure: u64) -> (u64, u64) {
        let last = self.behind.len() as u64 - 1;
        let beyond = figure.saturating_sub(last);
        let (low, high) = self.behind[figure.min(last) as usize];
        (low.saturating_add(beyond), high.saturating_add(beyond))
    }

    /// The counts that can be released as a figure; none is changed by more than `reach`.
    fn counts(&self, figure: u64, reach: u64) -> Vec<u64> {
        let gives = |count: &u64| self.of(*count).iter().any(|(n, _)| *n == figure);
        (figure.saturating_sub(reach)..=figure + reach)
            .filter(gives)
            .collect()
    }
}

/// Refuses a figure that only one count is released as: it would be that count.
fn unambiguous(figure: u64, counts: &[u64]) -> Result<()> {
    match counts {
        [count] if figure > 0 => Err(Error::usage(format!(
            "{figure} is released for the count {count} alone, so that who reads it knows the count"
        ))
        .hint("make a table in which every figure other than 0 can come from two counts")),
        _ => Ok(()),
    }
}

/// Refuses probabilities of one count that are none, or that break a promise.
fn sound(count: u64, chances: &Chances, promised: u64) -> Result<()> {
    if count > LARGEST {
        return Err(
            Error::usage(format!("the count {count} is above {LARGEST}"))
                .hint("the row of the last count stands for all larger ones"),
        );
    }
    if chances.keys().any(|figure| figure.abs_diff(count) > REACH) {
        return Err(Error::usage(format!(
            "a figure for the count {count} is more than {REACH} away from it"
        ))
        .hint("check the columns: count,released,probability"));
    }
    let sum: f64 = chances.values().sum();
    if (sum - 1.0).abs() > TOLERANCE {
        let side = if sum < 1.0 { "less" } else { "more" };
        return Err(Error::usage(format!(
            "the probabilities of the count {count} add up to {side} than 1"
        ))
        .hint("the file may be cut off, or its numbers rounded: export it again with all digits"));
    }
    if count == 0 && chances.keys().any(|figure| *figure != 0) {
        return Err(Error::usage("the count 0 does not stay 0")
            .hint("a zero may not be perturbed: give it the figure 0 with probability 1"));
    }
    let mean: f64 = chances.iter().map(|(n, p)| *n as f64 * p).sum();
    if (mean - count as f64).abs() > BIAS {
        let side = if mean < count as f64 {
            "lower"
        } else {
            "higher"
        };
        return Err(Error::usage(format!(
            "figures for the count {count} are {side} than it on average"
        ))
        .hint("use a table without bias, as the package ptable makes it"));
    }
    if let Some(figure) = chances.keys().find(|n| (1..promised).contains(*n)) {
        return Err(Error::usage(format!(
            "the count {count} can be released as {figure}, and the table promises no figure from 1 to {}",
            promised - 1
        ))
        .hint("take the promise out, or use the table that keeps it"));
    }
    Ok(())
}

/// Refuses a last row that leans to one side: only the row of a count that is too small to be lowered
/// does, so that the file lacks its end.
fn even(count: u64, chances: &Chances) -> Result<()> {
    let chance = |figure: Option<u64>| figure.and_then(|n| chances.get(&n)).copied().unwrap_or(0.0);
    let leans = chances.iter().any(|(figure, p)| {
        let mirrored = (2 * count).checked_sub(*figure);
        (chance(mirrored) - p).abs() > TOLERANCE
    });
    match leans {
        false => Ok(()),
        true => Err(Error::usage(format!(
            "the count {count} is the last, and its figures are not alike on both sides of it, as those of all larger counts must be"
        ))
        .hint("the file may be cut off: copy it again")),
    }
}
