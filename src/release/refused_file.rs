//! What was refused when a release was made, for whoever approves it: the release itself does not say.

use super::refused::Refused;
use crate::error::{Context, Result};
use crate::lake::Location;
use crate::lake::store::store_error;
use crate::publication::FOLDER;
use object_store::{ObjectStoreExt, path::Path};

fn file(id: &str) -> Path {
    Path::from(FOLDER).join(format!("{id}.refused.json"))
}

/// Keeps what was refused beside release `id`. The same release may be made again for other reasons.
///
/// # Errors
/// Data, when the releases cannot be written to.
pub(super) async fn keep(releases: &Location, id: &str, refused: &[Refused]) -> Result<()> {
    if refused.is_empty() {
        return Ok(());
    }
    let failed = || format!("cannot write what was refused beside the release {id}");
    let mut text = serde_json::to_vec_pretty(refused).data(failed)?;
    text.push(b'\n');
    let put = releases.store(true)?.put(&file(id), text.into()).await;
    put.map(drop).map_err(|e| store_error(failed(), e))
}

/// What was refused when release `id` was made.
///
/// # Errors
/// Data, when the file cannot be read.
pub(super) async fn find(releases: &Location, id: &str) -> Result<Vec<Refused>> {
    let failed = || format!("cannot read what was refused beside the release {id}");
    let found = match releases.store(false)?.get(&file(id)).await {
        Ok(found) => found.bytes().await,
        Err(object_store::Error::NotFound { .. }) => return Ok(Vec::new()),
        Err(e) => Err(e),
    };
    let bytes = found.map_err(|e| store_error(failed(), e))?;
    serde_json::from_slice(&bytes).data(failed)
}
