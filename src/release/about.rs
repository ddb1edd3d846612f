//! What every released file says about where its figures come from.

use chrono::NaiveDate;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// Where the figures of a release come from. It holds no clock time, so that the same inputs give
/// the same bytes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct About {
    /// The date the figures describe.
    pub as_of: NaiveDate,
    /// Parameters of the run, by name.
    pub parameters: BTreeMap<String, String>,
    /// The version of Populace that made the release.
    pub program_version: String,
    /// The models the report reads, directly or through other models.
    pub models: Vec<ModelUsed>,
    /// The pulled and reference tables behind the models.
    pub inputs: Vec<InputUsed>,
}

/// A model behind a released figure.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct ModelUsed {
    /// Name with layer, such as `marts.population_profile`.
    pub name: String,
    /// What one row of it is, in the model's own words.
    pub description: String,
    /// The fingerprint of its SQL, parameters and inputs.
    pub fingerprint: String,
    /// SHA-256 of the SQL file, in hexadecimal.
    pub sql_sha256: String,
}

/// A table behind a released figure.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct InputUsed {
    /// Name with schema, such as `record.patient`.
    pub table: String,
    /// Its version in the lake.
    pub version: String,
}

/// A date as a British reader expects it: 31 March 2026.
pub(super) fn long_date(date: NaiveDate) -> String {
    date.format("%-d %B %Y").to_string()
}
