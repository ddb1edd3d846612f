//! What the files of a source hold, and what they take the place of.

use super::bounds::share;
use super::name_pattern::NamePattern;
use serde::{Deserialize, Deserializer};

/// What the extracts of a source hold.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(default)]
pub struct ExtractSettings {
    /// What an extract holds.
    pub extract: ExtractKind,
    /// The share of a table's rows that an extract may take away before the pull fails.
    #[serde(deserialize_with = "some_share")]
    pub largest_share_gone: Option<f64>,
    /// The columns whose values tell periods, and organisations, apart.
    pub period: Vec<String>,
    /// How long a period is, where a column of `period` is a date.
    pub period_length: PeriodLength,
    /// Where the name of a file says which period, and organisation, it is of.
    pub period_in_name: Option<NamePattern>,
    /// What a file is that comes again with other bytes under its name.
    pub same_name: SameName,
}

fn some_share<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<f64>, D::Error> {
    share(deserializer).map(Some)
}

/// What an extract holds.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum ExtractKind {
    /// What is new or has changed.
    #[default]
    Delta,
    /// Everything: what is not in it is gone.
    Full,
    /// Everything of a period.
    Period,
}

/// What a file is that comes again with other bytes under its name.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum SameName {
    /// It takes the place of what it brought before.
    #[default]
    Correction,
    /// It is the next extract.
    Addition,
}

/// How long a period is.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum PeriodLength {
    /// A day.
    Day,
    /// A calendar month.
    #[default]
    Month,
    /// A calendar quarter.
    Quarter,
    /// A year that begins on 1 April.
    FinancialYear,
}

impl ExtractSettings {
    /// The share of rows that an extract may take away; None where any may go.
    pub(crate) fn most_gone(&self) -> Option<f64> {
        match self.extract {
            ExtractKind::Full => Some(self.largest_share_gone.unwrap_or(0.2)),
            _ => self.largest_share_gone,
        }
    }

    /// The fault of settings that contradict each other, if there is one.
    pub(super) fn fault(&self) -> Option<&'static str> {
        let named = self.period_in_name.is_some();
        match (self.extract, self.period.is_empty(), named) {
            (ExtractKind::Period, true, false) => Some(
                "extract = \"period\" needs period, the columns that say which period a row is of, or period_in_name",
            ),
            (ExtractKind::Period, false, true) => {
                Some("period and period_in_name are two ways to say the same: leave one out")
            }
            (ExtractKind::Period, _, _) | (_, true, false) => None,
            _ => Some("period and period_in_name are for extract = \"period\""),
        }
    }
}
