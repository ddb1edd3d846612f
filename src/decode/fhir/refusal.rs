//! Why a line is rejected.

use super::cursor::Broken;
use crate::decode::RejectReason;

/// Why a line is rejected: its reason, and the column when it is one column's.
pub(super) struct Refusal {
    pub reason: RejectReason,
    pub column: Option<String>,
}

impl Refusal {
    /// A reason that is no one column's.
    pub(super) fn new(reason: RejectReason) -> Refusal {
        Refusal {
            reason,
            column: None,
        }
    }
}

impl From<Broken> for Refusal {
    fn from(_: Broken) -> Refusal {
        Refusal::new(RejectReason::NotJson)
    }
}
