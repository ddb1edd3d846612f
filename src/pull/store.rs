//! The end of a pull: tables are merged, and what the next pull has to know is kept.

use super::attempt::Attempt;
use super::bulk;
use super::bulk::StagedExport;
use super::discover::new_files::NewFiles;
use super::failures::SourceFailures;
use super::failures::in_words;
use super::known::{Before, OptOutsNow, Outset};
use super::merge::Merge;
use super::merge::exclusions::Exclusions;
use super::opt_outs::effect;
use super::opt_outs::stored;
use super::prepare::rejects;
use super::read::context::PullContext;
use super::read::intake::Intake;
use super::state::extracts::{self, Extract};
use super::state::source_marks::{self, LastPull, SourceMarks};
use super::state::{
    data_quality, deleted_records, named_beside, rejected_patients, table_versions,
};
use super::supersede::rules::Superseded;
use super::supersede::withdrawn::Withdrawn;
use super::{PullSummary, warnings};
use crate::error::Result;
use crate::lake::Epoch;

impl Attempt<'_> {
    /// **Merge** and state: stores all that was taken in, the tables first, then what the next pull has to
    /// know, and, last of all, which files were taken. Gives the epoch, which is still open.
    pub(super) async fn commit<'a>(
        &'a self,
        planned: Outset<'a>,
        exclusions: &Exclusions,
        arrived: &Received<'_>,
    ) -> Result<(PullSummary, Epoch<'a>, SourceMarks)> {
        let Received {
            shared,
            intake,
            brought,
            ..
        } = *arrived;
        let (lake, plan) = (self.lake, &shared.plan);
        let merge = self.merge(&planned, exclusions, arrived);
        let Outset {
            mut epoch,
            mut before,
            opt_outs,
            again,
            today,
            ..
        } = planned;
        if again {
            before.read_later(arrived.failures);
        }
        before.mark(plan, &intake.arrived(), brought, arrived.failures, today);
        let marks = before.marks.clone();
        let stored = before.tables.clone();
        let coming = effect::Coming {
            tables: &stored,
            lists: &opt_outs.lists,
            joined: &opt_outs.joining,
            exclusions,
            version: before.opted_out.version,
        };
        let effect = effect::note(lake, &coming).await?;
        epoch.claim().await?;
        // Whose a deleted Patient was is kept before its row goes: a pull that is cut short after that
        // would not know it.
        deleted_records::store(lake, &exclusions.deleted, intake.people.owners()).await?;
        let tables = std::mem::take(&mut before.tables);
        let tables = merge.all(tables, intake).await?;
        let summary = PullSummary::of(plan, intake, tables).with_exports(plan, brought);
        let versions = summary.tables.iter();
        before.versions = versions.map(|of| (of.table.clone(), of.version)).collect();
        for (source, lines) in &summary.sources {
            let mark = before.marks.entry(source.clone()).or_default();
            mark.last = Some(LastPull {
                day: today,
                lines: lines.clone(),
            });
        }
        self.remember(before, &opt_outs, arrived).await?;
        let summary = summary.with_opt_outs(&opt_outs.read, opt_outs.people(), effect);
        let summary = summary.with_gone(plan, arrived.withdrawn);
        effect::note_kept_out(lake, &coming, &summary.kept_out_rows).await?;
        Ok((summary, epoch, marks))
    }

    /// Marks sources that failed although nothing is pulled; a lake that holds nothing has no place for
    /// that.
    pub(super) async fn mark(&self, failures: &SourceFailures) -> Result<()> {
        let Some(table) = self.lake.table(&extracts::table()).await? else {
            return Ok(());
        };
        let taken = extracts::load(self.lake).await?;
        let mut marks = source_marks::recall(&table.properties);
        let before = marks.clone();
        for (source, error) in failures.iter() {
            let mark = marks.entry(source.to_string()).or_default();
            mark.fail(self.today(), in_words(source, error));
        }
        if marks == before {
            return Ok(());
        }
        let mut properties = bulk::properties(&bulk::recall(&table.properties))?;
        let brought = warnings::recall(&table.properties, &taken);
        properties.extend(warnings::properties(&brought));
        properties.extend(source_marks::properties(&marks)?);
        let versions = table_versions::recall(&table.properties);
        properties.extend([table_versions::property(&versions)?]);
        extracts::store(self.lake, &taken, properties).await
    }

    /// How new rows are merged into the tables.
    fn merge<'m>(
        &'m self,
        planned: &Outset<'_>,
        exclusions: &'m Exclusions,
        arrived: &Received<'m>,
    ) -> Merge<'m> {
        let Received {
            shared,
            intake,
            brought,
            new,
            withdrawn,
            ..
        } = *arrived;
        Merge {
            lake: self.lake,
            plan: &shared.plan,
            spool: &shared.spool,
            people: &intake.people,
            exclusions,
            withdrawn,
            everything: planned.opt_outs.changed() || planned.older,
            // A full export may have been asked for because settings changed.
            read_anew: planned.again
                || new.other_settings
                || brought.iter().any(StagedExport::is_full),
            cut_short: planned.before.is_cut_short(),
            complete: planned.before.complete_with(&shared.plan, intake, brought),
            threads: self.limits.threads,
            progress: self.progress,
        }
    }

    /// **State**: keeps what the next pull has to know, and, last of all, which files were taken.
    async fn remember(
        &self,
        mut before: Before,
        opt_outs: &OptOutsNow,
        arrived: &Received<'_>,
    ) -> Result<()> {
        let Received {
            shared,
            intake,
            brought,
            new,
            ..
        } = *arrived;
        let (lake, plan) = (self.lake, &shared.plan);
        let gone = before.replaced(plan, brought);
        futures::try_join!(
            rejected_patients::store(lake, intake.people.rejected()),
            named_beside::store(lake, intake.people.waiting_beside()),
            rejects::store(lake, &shared.rejects, &gone),
            data_quality::store(lake, plan, intake.values(plan), &gone),
            stored::store(lake, &before.opted_out, &opt_outs.read, &intake.people),
            effect::store_lists(lake, &opt_outs.read.lists),
        )?;
        before.taken.extend(intake.taken(plan));
        for file in Superseded::files_replaced(plan, new, intake) {
            before.taken.entry(file).and_modify(Extract::replace);
        }
        warnings::learn(&mut before.brought, plan, &before.taken, new, intake);
        extracts::store(lake, &before.taken, before.properties()?).await?;
        match lake.is_older() {
            true => lake.taken_over().await,
            false => Ok(()),
        }
    }
}

/// What was found at the sources and read.
pub(super) struct Received<'a> {
    /// Tables, sources and rows.
    pub shared: &'a PullContext,
    /// What reading brought.
    pub intake: &'a Intake,
    /// What servers sent.
    pub brought: &'a [StagedExport],
    /// Which files were new.
    pub new: &'a NewFiles,
    /// The stored rows whose place they take.
    pub withdrawn: &'a Withdrawn,
    /// Sources that nothing was taken of.
    pub failures: &'a SourceFailures,
}
