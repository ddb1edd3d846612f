//! One attempt at a pull, step by step: what is known, what is new, what it becomes.

use super::attempt::{Attempt, AttemptEnd};
use super::bulk::{self, Memory, StagedExport};
use super::clock::Clock;
use super::discover::find;
use super::discover::new_files::NewFiles;
use super::failures::SourceFailures;
use super::identity::facts::LinkFact;
use super::identity::load_index::KnownRows;
use super::identity::patient_index::PatientIndex;
use super::known::Outset;
use super::limits::PullLimits;
use super::merge::exclusions::Exclusions;
use super::merge::links_people;
use super::opt_outs::effect;
use super::opt_outs::growth;
use super::opt_outs::stored::OptedOut;
use super::plan::{MergeColumns, PullPlan};
use super::prepare::reject_spool::RejectSpool;
use super::read::context::PullContext;
use super::read::intake::Intake;
use super::spool::Spool;
use super::state::extracts;
use super::state::{deleted_records, named_beside, rejected_patients};
use super::store::Received;
use super::supersede::rules::Superseded;
use super::{PullSummary, warnings};
use crate::error::{Error, Result};
use crate::lake::{Epoch, Lake};
use crate::pipeline::Pipeline;
use crate::privacy::{Key, Lookup, PatientKey, PersonKey};
use crate::progress::Progress;
use crate::scratch::Scratch;
use std::collections::{BTreeMap, HashSet};
use std::sync::{Arc, Mutex};

