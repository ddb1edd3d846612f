//! A file that a source offers, and those that are passed over.

use super::object::Object;
use crate::privacy::unnamed;
use crate::pull::plan::{SourceKind, SourcePlan};
use std::fmt;
use std::path::{Path, PathBuf};
use std::sync::Arc;

/// A file that a source offers.
#[derive(Debug, Clone)]
pub(crate) struct SourceFile {
    /// Its path below the source's folder, with `/`; as [`name_of`] gives it.
    pub name: String,
    /// Where it is.
    pub origin: Origin,
    /// Bytes, as stored.
    pub size: u64,
    /// When it was last changed, in microseconds since 1970.
    pub modified: i64,
    /// For CSV sources, the index of the column file that it belongs to.
    pub decoder: usize,
}

/// Where a source's file is.
#[derive(Debug, Clone)]
pub(crate) enum Origin {
    /// On this machine.
    Folder(PathBuf),
    /// On an object store; the text is its address.
    Store(String, Arc<Object>),
}

impl fmt::Display for Origin {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Origin::Folder(path) => {
                let shown = path.to_string_lossy();
                f.write_str(&unnamed(&shown, |_| None))
            }
            Origin::Store(address, _) => f.write_str(address),
        }
    }
}

impl SourceFile {
    /// The mark of its version on an object store; empty on this machine.
    pub(crate) fn etag(&self) -> &str {
        match &self.origin {
            Origin::Folder(_) => "",
            Origin::Store(_, object) => object.etag.as_deref().unwrap_or_default(),
        }
    }
}

/// The files of a source.
#[derive(Debug, Default)]
pub(crate) struct Listed {
    /// Those that it reads, by name.
    pub files: Vec<SourceFile>,
    /// The others.
    pub passed_over: Vec<PassedOver>,
    /// How many files are reached through symbolic links.
    pub linked: u64,
}

/// A file of a source's folder that is not read.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct PassedOver {
    /// Its path below the source's folder, with `/`.
    pub name: String,
    /// Why; None when it is no extract by its name: a sender may have changed what extracts are
    /// called.
    pub reason: Option<&'static str>,
}

impl Listed {
    /// Notes a file that is no extract by its name.
    pub(in crate::pull) fn pass_over(&mut self, name: String) {
        let file = name.rsplit('/').next().unwrap_or_default();
        if !file.starts_with('.') {
            self.passed_over.push(PassedOver { name, reason: None });
        }
    }

    /// Notes what is passed over for another reason.
    pub(in crate::pull) fn refuse(&mut self, name: String, reason: &'static str) {
        self.passed_over.push(PassedOver {
            name,
            reason: Some(reason),
        });
    }
}

/// A file's path as it may be stored and shown: a part that looks like an NHS number, a postcode, an
/// e-mail address or a telephone number becomes a pseudonym.
pub(in crate::pull) fn name_of(source: &SourcePlan, path: String) -> String {
    let pseudonym = |part: &str| Some(source.pseudonyms.record(part.as_bytes()).get());
    unnamed(&path, pseudonym).into_owned()
}

/// Whether a file holds FHIR resources, by its name.
pub(crate) fn is_fhir_file(path: &Path) -> bool {
    let Some(name) = path.file_name().and_then(|name| name.to_str()) else {
        return false;
    };
    let name = name.to_ascii_lowercase();
    let plain = name.strip_suffix(".gz").unwrap_or(&name);
    // What an export says of itself lies beside its files.
    plain.ends_with(".ndjson") || plain.ends_with(".json") && plain != "manifest.json"
}

/// The column file that a file belongs to (0 for FHIR); None when it is no extract by its name.
pub(in crate::pull) fn decoder_of(source: &SourcePlan, path: &Path) -> Option<usize> {
    match &source.kind {
        SourceKind::Fhir { .. } => is_fhir_file(path).then_some(0),
        SourceKind::Csv { decoders } => decoders
            .iter()
            .position(|(decoder, _)| decoder.file().matches(path)),
    }
}
