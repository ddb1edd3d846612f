//! What a store's failure means, and what to do about it.

use crate::error::Error;
use std::fmt;

/// Whether a message is of a request to an object store that failed, and not of a local file.
pub fn of_a_store(text: &str) -> bool {
    let stores = [
        "Error performing",
        "Generic S3 error",
        "Generic MicrosoftAzure error",
        "Generic GCS error",
    ];
    stores.iter().any(|words| text.contains(words))
}

/// Says that `what` failed at a store, with a hint that fits the kind of failure.
pub fn trouble(what: impl fmt::Display, error: object_store::Error) -> Error {
    use object_store::Error as E;
    let text = error.to_string();
    // A bucket that is not there and is listed has no kind of error of its own.
    let missing = matches!(error, E::NotFound { .. }) || text.contains("404 Not Found");
    let hint = match &error {
        E::NotFound { .. } | E::Generic { .. } if missing && of_a_store(&text) => {
            "check that the bucket or container of the address is there: populace does not make it"
        }
        E::NotFound { .. } => "restore it from a copy",
        E::PermissionDenied { .. } | E::Unauthenticated { .. } => {
            "check that the credentials are valid and may list, read, write and delete under this address; docs/object-stores.md says where they are looked for"
        }
        E::Generic { .. } if text.contains("169.254.") || text.contains("metadata.google") => {
            "no credentials were found in the environment, and this machine has none of its own; docs/object-stores.md says where they are looked for"
        }
        E::Generic {
            store: "LocalFileSystem",
            ..
        } => "check that the disk is not full and may be written to, then run again",
        _ => "check that the store can be reached, then run again: nothing was lost",
    };
    Error::data(what).cause(text).hint(hint)
}
