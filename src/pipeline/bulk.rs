//! `[sources.NAME]` of kind `fhir-bulk`: a server that speaks FHIR Bulk Data.

use super::Dates;
use super::bounds;
use super::expected::Expected;
use super::extracts::ExtractSettings;
use super::reading::{FhirReading, FhirVersion};
use serde::Deserialize;
use std::path::PathBuf;
use std::time::Duration;

/// A FHIR Bulk Data server.
#[derive(Debug, Clone, Deserialize)]
pub struct FhirBulk {
    /// The server's FHIR base address: `https`, or `http` on this machine.
    pub url: String,
    /// Whose records are exported.
    #[serde(default)]
    pub level: ExportLevel,
    /// Resource types to export (`_type`); all that the server has when empty.
    #[serde(default)]
    pub types: Vec<String>,
    /// Searches that narrow types down (`_typeFilter`), such as `Observation?category=laboratory`.
    #[serde(default)]
    pub type_filters: Vec<String>,
    /// Elements to export (`_elements`); all when empty.
    #[serde(default)]
    pub elements: Vec<String>,
    /// The folder of ViewDefinitions.
    #[serde(default = "FhirBulk::default_views")]
    pub views: PathBuf,
    /// The folder of ViewDefinitions for a server whose `fhirVersion` starts with 3.
    #[serde(default = "FhirBulk::default_views_stu3")]
    pub views_stu3: PathBuf,
    /// How its resources are read.
    #[serde(skip)]
    pub reading: FhirReading,
    /// What it brings on a good night.
    #[serde(skip)]
    pub expected: Expected,
    /// How its dates are read.
    #[serde(skip)]
    pub dates: Dates,
    /// What its exports hold.
    #[serde(skip)]
    pub extracts: ExtractSettings,
    /// How to ask for access; None for a server that asks for none.
    pub auth: Option<BulkAuth>,
    /// Other hosts (`host` or `host:port`) that files may lie on; they never get the token.
    #[serde(default)]
    pub file_hosts: Vec<String>,
    /// Whether to ask for gzip on the way.
    #[serde(default)]
    pub gzip: bool,
    /// The most files that are downloaded at once.
    #[serde(
        default = "FhirBulk::default_downloads",
        deserialize_with = "bounds::downloads"
    )]
    pub downloads: usize,
    /// KiB of a file that are made safe together: about what a crash costs for each download.
    #[serde(
        default = "FhirBulk::default_piece_kib",
        deserialize_with = "bounds::piece"
    )]
    pub piece_kib: u32,
    /// The longest wait between two requests, in seconds, whatever the server asks for.
    #[serde(
        default = "FhirBulk::default_longest_wait",
        deserialize_with = "bounds::seconds"
    )]
    pub longest_wait_seconds: f64,
    /// For how many seconds the server may say nothing in the middle of an answer.
    #[serde(
        default = "FhirBulk::default_silence",
        deserialize_with = "bounds::seconds"
    )]
    pub silence_seconds: f64,
    /// After how many seconds an export that has not ended is given up.
    #[serde(
        default = "FhirBulk::default_export_limit",
        deserialize_with = "bounds::at_least_one"
    )]
    pub export_limit_seconds: u64,
    /// For how many seconds an answer may take that is no file of the export.
    #[serde(
        default = "FhirBulk::default_answer_limit",
        deserialize_with = "bounds::seconds"
    )]
    pub answer_limit_seconds: f64,
    /// After how many seconds a pull gives downloads up; the next one goes on with them.
    #[serde(
        default = "FhirBulk::default_download_limit",
        deserialize_with = "bounds::seconds"
    )]
    pub download_limit_seconds: f64,
    /// Bytes a second below which a download is too slow to wait for.
    #[serde(default = "FhirBulk::default_slowest")]
    pub slowest_bytes_per_second: u64,
    /// The most pages that a manifest may have.
    #[serde(
        default = "FhirBulk::default_page_limit",
        deserialize_with = "bounds::at_least_one"
    )]
    pub page_limit: usize,
    /// The most MiB that a file may have, unpacked.
    #[serde(
        default = "FhirBulk::default_file_limit",
        deserialize_with = "bounds::at_least_one"
    )]
    pub file_limit_mib: u64,
    /// The most MiB that a pull may take of an export, unpacked.
    #[serde(
        default = "FhirBulk::default_export_limit_mib",
        deserialize_with = "bounds::at_least_one"
    )]
    pub export_limit_mib: u64,
    /// Types that may be missing: that have no file in a full export although they had some before, or
    /// that the server says it failed to export.
    #[serde(default)]
    pub accept_missing_types: Vec<String>,
    /// A file to which the standard export log is appended.
    pub log: Option<PathBuf>,
}

