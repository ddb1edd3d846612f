//! One decision about releases at a time: approving, publishing, and putting other figures in the place
//! of those that somebody may be approving.
//!
//! It is apart from the lock of the lake, since a night holds that for hours. An object store has no lock;
//! there, the steps of a publication are conditional, and what was decided about is looked at again.

use super::Location;
use crate::error::{Context, Error, Result};
use crate::retry::{Backoff, RetryPolicy};
use fs4::FileExt;
use std::fs::File;
use std::path::Path;

/// The file of the lake that is locked.
const FILE: &str = "populace.decision.lock";

/// Held while something is decided about a release, or its figures are replaced; let go when dropped.
#[derive(Debug)]
pub(crate) struct DecisionLock {
    _file: Option<File>,
}

impl DecisionLock {
    /// Takes the lock of the lake at `location`, and waits some seconds for whoever has it.
    ///
    /// # Errors
    /// Data, when another command keeps it, or the lake cannot be written to.
    pub(crate) async fn take(location: &Location) -> Result<Self> {
        Self::wait_for(location, RetryPolicy::COMMIT).await
    }

    async fn wait_for(location: &Location, policy: RetryPolicy) -> Result<Self> {
        let Some(folder) = location.folder() else {
            return Ok(DecisionLock { _file: None });
        };
        let file = opened(&folder.join(FILE))
            .data(|| format!("cannot open the lock of decisions of the lake at {location}"))?;
        let mut backoff = Backoff::new(policy);
        loop {
            match FileExt::try_lock(&file) {
                Ok(()) => return Ok(DecisionLock { _file: Some(file) }),
                Err(fs4::TryLockError::WouldBlock) if backoff.wait(None).await => (),
                Err(fs4::TryLockError::WouldBlock) => {
                    return Err(Error::data(
                        "another populace command is deciding about a release, or replacing one",
                    )
                    .hint("wait until it has ended, then look at `populace release --list` and decide again"));
                }
                Err(fs4::TryLockError::Error(e)) => {
                    let what = format!("cannot lock decisions of the lake at {location}");
                    return Err(Error::data(what).cause(e));
                }
            }
        }
    }
}

/// The file; only to be read where another account made it, which is enough for a lock.
fn opened(path: &Path) -> std::io::Result<File> {
    let mut options = File::options();
    options.read(true).write(true).create(true).truncate(false);
    options.open(path).or_else(|e| match e.kind() {
        std::io::ErrorKind::PermissionDenied => File::open(path),
        _ => Err(e),
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::time::Duration;

    #[tokio::test]
    async fn whoever_is_second_waits_and_is_told_in_the_end() {
        let folder = tempfile::tempdir().unwrap();
        let location = Location::parse("", folder.path()).unwrap();
        let take = || DecisionLock::wait_for(&location, RetryPolicy::LOCK);
        let first = take().await.unwrap();
        let error = take().await.unwrap_err();
        assert_eq!(
            error.what(),
            "another populace command is deciding about a release, or replacing one"
        );
        let (second, ()) = tokio::join!(take(), async {
            tokio::time::sleep(Duration::from_millis(10)).await;
            drop(first);
        });
        second.unwrap();
    }
}
