//! What goes into a merge.

use super::exclusions::Exclusions;
use crate::lake::Lake;
use crate::progress::Progress;
use crate::pull::identity::patient_index::PatientIndex;
use crate::pull::plan::PullPlan;
use crate::pull::spool::Spool;
use crate::pull::supersede::withdrawn::Withdrawn;

/// The last step of a pull.
pub(in crate::pull) struct Merge<'a> {
    /// The lake.
    pub lake: &'a Lake,
    /// Tables and sources.
    pub plan: &'a PullPlan,
    /// The new rows.
    pub spool: &'a Spool,
    /// Who every Patient is.
    pub people: &'a PatientIndex,
    /// What must not be in the lake.
    pub exclusions: &'a Exclusions,
    /// Stored rows whose place new ones take.
    pub withdrawn: &'a Withdrawn,
    /// Whether every shard is looked at, not only those with new rows.
    pub everything: bool,
    /// Whether files that the lake holds already were read with other settings: then what was read
    /// now replaces what is stored, though its version is the same.
    pub read_anew: bool,
    /// Whether the last pull was cut short: then rows of anybody may belong to people as they were.
    pub cut_short: bool,
    /// Whether no extract is left that has to be read again for a damaged table.
    pub complete: bool,
    /// Worker threads.
    pub threads: usize,
    /// Where progress is shown.
    pub progress: Progress,
}
