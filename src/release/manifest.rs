//! The proof of what was released, from what, and under which rule.

use super::about::{About, InputUsed, ModelUsed};
use super::{File, Rendered};
use crate::disclosure::Scheme;
use crate::error::{Context, Result};
use serde::Serialize;
use sha2::{Digest, Sha256};
use std::collections::BTreeMap;
use std::fmt::Write;

/// The version of the manifest's form.
const FORMAT: u32 = 1;

/// What a release is, in a form that can be checked. It holds no clock time, so that making the
/// same release again gives the same bytes.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Manifest {
    /// The version of this form.
    pub format_version: u32,
    /// The release.
    pub release: String,
    /// The date the figures describe, ISO.
    pub as_of: String,
    /// The program that made it.
    pub program: String,
    /// Its version.
    pub program_version: String,
    /// The disclosure control scheme.
    pub scheme: SchemeUsed,
    /// Parameters of the run.
    pub parameters: BTreeMap<String, String>,
    /// The reports, by name.
    pub reports: BTreeMap<String, ReportUsed>,
    /// The models behind the figures, sorted by name.
    pub models: Vec<ModelUsed>,
    /// The tables behind the models, sorted by name.
    pub inputs: Vec<InputUsed>,
    /// The released files, sorted by name.
    pub files: Vec<FileMade>,
}

/// A disclosure control scheme and its settings.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct SchemeUsed {
    /// Its name.
    pub name: String,
    /// Its settings by name.
    pub settings: BTreeMap<String, String>,
}

/// A report in a release.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct ReportUsed {
    /// SHA-256 of the report file, in hexadecimal.
    pub file_sha256: String,
    /// The tables, by identifier.
    pub tables: BTreeMap<String, TableMade>,
}

/// How a table came out of disclosure control.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct TableMade {
    /// Cells that hold a figure.
    pub cells_shown: usize,
    /// Cells that are suppressed.
    pub cells_suppressed: usize,
    /// Totals rounded to the second nearest multiple to protect a suppressed cell.
    pub totals_moved: usize,
}

/// A released file.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct FileMade {
    /// Its name.
    pub name: String,
    /// Its length.
    pub bytes: usize,
    /// Its SHA-256 in hexadecimal.
    pub sha256: String,
}

impl Manifest {
    /// The manifest of a release before any report is added.
    pub fn new(release: &str, about: &About, scheme: Scheme) -> Self {
        let settings = scheme
            .settings()
            .into_iter()
            .map(|(name, value)| (name.to_owned(), value));
        let mut manifest = Manifest {
            format_version: FORMAT,
            release: release.to_owned(),
            as_of: about.as_of.format("%Y-%m-%d").to_string(),
            program: "populace".to_owned(),
            program_version: about.program_version.clone(),
            scheme: SchemeUsed {
                name: scheme.name().to_owned(),
                settings: settings.collect(),
            },
            parameters: BTreeMap::new(),
            reports: BTreeMap::new(),
            models: Vec::new(),
            inputs: Vec::new(),
            files: Vec::new(),
        };
        manifest.uses(about);
        manifest
    }

    /// Adds the parameters, models and inputs of one report to those of the others.
    fn uses(&mut self, about: &About) {
        self.parameters.extend(about.parameters.clone());
        self.models.extend(about.models.iter().cloned());
        self.models.sort();
        self.models.dedup();
        self.inputs.extend(about.inputs.iter().cloned());
        self.inputs.sort();
        self.inputs.dedup();
    }

    /// Adds a rendered report; `report_toml` is the text of its report file.
    pub fn add(&mut self, rendered: &Rendered, report_toml: &str, about: &About) {
        self.uses(about);
        let tables = rendered.frames.iter().map(|frame| {
            let (cells_shown, cells_suppressed) = frame.tally();
            let made = TableMade {
                cells_shown,
                cells_suppressed,
                totals_moved: frame.moved,
            };
            (frame.id.clone(), made)
        });
        let report = ReportUsed {
            file_sha256: sha256(report_toml.as_bytes()),
            tables: tables.collect(),
        };
        self.reports.insert(rendered.report.clone(), report);
        self.files.extend(rendered.files.iter().map(FileMade::of));
        self.files.sort_by(|a, b| a.name.cmp(&b.name));
    }

    /// The manifest's own bytes: JSON in the order of this form, with names sorted.
    ///
    /// # Errors
    /// Data, when it cannot be written as JSON.
    pub fn to_bytes(&self) -> Result<Vec<u8>> {
        let mut bytes = serde_json::to_vec_pretty(self).data(|| "cannot write the manifest")?;
        bytes.push(b'\n');
        Ok(bytes)
    }
}

impl FileMade {
    /// The entry of a file.
    pub fn of(file: &File) -> Self {
        FileMade {
            name: file.name.clone(),
            bytes: file.bytes.len(),
            sha256: sha256(&file.bytes),
        }
    }
}

/// SHA-256 in hexadecimal.
pub(super) fn sha256(bytes: &[u8]) -> String {
    let mut text = String::with_capacity(64);
    for byte in Sha256::digest(bytes) {
        // Writing to a String cannot fail.
        let _ = write!(text, "{byte:02x}");
    }
    text
}
