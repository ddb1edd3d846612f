//! A release as lists show it.

use super::report_key::ReportKey;
use crate::publication::Publication;
use chrono::{DateTime, NaiveDate, Utc};
use std::sync::Arc;

/// A release as lists show it.
#[derive(Debug, Clone)]
pub(crate) struct ListedRelease {
    /// Its identifier: the as-of date and a fingerprint.
    pub id: String,
    /// The date the figures describe.
    pub as_of: NaiveDate,
    /// When its manifest was written.
    pub made: DateTime<Utc>,
    /// Its reports, sorted; releases with the same ones share them.
    pub reports: Arc<[ReportKey]>,
    /// Whether it has its figures as one frame.
    pub has_figures: bool,
    /// What was decided about it.
    pub publication: Publication,
}

impl ListedRelease {
    /// Its name for people; the identifier where it has none.
    pub(crate) fn name(&self) -> String {
        let name = self.publication.name();
        name.map_or_else(|| self.id.clone(), ToString::to_string)
    }

    /// Since when readers may see it; for a draft, when it was made.
    pub(crate) fn since(&self) -> DateTime<Utc> {
        self.publication.public_since().unwrap_or(self.made)
    }

    /// Whether it has this report.
    pub(crate) fn has(&self, key: &ReportKey) -> bool {
        self.reports.binary_search(key).is_ok()
    }

    /// What later releases come after: those of later dates, and of one date those published later.
    pub(super) fn order(&self) -> (NaiveDate, DateTime<Utc>, &str) {
        (self.as_of, self.since(), &self.id)
    }
}
