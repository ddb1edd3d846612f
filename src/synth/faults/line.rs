//! A line to write, and the fault it is when it is one.

use super::kind::FaultKind;

/// A line to write, and the fault it is when it is one.
pub(super) struct FaultyLine {
    pub text: String,
    pub fault: Option<FaultKind>,
    /// The column of the table whose value is not known.
    pub column: &'static str,
}

impl FaultyLine {
    /// A line without a fault.
    pub(super) fn right(line: &str) -> Self {
        FaultyLine {
            text: line.to_owned(),
            fault: None,
            column: "",
        }
    }

    /// A line that is a fault.
    pub(super) fn bad(text: String, kind: FaultKind) -> Self {
        FaultyLine {
            text,
            fault: Some(kind),
            column: "",
        }
    }

    /// The same, of a column whose value is not known.
    pub(super) fn unknown(text: String, kind: FaultKind, column: &'static str) -> Self {
        FaultyLine {
            text,
            fault: Some(kind),
            column,
        }
    }
}