impl Attempt<'_> {
    /// Pulls what is new in `sources`, or `all` there is, without those that failed before. Unless it
    /// gives a summary, nothing was changed.
    pub(super) async fn run(
        &self,
        sources: &[String],
        all: bool,
        failures: &mut SourceFailures,
    ) -> Result<AttemptEnd> {
        let (plan, mut planned) = self.plan(sources, all, failures).await?;
        let (shared, mut new) = self.discover(plan, &planned, failures).await?;
        let plan = &shared.plan;
        let again = planned.again;
        let brought = self
            .export(&shared, &mut planned.before.exports, again, failures)
            .await?;
        self.judge_failures(plan, &planned, failures).await?;
        if planned.is_done(plan, &new, &brought) {
            let unchanged = self.unchanged(&shared, planned, &new, brought, failures);
            return Ok(AttemptEnd::Done(Box::new(unchanged.await?)));
        }
        let deleted = deleted_records::load(self.lake).await?;
        let people = self
            .people(plan, &planned, &deleted, (&new, &brought))
            .await?;
        let taken_in = self
            .take_in(&shared, &planned, (&mut new, &brought), people, failures)
            .await?;
        let Some((intake, withdrawn)) = taken_in else {
            self.give_up(plan, brought, failures).await?;
            self.judge_failures(plan, &planned, failures).await?;
            return Ok(AttemptEnd::WithoutFailed);
        };
        let excluded = self.exclude(&shared, &planned, &intake, deleted).await?;
        let Some(exclusions) = excluded else {
            return Ok(AttemptEnd::ReadAll);
        };
        let arrived = Received {
            shared: &shared,
            intake: &intake,
            brought: &brought,
            new: &new,
            withdrawn: &withdrawn,
            failures,
        };
        let partial = self.partial(plan, &brought)?;
        let (summary, epoch) = self.store(planned, &exclusions, &arrived, &partial).await?;
        for one in brought {
            one.done().await?;
        }
        epoch.end().await?;
        self.lake.keep_newest().await?;
        // What came is kept; that something did not come is an error all the same, unless other sources
        // came too.
        match partial.iter().next() {
            Some((_, error)) if plan.sources.len() == 1 => Err(error.clone()),
            _ => Ok(AttemptEnd::Done(Box::new(summary))),
        }
    }

    /// What a server sent and is refused is not looked at again: the next pull asks anew.
    async fn give_up(
        &self,
        plan: &PullPlan,
        brought: Vec<StagedExport>,
        failures: &SourceFailures,
    ) -> Result<()> {
        for one in brought {
            if failures.has(&plan.sources[one.source].name) {
                one.give_up().await?;
            }
        }
        Ok(())
    }

    /// What must not be in the lake: records of people who opted out, and deleted ones. None where
    /// everything has to be read for it.
    async fn exclude(
        &self,
        shared: &PullContext,
        planned: &Outset<'_>,
        intake: &Intake,
        mut deleted: deleted_records::Deleted,
    ) -> Result<Option<Exclusions>> {
        self.judge_opt_outs(shared, planned).await?;
        let patients = planned.opted_out_patients(intake);
        if !planned.again
            && lets_go(
                &planned.before.opted_out,
                &planned.opt_outs.read.people,
                &patients,
            )
        {
            return Ok(None);
        }
        for (record, when) in intake.deletes.values().flatten() {
            let known = deleted.entry(*record).or_insert(*when);
            *known = (*known).max(*when);
        }
        Ok(Some(planned.exclusions(patients, deleted)))
    }

    /// **Merge** and state, and what an operator has to look at.
    async fn store<'a>(
        &'a self,
        planned: Outset<'a>,
        exclusions: &Exclusions,
        arrived: &Received<'_>,
        partial: &SourceFailures,
    ) -> Result<(PullSummary, Epoch<'a>)> {
        let Received {
            shared,
            intake,
            new,
            failures,
            ..
        } = *arrived;
        let plan = &shared.plan;
        let known = &planned.before.brought;
        let emptied = warnings::emptied(plan, known, new, Some(intake), failures);
        let (summary, epoch, marks) = self.commit(planned, exclusions, arrived).await?;
        let unlinked = warnings::unlinked(plan, shared, &summary.tables);
        let failed = warnings::failed(plan, &marks, failures, partial, self.today());
        let summary = summary.with_files(new).with_warnings(failed);
        let incomplete = warnings::incomplete(plan, intake);
        let summary = summary.with_warnings(emptied).with_warnings(unlinked);
        Ok((summary.with_warnings(incomplete), epoch))
    }

    /// The sources of which a server failed to export a part. What it exported is taken.
    fn partial(&self, plan: &PullPlan, brought: &[StagedExport]) -> Result<SourceFailures> {
        let mut partial = SourceFailures::default();
        for one in brought {
            if let Some(error) = one.error() {
                partial.note(&plan.sources[one.source].name, error)?;
            }
        }
        Ok(partial)
    }

    /// Fails when the pull cannot go on without the sources that failed; they are marked all the same.
    async fn judge_failures(
        &self,
        plan: &PullPlan,
        planned: &Outset<'_>,
        failures: &SourceFailures,
    ) -> Result<()> {
        let fails = self.strict && !failures.is_empty();
        if !fails && !planned.needs(plan, failures) {
            return Ok(());
        }
        self.mark(failures).await?;
        Err(failures.error())
    }

    /// **Discover**: which files are new, and where what they hold will go.
    async fn discover(
        &self,
        mut plan: PullPlan,
        planned: &Outset<'_>,
        failures: &mut SourceFailures,
    ) -> Result<(Arc<PullContext>, NewFiles)> {
        let lookups = self.lookups(&mut plan)?;
        let taken = &planned.before.taken;
        let new = find::new_files(&plan, taken, planned.again, failures).await?;
        let folder = self.scratch.folder("pull")?;
        let orders = plan.tables.iter().map(|table| table.order.clone());
        let spool = Spool::new(
            orders.collect(),
            self.lake.settings().shards,
            folder.clone(),
            self.limits.memory / 4,
        );
        let shared = PullContext {
            plan,
            lookups,
            spool,
            rejects: RejectSpool::new(&folder),
            clock: Clock::of_command(),
            arrivals: Mutex::default(),
            arrived_people: planned.judges_opt_outs().then(Mutex::default),
        };
        Ok((Arc::new(shared), new))
    }

    /// Refuses lists that would take out a large share of the people known.
    async fn judge_opt_outs(&self, context: &PullContext, planned: &Outset<'_>) -> Result<()> {
        let Some(arrived) = context.take_arrived_people() else {
            return Ok(());
        };
        let opt_outs = &planned.opt_outs;
        let mut people = growth::of_lake(self.lake, &planned.before.tables).await?;
        // Before anything was pulled a list had taken nobody out.
        let nobody = HashSet::new();
        let before = match people.is_empty() {
            true => &nobody,
            false => &planned.before.opted_out.people,
        };
        people.extend(arrived);
        let known = growth::KnownPeople {
            people: &people,
            before,
        };
        let privacy = &self.pipeline.settings.privacy;
        growth::refuse_grown(
            &opt_outs.read,
            &opt_outs.lists,
            &known,
            &privacy.opt_outs,
            &privacy.confirmed_opt_outs,
        )
    }

    /// The lookups; sources whose files were read with others are read again.
    fn lookups(&self, plan: &mut PullPlan) -> Result<BTreeMap<String, Lookup>> {
        let mut lookups = BTreeMap::new();
        let mut digest = blake3::Hasher::new();
        for name in self.pipeline.settings.privacy.lookups.keys() {
            let lookup = plan.lookup(self.pipeline, name)?;
            digest.update(lookup.digest().as_bytes());
            lookups.insert(name.clone(), lookup);
        }
        let digest = digest.finalize().to_hex();
        for source in &mut plan.sources {
            source.fingerprint.push_str(&digest[..16]);
        }
        Ok(lookups)
    }

    /// **Discover**, at servers: what they have that is new, in the staging area; `exports` is kept up to
    /// date.
    async fn export(
        &self,
        shared: &Arc<PullContext>,
        exports: &mut Memory,
        everything: bool,
        failures: &mut SourceFailures,
    ) -> Result<Vec<StagedExport>> {
        let mut brought = Vec::new();
        for (index, source) in shared.plan.sources.iter().enumerate() {
            if source.bulk.is_some() && !failures.has(&source.name) {
                let export = bulk::Export {
                    pipeline: self.pipeline,
                    lake: self.lake,
                    shared,
                    source: index,
                    remembered: exports.get(&source.name),
                    everything,
                    progress: self.progress,
                };
                match export.run().await {
                    Ok((exported, remembered)) => {
                        exports.insert(source.name.clone(), remembered);
                        brought.extend(exported);
                    }
                    Err(error) => failures.note(&source.name, error)?,
                }
            }
        }
        Ok(brought)
    }

    /// Ends a pull that has nothing to store: servers and lists were asked all the same.
    async fn unchanged(
        &self,
        shared: &PullContext,
        planned: Outset<'_>,
        new: &NewFiles,
        brought: Vec<StagedExport>,
        failures: &SourceFailures,
    ) -> Result<PullSummary> {
        let plan = &shared.plan;
        let Outset {
            mut before,
            opt_outs,
            today,
            ..
        } = planned;
        let marked = before.marks.clone();
        before.mark(plan, &BTreeMap::new(), &brought, failures, today);
        let summary = PullSummary::unchanged(plan, &before.tables)
            .with_files(new)
            .with_exports(plan, &brought);
        let mut warnings = warnings::failed(
            plan,
            &before.marks,
            failures,
            &SourceFailures::default(),
            today,
        );
        warnings.extend(warnings::emptied(
            plan,
            &before.brought,
            new,
            None,
            failures,
        ));
        warnings.extend(warnings::unlinked(plan, shared, &summary.tables));
        let taken = !before.taken.is_empty();
        if !brought.is_empty() || taken && before.marks != marked {
            extracts::store(self.lake, &before.taken, before.properties()?).await?;
        }
        for one in brought {
            one.done().await?;
        }
        effect::store_lists(self.lake, &opt_outs.read.lists).await?;
        self.lake.keep_newest().await?;
        let summary = summary.with_warnings(warnings);
        Ok(summary.with_opt_outs(&opt_outs.read, opt_outs.people(), BTreeMap::new()))
    }

    /// **Identity**: who the lake's Patients are, and those that servers sent.
    async fn people(
        &self,
        plan: &PullPlan,
        planned: &Outset<'_>,
        deleted: &deleted_records::Deleted,
        (new, brought): (&NewFiles, &[StagedExport]),
    ) -> Result<PatientIndex> {
        let opted_out = &planned.before.opted_out;
        let mut people = PatientIndex::default();
        let superseded = Superseded::of(plan, new, brought, None);
        for (index, table) in plan.tables.iter().enumerate() {
            let known = KnownRows {
                superseded: &superseded,
                table: index,
            };
            if links_people(plan, table) {
                people.load(self.lake, table, &known).await?;
            }
            if let Some(MergeColumns { other, kind }) = &table.merges {
                let columns = (other.as_str(), kind.as_str());
                people
                    .load_merges(self.lake, table, columns, &known)
                    .await?;
            }
        }
        for link in &opted_out.links {
            people.learn(*link);
        }
        // Versions without rows and tombstones are news as long as the older rows are there: a pull that was
        // cut short kept them and had not moved what belongs to others now.
        people.note_changes();
        for table in plan.tables.iter().filter(|table| table.merges.is_some()) {
            people.load_unmerged(self.lake, table).await?;
        }
        // A Patient of somebody who opted out is not deleted, or was not when it was last heard of.
        let linked = opted_out.links.iter().map(|link| link.patient_key);
        let linked: HashSet<PatientKey> = linked.collect();
        for (record, when) in deleted {
            let patient = PatientKey::of_record(*record);
            if !linked.contains(&patient) {
                people.learn_deleted(patient, *when);
            }
        }
        for (patient, person) in deleted_records::owners(self.lake).await? {
            people.learn_owner(patient, person);
        }
        for patient in rejected_patients::load(self.lake).await? {
            people.learn_rejected(patient);
        }
        for named in named_beside::load(self.lake).await? {
            people.learn_beside(named);
        }
        for one in brought {
            one.learn(&mut people).await?;
        }
        Ok(people)
    }
}

