//! What a process knows of the states of tables that are kept.

use super::TableName;
use std::collections::{BTreeMap, BTreeSet};

/// The digest of a table's log, and the text of the state that the log tells.
pub(super) type KeptTable = (String, String);

/// What a process knows of the states that are kept.
#[derive(Debug, Default)]
pub(super) struct KeptTables {
    /// By table; None before they were read.
    pub(super) kept: Option<BTreeMap<String, KeptTable>>,
    /// Tables of which this process knows that they have, or had, another state.
    pub(super) changed: BTreeSet<TableName>,
}
