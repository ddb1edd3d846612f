//! What was done to a release since it was made.

use super::difference::{differences, shown};
use super::entry::ReleaseEntry;
use super::manifest::{MANIFEST, Manifest, sha256};
use super::place::{Listing, ReleasePlace};
use crate::error::Result;
use serde::Serialize;
use std::collections::BTreeSet;

/// A manifest with more bytes is none of ours, and is not read.
const LARGEST_MANIFEST: u64 = 64 * 1024 * 1024;

/// Something about a release that is not as it was made.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Alteration {
    /// The file, or the name of the release when it is the whole.
    pub file: String,
    /// What is wrong with it.
    pub what: String,
}

impl std::fmt::Display for Alteration {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{} {}", self.file, self.what)
    }
}

/// What a look at a release found.
pub(super) struct Inspection {
    /// Whether anything is there.
    pub there: bool,
    /// What is wrong, the manifest first, then by file.
    pub alterations: Vec<Alteration>,
    /// What the release should be, as far as that can be told.
    pub manifest: Option<Manifest>,
}

impl Inspection {
    fn find(&mut self, file: impl Into<String>, what: impl Into<String>) {
        self.alterations.push(Alteration {
            file: shown(&file.into()),
            what: what.into(),
        });
    }
}

/// Compares what is in the place of release `id` with the manifest that it was made with. Without
/// one, with the manifest that is there: then only what does not fit together can be found.
///
/// # Errors
/// Data, when the place cannot be read. What is wrong with the release is no error.
pub(super) async fn inspect(
    place: &ReleasePlace,
    id: &str,
    made: Option<&[u8]>,
) -> Result<Inspection> {
    let mut found = Inspection {
        there: true,
        alterations: Vec::new(),
        manifest: None,
    };
    let entries = match place.list().await? {
        Listing::Entries(entries) => entries,
        Listing::Absent => {
            found.there = false;
            found.find(id, "is not there");
            return Ok(found);
        }
        Listing::NoFolder(what) => {
            found.find(id, format!("is {what} in place of a folder"));
            return Ok(found);
        }
    };
    let bytes = read_manifest(place, &entries, &mut found).await?;
    match made {
        Some(made) => {
            found.manifest = Manifest::read(made).ok();
            if let Some(bytes) = bytes.filter(|bytes| bytes != made) {
                for what in differences(made, &bytes) {
                    found.find(MANIFEST, what);
                }
            }
        }
        None => {
            if let Some(bytes) = bytes {
                by_itself(&mut found, id, &bytes);
            }
        }
    }
    if let Some(manifest) = found.manifest.clone() {
        files(place, &entries, &manifest, &mut found).await?;
    }
    Ok(found)
}

async fn read_manifest(
    place: &ReleasePlace,
    entries: &[ReleaseEntry],
    found: &mut Inspection,
) -> Result<Option<Vec<u8>>> {
    let Some(entry) = entries.iter().find(|entry| entry.name == MANIFEST) else {
        found.find(MANIFEST, "is missing");
        return Ok(None);
    };
    if let Some(instead) = entry.instead {
        found.find(MANIFEST, format!("is {instead} in place of a file"));
        return Ok(None);
    }
    if entry.size > LARGEST_MANIFEST {
        found.find(
            MANIFEST,
            format!("has {} bytes, more than any manifest", entry.size),
        );
        return Ok(None);
    }
    place.read(MANIFEST).await
}

/// Whether a manifest of which nothing else is known fits together.
fn by_itself(found: &mut Inspection, id: &str, bytes: &[u8]) {
    let manifest = match Manifest::read(bytes) {
        Ok(manifest) => manifest,
        Err(why) => return found.find(MANIFEST, why),
    };
    if !manifest.certified(bytes) {
        found.find(MANIFEST, "does not fit its certificate: it was altered");
    }
    if manifest.release != id {
        let what = format!(
            "is of the release {}, not {}",
            shown(&manifest.release),
            shown(id)
        );
        found.find(MANIFEST, what);
    }
    if manifest.identifier().ok().as_ref() != Some(&manifest.release) {
        let what = "says a date, scheme, parameters, reports, SQL or inputs that do not fit the identifier of the release";
        found.find(MANIFEST, what);
    }
    let named: BTreeSet<&str> = manifest.files.iter().map(|f| f.name.as_str()).collect();
    for name in manifest.files_of_reports() {
        if !named.contains(name.as_str()) {
            found.find(
                name,
                "belongs to a report of the manifest, which does not name it",
            );
        }
    }
    found.manifest = Some(manifest);
}

/// Compares the files that are there with those that a manifest names.
async fn files(
    place: &ReleasePlace,
    entries: &[ReleaseEntry],
    manifest: &Manifest,
    found: &mut Inspection,
) -> Result<()> {
    for file in &manifest.files {
        let name = &file.name;
        // A name that leads elsewhere is no entry of the folder.
        let Some(entry) = entries.iter().find(|entry| entry.name == *name) else {
            found.find(name, "is missing");
            continue;
        };
        if let Some(instead) = entry.instead {
            found.find(name, format!("is {instead} in place of a file"));
        } else if entry.size != file.bytes as u64 {
            found.find(
                name,
                format!("has {} bytes in place of {}", entry.size, file.bytes),
            );
        } else {
            match place.read(name).await? {
                Some(bytes) if sha256(&bytes) == file.sha256 => {}
                Some(_) => found.find(name, "was altered"),
                None => found.find(name, "is missing"),
            }
        }
    }
    for entry in entries {
        if entry.name != MANIFEST && manifest.files.iter().all(|f| f.name != entry.name) {
            found.find(&entry.name, "is none of the release's files");
        }
    }
    Ok(())
}
