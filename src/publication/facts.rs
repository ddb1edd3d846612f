//! What a manifest says of a release that readers are told: its day, its rule and what it was made from.

use super::read::failed;
use crate::error::Result;
use object_store::path::Path;
use object_store::{ObjectStore, ObjectStoreExt};
use serde::{Deserialize, Serialize};
use std::collections::{BTreeMap, BTreeSet};

/// The manifest in a release's folder.
const MANIFEST: &str = "manifest.json";
/// A manifest with more bytes is none of ours, and is not read.
const LARGEST: u64 = 64 * 1024 * 1024;

/// What a manifest says. Keys that nobody here asks for are left out.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct ReleaseFacts {
    /// The identifier.
    pub release: String,
    /// The day that the figures describe, ISO.
    pub as_of: String,
    /// The version of the program that made it.
    pub program_version: String,
    /// The disclosure control scheme.
    pub scheme: SchemeFacts,
    /// Parameters of the run.
    pub parameters: BTreeMap<String, String>,
    /// The reports, by name.
    pub reports: BTreeMap<String, ReportFacts>,
    /// The models behind the figures.
    pub models: Vec<ModelFacts>,
    /// The tables behind the models.
    pub inputs: Vec<InputFacts>,
    /// The code lists that the models name.
    #[serde(default)]
    pub code_lists: Vec<CodeListFacts>,
}

/// A disclosure control scheme and its settings.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct SchemeFacts {
    /// Its name.
    pub name: String,
    /// Its settings by name.
    pub settings: BTreeMap<String, String>,
}

/// A report of a release.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct ReportFacts {
    /// SHA-256 of its report file.
    pub file_sha256: String,
    /// The models behind its figures; None where an earlier program did not say.
    #[serde(default)]
    pub models: Option<BTreeSet<String>>,
    /// The tables behind these.
    #[serde(default)]
    pub inputs: Option<BTreeSet<String>>,
    /// The code lists that they name; None for none.
    #[serde(default)]
    pub code_lists: Option<BTreeSet<String>>,
    /// The area that it is of alone; None for a report of all.
    #[serde(default)]
    pub area: Option<AreaFacts>,
    /// Its tables, by identifier.
    pub tables: BTreeMap<String, TableFacts>,
}

/// The area of a report.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct AreaFacts {
    /// The report that was made for it.
    pub of_report: String,
}

/// A table of a report.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct TableFacts {
    /// Cells that hold a figure.
    pub cells_shown: usize,
    /// Cells that are suppressed.
    pub cells_suppressed: usize,
}

/// A model behind the figures.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct ModelFacts {
    /// Its name with its layer.
    pub name: String,
    /// SHA-256 of its SQL file.
    pub sql_sha256: String,
}

/// A table behind the models.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct InputFacts {
    /// Its name with its schema.
    pub table: String,
    /// Its version in the lake.
    pub version: String,
    /// Where a reference table is from.
    #[serde(default)]
    pub published: Option<PublishedFacts>,
}

/// What is said of where a reference table is from.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct PublishedFacts {
    /// Who published it.
    pub source: Option<String>,
    /// Which edition it is.
    pub version: Option<String>,
}

/// A code list that the models name.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct CodeListFacts {
    /// Its name.
    pub name: String,
    /// How many codes it has.
    pub codes: usize,
    /// Its version, as its publisher says.
    pub version: Option<String>,
}

/// What was found in the place of a manifest.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum FactsFound {
    /// Nothing: there is no such release.
    Nothing,
    /// What is no manifest of this release. Others are as they were.
    Damaged,
    /// What it says.
    Facts(Box<ReleaseFacts>),
}

impl ReleaseFacts {
    /// What the bytes of the manifest of release `id` say; None where they are none.
    pub(crate) fn of(bytes: &[u8], id: &str) -> Option<Self> {
        let facts: Option<Self> = serde_json::from_slice(bytes).ok();
        facts.filter(|facts| facts.release == id)
    }

    /// What the manifest of release `id` below `prefix` says.
    ///
    /// # Errors
    /// Data, when the store cannot be read.
    pub(crate) async fn read(
        store: &dyn ObjectStore,
        prefix: &Path,
        id: &str,
    ) -> Result<FactsFound> {
        let lost = |e| failed(format!("cannot read the manifest of {id}"), e);
        let found = match store.get(&prefix.clone().join(id).join(MANIFEST)).await {
            Ok(found) if found.meta.size > LARGEST => return Ok(FactsFound::Damaged),
            Ok(found) => found,
            Err(object_store::Error::NotFound { .. }) => return Ok(FactsFound::Nothing),
            Err(e) => return Err(lost(e)),
        };
        let bytes = found.bytes().await.map_err(lost)?;
        let facts = Self::of(&bytes, id);
        Ok(facts.map_or(FactsFound::Damaged, |facts| {
            FactsFound::Facts(Box::new(facts))
        }))
    }
}
