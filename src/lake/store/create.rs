//! Creating an object and knowing who created it.
//!
//! A commit creates the next file of a log on the condition that nobody else has. When the answer
//! to such a request is lost, or is an error of a server that had done the work, the request is
//! sent again and finds its own object there: taken for somebody else's, a commit that was made
//! would count as lost. So whenever an object is said to be there already, or an answer is
//! missing, the object itself says whose it is. What is created carries a mark that no other
//! writer has (see `Lake::commit`), so equal bytes are one's own.

use super::Store;
use super::retry::{again, unanswered};
use crate::retry::{Backoff, RetryPolicy};
use bytes::Bytes;
use object_store::path::Path;
use object_store::{Error, ObjectStoreExt, PutOptions, PutPayload, PutResult, Result};

/// Creates an object; `AlreadyExists` only when somebody else did.
pub(super) async fn create(
    store: &Store,
    location: &Path,
    payload: PutPayload,
    options: PutOptions,
) -> Result<PutResult> {
    let mut backoff = Backoff::new(RetryPolicy::STORE);
    loop {
        let put = store.put_opts(location, payload.clone(), options.clone());
        let error = match put.await {
            Ok(made) => return Ok(made),
            Err(error) => error,
        };
        let exists = matches!(error, Error::AlreadyExists { .. });
        if !exists && !unanswered(&error) {
            return Err(error);
        }
        let found = again(|| async {
            let found = store.get(location).await?;
            let made = PutResult {
                e_tag: found.meta.e_tag.clone(),
                version: found.meta.version.clone(),
            };
            Ok((made, found.bytes().await?))
        });
        match found.await {
            Ok((made, bytes)) if bytes == Bytes::from(payload.clone()) => return Ok(made),
            Ok(_) if exists => return Err(error),
            Ok(_) => {
                return Err(Error::AlreadyExists {
                    path: location.to_string(),
                    source: Box::new(error),
                });
            }
            // Nobody created it yet: a server may refuse one of two that are at work at once.
            Err(Error::NotFound { .. }) => {
                if !backoff.wait(None).await {
                    return Err(error);
                }
            }
            Err(other) => return Err(other),
        }
    }
}
