//! An export that is downloaded and not yet in the tables.

use super::shortfall::Shortfall;
use super::staging::job::ExportJob;
use std::collections::BTreeSet;

/// An export of which everything is staged.
pub(super) struct DownloadedExport {
    /// The job.
    pub job: ExportJob,
    /// The reading of each file that counts.
    pub readings: Vec<Option<u32>>,
    /// Types that it has resources of.
    pub types: BTreeSet<String>,
    /// What the server failed to export.
    pub shortfall: Option<Shortfall>,
}
