//! Why a line is rejected.

use super::cursor::Broken;
use super::reason;

/// Why a line is rejected: one of [`reason`], and the column when it is one column's.
pub(super) struct Refusal {
    pub reason: &'static str,
    pub column: Option<String>,
}

impl Refusal {
    /// A reason that is no one column's.
    pub fn new(reason: &'static str) -> Refusal {
        Refusal {
            reason,
            column: None,
        }
    }
}

impl From<Broken> for Refusal {
    fn from(_: Broken) -> Refusal {
        Refusal::new(reason::NOT_JSON)
    }
}
