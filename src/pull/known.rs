//! What a pull knows before it looks at the sources: the lake as it was, and who has opted out.

use super::bulk::{self, Memory, StagedExport};
use super::discover::new_files::NewFiles;
use super::failures::{SourceFailures, in_words};
use super::merge::exclusions::Exclusions;
use super::opt_outs::change::ListChange;
use super::opt_outs::stored::OptedOut;
use super::plan::PullPlan;
use super::read::intake::Intake;
use super::state::deleted_records;
use super::state::extracts::{Extract, Extracts};
use super::state::source_marks::{self, SourceMark, SourceMarks};
use super::state::table_versions::{self, TableVersions};
use super::warnings;
use crate::error::Result;
use crate::lake::properties::INCOMPLETE;
use crate::lake::{Epoch, Table};
use crate::privacy::OptOuts;
use crate::privacy::{PatientKey, PersonKey};
use chrono::NaiveDate;
use std::collections::{BTreeMap, HashSet};

/// What is known before the sources are looked at.
pub(super) struct Outset<'a> {
    pub(super) epoch: Epoch<'a>,
    pub(super) before: Before,
    pub(super) opt_outs: OptOutsNow,
    /// Whether an earlier Populace made the lake.
    pub(super) older: bool,
    /// Whether everything is read again.
    pub(super) again: bool,
    /// The day of the pull.
    pub(super) today: NaiveDate,
}

impl Outset<'_> {
    /// Whether nothing has to be stored.
    pub(super) fn is_done(
        &self,
        plan: &PullPlan,
        new: &NewFiles,
        brought: &[StagedExport],
    ) -> bool {
        let nothing = new.work.is_empty() && brought.iter().all(StagedExport::is_empty);
        let unchanged = !self.opt_outs.changed() && !self.older && !self.before.is_cut_short();
        nothing && unchanged && are_of(plan, &self.before.tables)
    }

    /// Whether a pull cannot go on without the sources that failed: none is left, an earlier Populace
    /// made the lake, or a table that they fill has to be made again.
    pub(super) fn needs(&self, plan: &PullPlan, failures: &SourceFailures) -> bool {
        let mut sources = plan.sources.iter();
        let is_left = sources.any(|source| !failures.has(&source.name));
        let mut failed = plan.sources.iter().filter(|s| failures.has(&s.name));
        let had = !self.before.taken.is_empty();
        let lost = |table: usize| had && self.before.tables.get(table).is_some_and(Option::is_none);
        let fills_lost =
            failed.any(|source| (0..plan.tables.len()).any(|at| source.fills(at) && lost(at)));
        !failures.is_empty() && (!is_left || self.older || fills_lost)
    }

    /// Whether it must be known how many of the people who are pulled the lists take out: somebody
    /// joined one, or nobody has been pulled yet.
    pub(super) fn judges_opt_outs(&self) -> bool {
        let nobody = self.before.tables.iter().flatten().all(|t| t.rows() == 0);
        !self.opt_outs.joining.is_empty() || nobody && !self.opt_outs.read.people.is_empty()
    }

    /// The Patients of people who have opted out.
    pub(super) fn opted_out_patients(&self, intake: &Intake) -> HashSet<PatientKey> {
        let leading = intake.people.leading_to(&self.opt_outs.read.people);
        leading.map(|(patient, _)| patient).collect()
    }

    /// What must not be in the lake.
    pub(super) fn exclusions(
        &self,
        patients: HashSet<PatientKey>,
        deleted: deleted_records::Deleted,
    ) -> Exclusions {
        let links = self.before.opted_out.links.iter();
        let known: HashSet<PatientKey> = links.map(|link| link.patient_key).collect();
        Exclusions {
            opted_out: self.opt_outs.read.people.iter().copied().collect(),
            new_patients: patients.iter().any(|patient| !known.contains(patient)),
            patients: patients.into_iter().collect(),
            deleted,
        }
    }
}

/// What the lake held before.
pub(super) struct Before {
    pub(super) taken: Extracts,
    pub(super) tables: Vec<Option<Table>>,
    pub(super) opted_out: OptedOut,
    /// The last good export of each server.
    pub(super) exports: Memory,
    /// What folders had when they had something.
    pub(super) brought: warnings::KnownContents,
    /// Which sources fail, and what arrives when.
    pub(super) marks: SourceMarks,
    /// At which versions the last pull that came to its end left the tables.
    pub(super) versions: TableVersions,
}

