//! What one attempt at a pull needs.

use super::PullSummary;
use super::limits::PullLimits;
use crate::lake::Lake;
use crate::pipeline::Pipeline;
use crate::privacy::Key;
use crate::progress::Progress;
use crate::scratch::Scratch;
use chrono::{NaiveDate, Utc};

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
    /// Whether the pull fails when one of its sources does.
    pub strict: bool,
}

/// How an attempt ended.
pub(super) enum AttemptEnd {
    /// All is in the lake.
    Done(Box<PullSummary>),
    /// New files are not enough: everything has to be read.
    ReadAll,
    /// Sources failed as they were read: nothing was changed, and the others have to be read again.
    WithoutFailed,
}

impl Attempt<'_> {
    /// The day of the pull: today, or the later day that the figures are to describe.
    pub(super) fn today(&self) -> NaiveDate {
        self.pipeline.today(Utc::now().date_naive())
    }
}
