//! Which release somebody means.

use crate::cli::missing_release::no_releases;
use crate::error::{Error, Result};
use crate::lake::Location;
use crate::nearest::nearest;
use crate::publication::{ReleaseName, read_all};
use object_store::path::Path;

/// The identifier of the release that was typed by its name or its identifier.
///
/// # Errors
/// Usage, when no release has that name, or there are no releases; data, when they cannot be read.
pub(super) async fn identifier(releases: &Location, typed: &str) -> Result<String> {
    if releases.folder().is_some_and(|folder| !folder.is_dir()) {
        return Err(no_releases(releases));
    }
    let Ok(name) = typed.parse::<ReleaseName>() else {
        return Ok(typed.to_string());
    };
    let all = read_all(&*releases.store(false)?, &Path::default()).await?;
    let named = all.iter().find(|release| release.name() == Some(&name));
    let names = all.iter().filter_map(|release| release.name());
    match named {
        Some(release) => Ok(release.release.clone()),
        None => {
            Err(Error::usage(format!("there is no release {name}")).hint(nearest(&name, names)))
        }
    }
}
