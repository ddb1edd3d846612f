//! The scale on which a line is fitted to the values of quantiles.

/// A scale.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) enum Transform {
    /// Values as they are.
    None,
    /// Logarithms, for rates.
    Log,
    /// Logarithms of odds, for proportions.
    Logit,
}

impl Transform {
    /// Its number, for [`Transform::numbered`].
    pub(crate) fn number(self) -> f64 {
        match self {
            Transform::None => 0.0,
            Transform::Log => 1.0,
            Transform::Logit => 2.0,
        }
    }

    /// The scale of a number.
    pub(crate) fn numbered(number: f64) -> Self {
        match number {
            1.0 => Transform::Log,
            2.0 => Transform::Logit,
            _ => Transform::None,
        }
    }

    /// The value that is at a point of the scale.
    pub(crate) fn back(self, point: f64) -> f64 {
        match self {
            Transform::None => point,
            Transform::Log => point.exp(),
            Transform::Logit => 1.0 / (1.0 + (-point).exp()),
        }
    }

    /// How fast the value changes at a point of the scale.
    pub(crate) fn slope(self, point: f64) -> f64 {
        let value = self.back(point);
        match self {
            Transform::None => 1.0,
            Transform::Log => value,
            Transform::Logit => value * (1.0 - value),
        }
    }
}
