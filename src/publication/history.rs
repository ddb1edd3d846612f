//! All that has been decided about one release.

use super::identifier::{FOLDER, file_of};
use super::name::ReleaseName;
use super::state::PublicationState;
use super::step::PublicationStep;
use crate::error::Error;
use chrono::{DateTime, Utc};
use serde::Serialize;

/// The steps of a release, the first one first. A release without any is a draft.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub(crate) struct Publication {
    /// The identifier of the release.
    pub release: String,
    /// What was decided, in order.
    pub steps: Vec<PublicationStep>,
    /// What is wrong with the files of its steps. Nothing is shown of such a release.
    pub damaged: Option<String>,
}

impl Publication {
    /// A release about which nothing has been decided.
    pub(crate) fn draft(release: &str) -> Self {
        Publication {
            release: release.to_string(),
            steps: Vec::new(),
            damaged: None,
        }
    }

    /// Its state.
    pub(crate) fn state(&self) -> PublicationState {
        let last = self.steps.last();
        last.map_or(PublicationState::Draft, |step| step.state)
    }

    /// Its name, once something has been decided about it.
    pub(crate) fn name(&self) -> Option<&ReleaseName> {
        self.steps.first().map(|step| &step.name)
    }

    /// Until when readers do not see it, if it was ever to be held back.
    pub(crate) fn embargo(&self) -> Option<DateTime<Utc>> {
        self.steps.last().and_then(|step| step.embargo)
    }

    /// Whether its embargo is not over.
    pub(crate) fn is_embargoed(&self, now: DateTime<Utc>) -> bool {
        self.embargo().is_some_and(|embargo| now < embargo)
    }

    /// Whether readers may see it.
    pub(crate) fn is_public(&self, now: DateTime<Utc>) -> bool {
        self.damaged.is_none()
            && self.state() == PublicationState::Published
            && !self.is_embargoed(now)
    }

    /// Whether readers see it, or did before it was withdrawn: what ended under embargo they never saw.
    pub(crate) fn was_public(&self, now: DateTime<Utc>) -> bool {
        let end = match self.state() {
            PublicationState::Withdrawn => self.steps.last().map_or(now, |step| step.at),
            _ => now,
        };
        self.damaged.is_none() && self.public_since().is_some_and(|since| since <= end)
    }

    /// The error of whoever needs to know what was decided, where the files do not say it.
    pub(crate) fn damage(&self) -> Option<Error> {
        let (id, what) = (&self.release, self.damaged.as_ref()?);
        let error = Error::data(format!("the publication of {id} is damaged: {what}"));
        Some(error.hint(format!(
            "restore {FOLDER}/{} and those after it below the releases from a copy",
            file_of(id, 1)
        )))
    }

    /// Since when readers may see it: from its publication, or the end of its embargo.
    pub(crate) fn public_since(&self) -> Option<DateTime<Utc>> {
        let mut steps = self.steps.iter().rev();
        let published = steps.find(|step| step.state == PublicationState::Published)?;
        Some(
            published
                .embargo
                .map_or(published.at, |embargo| embargo.max(published.at)),
        )
    }

    /// The approvals that stand: those since it was last a draft.
    pub(crate) fn approvals(&self) -> impl Iterator<Item = &PublicationStep> {
        let draft = |step: &PublicationStep| step.state == PublicationState::Draft;
        let since = self.steps.iter().rposition(draft).map_or(0, |at| at + 1);
        let steps = self.steps[since..].iter();
        steps.filter(|step| step.state == PublicationState::Approved)
    }

    /// What is wrong with these steps as those of this release.
    pub(super) fn fault(&self) -> Option<String> {
        let mut state = PublicationState::Draft;
        let mut before: Option<&PublicationStep> = None;
        for (n, step) in (1..).zip(&self.steps) {
            let wrong = |what: &str| Some(format!("step {n} {what}"));
            if step.release != self.release {
                return wrong("is of another release");
            }
            if self.name() != Some(&step.name) {
                return wrong("has another name than the first");
            }
            if !state.may_become(step.state) {
                return wrong("does not follow from the one before");
            }
            if before.is_some_and(|before| step.at < before.at) {
                return wrong("is older than the one before");
            }
            (state, before) = (step.state, Some(step));
        }
        None
    }
}