impl FhirBulk {
    fn default_views() -> PathBuf {
        FhirVersion::R4.views()
    }

    fn default_views_stu3() -> PathBuf {
        FhirVersion::Stu3.views()
    }

    fn default_downloads() -> usize {
        8
    }

    fn default_piece_kib() -> u32 {
        4096
    }

    fn default_longest_wait() -> f64 {
        600.0
    }

    fn default_silence() -> f64 {
        60.0
    }

    fn default_export_limit() -> u64 {
        86_400
    }

    fn default_answer_limit() -> f64 {
        600.0
    }

    fn default_download_limit() -> f64 {
        86_400.0
    }

    fn default_slowest() -> u64 {
        1024
    }

    fn default_page_limit() -> usize {
        10_000
    }

    fn default_file_limit() -> u64 {
        64 * 1024
    }

    fn default_export_limit_mib() -> u64 {
        1024 * 1024
    }

    /// How long an answer may take that is no file.
    pub(crate) fn answer_limit(&self) -> Duration {
        seconds(self.answer_limit_seconds, Self::default_answer_limit())
    }

    /// How long a pull downloads.
    pub(crate) fn download_limit(&self) -> Duration {
        seconds(self.download_limit_seconds, Self::default_download_limit())
    }

    /// The longest wait between two requests.
    pub(crate) fn longest_wait(&self) -> Duration {
        seconds(self.longest_wait_seconds, Self::default_longest_wait())
    }

    /// How long the server may say nothing.
    pub(crate) fn silence(&self) -> Duration {
        seconds(self.silence_seconds, Self::default_silence())
    }

    /// Bytes of a piece.
    pub(crate) fn piece_bytes(&self) -> usize {
        usize::try_from(self.piece_kib.clamp(1, 65_536)).unwrap_or(4096) * 1024
    }
}

/// A setting in seconds within bounds; `usual` where it is no number.
fn seconds(setting: f64, usual: f64) -> Duration {
    let setting = if setting.is_finite() { setting } else { usual };
    Duration::from_secs_f64(setting.clamp(0.01, 8_640_000.0))
}

/// Access by SMART Backend Services.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct BulkAuth {
    /// The client's name at the server.
    pub client_id: String,
    /// `file:PATH` or `env:NAME` of the private key, as PEM or JWK.
    pub key: String,
    /// The `kid` under which the server knows the key; that of the JWK when not given.
    pub key_id: Option<String>,
    /// What to ask for.
    #[serde(default = "BulkAuth::default_scope")]
    pub scope: String,
    /// Where tokens come from; found by SMART discovery when not given.
    pub token_url: Option<String>,
}

impl BulkAuth {
    fn default_scope() -> String {
        "system/*.read".to_string()
    }
}

/// Whose records an export holds.
#[derive(Debug, Clone, Default, PartialEq, Eq, Deserialize)]
#[serde(try_from = "String")]
pub enum ExportLevel {
    /// Everything that the server has.
    #[default]
    System,
    /// All patients.
    Patient,
    /// The members of a group.
    Group(String),
}

impl TryFrom<String> for ExportLevel {
    type Error = String;

    fn try_from(text: String) -> Result<Self, String> {
        let id = |id: &str| {
            let plain = |b: u8| b.is_ascii_alphanumeric() || b == b'-' || b == b'.';
            !id.is_empty() && id.len() <= 64 && id.bytes().all(plain)
        };
        match text.split_once(':') {
            None if text == "system" => Ok(ExportLevel::System),
            None if text == "patient" => Ok(ExportLevel::Patient),
            Some(("group", group)) if id(group) => Ok(ExportLevel::Group(group.to_string())),
            _ => Err(format!(
                "'{text}' is no level: write \"system\", \"patient\" or \"group:ID\""
            )),
        }
    }
}
