//! The pipeline file: what a night pulls, builds and releases.

mod bulk;
mod parameters;
pub(crate) mod settings_file;

pub use bulk::{BulkAuth, FhirBulk, Level};
pub use parameters::{Parameter, ParameterType, Value};
pub use settings_file::parse as parse_settings;

use crate::error::{Context, Error, Result};
use crate::lake::Location;
use crate::privacy::{OptOutLists, SecretPlace};
use serde::Deserialize;
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

/// A pipeline file, read and checked.
#[derive(Debug, Clone)]
pub struct Pipeline {
    /// The file.
    pub file: PathBuf,
    /// The project folder, from which paths in the file start: the nearest one at or above the
    /// file's folder that holds `sql/`.
    pub root: PathBuf,
    /// Its sections.
    pub settings: Settings,
}

/// The sections of a pipeline file.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Settings {
    /// Where tables are kept.
    pub lake: LakeSettings,
    /// Where releases are kept.
    pub releases: ReleasesSettings,
    /// Key, opt-outs and lookups.
    pub privacy: PrivacySettings,
    /// Where extracts come from, by name.
    #[serde(default)]
    pub sources: BTreeMap<String, Source>,
    /// CSV files that become `reference.<name>`.
    #[serde(default)]
    pub reference: BTreeMap<String, PathBuf>,
    /// Parameters of models and reports.
    #[serde(default)]
    pub parameters: BTreeMap<String, Parameter>,
    /// Which models to build.
    #[serde(default)]
    pub models: ModelsSettings,
    /// Which reports to release.
    #[serde(default)]
    pub reports: ReportsSettings,
    /// How outputs are controlled.
    #[serde(default)]
    pub disclosure: DisclosureSettings,
}

/// `[lake]`.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct LakeSettings {
    /// A folder.
    pub url: String,
    /// Ranges of `person_key` that a new lake is cut into; a power of two.
    #[serde(default = "LakeSettings::default_shards")]
    pub shards: u32,
    /// Days for which older versions of tables can still be read.
    #[serde(default = "LakeSettings::default_keep_days")]
    pub keep_days: u16,
}

impl LakeSettings {
    fn default_shards() -> u32 {
        16
    }

    fn default_keep_days() -> u16 {
        30
    }
}

/// `[releases]`.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ReleasesSettings {
    /// A folder.
    pub url: String,
}

/// `[privacy]`.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct PrivacySettings {
    /// Where the key of the pseudonyms is.
    pub key: SecretPlace,
    /// Where the keys are that it took over from, the oldest first.
    #[serde(default)]
    pub key_before: Vec<SecretPlace>,
    /// Lists of NHS numbers whose records are kept out: one path, or lists by name.
    #[serde(default)]
    pub opt_outs: OptOutLists,
    /// Where the salt is under which people get an `open_pseudonym` too, to link with older data.
    pub open_pseudonymiser_salt: Option<SecretPlace>,
    /// Two-column CSV files, by the name that `lookup:<name>` uses.
    #[serde(default)]
    pub lookups: BTreeMap<String, PathBuf>,
}

/// `[sources.NAME]`.
#[derive(Debug, Clone, Deserialize)]
#[serde(tag = "kind", rename_all = "kebab-case", deny_unknown_fields)]
pub enum Source {
    /// FHIR resources as NDJSON files, plain or gzip.
    FhirFolder(FhirFolder),
    /// A server that speaks FHIR Bulk Data.
    FhirBulk(Box<FhirBulk>),
    /// CSV files, plain or gzip.
    CsvFolder(CsvFolder),
}

/// A folder of FHIR resources.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct FhirFolder {
    /// The folder.
    pub url: String,
    /// The version of FHIR that the resources are written in.
    #[serde(default)]
    pub fhir_version: FhirVersion,
    /// The folder of ViewDefinitions, when it is not the one of the version.
    pub views: Option<PathBuf>,
    /// URLs of modifier extensions that the views allow for; a resource with another is rejected.
    #[serde(default)]
    pub known_modifier_extensions: Vec<String>,
    /// The identifier system that tells people apart.
    #[serde(default = "FhirFolder::default_person_identifier")]
    pub person_identifier: String,
    /// Whether NHS numbers of the test range (999…) are people.
    #[serde(default)]
    pub accept_test_numbers: bool,
    /// The share of lines that may be rejected before the pull fails.
    #[serde(default = "default_reject_threshold")]
    pub reject_threshold: f64,
}

