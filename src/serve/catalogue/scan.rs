//! Reading the store of releases: which are there, and whole.

use super::listed_release::ListedRelease;
use super::released_manifest::ReleasedManifest;
use super::report_key::ReportKey;
use crate::publication::{FOLDER, Publication};
use crate::serve::content::read_object;
use chrono::NaiveDate;
use futures::{StreamExt, TryStreamExt};
use object_store::ObjectStore;
use object_store::path::Path;
use std::collections::{BTreeSet, HashMap, HashSet};
use std::sync::Arc;

/// Manifests that are read at one time.
const AT_ONCE: usize = 8;
/// A longer manifest is none.
const LONGEST_MANIFEST: u64 = 64 * 1024 * 1024;

/// Whether a name is that of a release: a date and twelve hexadecimal digits.
pub(crate) fn is_release_id(name: &str) -> bool {
    let (Some(date), Some(fingerprint)) = (name.get(..10), name.get(10..)) else {
        return false;
    };
    let digits = |c: char| c.is_ascii_digit() || ('a'..='f').contains(&c);
    NaiveDate::parse_from_str(date, "%Y-%m-%d").is_ok()
        && fingerprint.len() == 13
        && fingerprint.starts_with('-')
        && fingerprint.chars().skip(1).all(digits)
}

/// The outcome of looking at the folder of a release.
pub(super) enum ScannedRelease {
    /// It is there and whole.
    Whole(ListedRelease),
    /// It is being written, or was left half written.
    Incomplete,
    /// Its manifest is not as it was written.
    Refused(&'static str),
}

/// The identifiers of all folders of releases.
pub(super) async fn identifiers(store: &dyn ObjectStore) -> object_store::Result<BTreeSet<String>> {
    let listed = store.list_with_delimiter(None).await?;
    let names = listed.common_prefixes.iter();
    let names = names.filter_map(|path| path.parts().next_back());
    let names = names.map(|part| part.as_ref().to_string());
    Ok(names.filter(|name| is_release_id(name)).collect())
}

/// Looks at these releases.
pub(super) async fn scan(
    store: &Arc<dyn ObjectStore>,
    ids: Vec<String>,
) -> object_store::Result<Vec<(String, ScannedRelease)>> {
    let scanned = futures::stream::iter(ids).map(|id| async move {
        let scanned = scan_one(store, &id).await?;
        Ok((id, scanned))
    });
    scanned.buffer_unordered(AT_ONCE).try_collect().await
}

async fn scan_one(store: &Arc<dyn ObjectStore>, id: &str) -> object_store::Result<ScannedRelease> {
    let place = Path::from_iter([id, "manifest.json"]);
    let read = match read_object(store, &place, LONGEST_MANIFEST).await {
        Ok(Some(read)) => read,
        Ok(None) => return Ok(ScannedRelease::Refused("the manifest is too long")),
        Err(object_store::Error::NotFound { .. }) => return Ok(ScannedRelease::Incomplete),
        Err(e) => return Err(e),
    };
    let manifest = match ReleasedManifest::read(id, &read.bytes) {
        Ok(manifest) => manifest,
        Err(why) => return Ok(ScannedRelease::Refused(why)),
    };
    let Ok(as_of) = NaiveDate::parse_from_str(&manifest.as_of, "%Y-%m-%d") else {
        return Ok(ScannedRelease::Refused("the manifest has no date"));
    };
    let there: Vec<_> = store.list(Some(&Path::from(id))).try_collect().await?;
    let there: HashSet<&str> = there
        .iter()
        .filter_map(|meta| meta.location.filename())
        .collect();
    let mut files = manifest.files.iter();
    // A file of another length is shown to be altered when somebody asks for it.
    if !files.all(|file| there.contains(file.name.as_str())) {
        return Ok(ScannedRelease::Incomplete);
    }
    let stems = manifest.files.iter();
    let stems = stems.filter_map(|file| file.name.strip_suffix(".html"));
    let reports: BTreeSet<ReportKey> = stems.map(ReportKey::parse).collect();
    Ok(ScannedRelease::Whole(ListedRelease {
        id: id.to_string(),
        as_of,
        made: read.meta.last_modified,
        reports: reports.into_iter().collect(),
        has_figures: manifest.file(crate::serve::content::FIGURES_FILE).is_some(),
        publication: Publication::draft(id),
    }))
}

/// How many files each release's publication has. They are created once and never altered, so that as
/// many as before say what they said before.
pub(super) async fn steps(store: &dyn ObjectStore) -> object_store::Result<HashMap<String, usize>> {
    let listed = store.list_with_delimiter(Some(&Path::from(FOLDER))).await?;
    let mut steps = HashMap::new();
    for meta in &listed.objects {
        let name = meta.location.filename().unwrap_or_default();
        let id = name.split_once('.').map(|(id, _)| id);
        if let Some(id) = id.filter(|id| is_release_id(id)) {
            *steps.entry(id.to_string()).or_default() += 1;
        }
    }
    Ok(steps)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_dates_with_a_fingerprint_are_releases() {
        assert!(is_release_id("2026-09-30-cec3c454bb2d"));
        for name in [
            "",
            "publication",
            ".2026-09-30-cec3c454bb2d",
            "2026-09-30-cec3c454bb2",
            "2026-09-30-cec3c454bb2dd",
            "2026-13-30-cec3c454bb2d",
            "2026-09-30-CEC3C454BB2D",
            "2026-09-30/cec3c454bb2d",
            "2026-09-30-cec3c454bb2é",
        ] {
            assert!(!is_release_id(name), "{name}");
        }
    }
}
