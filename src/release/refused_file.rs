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

/// Keeps what was refused beside release `id`, or nothing when no report was: the same release may be made
/// again, and what was refused then is refused no more.
///
/// # Errors
/// Data, when the releases cannot be written to.
pub(super) async fn keep(releases: &Location, id: &str, refused: &[Refused]) -> Result<()> {
    if refused.is_empty() {
        let failed = || format!("cannot remove what was refused beside the release {id}");
        return match releases.store(true)?.delete(&file(id)).await {
            Ok(()) | Err(object_store::Error::NotFound { .. }) => Ok(()),
            Err(e) => Err(store_error(failed(), e)),
        };
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

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn what_was_refused_is_gone_when_nothing_is_refused_any_more() {
        let folder = tempfile::tempdir().unwrap();
        let at = folder.path().display().to_string();
        let releases = Location::parse(&at, folder.path()).unwrap();
        let refused = [Refused {
            report: "services".to_string(),
            because: vec!["core.person: its SQL changed".to_string()],
            hint: "`populace run`".to_string(),
            damaged: false,
        }];
        let found = async |id| find(&releases, id).await.unwrap();
        let (id, other) = ("2026-09-30-0123456789ab", "2026-08-31-0123456789ab");
        keep(&releases, id, &[]).await.unwrap();
        assert_eq!(found(id).await, []);
        keep(&releases, id, &refused).await.unwrap();
        keep(&releases, other, &refused).await.unwrap();
        assert_eq!(found(id).await, refused);
        keep(&releases, id, &[]).await.unwrap();
        assert_eq!(found(id).await, []);
        assert_eq!(found(other).await, refused);
    }
}
