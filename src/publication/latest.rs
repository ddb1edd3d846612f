//! Which release readers are shown when they ask for none in particular.

use super::history::Publication;
use chrono::{DateTime, Utc};

/// The latest of these releases that readers may see: of the latest day that figures describe, the
/// one that came out last. The caller names those of one area and report.
pub(crate) fn latest<'a>(
    releases: impl IntoIterator<Item = &'a Publication>,
    now: DateTime<Utc>,
) -> Option<&'a Publication> {
    let public = releases
        .into_iter()
        .filter(|release| release.is_public(now));
    public.max_by_key(|release| {
        let day = release.release.get(..10).unwrap_or_default();
        (day, release.public_since(), &release.release)
    })
}
