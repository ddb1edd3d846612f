//! Whether a model has to be built.

use serde::Serialize;

/// Whether a model has to be built, and why.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum ModelState {
    /// Its table is what it would come out as.
    UpToDate,
    /// It was never built.
    New,
    /// Its SQL, checks or parameters changed.
    Changed,
    /// What it reads changed.
    InputChanged,
    /// Its table is what it would come out as, and it is built in full because that was asked for.
    Requested,
    /// Its table is what it would come out as; it was refreshed for a week, and is compared with a full build.
    ToCompare,
    /// A file of its table, or the table's log, is damaged.
    Damaged,
}
