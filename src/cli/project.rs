//! Which project a command works in: the one of this folder, or the nearest above it.

use crate::error::{Context, Error, Result};
use std::path::{Path, PathBuf};

/// Where a project keeps the settings of its night.
const USUAL: &str = "pipelines/nightly.toml";

/// The pipeline file that was `named`, or else that of the project around this folder.
///
/// # Errors
/// Usage: there is none, or the one above belongs to another account, whose settings could start
/// programs of theirs.
pub(super) fn pipeline_file(named: Option<&Path>) -> Result<PathBuf> {
    if let Some(named) = named {
        return Ok(named.to_path_buf());
    }
    let here = PathBuf::from(USUAL);
    if here.exists() {
        return Ok(here);
    }
    let folder = std::env::current_dir().usage(|| "this folder cannot be found")?;
    let mut above = folder.ancestors().skip(1).map(|f| f.join(USUAL));
    let Some(found) = above.find(|file| file.is_file()) else {
        return Err(Error::usage(format!(
            "there is no pipeline file {USUAL} in this folder or one above it"
        ))
        .hint("go to the project's folder, name a file with --pipeline, or make a project with `populace init DIR`"));
    };
    if !is_ours(&found) {
        return Err(Error::usage(format!(
            "the pipeline file {} belongs to another account",
            found.display()
        ))
        .hint("go to its project's folder, or name it with --pipeline, when it is to be trusted"));
    }
    tracing::info!(pipeline = %found.display(), "the project lies above this folder");
    Ok(found)
}

/// Whether a file belongs to the account of this process, or to the system's.
#[cfg(unix)]
fn is_ours(file: &Path) -> bool {
    use std::os::unix::fs::MetadataExt;
    let owner = |path: &Path| path.metadata().ok().map(|m| m.uid());
    let Some(found) = owner(file) else {
        return false;
    };
    found == 0 || owner(Path::new("/proc/self")).is_none_or(|own| own == found)
}

#[cfg(not(unix))]
fn is_ours(_: &Path) -> bool {
    true
}
