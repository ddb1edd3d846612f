//! The scale on which a line is fitted to the quantiles' values.

use crate::functions::broken_rule::broken_rule;
use datafusion::common::Result;

/// A scale.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) enum Transform {
    /// Values as they are.
    None,
    /// Logarithms, for rates.
    Log,
    /// Logarithms of odds, for proportions.
    Logit,
}

impl Transform {
    /// The scale of a name.
    pub(super) fn of(function: &'static str, name: &str) -> Result<Self> {
        match name {
            "none" => Ok(Transform::None),
            "log" => Ok(Transform::Log),
            "logit" => Ok(Transform::Logit),
            _ => broken_rule(function, "transform", "must be 'none', 'log' or 'logit'"),
        }
    }

    /// Its number, for [`Transform::numbered`].
    pub(super) fn number(self) -> f64 {
        match self {
            Transform::None => 0.0,
            Transform::Log => 1.0,
            Transform::Logit => 2.0,
        }
    }

    /// The scale of a number.
    pub(super) fn numbered(number: f64) -> Self {
        match number {
            1.0 => Transform::Log,
            2.0 => Transform::Logit,
            _ => Transform::None,
        }
    }

    /// A value on the scale.
    pub(super) fn forth(
        self,
        function: &'static str,
        argument: &'static str,
        value: f64,
    ) -> Result<f64> {
        match self {
            Transform::None => Ok(value),
            Transform::Log if value > 0.0 => Ok(value.ln()),
            Transform::Log => broken_rule(function, argument, "must be above 0 for a logarithm"),
            Transform::Logit if value > 0.0 && value < 1.0 => Ok((value / (1.0 - value)).ln()),
            Transform::Logit => {
                broken_rule(function, argument, "must be between 0 and 1 for a logit")
            }
        }
    }

    /// The value that is at a point of the scale.
    pub(super) fn back(self, point: f64) -> f64 {
        match self {
            Transform::None => point,
            Transform::Log => point.exp(),
            Transform::Logit => 1.0 / (1.0 + (-point).exp()),
        }
    }

    /// How fast the value changes at a point of the scale.
    pub(super) fn slope(self, point: f64) -> f64 {
        let value = self.back(point);
        match self {
            Transform::None => 1.0,
            Transform::Log => value,
            Transform::Logit => value * (1.0 - value),
        }
    }
}
