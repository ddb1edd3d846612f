//! What a run did to each model.

use super::absent::AbsentTable;
use super::check::CheckFailure;
use super::model_state::ModelState;
use super::unused::UnusedTable;
use crate::engine::QueryProfile;
use crate::lake::TableName;
use chrono::{DateTime, Utc};
use serde::Serialize;

/// What happened to a model.
#[derive(Debug, Clone, Serialize)]
pub struct ModelOutcome {
    /// Its table.
    pub model: String,
    /// Why it was built, or that it was not.
    pub state: ModelState,
    /// Its rows.
    pub rows: u64,
    /// When building began.
    #[serde(skip)]
    pub(crate) began: DateTime<Utc>,
    /// Seconds that building took.
    pub seconds: f64,
    /// Checks that failed; then the table was not changed.
    pub failed: Vec<CheckFailure>,
    /// Checks that only warn, and that its new rows break.
    pub warned: Vec<CheckFailure>,
    /// The model that it reads and that was not built, or the reference table that is not there, if any;
    /// then it was not tried.
    pub waits_for: Option<String>,
    /// Files of its table, or the log, that were damaged: why it was built although nothing changed.
    pub damaged: Vec<String>,
    /// Dirty people, when only their rows were made anew: fewer than ten are told as that.
    #[serde(serialize_with = "refreshed_shown")]
    pub(crate) refreshed: Option<u64>,
    /// Dirty people, when its aggregates were made by difference: only the rows of these were read for them.
    #[serde(serialize_with = "refreshed_shown")]
    pub(crate) by_difference: Option<u64>,
    /// Whether its new rows are those that it had, so that what reads it stays as it is.
    pub(crate) same_rows: bool,
    /// Whether its refreshed rows were not those of a full build, which took their place.
    pub(crate) differed: bool,
}

/// What a run did.
#[derive(Debug, Clone, Default, Serialize)]
pub struct BuildSummary {
    /// Models in the order of building.
    pub models: Vec<ModelOutcome>,
    /// Reference tables that models read and that are not there.
    pub(crate) absent: Vec<AbsentTable>,
    /// Damaged files of reference tables, which were loaded again.
    pub reloaded: Vec<String>,
    /// Tables of the lake that no model of the project makes any more.
    pub(crate) unused: Vec<UnusedTable>,
    /// What the queries took, where that was asked for.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) profile: Option<Vec<QueryProfile>>,
}

impl BuildSummary {
    /// Models that were built.
    pub(crate) fn built(&self) -> usize {
        self.models
            .iter()
            .filter(|m| m.state != ModelState::UpToDate && m.ok())
            .count()
    }

    /// Whether every model was tried, and its rows pass its checks.
    pub(crate) fn checks_hold(&self) -> bool {
        self.models.iter().all(ModelOutcome::ok)
    }

    /// Whether every model is as it should be, and no refresh gave other rows than a full build.
    pub fn ok(&self) -> bool {
        self.models
            .iter()
            .all(|model| model.ok() && !model.differed)
    }
}

impl ModelOutcome {
    /// Before anything happened.
    pub(super) fn of(model: &TableName) -> Self {
        ModelOutcome {
            model: model.to_string(),
            state: ModelState::UpToDate,
            rows: 0,
            began: Utc::now(),
            seconds: 0.0,
            failed: Vec::new(),
            warned: Vec::new(),
            waits_for: None,
            damaged: Vec::new(),
            refreshed: None,
            by_difference: None,
            same_rows: false,
            differed: false,
        }
    }

    /// Whether the model's table is as it should be.
    pub(crate) fn ok(&self) -> bool {
        self.failed.is_empty() && self.waits_for.is_none()
    }

    /// Why it is not, for people.
    pub(super) fn failure(&self) -> Option<String> {
        if let Some(read) = &self.waits_for {
            return Some(format!("it waits for {read}"));
        }
        let checks = self.failed.iter();
        let checks: Vec<String> = checks.map(CheckFailure::told).collect();
        (!checks.is_empty()).then(|| checks.join(", "))
    }
}

/// How many people, in words; few could be known by their number.
pub(crate) fn people_told(people: u64) -> String {
    match people {
        0 => "nobody".to_string(),
        1..10 => "fewer than 10 people".to_string(),
        people => format!("{people} people"),
    }
}

fn refreshed_shown<S: serde::Serializer>(
    people: &Option<u64>,
    s: S,
) -> std::result::Result<S::Ok, S::Error> {
    people.map(people_told).serialize(s)
}

pub(super) fn shown<S: serde::Serializer>(
    name: &TableName,
    s: S,
) -> std::result::Result<S::Ok, S::Error> {
    s.collect_str(name)
}
