//! What a plan's rows rest on, and why.

use std::collections::BTreeSet;

/// What a plan's rows rest on.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Locality {
    /// Rests on no table of people.
    Constant,
    /// The rows of a person rest on the rows of that person, and on tables without people, alone: the
    /// rows with a value of the key are what the query makes of the rows with that value. NULL is one
    /// value more.
    PersonLocal {
        /// The output columns, by their places, that hold the person key; never none.
        keys: BTreeSet<usize>,
    },
    /// Anything else.
    Global(GlobalCause),
}

/// The node of a plan that makes it global.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize)]
pub(crate) struct GlobalCause {
    /// The node in a word or two, such as `group by` or `join`.
    pub node: String,
    /// What it lacks.
    pub why: String,
    /// The line of the SQL file where it stands, if it can be known.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub line: Option<u64>,
}

impl GlobalCause {
    pub(super) fn new(node: impl Into<String>, why: impl Into<String>) -> Self {
        GlobalCause {
            node: node.into(),
            why: why.into(),
            line: None,
        }
    }
}
