//! What decides which rows of a shard stay.

use super::exclusions::Exclusions;
use crate::privacy::RecordKey;
use crate::pull::identity::moved_records::MovedRecords;
use crate::pull::identity::patient_index::PatientIndex;
use crate::pull::plan::TablePlan;
use crate::pull::spool::Shard;
use std::collections::HashSet;

/// The shard that is merged, and what decides which of its rows stay.
pub(crate) struct Rules<'a> {
    /// The table.
    pub plan: &'a TablePlan,
    /// The shard.
    pub shard: Shard,
    /// What must not be in the lake.
    pub exclusions: &'a Exclusions,
    /// Which records belong elsewhere.
    pub moved: &'a MovedRecords,
    /// Records whose stored rows were read again because they belong to another person now.
    pub relinked: &'a HashSet<RecordKey>,
    /// Whether withdrawn rows that came again as they were are written again.
    pub renewed: bool,
    /// Who every Patient is.
    pub people: &'a PatientIndex,
}
