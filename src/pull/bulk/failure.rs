//! Why an export could not be brought in, and whether the next pull may go on with it.

use super::request::NoAnswer;
use crate::error::Error;

/// An error, and what becomes of the job.
#[derive(Debug)]
pub(super) struct ExportFailure {
    /// What happened.
    pub error: Error,
    /// Whether the job is of no more use: then the next pull asks for a new export.
    pub hopeless: bool,
    /// Whether the server refuses what it is asked for.
    pub refused: bool,
}

impl From<Error> for ExportFailure {
    fn from(error: Error) -> Self {
        ExportFailure {
            error,
            hopeless: false,
            refused: false,
        }
    }
}

impl From<NoAnswer> for ExportFailure {
    fn from(failed: NoAnswer) -> Self {
        match failed {
            NoAnswer::Fatal(error) => error.into(),
            NoAnswer::Lost(why, _) => Error::data("the server cannot be reached")
                .cause(why)
                .hint("check that the server is up and can be reached from here, then run again: the pull goes on where it stopped")
                .into(),
        }
    }
}

impl ExportFailure {
    /// What the server sent is of no use.
    pub(super) fn hopeless(error: Error) -> Self {
        ExportFailure {
            error,
            hopeless: true,
            refused: false,
        }
    }

    /// The server does not do what it was asked for, and says so.
    pub(super) fn refused(error: Error) -> Self {
        ExportFailure {
            error,
            hopeless: false,
            refused: true,
        }
    }
}
