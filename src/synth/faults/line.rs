//! A line to write, and the fault it is when it is one.

use super::kind::Kind;

/// A line to write, and the fault it is when it is one.
pub(super) struct Line {
    pub text: String,
    pub fault: Option<Kind>,
}
