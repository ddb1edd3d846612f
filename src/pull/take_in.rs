//! The steps of an attempt that read: lines become rows in the spool, and what they take the place of
//! is found.

use super::attempt::Attempt;
use super::bulk::StagedExport;
use super::clock::Clock;
use super::discover::new_files::{FileToRead, NewFiles};
use super::failures::SourceFailures;
use super::identity::patient_index::PatientIndex;
use super::known::Outset;
use super::merge::links_people;
use super::plan::PullPlan;
use super::read::context::PullContext;
use super::read::intake::Intake;
use super::read::{pool, threshold};
use super::supersede::rules::Superseded;
use super::supersede::withdrawn::Withdrawn;
use super::supersede::{self, guard};
use crate::error::{Error, Result};
use crate::privacy::PatientKey;
use std::sync::Arc;

impl Attempt<'_> {
    /// **Read**, prepare and spool, and then what is withdrawn. None where a source failed at it.
    pub(super) async fn take_in(
        &self,
        shared: &Arc<PullContext>,
        planned: &Outset<'_>,
        (new, brought): (&mut NewFiles, &[StagedExport]),
        people: PatientIndex,
        failures: &mut SourceFailures,
    ) -> Result<Option<(Intake, Withdrawn)>> {
        let files = std::mem::take(&mut new.work);
        let failed_before = failures.count();
        let mut intake = self.read(shared, files, people, brought, failures).await?;
        threshold::check(&shared.plan, &intake, failures)?;
        if failures.count() > failed_before {
            return Ok(None);
        }
        let withdrawn = self
            .withdraw(shared, planned, (new, brought), &intake, failures)
            .await?;
        let Some(withdrawn) = withdrawn else {
            return Ok(None);
        };
        self.forget_lost(&shared.plan, &withdrawn, &mut intake);
        intake.end_merges(shared)?;
        Ok(Some((intake, withdrawn)))
    }

    /// **Read**, prepare and spool: files, and what servers sent.
    async fn read(
        &self,
        shared: &Arc<PullContext>,
        work: Vec<FileToRead>,
        people: PatientIndex,
        brought: &[StagedExport],
        failures: &mut SourceFailures,
    ) -> Result<Intake> {
        let reading = shared.clone();
        let (threads, progress) = (self.limits.threads, self.progress);
        let (mut intake, failed) = tokio::task::spawn_blocking(move || {
            pool::take_in(&reading, work, people, threads, progress)
        })
        .await
        .map_err(|_| {
            Error::data("a worker of the pull failed")
                .hint("nothing was committed; please report this")
        })??;
        for (source, error) in failed {
            failures.note(&shared.plan.sources[source].name, error)?;
        }
        for one in brought {
            one.rows(shared, &mut intake, threads).await?;
        }
        Ok(intake)
    }

    /// Finds the stored rows whose place what was read takes, and refuses too large a loss.
    async fn withdraw(
        &self,
        shared: &PullContext,
        planned: &Outset<'_>,
        (new, brought): (&NewFiles, &[StagedExport]),
        intake: &Intake,
        failures: &mut SourceFailures,
    ) -> Result<Option<Withdrawn>> {
        let plan = &shared.plan;
        let superseded = Superseded::of(plan, new, brought, Some(intake));
        let tables = &planned.before.tables;
        let withdrawn =
            supersede::find::find(self.lake, plan, &shared.spool, tables, &superseded).await?;
        let confirmed = &self.pipeline.settings.confirmed_gone;
        match guard::refuse_loss(plan, &withdrawn, confirmed, failures)? {
            true => Ok(Some(withdrawn)),
            false => Ok(None),
        }
    }

    /// Patients that are not there any more are nobody's: rows that refer to them wait.
    fn forget_lost(&self, plan: &PullPlan, withdrawn: &Withdrawn, intake: &mut Intake) {
        let now = Clock::of_command().now();
        for (table, rows) in withdrawn.tables() {
            if links_people(plan, &plan.tables[table]) {
                for record in &rows.lost {
                    let patient = PatientKey::of_record(*record);
                    intake.people.learn_deleted(patient, now);
                }
            }
        }
    }
}
