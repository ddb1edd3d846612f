//! Named disclosure control schemes, one file each.

mod cell_key;
mod exact;
mod hes2018;
mod hes2018_api;
mod legacy_1_5;
mod midpoint6;
mod named;
mod nearest_five;
mod opensafely;
mod settings;
#[cfg(test)]
pub(super) mod tests;
mod threshold10;
mod withheld;
mod words;

pub(crate) use settings::SchemeSettings;
pub(crate) use words::SchemeWords;

use super::count::{Released, TrueCount};
use super::magnitude;
use super::rule::SchemeRule;
use super::system::{CountOf, Interval, TrueNode};
use crate::error::{Error, Result};
use cell_key::CellKey;
use exact::ExactCounts;
use named::NamedScheme;
use std::sync::Arc;

/// A disclosure control scheme. One release uses exactly one.
#[derive(Debug, Clone)]
pub(crate) enum Scheme {
    /// 0 stays 0, 1 to 7 is suppressed, the rest is rounded to the nearest 5.
    Hes2018,
    /// The same, but 1 to 7 becomes 5.
    Hes2018Api,
    /// 1 to 7 is redacted, the rest is rounded to the nearest 5, and totals are sums of that.
    OpenSafely,
    /// Midpoints of steps of six.
    Midpoint6,
    /// 0 to 9 is withheld, the rest is exact.
    Threshold10,
    /// 1 to 5 is suppressed, the rest is exact.
    Legacy1To5,
    /// Counts below a threshold are withheld, the rest is exact.
    Exact(ExactCounts),
    /// Counts are perturbed by a secret table.
    CellKey(Arc<CellKey>),
}

impl Scheme {
    fn named(&self) -> &dyn NamedScheme {
        match self {
            Scheme::Hes2018 => &hes2018::Hes2018,
            Scheme::Hes2018Api => &hes2018_api::Hes2018Api,
            Scheme::OpenSafely => &opensafely::OpenSafely,
            Scheme::Midpoint6 => &midpoint6::Midpoint6,
            Scheme::Threshold10 => &threshold10::Threshold10,
            Scheme::Legacy1To5 => &legacy_1_5::Legacy1To5,
            Scheme::Exact(exact) => exact,
            Scheme::CellKey(cell_key) => cell_key.as_ref(),
        }
    }

    /// The settings in force, as name and value, for the manifest. They are public.
    pub(crate) fn settings(&self) -> Vec<(&'static str, String)> {
        self.named().settings()
    }

    /// The largest number of people that is withheld, or blurred with smaller ones.
    pub(crate) fn few(&self) -> u64 {
        self.named().few()
    }

    /// Its name, with the settings that it takes: figures of two are under two rules.
    pub(crate) fn in_force(&self) -> String {
        let takes = Scheme::takes(self.name()).is_ok_and(|settings| !settings.is_empty());
        let settings = self.settings().into_iter().filter(|_| takes);
        let settings: Vec<String> = settings.map(|(name, v)| format!("{name} = {v}")).collect();
        match settings.is_empty() {
            true => self.name().to_string(),
            false => format!("{} ({})", self.name(), settings.join(", ")),
        }
    }

    /// Whether it must not be known that a count is zero.
    pub(crate) fn protects_zeros(&self) -> bool {
        self.named().protects_zeros()
    }

    /// All that readers are told about it.
    pub(crate) fn words(&self) -> SchemeWords {
        self.named().words()
    }

    /// Whether a figure can have come from this scheme.
    pub(crate) fn allows(&self, figure: u64) -> bool {
        self.named().allows(figure)
    }

    /// Refuses a count that the rule is not defined for.
    ///
    /// # Errors
    /// Data. Never says the count.
    pub(crate) fn accepts(&self, count: TrueCount) -> Result<()> {
        let most = self.named().most();
        match count.get() > most {
            false => Ok(()),
            true => Err(Error::data(format!(
                "a count is above {most}, up to which the scheme `{}` is defined",
                self.name()
            ))
            .hint("a count of people or events is not so large: check the SQL of the model that is counted")),
        }
    }

    /// Whether 1 to `few` people are behind it, or it is so small itself.
    fn is_small(&self, node: &TrueNode) -> bool {
        let few = 1..=self.named().few();
        few.contains(&node.people.get()) || few.contains(&node.count.get())
    }

    /// Whether it may be shown at all: not when few people are behind rows or a sum.
    fn may_be_shown(&self, node: &TrueNode) -> bool {
        let few = self.named().few();
        match node.counted {
            CountOf::People => true,
            CountOf::Rows => !(1..=few).contains(&node.people.get()),
            CountOf::Amount => magnitude::may_be_shown(node, few),
            CountOf::Rest => false,
        }
    }
}

impl SchemeRule for Scheme {
    fn name(&self) -> &'static str {
        self.named().name()
    }

    fn release(&self, node: &TrueNode) -> Released {
        match self.may_be_shown(node) {
            true => self.named().release(node),
            false => Released::SUPPRESSED,
        }
    }

    fn bounds(&self, released: Released, counted: CountOf) -> Interval {
        match (released.count(), counted) {
            // A sum may be withheld for its contributors, whatever it comes to.
            (None, CountOf::Amount) => Interval::ANY,
            _ => self.named().bounds(released, counted),
        }
    }

    fn moved_bounds(&self, released: Released, counted: CountOf) -> Interval {
        match (released.count(), counted) {
            (None, CountOf::Amount) => Interval::ANY,
            _ => self.named().moved_bounds(released, counted),
        }
    }

    fn neighbours(&self, node: &TrueNode) -> Vec<Released> {
        match self.may_be_shown(node) {
            true => self.named().neighbours(node),
            false => Vec::new(),
        }
    }

    fn protection(&self, node: &TrueNode) -> i64 {
        let is_zero = node.count.get() == 0 && node.people.get() == 0;
        match node.counted {
            CountOf::Rest => 0,
            // What is told of a sum is told: it stands for nobody alone.
            CountOf::Amount if node.stands.is_some_and(|told| !told.is_suppressed()) => 0,
            _ if is_zero => i64::from(self.named().protects_zeros()),
            CountOf::Amount if !self.may_be_shown(node) => magnitude::must_stay_apart(node),
            _ => i64::from(self.is_small(node)),
        }
    }

    fn withholds(&self) -> bool {
        self.named().withholds()
    }

    fn adds_up(&self) -> bool {
        self.named().adds_up()
    }
}
