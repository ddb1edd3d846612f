//! What a store's failure means, and what to do about it.

use crate::error::Error;
use std::fmt;

/// Says that `what` failed at a store, with a hint that fits the kind of failure.
pub fn trouble(what: impl fmt::Display, error: object_store::Error) -> Error {
    use object_store::Error as E;
    let text = error.to_string();
    let hint = match &error {
        // What object_store says when a request failed: then this is no local file.
        E::NotFound { .. } if text.contains("Error performing") => {
            "see that the bucket or container of the address is there: populace does not make it"
        }
        E::NotFound { .. } => "restore it from a copy",
        E::PermissionDenied { .. } | E::Unauthenticated { .. } => {
            "see that the credentials are valid and may list, read, write and delete under this address; docs/object-stores.md says where they are looked for"
        }
        E::Generic { .. } if text.contains("169.254.") || text.contains("metadata.google") => {
            "no credentials were found in the environment, and this machine has none of its own; docs/object-stores.md says where they are looked for"
        }
        E::Generic {
            store: "LocalFileSystem",
            ..
        } => "see that the disk is not full and may be written to, then run again",
        _ => "see that the store can be reached, then run again: nothing was lost",
    };
    Error::data(what).cause(text).hint(hint)
}
