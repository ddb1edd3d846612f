//! Which figures of a measure are better.

use serde::{Deserialize, Serialize};

/// Which figures of a measure are better.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub(crate) enum BetterWhen {
    /// High ones.
    Higher,
    /// Low ones.
    Lower,
}

impl BetterWhen {
    /// Whether a figure is the better one that is higher than another, or lower.
    pub(crate) fn is_better(self, is_higher: bool) -> bool {
        is_higher == (self == BetterWhen::Higher)
    }

    /// That in a word.
    pub(crate) fn word(self, is_higher: bool) -> &'static str {
        match self.is_better(is_higher) {
            true => "better",
            false => "worse",
        }
    }
}

#[cfg(test)]
mod tests {
    use super::BetterWhen::{Higher, Lower};

    #[test]
    fn more_is_better_or_worse() {
        let words = [Higher, Lower].map(|better| [true, false].map(|high| better.word(high)));
        assert_eq!(words, [["better", "worse"], ["worse", "better"]]);
    }
}