impl Before {
    /// The properties of `populace.extract`.
    pub(super) fn properties(&self) -> Result<BTreeMap<String, String>> {
        let mut all = bulk::properties(&self.exports)?;
        all.extend(warnings::properties(&self.brought));
        all.extend(source_marks::properties(&self.marks)?);
        all.extend([table_versions::property(&self.versions)?]);
        Ok(all)
    }

    /// Whether a pull was cut short after the last one that came to its end.
    pub(super) fn is_cut_short(&self) -> bool {
        table_versions::is_cut_short(&self.versions, &self.tables)
    }

    /// Takes in which sources failed and what arrived, as lines by source; `brought` came from servers.
    pub(super) fn mark(
        &mut self,
        plan: &PullPlan,
        arrived: &BTreeMap<usize, u64>,
        brought: &[StagedExport],
        failures: &SourceFailures,
        today: NaiveDate,
    ) {
        for (index, source) in plan.sources.iter().enumerate() {
            let mark = self.marks.entry(source.name.clone()).or_default();
            if let Some((_, error)) = failures.iter().find(|(name, _)| *name == source.name) {
                mark.fail(today, in_words(&source.name, error));
                continue;
            }
            mark.failing = None;
            let lines = arrived.get(&index).copied();
            // A server that has nothing new has answered.
            let answered = brought.iter().any(|one| one.source == index);
            if let Some(lines) = lines.or(answered.then_some(0)) {
                mark.arrive(today, lines);
            }
        }
        // What says nothing is not written down.
        self.marks.retain(|_, mark| *mark != SourceMark::default());
    }

    /// Notes that everything of the sources that failed has to be read again: others were, by lists of
    /// other people.
    pub(super) fn read_later(&mut self, failures: &SourceFailures) {
        for (source, _) in failures.iter() {
            self.exports.remove(source);
            let taken = self.taken.iter_mut();
            taken
                .filter(|((of, _), taken)| of == source && !taken.is_replaced())
                .for_each(|(_, taken)| taken.read_again());
        }
    }

    /// Whether no extract is left that must be read again, after what was read and brought now.
    pub(super) fn complete_with(
        &self,
        plan: &PullPlan,
        intake: &Intake,
        brought: &[StagedExport],
    ) -> bool {
        let read = intake.taken(plan);
        let full = brought.iter().filter(|one| one.completes());
        let full: HashSet<&str> = full
            .map(|one| plan.sources[one.source].name.as_str())
            .collect();
        let left = self
            .taken
            .iter()
            .filter(|(_, taken)| taken.is_to_read_again());
        let mut left = left.filter(|(id, _)| !read.contains_key(*id));
        left.all(|((source, _), _)| full.contains(source.as_str()))
    }

    /// Takes out the extracts whose place whole exports have taken: a full export that of all that came
    /// before; one of what another lacked that of what was to be read again.
    pub(super) fn replaced(
        &mut self,
        plan: &PullPlan,
        brought: &[StagedExport],
    ) -> Vec<(String, String)> {
        let mut gone = Vec::new();
        for one in brought.iter().filter(|one| one.completes()) {
            let name = &plan.sources[one.source].name;
            let replaces = |taken: &Extract| !one.is_of_missed() || taken.is_to_read_again();
            let ended =
                |id: &(String, String), taken: &mut Extract| id.0 == *name && replaces(taken);
            gone.extend(self.taken.extract_if(.., ended).map(|(id, _)| id));
        }
        gone
    }
}

/// Who has opted out now, and how that differs from before.
pub(super) struct OptOutsNow {
    pub(super) read: OptOuts,
    /// Those who joined the lists.
    pub(super) joining: HashSet<PersonKey>,
    /// How many are on no list any more.
    pub(super) back: u64,
    /// What became of each list.
    pub(super) lists: Vec<ListChange>,
}

impl OptOutsNow {
    /// Whether the lists hold other people than before.
    pub(super) fn changed(&self) -> bool {
        self.lists.iter().any(|list| list.joined + list.left > 0)
            || self.back > 0
            || !self.joining.is_empty()
    }

    /// How many joined the lists, and how many left them all.
    pub(super) fn people(&self) -> (u64, u64) {
        (self.joining.len() as u64, self.back)
    }
}

/// Whether every table is of its definition in the plan.
fn are_of(plan: &PullPlan, tables: &[Option<Table>]) -> bool {
    plan.tables.iter().zip(tables).all(|(plan, table)| {
        let whole = |t: &Table| !plan.redefines(t) && t.property(INCOMPLETE).is_none();
        table.as_ref().is_some_and(whole)
    })
}
