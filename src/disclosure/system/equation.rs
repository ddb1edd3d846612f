//! What adds up to what.

use serde::{Deserialize, Serialize};

/// One figure of a release: the cells of all its tables that have the same members, shown or not.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub(crate) struct NodeId(pub u32);

impl NodeId {
    /// Its place among the nodes.
    pub(crate) fn at(self) -> usize {
        self.0 as usize
    }
}

/// A total that is the sum of its parts, which share nobody.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Equation {
    /// The total.
    pub total: NodeId,
    /// Its parts; they may be totals themselves.
    pub parts: Vec<NodeId>,
}
