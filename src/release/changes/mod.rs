//! What changed between two releases, and why: `populace diff`.

mod change;
mod lines;

use change::{ExplainedChange, TableCame};

use super::difference::shown;
use super::read_release::ReadRelease;
use crate::error::Result;
use crate::figures::derive::figure_changes;
use crate::lake::Location;
use crate::publication::{self, ReleaseChange};
use serde::Serialize;
use std::collections::BTreeMap;

/// What changed between two releases.
#[derive(Debug, Clone, Serialize)]
pub(crate) struct ReleaseChanges {
    /// The older release.
    pub old: String,
    /// The newer one.
    pub new: String,
    /// The day that the older one describes, ISO.
    pub old_as_of: String,
    /// The day that the newer one describes, ISO.
    pub new_as_of: String,
    /// What was made of other things, or otherwise.
    pub causes: Vec<ReleaseChange>,
    /// Tables that only one of them has.
    pub tables: Vec<TableCame>,
    /// How many figures there are of each outcome.
    pub outcomes: BTreeMap<String, u64>,
    /// Figures that changed, were newly suppressed or shown, came or went: the largest changes first.
    pub figures: Vec<ExplainedChange>,
}

/// Compares two releases, each in a folder of releases with its identifier.
///
/// # Errors
/// Usage, when one is not there; data, when one cannot be read or is not as it was made.
pub(crate) async fn changes(
    old: (&Location, &str),
    new: (&Location, &str),
) -> Result<ReleaseChanges> {
    let old = ReadRelease::read(old.0, old.1).await?;
    let new = ReadRelease::read(new.0, new.1).await?;
    compare(&old, &new)
}

/// Compares two releases.
fn compare(old: &ReadRelease, new: &ReadRelease) -> Result<ReleaseChanges> {
    let causes = publication::changes(&old.facts, &new.facts);
    let found = figure_changes(&old.figures, &new.figures)?;
    Ok(ReleaseChanges {
        old: shown(&old.manifest.release),
        new: shown(&new.manifest.release),
        old_as_of: shown(&old.manifest.as_of),
        new_as_of: shown(&new.manifest.as_of),
        tables: change::tables(&old.manifest, &new.manifest),
        outcomes: found.outcomes,
        figures: change::explained(found.figures, &causes),
        causes,
    })
}
