//! A line to write, and the fault it is when it is one.

use super::kind::FaultKind;

/// A line to write, and the fault it is when it is one.
pub(super) struct FaultyLine {
    pub text: String,
    pub fault: Option<FaultKind>,
}
