//! The argument `confidence`.

use crate::functions::broken_rule::broken_rule;
use crate::functions::doc::Argument;
use crate::statistics::limits::{CONFIDENCE, ConfidenceLevel};
use datafusion::common::Result;

/// The argument, as documents say it.
pub(in crate::functions) const ARGUMENT: Argument = (
    "confidence",
    "of the limits, as 0.95 or as 95; 0.95 unless given",
);

/// The levels that rows ask for: most often the same for all of them, so the last is kept.
pub(in crate::functions) struct Levels {
    given: f64,
    level: ConfidenceLevel,
}

impl Default for Levels {
    fn default() -> Self {
        Levels {
            given: CONFIDENCE,
            level: ConfidenceLevel::new(CONFIDENCE),
        }
    }
}

impl Levels {
    /// The level of a confidence given as 0.95 or as 95.
    ///
    /// # Errors
    ///
    /// It is neither from 0.9 to 1 nor from 90 to 100, or it is 1 or 100, where limits are infinite.
    pub(in crate::functions) fn at(
        &mut self,
        function: &'static str,
        given: f64,
    ) -> Result<&mut ConfidenceLevel> {
        if given != self.given {
            let confidence = match given {
                0.9..1.0 => given,
                90.0..100.0 => given / 100.0,
                _ => {
                    let rule = "must be from 0.9 to below 1, or from 90 to below 100";
                    return broken_rule(function, "confidence", rule);
                }
            };
            self.level = ConfidenceLevel::new(confidence);
            self.given = given;
        }
        Ok(&mut self.level)
    }
}
