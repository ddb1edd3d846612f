//! Panics, our own and those of libraries, become errors.
//!
//! What a panic says may hold a value of a record. Its place in the code does not, and is all that is
//! kept of it.

use crate::error::{Error, Result};
use futures::FutureExt;
use std::future::Future;
use std::panic::{AssertUnwindSafe, catch_unwind, set_hook};
use std::sync::{Mutex, PoisonError};

/// The place of the first panic that has not become an error yet: others may follow from it.
static PLACE: Mutex<Option<PanicPlace>> = Mutex::new(None);

struct PanicPlace {
    code: String,
    /// Whether something was larger than any memory.
    too_large: bool,
}

/// From now on a panic prints nothing, and its place is kept.
pub(crate) fn watch() {
    set_hook(Box::new(|panic| {
        let code = panic.location().map_or_else(
            || "a place that is not known".to_string(),
            |at| format!("{}:{}:{}", in_repository(at.file()), at.line(), at.column()),
        );
        let text = panic.payload_as_str().unwrap_or_default();
        let too_large = [
            "capacity overflow",
            "offset overflow",
            "byte array offset overflow",
        ];
        let too_large = too_large
            .iter()
            .any(|words| text.eq_ignore_ascii_case(words));
        tracing::debug!(place = code, "panicked");
        let mut place = PLACE.lock().unwrap_or_else(PoisonError::into_inner);
        place.get_or_insert(PanicPlace { code, too_large });
    }));
}

/// A file of code without the folders of the machine on which it was compiled.
fn in_repository(file: &str) -> &str {
    let file = file.split_once("/registry/src/").map_or(file, |(_, rest)| {
        rest.split_once('/').map_or(rest, |(_, file)| file)
    });
    match file.strip_prefix("/rustc/") {
        Some(rest) => rest.split_once('/').map_or(rest, |(_, file)| file),
        None => file,
    }
}

/// Does work; a panic of it is an error, and an error that a panic of another thread led to says so.
pub(crate) fn caught<T>(work: impl FnOnce() -> Result<T>) -> Result<T> {
    let done = catch_unwind(AssertUnwindSafe(work)).unwrap_or_else(|_| Err(error()));
    done.map_err(|e| match is_known() {
        true => error().within(e.what()),
        false => e,
    })
}

/// Does work of a library that panics where it ought to fail; None when it did.
pub(crate) fn survived<T>(work: impl FnOnce() -> T) -> Option<T> {
    let done = catch_unwind(AssertUnwindSafe(work)).ok();
    if done.is_none() {
        PLACE.lock().unwrap_or_else(PoisonError::into_inner).take();
    }
    done
}

/// Whether a panic has not become an error yet.
fn is_known() -> bool {
    PLACE
        .lock()
        .unwrap_or_else(PoisonError::into_inner)
        .is_some()
}

/// Does work; a panic of it is an error.
pub(crate) async fn caught_in<T>(work: impl Future<Output = Result<T>>) -> Result<T> {
    let done = AssertUnwindSafe(work).catch_unwind().await;
    done.unwrap_or_else(|_| Err(error()))
}

/// The error of the panic that was last heard of.
pub(crate) fn error() -> Error {
    let mut place = PLACE.lock().unwrap_or_else(PoisonError::into_inner);
    match place.take() {
        Some(PanicPlace { code, too_large }) if too_large => {
            Error::data("there is not enough memory for one value")
                .cause(format!("its size cannot be counted, at {code}"))
                .hint("make it smaller: a text or list repeats too often, or too many are joined")
        }
        place => {
            let code = place.map_or("a place that is not known".to_string(), |place| place.code);
            Error::data("this is a bug in Populace or in one of its libraries")
                .cause(format!("it stopped at {code}"))
                .hint("what was under way was given up and nothing of it is in place; write the query or the setting in another way, and report this place with the command")
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_place_has_no_folders_of_the_machine() {
        let of_library = "/home/someone/.cargo/registry/src/index-1949/arrow-59/src/a.rs";
        assert_eq!(in_repository(of_library), "arrow-59/src/a.rs");
        let of_rust = "/rustc/0123abcd/library/core/src/option.rs";
        assert_eq!(in_repository(of_rust), "library/core/src/option.rs");
        assert_eq!(in_repository("src/main.rs"), "src/main.rs");
    }

    #[tokio::test]
    async fn a_panic_is_an_error_of_data_without_its_words() {
        let thrown = || -> Result<()> { panic!("9434765919") };
        for error in [
            caught(thrown).unwrap_err(),
            caught_in(async { thrown() }).await.unwrap_err(),
        ] {
            assert_eq!(error.kind(), crate::error::Kind::Data);
            assert!(error.what().contains("a bug in Populace"), "{error}");
            assert!(!format!("{error:?}").contains("9434765919"));
        }
        assert_eq!(caught(|| Ok(3)).unwrap(), 3);
    }
}
