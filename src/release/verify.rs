//! Whether a release is as it was made: `populace verify RELEASE`.

use super::inspect::{Alteration, inspect};
use super::place::ReleasePlace;
use super::recheck::{LedgerChecked, against_ledger, recheck};
use super::record;
use crate::disclosure::Scheme;
use crate::error::Result;
use crate::lake::{Lake, Location};
use serde::Serialize;

/// What a look at a release found.
#[derive(Debug, Clone, Serialize)]
pub(crate) struct VerifiedRelease {
    /// Its identifier.
    pub release: String,
    /// Its folder or address.
    pub place: String,
    /// Files that it should have, without the manifest; 0 when that cannot be told.
    pub files: usize,
    /// The lake's record of it. Without one, only what does not fit together can be found: whoever
    /// alters all of a release together is not.
    pub proof: Option<Proof>,
    /// What was compared with the ledger of the lake, where that was asked for.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub ledger: Option<LedgerChecked>,
    /// What is wrong.
    pub problems: Vec<Alteration>,
}

/// That a lake made a release.
#[derive(Debug, Clone, Serialize)]
pub(crate) struct Proof {
    /// The lake.
    pub lake: String,
    /// The program that made the release.
    pub program: String,
    /// When, ISO, UTC.
    pub made: String,
}

/// Compares release `id` below `releases` with what `lake` recorded of it when it was made; without
/// a lake, with its own manifest. With `ledger`, the lake's scheme, also with all that the lake has
/// published until then.
///
/// # Errors
/// Data, when the release or the lake cannot be read; refused, when the ledger is of another lake or
/// scheme. What is wrong with the release is no error.
pub(crate) async fn verify(
    releases: &Location,
    id: &str,
    lake: Option<&Lake>,
    ledger: Option<&Scheme>,
) -> Result<VerifiedRelease> {
    let place = ReleasePlace::open(releases, id)?;
    let record = match lake {
        Some(lake) => record::find(lake, id).await?,
        None => None,
    };
    let made = record.as_ref().map(|record| record.manifest.as_bytes());
    let mut found = inspect(&place, id, made).await?;
    if let Some(manifest) = &found.manifest {
        found.alterations.extend(recheck(&place, manifest).await?);
    }
    let mut beside = None;
    if let (Some(manifest), Some(lake), Some(scheme)) = (&found.manifest, lake, ledger) {
        let (checked, problems) = against_ledger(lake, scheme, &place, manifest).await?;
        beside = checked;
        found.alterations.extend(problems);
    }
    if let (Some(lake), None) = (lake, &record) {
        let unknown = Alteration {
            file: super::difference::shown(id),
            what: format!("is no release that the lake at {} made", lake.location()),
        };
        found.alterations.insert(0, unknown);
    }
    Ok(VerifiedRelease {
        release: id.to_string(),
        place: match releases.folder() {
            Some(folder) => folder.join(id).display().to_string(),
            None => format!("{releases}/{id}"),
        },
        files: found.manifest.map_or(0, |manifest| manifest.files.len()),
        proof: lake.zip(record).map(|(lake, record)| Proof {
            lake: lake.location().to_string(),
            program: record.program,
            made: record.made.format("%Y-%m-%dT%H:%M:%SZ").to_string(),
        }),
        ledger: beside,
        problems: found.alterations,
    })
}