/// The identifier system of NHS numbers.
pub const NHS_NUMBER_SYSTEM: &str = "https://fhir.nhs.uk/Id/nhs-number";

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

    fn default_person_identifier() -> String {
        NHS_NUMBER_SYSTEM.to_string()
    }
}

/// A folder of CSV files.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
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
    #[serde(default = "default_reject_threshold")]
    pub reject_threshold: f64,
}

impl CsvFolder {
    fn default_columns() -> PathBuf {
        PathBuf::from("pipelines/csv")
    }
}

fn default_reject_threshold() -> f64 {
    0.05
}

/// `[models]`.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct ModelsSettings {
    /// The folder of SQL files.
    pub folder: PathBuf,
    /// Which models, as `layer.name`, `layer.*` or `*`; what they need is built too.
    pub build: Vec<String>,
}

impl Default for ModelsSettings {
    fn default() -> Self {
        ModelsSettings {
            folder: PathBuf::from("sql"),
            build: vec!["*".to_string()],
        }
    }
}

/// `[reports]`.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct ReportsSettings {
    /// The folder of report files.
    pub folder: PathBuf,
    /// Which reports, by name, or `*`.
    pub build: Vec<String>,
}

impl Default for ReportsSettings {
    fn default() -> Self {
        ReportsSettings {
            folder: PathBuf::from("pipelines/reports"),
            build: vec!["*".to_string()],
        }
    }
}

/// `[disclosure]`.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct DisclosureSettings {
    /// The named scheme.
    pub scheme: String,
}

impl Default for DisclosureSettings {
    fn default() -> Self {
        DisclosureSettings {
            scheme: "hes2018".to_string(),
        }
    }
}

impl Pipeline {
    /// Reads a pipeline file and applies `--set name=value` to its parameters.
    pub fn load(file: &Path, set: &[String]) -> Result<Self> {
        let text = std::fs::read_to_string(file)
            .usage(|| format!("the pipeline file {} cannot be read", file.display()))
            .map_err(|e| {
                e.hint("name one with --pipeline, or make a project with `populace init DIR`")
            })?;
        let mut settings: Settings = parse_settings(&file.display().to_string(), &text)?;
        for setting in set {
            parameters::set(&mut settings.parameters, setting)?;
        }
        if !settings.lake.shards.is_power_of_two() || settings.lake.shards > 4096 {
            return Err(Error::usage(format!(
                "{}: [lake] shards is not a power of two up to 4096",
                file.display()
            ))
            .hint("use 16 for a few million records, 64 for a whole care record"));
        }
        let as_of = settings.parameters.get("as_of");
        if !as_of.is_some_and(|p| p.kind == ParameterType::Date) {
            return Err(Error::usage(format!(
                "{}: [parameters] has no date as_of",
                file.display()
            ))
            .hint("add as_of = { type = \"date\", default = \"2026-09-30\" }"));
        }
        Ok(Pipeline {
            file: file.to_path_buf(),
            root: root_of(file)?,
            settings,
        })
    }

    /// A path of the file, from the project folder.
    pub fn path(&self, relative: &Path) -> PathBuf {
        self.root.join(relative)
    }

    /// Where the lake is.
    pub fn lake(&self) -> Result<Location> {
        Location::parse(&self.settings.lake.url, &self.root)
    }

    /// Where releases are.
    pub fn releases(&self) -> Result<Location> {
        Location::parse(&self.settings.releases.url, &self.root)
    }

    /// The parameters' values.
    pub fn values(&self) -> BTreeMap<String, Value> {
        self.settings
            .parameters
            .iter()
            .map(|(name, parameter)| (name.clone(), parameter.default.clone()))
            .collect()
    }
}

fn root_of(file: &Path) -> Result<PathBuf> {
    let absolute = std::path::absolute(file)
        .usage(|| format!("the pipeline file {} cannot be found", file.display()))?;
    let folder = absolute.parent().unwrap_or(Path::new("/"));
    let root = folder
        .ancestors()
        .find(|f| f.join("sql").is_dir())
        .unwrap_or(folder);
    // A path relative to where the user stands reads better in messages.
    let here = std::env::current_dir().unwrap_or_default();
    Ok(if root == here {
        PathBuf::new()
    } else {
        root.to_path_buf()
    })
}
