//! The log of nights: `populace.night`, a row a step and a row a failed check, in the lake.

use crate::error::Result;
use crate::lake::{
    CommitAttempts, Lake, StateRow, Table, Timestamp, VisitColumns, state_table_name,
};
use crate::models::{CheckFailure, Severity};
use std::collections::BTreeMap;

/// One step of a night.
#[derive(Debug, Clone, Default, serde::Serialize)]
pub(super) struct NightStep {
    /// The night: when it began, 2026-11-22T02:00:00Z.
    pub night: String,
    /// begin, verify, pull, run, check, release, vacuum or end.
    pub step: String,
    /// When the step ended, in microseconds since 1970.
    pub ended: i64,
    /// ok, warned, failed or stopped.
    pub outcome: String,
    /// What it did, for people.
    pub detail: String,
    /// The model whose check failed.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub model: Option<String>,
    /// The check that failed, as the model's header writes it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub failed_check: Option<String>,
    /// Rows that break it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub failed_rows: Option<i64>,
}

impl NightStep {
    /// A step that ends now.
    pub(super) fn now(night: &str, step: &str, outcome: &str, detail: &str) -> Self {
        NightStep {
            night: night.to_string(),
            step: step.to_string(),
            ended: chrono::Utc::now().timestamp_micros(),
            outcome: outcome.to_string(),
            detail: detail.to_string(),
            model: None,
            failed_check: None,
            failed_rows: None,
        }
    }

    /// A check that the new rows of `model` break.
    pub(super) fn check(night: &str, model: &str, failure: &CheckFailure) -> Self {
        let outcome = match failure.severity {
            Severity::Error => "failed",
            Severity::Warn => "warned",
        };
        let detail = format!("{model}: {}", failure.told());
        NightStep {
            model: Some(model.to_string()),
            failed_check: Some(failure.check.clone()),
            failed_rows: i64::try_from(failure.rows).ok(),
            ..NightStep::now(night, "check", outcome, &detail)
        }
    }
}

impl StateRow for NightStep {
    const TABLE: &'static str = "night";

    fn columns(&mut self, visit: &mut impl VisitColumns) {
        let mut ended = Timestamp(self.ended);
        visit.column("night", &mut self.night);
        visit.column("step", &mut self.step);
        visit.column("ended", &mut ended);
        visit.column("outcome", &mut self.outcome);
        visit.column("detail", &mut self.detail);
        visit.column("model", &mut self.model);
        visit.column("failed_check", &mut self.failed_check);
        visit.column("failed_rows", &mut self.failed_rows);
        self.ended = ended.0;
    }
}

/// Adds steps to the log.
pub(super) async fn add(lake: &Lake, new: &[NightStep]) -> Result<()> {
    // Nights at once do a log no harm: whoever comes second adds to what is there then.
    let name = state_table_name::<NightStep>();
    let mut attempts = CommitAttempts::new();
    loop {
        let base = lake.table(&name).await?;
        let steps = new.iter().cloned();
        let made = lake.try_append(base.as_ref(), steps, BTreeMap::new());
        if made.await?.is_some() {
            return Ok(());
        }
        attempts.was_second(&name).await?;
    }
}

/// All steps, oldest first.
pub(super) async fn load(lake: &Lake) -> Result<Vec<NightStep>> {
    let stored = lake.state_table::<NightStep>().await?;
    steps_of(lake, stored.as_ref()).await
}

async fn steps_of(lake: &Lake, table: Option<&Table>) -> Result<Vec<NightStep>> {
    let mut steps = lake.state_rows::<NightStep>(table).await?;
    // The rows of one commit keep their order.
    steps.sort_by_key(|step| step.ended);
    Ok(steps)
}
