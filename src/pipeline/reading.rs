//! How the resources of a source are read.

use super::bounds::share;
use crate::privacy::{VERIFIED, verification_status};
use serde::de::Error;
use serde::{Deserialize, Deserializer};
use std::path::PathBuf;

/// The identifier system of NHS numbers.
pub(crate) const NHS_NUMBER_SYSTEM: &str = "https://fhir.nhs.uk/Id/nhs-number";

/// How resources are read, wherever they come from.
#[derive(Debug, Clone, Deserialize)]
#[serde(default)]
pub struct FhirReading {
    /// URLs of modifier extensions that the views allow for; a resource with another is rejected.
    pub known_modifier_extensions: Vec<String>,
    /// The identifier system that tells people apart.
    pub person_identifier: String,
    /// Whether NHS numbers of the test range (999…) are people.
    pub accept_test_numbers: bool,
    /// The statuses of an NHS number with which it says who somebody is: codes of two digits.
    #[serde(deserialize_with = "statuses")]
    pub verified_statuses: Vec<&'static str>,
    /// Whether its Bundles come from several servers, each with ids of its own.
    pub several_servers: bool,
    /// The share of lines that may be rejected before the pull fails.
    #[serde(deserialize_with = "share")]
    pub reject_threshold: f64,
}

impl Default for FhirReading {
    fn default() -> Self {
        FhirReading {
            known_modifier_extensions: Vec::new(),
            person_identifier: NHS_NUMBER_SYSTEM.to_string(),
            accept_test_numbers: false,
            verified_statuses: vec![VERIFIED],
            several_servers: false,
            reject_threshold: default_reject_threshold(),
        }
    }
}

/// Statuses of NHS numbers, by code or by word.
fn statuses<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Vec<&'static str>, D::Error> {
    let texts = Vec::<String>::deserialize(deserializer)?;
    let known = texts.iter().map(|text| {
        verification_status(text).ok_or_else(|| {
            D::Error::custom(format!(
                "'{text}' is no status of an NHS number; they are \"01\" to \"08\""
            ))
        })
    });
    known.collect()
}

pub(super) fn default_reject_threshold() -> f64 {
    0.05
}

/// A version of FHIR.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Deserialize)]
pub enum FhirVersion {
    /// STU3, in the form of CareConnect.
    #[serde(rename = "3.0")]
    Stu3,
    /// R4, in the form of UK Core.
    #[default]
    #[serde(rename = "4.0")]
    R4,
}

impl FhirVersion {
    /// Where its ViewDefinitions are unless a setting says otherwise.
    pub(crate) fn views(self) -> PathBuf {
        PathBuf::from(match self {
            FhirVersion::Stu3 => "pipelines/views-stu3",
            FhirVersion::R4 => "pipelines/views",
        })
    }
}
