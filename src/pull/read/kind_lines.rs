//! Lines of each resource type or table of a file, and how many of them cannot be used.

use crate::decode::Decoded;
use crate::pull::prepare::Prepared;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// Lines of one resource type or table.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(in crate::pull) struct KindLines {
    /// All.
    pub lines: u64,
    /// Those that cannot be used.
    pub rejected: u64,
}

/// Lines by resource type or table. A line that is no JSON counts for the type of the line before it.
pub(in crate::pull) type Kinds = BTreeMap<String, KindLines>;

/// The lines of a chunk.
pub(in crate::pull) fn kinds(decoded: &Decoded, prepared: &Prepared) -> Kinds {
    let mut kinds = Kinds::new();
    for (kind, lines) in &decoded.types {
        kinds.entry(kind.clone()).or_default().lines += lines;
    }
    for (kind, lines) in &decoded.rejected_types {
        let of = kinds.entry(kind.clone()).or_default();
        of.lines += lines;
        of.rejected += lines;
    }
    for (kind, lines) in &prepared.rejected_types {
        kinds.entry(kind.clone()).or_default().rejected += lines;
    }
    kinds
}

/// Adds lines of another chunk or file.
pub(in crate::pull) fn add_kinds(all: &mut Kinds, more: Kinds) {
    for (kind, KindLines { lines, rejected }) in more {
        let of = all.entry(kind).or_default();
        of.lines += lines;
        of.rejected += rejected;
    }
}