/// Whether a Patient of somebody who opted out turns out to be another person's: records of theirs
/// were left out of the lake. What the last pull that came to its end kept is asked, as one that was cut
/// short may have stored the Patient already.
fn lets_go(
    known: &OptedOut,
    opted_out: &HashSet<PersonKey>,
    patients: &HashSet<PatientKey>,
) -> bool {
    let out = |link: &&LinkFact| {
        link.person
            .is_some_and(|person| opted_out.contains(&person))
    };
    let mut was_out = known.links.iter().filter(out);
    was_out.any(|link| !patients.contains(&link.patient_key))
}

/// Pulls `sources` (all when empty) into `lake`. One that fails is left out, and a warning says so; when
/// all do, the pull fails.
pub async fn pull(
    pipeline: &Pipeline,
    lake: &Lake,
    key: &Key,
    sources: &[String],
    limits: PullLimits,
    scratch: &Scratch,
    progress: Progress,
) -> Result<PullSummary> {
    let attempt = Attempt {
        pipeline,
        lake,
        key,
        limits,
        scratch,
        progress,
        strict: false,
    };
    attempt.until_done(sources).await
}

impl Attempt<'_> {
    /// Attempts the pull until it is done.
    pub(super) async fn until_done(&self, sources: &[String]) -> Result<PullSummary> {
        let mut failures = SourceFailures::default();
        let mut all = false;
        loop {
            match self.run(sources, all, &mut failures).await? {
                AttemptEnd::Done(summary) => {
                    self.lake.keep_member_key(&self.key.member_key()).await?;
                    return Ok(*summary);
                }
                // Sources are left out one after the other, until none is left.
                AttemptEnd::WithoutFailed => {}
                AttemptEnd::ReadAll if all => return Err(Error::data("the pull did not finish")),
                AttemptEnd::ReadAll => all = true,
            }
        }
    }
}
