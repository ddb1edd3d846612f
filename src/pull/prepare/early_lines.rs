//! Lines whose last update is not believed.

use std::collections::HashSet;

/// Lines whose last update lies in the future, or is not told.
#[derive(Default)]
pub(super) struct EarlyLines {
    /// Their indices, of lines with rows.
    pub(super) lines: HashSet<usize>,
    /// Lines and deletions whose last update lies in the future.
    pub count: u64,
}

impl EarlyLines {
    /// Whether the line at this index is one of them.
    pub(super) fn has(&self, line: u32) -> bool {
        self.lines.contains(&(line as usize))
    }
}
