//! The manifest of a release, as the page needs it.

use super::report_key::ReportKey;
use crate::figures::{BetterWhen, MeasurePolarity};
use serde::Deserialize;
use sha2::{Digest, Sha256};
use std::collections::{BTreeMap, BTreeSet, HashMap};

/// The manifest of a release: its reports with what each was made from, and its files. What else a manifest says is passed
/// over.
#[derive(Debug, Clone, Deserialize)]
pub(crate) struct ReleasedManifest {
    /// The release.
    pub release: String,
    /// The date the figures describe, ISO.
    pub as_of: String,
    /// The version of the program that made it.
    pub program_version: String,
    /// The disclosure control scheme.
    pub scheme: ListedScheme,
    /// Parameters of the run.
    #[serde(default)]
    pub parameters: BTreeMap<String, String>,
    /// The reports' files, by the report's name.
    #[serde(default)]
    pub reports: BTreeMap<String, ListedReport>,
    /// The released files, by name.
    pub files: Vec<ListedFile>,
}

/// The scheme of a release.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
pub(crate) struct ListedScheme {
    /// Its name.
    pub name: String,
}

/// A report in a manifest.
#[derive(Debug, Clone, Deserialize)]
pub(crate) struct ListedReport {
    /// The models behind its figures.
    #[serde(default)]
    pub models: BTreeSet<String>,
    /// The tables behind these.
    #[serde(default)]
    pub inputs: BTreeSet<String>,
    /// The code lists that they name.
    #[serde(default)]
    pub code_lists: BTreeSet<String>,
    /// The area that it was made for.
    #[serde(default)]
    pub area: Option<ListedArea>,
    /// Its tables.
    #[serde(default)]
    tables: BTreeMap<String, ListedTable>,
}

/// A table in a manifest.
#[derive(Debug, Clone, Deserialize)]
struct ListedTable {
    measures: Vec<TableMeasure>,
}

/// A measure of a table in a manifest.
#[derive(Debug, Clone, Deserialize)]
struct TableMeasure {
    label: String,
    #[serde(default)]
    better: Option<BetterWhen>,
}

/// The area that a report was made for.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
pub(crate) struct ListedArea {
    /// Its level, such as `pcn`.
    pub level: String,
    /// Its code.
    pub code: String,
    /// Its name.
    pub name: String,
}

/// A released file.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
pub(crate) struct ListedFile {
    /// Its name.
    pub name: String,
    /// Its length.
    pub bytes: u64,
    /// Its SHA-256 in hexadecimal.
    pub sha256: String,
}

impl ReleasedManifest {
    /// Reads the manifest of release `id`, which somebody may have altered; otherwise says what is wrong
    /// with it, without a word of its content.
    pub(crate) fn read(id: &str, bytes: &[u8]) -> Result<Self, &'static str> {
        if !is_certified(bytes) {
            return Err("the manifest is not as it was certified");
        }
        let mut manifest: ReleasedManifest =
            serde_json::from_slice(bytes).map_err(|_| "the manifest has another form")?;
        if manifest.release != id {
            return Err("the manifest is of another release");
        }
        if !manifest.files.iter().all(|file| is_plain(&file.name)) {
            return Err("the manifest lists a file whose name can be none");
        }
        // A release has thousands of files, and each is looked up by its name.
        manifest.files.sort_by(|a, b| a.name.cmp(&b.name));
        Ok(manifest)
    }

    /// Which figures are better, by report.
    pub(crate) fn polarity(&self) -> HashMap<String, MeasurePolarity> {
        let mut of_reports: HashMap<String, Vec<_>> = HashMap::new();
        for (stem, report) in &self.reports {
            let of_report = of_reports.entry(ReportKey::parse(stem).report).or_default();
            for (table, listed) in &report.tables {
                let measures = listed.measures.iter();
                let better =
                    measures.filter_map(|m| Some((table.clone(), m.label.clone(), m.better?)));
                of_report.extend(better);
            }
        }
        let of_reports = of_reports.into_iter();
        of_reports
            .map(|(report, measures)| (report, measures.into_iter().collect()))
            .collect()
    }

    /// The entry of a file.
    pub(crate) fn file(&self, name: &str) -> Option<&ListedFile> {
        let at = self
            .files
            .binary_search_by(|file| file.name.as_str().cmp(name));
        self.files.get(at.ok()?)
    }
}

/// Whether a manifest's certificate, the SHA-256 of its bytes without it, is that of `bytes`.
fn is_certified(bytes: &[u8]) -> bool {
    const LABEL: &[u8] = b"\"certificate\": \"";
    // The certificate of the manifest stands last; the proof has one of its own.
    let Some(label) = memchr::memmem::rfind(bytes, LABEL) else {
        return false;
    };
    let (before, rest) = bytes.split_at(label + LABEL.len());
    let Some((written, after)) = rest.split_at_checked(64) else {
        return false;
    };
    let mut hasher = Sha256::new();
    hasher.update(before);
    hasher.update(after);
    hexadecimal(&hasher.finalize()).as_bytes() == written
}

/// Whether a name is that of a file in the release's own folder.
fn is_plain(name: &str) -> bool {
    let allowed = |b: u8| b.is_ascii_alphanumeric() || b"_-.".contains(&b);
    !name.is_empty() && !name.starts_with('.') && name.bytes().all(allowed)
}

/// Bytes in hexadecimal.
pub(crate) fn hexadecimal(bytes: &[u8]) -> String {
    use std::fmt::Write;
    let mut text = String::with_capacity(2 * bytes.len());
    for byte in bytes {
        // Writing to a String cannot fail.
        let _ = write!(text, "{byte:02x}");
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::serve::tests::sample::manifest;

    #[test]
    fn an_altered_manifest_is_refused() {
        let id = "2026-09-30-0123456789ab";
        let whole = manifest(id, &[("a.csv", b"1")]);
        let read = ReleasedManifest::read(id, &whole).unwrap();
        assert_eq!(read.file("a.csv").unwrap().bytes, 1);
        assert!(read.file("b.csv").is_none());
        let text = String::from_utf8(whole).unwrap();
        let altered = text.replace("a.csv", "b.csv");
        assert_eq!(
            ReleasedManifest::read(id, altered.as_bytes()).unwrap_err(),
            "the manifest is not as it was certified"
        );
        assert_eq!(
            ReleasedManifest::read("2026-09-30-ffffffffffff", text.as_bytes()).unwrap_err(),
            "the manifest is of another release"
        );
    }

    #[test]
    fn names_that_lead_out_of_the_folder_are_refused() {
        let id = "2026-09-30-0123456789ab";
        for name in [
            "../a.csv",
            "/etc/passwd",
            ".hidden",
            "a/b.csv",
            "",
            "a\\u0000",
        ] {
            let read = ReleasedManifest::read(id, &manifest(id, &[(name, b"1")]));
            assert_eq!(
                read.unwrap_err(),
                "the manifest lists a file whose name can be none",
                "{name}"
            );
        }
    }
}
