//! `[sources.NAME]`: where extracts come from, and how they are read.

use super::Dates;
use super::FhirBulk;
use super::bounds::share;
use super::expected::Expected;
use super::extracts::{ExtractKind, ExtractSettings};
use super::parts::PipelineParts;
use super::reading::{FhirReading, FhirVersion, default_reject_threshold};
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
    /// CSV files, plain, gzip or zip.
    CsvFolder(CsvFolder),
}

impl<'de> Deserialize<'de> for Source {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        Source::of(PipelineParts::of(deserializer)?).map_err(|e| D::Error::custom(e.message()))
    }
}

impl Source {
    fn of(mut parts: PipelineParts) -> Result<Self, toml::de::Error> {
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
                dates: parts.take()?,
                extracts: parts.take()?,
                ..parts.take()?
            }),
            Kind::FhirBulk => Source::FhirBulk(Box::new(FhirBulk {
                reading: parts.take()?,
                expected: parts.take()?,
                dates: parts.take()?,
                extracts: parts.take()?,
                ..parts.take()?
            })),
            Kind::CsvFolder => Source::CsvFolder(CsvFolder {
                expected: parts.take()?,
                dates: parts.take()?,
                extracts: parts.take()?,
                ..parts.take()?
            }),
        };
        parts.end()?;
        match source.fault() {
            Some(fault) => Err(toml::de::Error::custom(fault)),
            None => Ok(source),
        }
    }
}

impl Source {
    /// What its extracts hold.
    pub(crate) fn extracts(&self) -> &ExtractSettings {
        match self {
            Source::FhirFolder(folder) => &folder.extracts,
            Source::FhirBulk(bulk) => &bulk.extracts,
            Source::CsvFolder(folder) => &folder.extracts,
        }
    }

    /// The fault of settings that do not fit the kind of source, if there is one.
    fn fault(&self) -> Option<&'static str> {
        let extracts = self.extracts();
        if let Some(fault) = extracts.fault() {
            return Some(fault);
        }
        match self {
            Source::FhirFolder(_) if !extracts.period.is_empty() => Some(
                "period is for folders of CSV files: period_in_name says it of files of FHIR resources",
            ),
            Source::FhirBulk(_) if extracts.extract == ExtractKind::Period => {
                Some("an export of a server is \"delta\" or \"full\"")
            }
            _ => None,
        }
    }

    /// What it brings on a good night.
    pub(crate) fn expected(&self) -> &Expected {
        match self {
            Source::FhirFolder(folder) => &folder.expected,
            Source::FhirBulk(bulk) => &bulk.expected,
            Source::CsvFolder(folder) => &folder.expected,
        }
    }

    /// How its dates are read.
    pub(crate) fn dates(&self) -> &Dates {
        match self {
            Source::FhirFolder(folder) => &folder.dates,
            Source::FhirBulk(bulk) => &bulk.dates,
            Source::CsvFolder(folder) => &folder.dates,
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
    /// How its dates are read.
    #[serde(skip)]
    pub dates: Dates,
    /// What its files hold.
    #[serde(skip)]
    pub extracts: ExtractSettings,
}

impl FhirFolder {
    /// The folder of ViewDefinitions.
    pub(crate) fn views(&self) -> PathBuf {
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
    /// How its dates are read.
    #[serde(skip)]
    pub dates: Dates,
    /// What its files hold.
    #[serde(skip)]
    pub extracts: ExtractSettings,
}

impl CsvFolder {
    fn default_columns() -> PathBuf {
        PathBuf::from("pipelines/csv")
    }
}
