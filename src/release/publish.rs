//! Putting a release in its place: complete, or not at all.

use super::File;
use super::manifest::{Manifest, sha256};
use crate::error::{Context, Error, Result};
use std::fmt;
use std::fs;
use std::io::Write;
use std::path::Path;

/// The name of the manifest in a release's folder.
pub const MANIFEST: &str = "manifest.json";

/// What writing a release came to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Outcome {
    /// The release is new.
    Written,
    /// The same release was there already, whole and unaltered.
    Unchanged,
    /// A release of this name was there and has been replaced; it says why.
    Replaced(Reason),
}

/// Why a release that was there had to be replaced.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Reason {
    /// Its figures, inputs or program differ.
    Different,
    /// These files had been altered, removed or added since it was written.
    Damaged(Vec<String>),
}

impl fmt::Display for Reason {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Reason::Different => f.write_str("its figures, inputs or program differ"),
            Reason::Damaged(files) => {
                write!(
                    f,
                    "files had been altered, removed or added: {}",
                    files.join(", ")
                )
            }
        }
    }
}

/// Writes a release to the folder `id` in `parent`, with its manifest.
///
/// All files are written to a hidden folder beside it, made durable, and renamed into place, so
/// that a reader sees a whole release or none.
///
/// # Errors
/// Usage, when `id` cannot be a folder name; data, when the disk does not take it. A failure leaves
/// an earlier release of the same name as it was.
pub fn write(parent: &Path, id: &str, files: &[File], manifest: &Manifest) -> Result<Outcome> {
    names_are_plain(id, files)?;
    let place = parent.join(id);
    let shown = place.display().to_string();
    let failed = || format!("cannot write the release {shown}");
    let manifest = manifest.to_bytes()?;
    let found = if place.exists() {
        Some(compare(&place, files, &manifest))
    } else {
        None
    };
    if found == Some(None) {
        return Ok(Outcome::Unchanged);
    }
    fs::create_dir_all(parent).data(failed)?;
    let (fresh, old) = (
        parent.join(format!(".{id}.new")),
        parent.join(format!(".{id}.old")),
    );
    for leftover in [&fresh, &old] {
        if leftover.exists() {
            fs::remove_dir_all(leftover).data(failed)?;
        }
    }
    fs::create_dir(&fresh).data(failed)?;
    for file in files {
        durable(&fresh.join(&file.name), &file.bytes).data(failed)?;
    }
    durable(&fresh.join(MANIFEST), &manifest).data(failed)?;
    sync_folder(&fresh);
    if found.is_some() {
        fs::rename(&place, &old).data(failed)?;
    }
    if let Err(error) = fs::rename(&fresh, &place) {
        // The earlier release goes back to where it was; the first failure is the one to report.
        let _ = fs::rename(&old, &place);
        return Err(Error::data(failed()).cause(error));
    }
    sync_folder(parent);
    if found.is_some() {
        fs::remove_dir_all(&old).data(failed)?;
    }
    Ok(found.flatten().map_or(Outcome::Written, Outcome::Replaced))
}

/// Refuses names that could lead out of a release's folder.
pub(super) fn names_are_plain(id: &str, files: &[File]) -> Result<()> {
    let is_name =
        |name: &str| !name.is_empty() && !name.starts_with('.') && !name.contains(['/', '\\']);
    if !is_name(id)
        || files
            .iter()
            .any(|file| !is_name(&file.name) || file.name == MANIFEST)
    {
        return Err(Error::usage(format!(
            "`{id}` or one of its files cannot be a file name"
        )));
    }
    Ok(())
}

/// Why the release in `place` is not the one in hand, or `None` when it is.
fn compare(place: &Path, files: &[File], manifest: &[u8]) -> Option<Reason> {
    if fs::read(place.join(MANIFEST)).ok().as_deref() != Some(manifest) {
        let damaged = !place.join(MANIFEST).exists();
        return Some(if damaged {
            Reason::Damaged(vec![MANIFEST.to_owned()])
        } else {
            Reason::Different
        });
    }
    let is_same = |file: &&File| {
        fs::read(place.join(&file.name)).is_ok_and(|bytes| sha256(&bytes) == sha256(&file.bytes))
    };
    let mut damaged: Vec<String> = files
        .iter()
        .filter(|file| !is_same(file))
        .map(|file| file.name.clone())
        .collect();
    for entry in fs::read_dir(place).into_iter().flatten().flatten() {
        let name = entry.file_name().to_string_lossy().into_owned();
        if name != MANIFEST && !files.iter().any(|file| file.name == name) {
            damaged.push(name);
        }
    }
    damaged.sort();
    (!damaged.is_empty()).then_some(Reason::Damaged(damaged))
}

fn durable(path: &Path, bytes: &[u8]) -> std::io::Result<()> {
    let mut file = fs::File::create(path)?;
    file.write_all(bytes)?;
    file.sync_all()
}

/// Makes a folder's entries durable where the system can do that; elsewhere nothing is lost but
/// the guarantee against a power cut.
fn sync_folder(path: &Path) {
    if let Ok(folder) = fs::File::open(path) {
        let _ = folder.sync_all();
    }
}
