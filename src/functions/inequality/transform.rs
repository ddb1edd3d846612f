//! The names of the scales on which a line is fitted, and what they refuse.

use crate::functions::broken_rule::broken_rule;
use crate::statistics::transform::Transform;
use datafusion::common::Result;

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
}
