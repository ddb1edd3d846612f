//! Whether high or low values are good.

use crate::functions::broken_rule::broken_rule;
use crate::functions::doc::Argument;
use datafusion::common::Result;

/// The argument, as documents say it.
pub(super) const ARGUMENT: Argument = (
    "polarity",
    "`'higher_is_better'`, `'lower_is_better'`, or `'none'`, which NULL is too; `'none'` unless given",
);

/// Which values are good.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Polarity {
    HigherIsBetter,
    LowerIsBetter,
    None,
}

impl Polarity {
    /// The polarity of a name.
    pub(super) fn of(function: &'static str, name: Option<&str>) -> Result<Self> {
        match name {
            Some("higher_is_better") => Ok(Polarity::HigherIsBetter),
            Some("lower_is_better") => Ok(Polarity::LowerIsBetter),
            Some("none") | None => Ok(Polarity::None),
            Some(_) => {
                let rule = "must be 'higher_is_better', 'lower_is_better' or 'none'";
                broken_rule(function, "polarity", rule)
            }
        }
    }

    /// Its number, for [`Polarity::numbered`].
    pub(super) fn number(self) -> f64 {
        match self {
            Polarity::HigherIsBetter => 1.0,
            Polarity::LowerIsBetter => -1.0,
            Polarity::None => 0.0,
        }
    }

    /// The polarity of a number.
    pub(super) fn numbered(number: f64) -> Self {
        match number {
            1.0 => Polarity::HigherIsBetter,
            -1.0 => Polarity::LowerIsBetter,
            _ => Polarity::None,
        }
    }

    /// Whether higher values are better, where anything is.
    pub(super) fn higher_is_better(self) -> Option<bool> {
        match self {
            Polarity::HigherIsBetter => Some(true),
            Polarity::LowerIsBetter => Some(false),
            Polarity::None => None,
        }
    }
}
