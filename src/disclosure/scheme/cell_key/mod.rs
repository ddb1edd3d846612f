//! `cell_key`: counts perturbed by a secret table, the same way wherever the same people are counted.

mod file;
mod perturbation;

use super::named::NamedScheme;
use super::words::{self, SchemeWords};
use crate::disclosure::count::Released;
use crate::disclosure::system::{CountOf, Interval, TrueNode};
use crate::error::{Error, Result};
use hmac::{Hmac, KeyInit, Mac};
use perturbation::Perturbation;
use sha2::Sha256;
use std::fmt;

/// The largest number of people whose rows are not shown, however they are perturbed.
const FEW: u64 = 7;

/// The fewest characters of a site key: 64 hexadecimal digits, or words of as much chance.
const SHORTEST_KEY: usize = 32;

/// A count is released as the figure that a secret table has for it and for the key of its cell,
/// which comes from the site's key and from the record keys of the people in it.
#[derive(Clone)]
pub(crate) struct CellKey {
    table: Perturbation,
    key: Hmac<Sha256>,
    fingerprint: String,
}

impl fmt::Debug for CellKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("CellKey(redacted)")
    }
}

impl CellKey {
    /// A scheme of a site's key and the text of its table.
    ///
    /// # Errors
    /// Usage: the key is short, or the table is none, or none that protects.
    pub(super) fn new(key: &str, table: &str) -> Result<Self> {
        if key.len() < SHORTEST_KEY {
            return Err(Error::usage(format!(
                "the key of [disclosure] has fewer than {SHORTEST_KEY} characters"
            ))
            .hint("make one with `populace key new`"));
        }
        let perturbation = file::read(table)
            .map_err(|e| e.within("the perturbation table of [disclosure] cannot be used"))?;
        // HMAC takes a key of any length.
        let mac = <Hmac<Sha256> as KeyInit>::new_from_slice(key.as_bytes())
            .map_err(|_| Error::usage("the key of [disclosure] cannot be used"))?;
        let mut both = mac.clone();
        both.update(b"populace perturbation table\0");
        both.update(table.as_bytes());
        let digest = both.finalize().into_bytes();
        Ok(CellKey {
            table: perturbation,
            key: mac,
            fingerprint: digest[..8].iter().map(|b| format!("{b:02x}")).collect(),
        })
    }

    /// A number from 0 to 1 that is always the same for the same people, count and kind of count.
    fn chance(&self, node: &TrueNode) -> f64 {
        let mut mac = self.key.clone();
        mac.update(b"populace cell\0");
        mac.update(&node.key.to_le_bytes());
        mac.update(&node.count.get().to_le_bytes());
        mac.update(&[match node.counted {
            CountOf::People => 0,
            CountOf::Rows => 1,
            CountOf::Amount | CountOf::Rest => 2,
        }]);
        let digest = mac.finalize().into_bytes();
        let bits = digest
            .iter()
            .take(8)
            .fold(0, |bits: u64, b| bits << 8 | u64::from(*b));
        (bits >> 11) as f64 / (1u64 << 53) as f64
    }

    fn smallest(&self) -> String {
        match self.table.smallest() {
            0 | 1 => String::new(),
            2 => " No count is shown as 1.".to_owned(),
            n => format!(" No count is shown as 1 to {}.", n - 1),
        }
    }
}

impl NamedScheme for CellKey {
    fn name(&self) -> &'static str {
        "cell_key"
    }

    fn settings(&self) -> Vec<(&'static str, String)> {
        // Whoever does not have the key cannot try tables against it.
        vec![("key_and_table", self.fingerprint.clone())]
    }

    fn words(&self) -> SchemeWords {
        let smallest = self.smallest();
        SchemeWords {
            notes: vec![
                format!(
                    "Every count other than zero has been changed by a small random number, which \
                     may be zero, to protect people's confidentiality. The same people are counted \
                     with the same figure in every table. A true zero is shown as 0, and so may be \
                     a small count.{smallest}"
                ),
                "An asterisk (*) stands for a count of events of 1 to 7 people, or a figure that \
                 needs one."
                    .to_owned(),
                "Totals are changed in the same way, each by itself, so rows and columns may not \
                 add up to their totals."
                    .to_owned(),
                "Percentages and rates, and their limits, are calculated from the changed counts. \
                 They are right on average; those of small groups may be far off, and all are \
                 shown to the digit that is known."
                    .to_owned(),
                words::NOT_APPLICABLE.to_owned(),
            ],
            above_a_table: vec![
                format!(
                    "Counts other than zero have been changed by small random numbers; 0 may be a \
                     small count.{smallest}"
                ),
                "Totals are changed each by itself, so figures may not add up. Percentages and \
                 rates come from the changed counts."
                    .to_owned(),
                "* is a count of events of 1 to 7 people, or a figure that needs one. [z] is not \
                 applicable."
                    .to_owned(),
            ],
            under_a_table: words::lines([
                "Counts and totals have been changed by small random numbers: figures may not add \
                 up.",
                "0 is no people, or a small count.",
            ]),
            in_a_chart: "* marks events of 1 to 7 people, or a figure that needs such a count."
                .to_owned(),
            sign: "about 1 to 7 people",
            gap: "Gaps are figures about 1 to 7 people.",
            shown: "perturbed",
            zero: "perturbed",
        }
    }

    fn few(&self) -> u64 {
        FEW
    }

    fn allows(&self, figure: u64) -> bool {
        figure == 0 || figure >= self.table.smallest()
    }

    fn release(&self, node: &TrueNode) -> Released {
        let count = node.count.get();
        if count > 0 && node.key == 0 {
            // Nobody says who they are, so that the figure would not be the same everywhere.
            return Released::SUPPRESSED;
        }
        let figures = self.table.of(count);
        let mut left = self.chance(node);
        for (figure, chance) in &figures {
            left -= chance;
            if left < 0.0 {
                return Released::of(*figure);
            }
        }
        // The probabilities add up to a little less than 1.
        figures
            .last()
            .map_or(Released::SUPPRESSED, |(figure, _)| Released::of(*figure))
    }

    fn bounds(&self, released: Released, _: CountOf) -> Interval {
        match released.count() {
            None => Interval::new(1, Interval::NO_LIMIT),
            Some(figure) => {
                let (low, high) = self.table.behind(figure);
                Interval::new(Interval::exactly(low).low, Interval::exactly(high).high)
            }
        }
    }

    fn neighbours(&self, node: &TrueNode) -> Vec<Released> {
        let count = node.count.get();
        let own = self.release(node);
        if own.is_suppressed() {
            return Vec::new();
        }
        let mut figures: Vec<u64> = self.table.of(count).into_iter().map(|(n, _)| n).collect();
        figures.sort_by_key(|figure| figure.abs_diff(count));
        let others = figures.into_iter().map(Released::of);
        others.filter(|figure| *figure != own).collect()
    }
}
