//! A line that could not be used: where it is and why, never what it holds.

use crate::decode::{Reject, RejectReason};

/// A line that could not be used.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct RejectedLine {
    /// Its number in the decompressed file, from 1.
    pub line: u64,
    /// Its first byte in the decompressed file.
    pub start: u64,
    /// The byte after its last, without the line end.
    pub end: u64,
    /// Why.
    pub reason: RejectReason,
    /// The column at fault, where there is one.
    pub column: Option<String>,
}

impl From<Reject> for RejectedLine {
    fn from(reject: Reject) -> Self {
        RejectedLine {
            line: reject.number,
            start: reject.start,
            end: reject.end,
            reason: reject.reason,
            column: reject.column,
        }
    }
}
