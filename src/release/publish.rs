//! Putting a release in its place: complete, or not at all.

use super::inspect::{Alteration, inspect};
use super::manifest::MANIFEST;
use super::place::ReleasePlace;
use super::{File, publish_to_store};
use crate::error::{Context, Error, Result};
use crate::lake::Location;
use rayon::prelude::*;
use std::fs;
use std::io::Write;
use std::path::{Path, PathBuf};

/// What putting a release in its place came to.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub(crate) struct Published {
    /// Whether it was written; otherwise it was there already, whole and unaltered.
    pub written: bool,
    /// What was wrong with the one that was there.
    pub altered: Vec<Alteration>,
    /// Where the one that was there has been kept, when it was altered.
    pub aside: Option<String>,
}

/// Writes a release to its place, `id` below `releases`, with its manifest, unless it is there just
/// as it would be written. What is there instead is kept aside.
///
/// # Errors
/// Usage, when `id` or a file's name cannot be one; data, when the disk or the store does not take
/// it. On a file system a failure leaves an earlier release of the same name as it was; on an object
/// store it leaves none, and the next attempt writes it whole.
pub(crate) async fn publish(
    releases: &Location,
    id: &str,
    files: &[File],
    manifest: &[u8],
) -> Result<Published> {
    names_are_plain(id, files)?;
    let place = ReleasePlace::open(releases, id)?;
    let found = inspect(&place, id, Some(manifest)).await?;
    if found.there && found.alterations.is_empty() {
        return Ok(Published::default());
    }
    let aside = match (&place, releases.folder()) {
        (ReleasePlace::Folder(_), Some(folder)) => {
            let aside = write(folder, id, files, manifest)?;
            aside.map(|path| path.display().to_string())
        }
        (ReleasePlace::Store(shelf), _) => publish_to_store::write(shelf, files, manifest).await?,
        _ => return Err(Error::data(format!("{releases} is no place for releases"))),
    };
    Ok(Published {
        written: true,
        altered: match found.there {
            true => found.alterations,
            false => Vec::new(),
        },
        aside,
    })
}

/// Writes a release to the folder `id` in `parent`; gives where what was there has been kept.
///
/// All files are written to a hidden folder beside it, made durable, and renamed into place, so
/// that a reader sees a whole release or none.
fn write(parent: &Path, id: &str, files: &[File], manifest: &[u8]) -> Result<Option<PathBuf>> {
    let place = parent.join(id);
    let shown = place.display().to_string();
    let failed = || format!("cannot write the release {shown}");
    fs::create_dir_all(parent).data(failed)?;
    let fresh = parent.join(format!(".{id}.new"));
    if fs::symlink_metadata(&fresh).is_ok_and(|found| !found.is_dir()) {
        fs::remove_file(&fresh).data(failed)?;
    } else if fresh.exists() {
        fs::remove_dir_all(&fresh).data(failed)?;
    }
    fs::create_dir(&fresh).data(failed)?;
    let _unfinished = Unfinished(&fresh);
    // Waiting for the disk is most of it: forty areas have thousands of small files.
    let written = files.par_iter();
    let written = written.try_for_each(|file| durable(&fresh.join(&file.name), &file.bytes));
    written.data(failed)?;
    durable(&fresh.join(MANIFEST), manifest).data(failed)?;
    sync_folder(&fresh);
    let aside = match fs::symlink_metadata(&place) {
        Ok(_) => Some(unused(parent, id)),
        Err(_) => None,
    };
    if let Some(aside) = &aside {
        fs::rename(&place, aside).data(failed)?;
    }
    if let Err(error) = fs::rename(&fresh, &place) {
        // What was there goes back to where it was; the first failure is the one to report.
        if let Some(aside) = &aside {
            let _ = fs::rename(aside, &place);
        }
        return Err(Error::data(failed()).cause(error));
    }
    sync_folder(parent);
    Ok(aside)
}

/// A folder that goes when it has not been renamed into its place.
struct Unfinished<'a>(&'a Path);

impl Drop for Unfinished<'_> {
    fn drop(&mut self) {
        let _ = fs::remove_dir_all(self.0);
    }
}

/// A hidden place beside a release that nothing is in yet.
fn unused(parent: &Path, id: &str) -> PathBuf {
    let name = |n: u32| parent.join(format!(".{id}.altered-{n}"));
    let is_free = |path: &PathBuf| fs::symlink_metadata(path).is_err();
    (1..).map(name).find(is_free).unwrap_or_else(|| name(0))
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
