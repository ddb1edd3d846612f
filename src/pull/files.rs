//! The files of a source, and which of them were taken before.

use super::plan::{SourceKind, SourcePlan};
use crate::error::{Context, Error, Result};
use std::path::{Path, PathBuf};
use std::time::UNIX_EPOCH;

/// A file that a source offers.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SourceFile {
    /// Its path below the source's folder, with `/`.
    pub name: String,
    /// Where it is.
    pub path: PathBuf,
    /// Bytes, as stored.
    pub size: u64,
    /// When it was last changed, in microseconds since 1970.
    pub modified: i64,
    /// For CSV sources, the index of the column file that it belongs to.
    pub decoder: usize,
}

/// Lists the files that a source can read, by name.
pub fn list(source: &SourcePlan) -> Result<Vec<SourceFile>> {
    if !source.folder.is_dir() {
        return Err(Error::data(format!(
            "source {}: there is no folder {}",
            source.name,
            source.folder.display()
        ))
        .hint("correct its url in the pipeline file, or see that the extract has arrived"));
    }
    let mut files = Vec::new();
    walk(source, &source.folder, &mut files)?;
    files.sort_by(|a, b| a.name.cmp(&b.name));
    Ok(files)
}

fn walk(source: &SourcePlan, folder: &Path, files: &mut Vec<SourceFile>) -> Result<()> {
    let cannot = || {
        format!(
            "source {}: {} cannot be read",
            source.name,
            folder.display()
        )
    };
    for entry in std::fs::read_dir(folder).data(cannot)? {
        let path = entry.data(cannot)?.path();
        if path.is_dir() {
            walk(source, &path, files)?;
            continue;
        }
        let Some(decoder) = decoder_of(source, &path) else {
            continue;
        };
        let facts = path
            .metadata()
            .data(|| format!("source {}: {}", source.name, path.display()))?;
        let modified = facts
            .modified()
            .ok()
            .and_then(|time| time.duration_since(UNIX_EPOCH).ok())
            .and_then(|since| i64::try_from(since.as_micros()).ok())
            .unwrap_or_default();
        let name = path
            .strip_prefix(&source.folder)
            .unwrap_or(&path)
            .components()
            .map(|c| c.as_os_str().to_string_lossy())
            .collect::<Vec<_>>()
            .join("/");
        files.push(SourceFile {
            name,
            path,
            size: facts.len(),
            modified,
            decoder,
        });
    }
    Ok(())
}

fn decoder_of(source: &SourcePlan, path: &Path) -> Option<usize> {
    match &source.kind {
        SourceKind::Fhir { .. } => {
            let name = path.file_name()?.to_str()?;
            let plain = name.strip_suffix(".gz").unwrap_or(name);
            plain.ends_with(".ndjson").then_some(0)
        }
        SourceKind::Csv { decoders } => decoders
            .iter()
            .position(|(decoder, _)| decoder.file().matches(path)),
    }
}
