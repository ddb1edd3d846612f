//! A release that is named and is not there: where it was looked for, and what makes releases.

use crate::error::{Error, Result};
use crate::lake::Location;
use crate::lake::store::store_error;
use crate::nearest::nearest;
use crate::publication::FOLDER;

/// Refuses an identifier of no release below `releases`.
///
/// # Errors
/// Usage, when it is not there, or there are none at all; data, when they cannot be listed.
pub(super) async fn expect_release(releases: &Location, id: &str) -> Result<()> {
    let known = names(releases).await?;
    if known.iter().any(|name| name == id) {
        return Ok(());
    }
    if known.is_empty() {
        return Err(no_releases(releases));
    }
    let place = place_of(releases);
    let missing = Error::usage(format!("there is no release '{id}' in {place}"));
    Err(missing.hint(nearest(id, &known)))
}

/// The error of whoever asks for a release where there are none.
pub(super) fn no_releases(releases: &Location) -> Error {
    Error::usage(format!("there are no releases in {}", place_of(releases))).hint(
        "`populace nightly` makes them; name another pipeline file with --pipeline if they are elsewhere",
    )
}

/// Where releases are looked for: the whole path of a folder, since a relative one depends on where the
/// command runs.
pub(super) fn place_of(releases: &Location) -> String {
    let folder = releases.folder().map(std::path::absolute);
    match folder {
        Some(Ok(folder)) => folder.display().to_string(),
        _ => releases.to_string(),
    }
}

/// The folders below `releases` that may be releases, under names that are no working copies.
async fn names(releases: &Location) -> Result<Vec<String>> {
    if releases.folder().is_some_and(|folder| !folder.is_dir()) {
        return Ok(Vec::new());
    }
    let listed = releases.store(false)?.list_with_delimiter(None).await;
    let listed = listed.map_err(|e| store_error(format!("cannot list {releases}"), e))?;
    let names = listed
        .common_prefixes
        .into_iter()
        .map(|name| name.to_string());
    Ok(names
        .filter(|name| !name.starts_with('.') && name != FOLDER)
        .collect())
}
