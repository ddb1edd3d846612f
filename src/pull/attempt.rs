//! What one attempt at a pull needs.

use super::limits::PullLimits;
use crate::lake::Lake;
use crate::pipeline::Pipeline;
use crate::privacy::Key;
use crate::progress::Progress;
use crate::scratch::Scratch;

/// What an attempt needs.
pub(super) struct Attempt<'a> {
    /// The pipeline.
    pub pipeline: &'a Pipeline,
    /// The lake.
    pub lake: &'a Lake,
    /// The key of pseudonyms.
    pub key: &'a Key,
    /// How it may use the machine.
    pub limits: PullLimits,
    /// The temporary folder.
    pub scratch: &'a Scratch,
    /// Where progress is shown.
    pub progress: Progress,
}
