//! The steps of a projection, in the order in which they are applied.

use super::rule::NAME;
use crate::functions::broken_rule::broken_rule;
use datafusion::common::Result;

/// How many steps there are.
pub(super) const STEPS: usize = 5;

/// A step: what a factor does to a cell.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(super) enum ProjectionStep {
    /// The cell's population as a ratio to that of the baseline.
    Demographic,
    /// How many events a person of that age has in better or worse health, as a ratio.
    HealthStatus,
    /// Growth a year that the population does not explain.
    NonDemographic,
    /// The share of events that do not happen.
    Avoidance,
    /// The share of the amount of an event (its bed days) that is saved.
    Efficiency,
}

use ProjectionStep::{Avoidance, Demographic, Efficiency, HealthStatus, NonDemographic};

const ALL: [(ProjectionStep, &str); STEPS] = [
    (Demographic, "demographic"),
    (HealthStatus, "health status"),
    (NonDemographic, "non-demographic"),
    (Avoidance, "avoidance"),
    (Efficiency, "efficiency"),
];

impl ProjectionStep {
    /// The step of a name.
    pub(super) fn of(name: &str) -> Result<Self> {
        match ALL.iter().find(|(_, known)| *known == name) {
            Some((step, _)) => Ok(*step),
            None => {
                let rule = "must be 'demographic', 'health status', 'non-demographic', \
                            'avoidance' or 'efficiency'";
                broken_rule(NAME, "step", rule)
            }
        }
    }

    /// The step of a place in the order.
    pub(super) fn at(place: u8) -> Option<Self> {
        ALL.get(usize::from(place)).map(|(step, _)| *step)
    }

    /// Its place in the order.
    pub(super) fn place(self) -> usize {
        self as usize
    }

    /// What is wrong with a limit of a factor of this step, if anything is.
    pub(super) fn fault(self, limit: f64) -> Option<&'static str> {
        let (fits, rule) = match self {
            Demographic | HealthStatus => (
                (0.0..=1000.0).contains(&limit),
                "must be a ratio from 0 to 1000 in the steps 'demographic' and 'health status'",
            ),
            NonDemographic => (
                (-1.0..=1.0).contains(&limit),
                "must be the growth of a year from -1 to 1 in the step 'non-demographic': 0.01 is 1 %",
            ),
            Avoidance | Efficiency => (
                (0.0..=1.0).contains(&limit),
                "must be a fraction from 0 to 1 in the steps 'avoidance' and 'efficiency'",
            ),
        };
        (!fits).then_some(rule)
    }

    /// What a cell is multiplied by, so many years after the baseline. A draw may lie outside what
    /// the step allows, and counts as the nearest that it allows.
    pub(super) fn multiplier(self, value: f64, years: u8) -> f64 {
        match self {
            Demographic | HealthStatus => value.max(0.0),
            NonDemographic => libm::pow((1.0 + value).max(0.0), f64::from(years)),
            Avoidance | Efficiency => 1.0 - value.clamp(0.0, 1.0),
        }
    }
}
