//! What every released file says about where its figures come from.

use crate::pipeline::PublisherSettings;
use chrono::NaiveDate;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// Where the figures of a release come from. It holds no clock time, so that the same inputs give
/// the same bytes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct About {
    /// The date the figures describe.
    pub as_of: NaiveDate,
    /// Who publishes them.
    pub publisher: PublisherSettings,
    /// Parameters of the run, by name.
    pub parameters: BTreeMap<String, String>,
    /// The version of Populace that made the release.
    pub program_version: String,
    /// The models the report reads, directly or through other models.
    pub models: Vec<ModelUsed>,
    /// The pulled and reference tables behind the models.
    pub inputs: Vec<InputUsed>,
    /// The code lists that the models name.
    pub code_lists: Vec<CodeListUsed>,
}

impl About {
    /// The tables behind the figures, each with its version and what is said of where it is from.
    pub(super) fn sources(&self) -> Vec<String> {
        let inputs = self.inputs.iter();
        inputs
            .map(|input| format!("{}{input}", input.table))
            .collect()
    }
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
    /// Where a reference table is from.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub published: Option<PublishedTable>,
}

impl std::fmt::Display for InputUsed {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, ", version {}", self.version)?;
        match &self.published {
            Some(published) => {
                let (source, licence) = (&published.source, &published.licence);
                state(
                    f,
                    [
                        ("source", source),
                        ("edition", &published.version),
                        ("licence", licence),
                    ],
                )
            }
            None => Ok(()),
        }
    }
}

/// What the sidecar of a reference table says of where it is from; nothing where it has none.
#[derive(Debug, Clone, Default, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct PublishedTable {
    /// Who published it.
    pub source: Option<String>,
    /// Which edition it is.
    pub version: Option<String>,
    /// Under which licence.
    pub licence: Option<String>,
}

/// A code list behind a released figure. Its content is that of the table among the inputs.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct CodeListUsed {
    /// Its name, as the SQL has it.
    pub name: String,
    /// The system of its codes.
    pub system: String,
    /// How many codes it has.
    pub codes: usize,
    /// Who published it, and where; what is said of it.
    pub source: Option<String>,
    /// Its version, as its publisher says.
    pub version: Option<String>,
    /// Under which licence.
    pub licence: Option<String>,
}

impl std::fmt::Display for CodeListUsed {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let codes = match self.codes {
            1 => "1 code".to_string(),
            codes => format!("{codes} codes"),
        };
        write!(f, "{codes} of {}", self.system)?;
        let said = [
            ("source", &self.source),
            ("version", &self.version),
            ("licence", &self.licence),
        ];
        state(f, said)
    }
}

/// Writes what is said of where something is from, and what is not.
fn state(f: &mut std::fmt::Formatter<'_>, said: [(&str, &Option<String>); 3]) -> std::fmt::Result {
    for (what, said) in said {
        match said {
            Some(said) => write!(f, "; {what}: {said}")?,
            None => write!(f, "; {what} not stated")?,
        }
    }
    Ok(())
}

/// A date as a British reader expects it: 31 March 2026.
pub(super) fn long_date(date: NaiveDate) -> String {
    date.format("%-d %B %Y").to_string()
}
