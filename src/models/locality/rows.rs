//! What is known of the rows of a node.

use super::person_keys::PersonKeys;
use super::row_identity::RowIdentity;

/// The rows of a node that is not global.
#[derive(Debug, Clone)]
pub(super) struct NodeRows {
    /// The columns that hold whose they are; None where they are of no people.
    pub people: Option<PersonKeys>,
    /// What tells them apart.
    pub identity: RowIdentity,
}

impl NodeRows {
    /// Rows of no people, of which nothing else is known.
    pub(super) fn constant() -> Self {
        NodeRows {
            people: None,
            identity: RowIdentity::default(),
        }
    }
}
