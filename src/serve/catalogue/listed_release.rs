//! A release as lists show it.

use super::report_key::ReportKey;
use chrono::{DateTime, NaiveDate, Utc};
use serde::Deserialize;
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
    /// Who said last what becomes of it, and when.
    pub step: Option<PublicationStep>,
}

/// The last step of a release's publication.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
pub(crate) struct PublicationStep {
    /// The release.
    pub release: String,
    /// Its name by area, period and number.
    pub name: Option<String>,
    /// What it has become.
    pub state: ReleaseState,
    /// When.
    pub at: DateTime<Utc>,
    /// Until when nobody may see it.
    pub embargo: Option<DateTime<Utc>>,
    /// Why.
    pub reason: Option<String>,
}

/// How far a release is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub(crate) enum ReleaseState {
    /// Made, and looked at by nobody.
    Draft,
    /// Approved, and not yet to be seen.
    Approved,
    /// To be seen, from the end of its embargo.
    Published,
    /// Taken back.
    Withdrawn,
}

impl ReleaseState {
    /// The word for it.
    pub(crate) fn word(self) -> &'static str {
        match self {
            ReleaseState::Draft => "draft",
            ReleaseState::Approved => "approved",
            ReleaseState::Published => "published",
            ReleaseState::Withdrawn => "withdrawn",
        }
    }
}

impl ListedRelease {
    /// How far it is.
    pub(crate) fn state(&self) -> ReleaseState {
        let step = self.step.as_ref();
        step.map_or(ReleaseState::Draft, |step| step.state)
    }

    /// Its name for people; the identifier where it has none.
    pub(crate) fn name(&self) -> &str {
        let name = self.step.as_ref().and_then(|step| step.name.as_deref());
        name.unwrap_or(&self.id)
    }

    /// When it was last published, approved or made.
    pub(crate) fn since(&self) -> DateTime<Utc> {
        let embargo = self.embargo();
        let step = self.step.as_ref().map_or(self.made, |step| step.at);
        embargo.map_or(step, |embargo| embargo.max(step))
    }

    /// Until when nobody may see it.
    pub(crate) fn embargo(&self) -> Option<DateTime<Utc>> {
        self.step.as_ref().and_then(|step| step.embargo)
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
