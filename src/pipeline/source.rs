//! `[sources.NAME]`: where extracts come from, and how they are read.

use super::FhirBulk;
use super::bounds::share;
use super::parts::Parts;
use serde::de::Error;
use serde::{Deserialize, Deserializer};
use std::path::PathBuf;

/// `[sources.NAME]`.
#[derive(Debug, Clone)]
pub enum Source {
    /// FHIR resources as NDJSON files, plain or gzip.
    FhirFolder(FhirFolder),
    /// A server that speaks FHIR Bulk Data.
    FhirBulk(Box<FhirBulk>),
    /// CSV files, plain or gzip.
    CsvFolder(CsvFolder),
}

impl<'de> Deserialize<'de> for Source {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        Source::of(Parts::of(deserializer)?).map_err(|e| D::Error::custom(e.message()))
    }
}

impl Source {
    fn of(mut parts: Parts) -> Result<Self, toml::de::Error> {
        #[derive(Deserialize)]
        #[serde(rename_all = "kebab-case")]
        enum Kind {
            FhirFolder,
            FhirBulk,
            CsvFolder,
        }
        #[derive(Deserialize)]
        struct Kinded {
            kind: Kind,
        }
        let Kinded { kind } = parts.take()?;
        let source = match kind {
            Kind::FhirFolder => Source::FhirFolder(FhirFolder {
                reading: parts.take()?,
                expected: parts.take()?,
                ..parts.take()?
            }),
            Kind::FhirBulk => Source::FhirBulk(Box::new(FhirBulk {
                reading: parts.take()?,
                expected: parts.take()?,
                ..parts.take()?
            })),
            Kind::CsvFolder => Source::CsvFolder(CsvFolder {
                expected: parts.take()?,
                ..parts.take()?
            }),
        };
        parts.end()?;
        Ok(source)
    }
}

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
    /// The share of lines that may be rejected before the pull fails.
    #[serde(deserialize_with = "share")]
    pub reject_threshold: f64,
}

/// What a source brings on a good night; a pull that finds something else ends with a warning.
#[derive(Debug, Clone, Copy, Deserialize)]
#[serde(default)]
pub struct Expected {
    /// Whether it may offer nothing although it brought something before.
    pub allow_empty: bool,
    /// The share of a table's new rows, or of all of its rows, that may have no person.
    #[serde(deserialize_with = "share")]
    pub unlinked_threshold: f64,
}

impl Default for Expected {
    fn default() -> Self {
        Expected {
            allow_empty: false,
            unlinked_threshold: 0.2,
        }
    }
}

/// The identifier system of NHS numbers.
pub const NHS_NUMBER_SYSTEM: &str = "https://fhir.nhs.uk/Id/nhs-number";

impl Default for FhirReading {
    fn default() -> Self {
        FhirReading {
            known_modifier_extensions: Vec::new(),
            person_identifier: NHS_NUMBER_SYSTEM.to_string(),
            accept_test_numbers: false,
            reject_threshold: default_reject_threshold(),
        }
    }
}

/// A folder of FHIR resources.
#[derive(Debug, Clone, Deserialize)]
pub struct FhirFolder {
    /// The folder.
    pub url: String,
    /// The version of FHIR that the resources are written in.
    #[serde(default)]
    pub fhir_version: FhirVersion,
    /// The folder of ViewDefinitions, when it is not the one of the version.
    pub views: Option<PathBuf>,
    /// How its resources are read.
    #[serde(skip)]
    pub reading: FhirReading,
    /// What it brings on a good night.
    #[serde(skip)]
    pub expected: Expected,
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
    pub fn views(self) -> PathBuf {
        PathBuf::from(match self {
            FhirVersion::Stu3 => "pipelines/views-stu3",
            FhirVersion::R4 => "pipelines/views",
        })
    }
}

impl FhirFolder {
    /// The folder of ViewDefinitions.
    pub fn views(&self) -> PathBuf {
        self.views
            .clone()
            .unwrap_or_else(|| self.fhir_version.views())
    }
}

/// A folder of CSV files.
#[derive(Debug, Clone, Deserialize)]
pub struct CsvFolder {
    /// The folder.
    pub url: String,
    /// The folder of column files.
    #[serde(default = "CsvFolder::default_columns")]
    pub columns: PathBuf,
    /// Whether NHS numbers of the test range (999…) are people.
    #[serde(default)]
    pub accept_test_numbers: bool,
    /// The share of lines that may be rejected before the pull fails.
    #[serde(default = "default_reject_threshold", deserialize_with = "share")]
    pub reject_threshold: f64,
    /// What it brings on a good night.
    #[serde(skip)]
    pub expected: Expected,
}

impl CsvFolder {
    fn default_columns() -> PathBuf {
        PathBuf::from("pipelines/csv")
    }
}

fn default_reject_threshold() -> f64 {
    0.05
}
