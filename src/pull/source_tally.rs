//! What became of the lines of each source: the numbers add up to the lines that were read.

use super::bulk::is_failure;
use super::merge::line_fates::{Fates, LineFates};
use super::plan::{PullPlan, SourceKind};
use super::read::intake::{FileIntake, Intake};
use super::unlinked_cause::UnlinkedCause;
use serde::{Deserialize, Serialize};
use std::collections::{BTreeMap, BTreeSet};

/// What became of the lines of one source. [`read`](Self::read) is the sum of all others, down to
/// [`empty`](Self::empty).
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct SourceTally {
    /// Files read.
    pub files: u64,
    /// Lines read; each resource of a Bundle counts as one.
    pub read: u64,
    /// Lines that are in tables, with their person.
    pub stored: u64,
    /// Lines that the lake had already, or has a newer version of.
    pub unchanged: u64,
    /// Lines that cannot be used, by reason.
    pub rejected: BTreeMap<String, u64>,
    /// Lines that are in tables without a person, by cause.
    pub unlinked: BTreeMap<UnlinkedCause, u64>,
    /// Lines of people who have opted out.
    pub opted_out: u64,
    /// Lines of resource types that have no view, by type.
    pub without_view: BTreeMap<String, u64>,
    /// Lines that delete records.
    pub deletions: u64,
    /// Lines from which the views take no row.
    pub without_row: u64,
    /// Headers, empty lines, and what a server says of its errors.
    pub empty: u64,
    /// What a server failed to export: issues by `severity/code`.
    pub failed_at_server: BTreeMap<String, u64>,
    /// Lines whose reference to a Patient can never be resolved, by kind of reference. They are among
    /// the unlinked.
    pub unresolved_references: BTreeMap<String, u64>,
}

impl SourceTally {
    /// What became of the lines of each source of which a file was read; `tables` says what became of
    /// those of each table of the plan.
    pub(super) fn of_all(
        plan: &PullPlan,
        intake: &Intake,
        tables: &[&Fates],
    ) -> BTreeMap<String, Self> {
        let mut tallies = BTreeMap::new();
        for (index, source) in plan.sources.iter().enumerate() {
            if intake.of_source(index).next().is_some() {
                let tally = Self::of(plan, index, intake, tables);
                tallies.insert(source.name.clone(), tally);
            }
        }
        tallies
    }

    fn of(plan: &PullPlan, source: usize, intake: &Intake, tables: &[&Fates]) -> Self {
        let name = &plan.sources[source].name;
        let counting = counting(&plan.sources[source].kind, |table| {
            let fates = tables.get(table).and_then(|table| table.get(name));
            fates.map_or(0, LineFates::lines)
        });
        let mut tally = SourceTally::default();
        for (_, file) in intake.of_source(source) {
            tally.add(file, &plan.sources[source].kind, &counting);
        }
        for table in &counting {
            if let Some(fates) = tables.get(*table).and_then(|table| table.get(name)) {
                tally.stored += fates.stored;
                tally.unchanged += fates.unchanged;
                tally.opted_out += fates.opted_out;
                for (cause, lines) in &fates.unlinked {
                    *tally.unlinked.entry(*cause).or_default() += lines;
                }
            }
        }
        tally.without_row = tally.read.saturating_sub(tally.told());
        tally
    }

    /// Adds a file, as far as the merge does not decide what becomes of its lines.
    fn add(&mut self, file: &FileIntake, kind: &SourceKind, counting: &BTreeSet<usize>) {
        self.files += 1;
        self.read += file.taken.lines;
        self.deletions += file.taken.deletions;
        self.empty += file.taken.other;
        for (reason, lines) in &file.rejected {
            *self.rejected.entry(reason.to_string()).or_default() += lines;
        }
        if let SourceKind::Fhir { tables, .. } = kind {
            let mut left = file.taken.without_view;
            let viewed = |kind: &str| tables.iter().any(|(viewed, _)| viewed == kind);
            for (kind, lines) in file.types.iter().filter(|(kind, _)| !viewed(kind)) {
                if let Some(issue) = kind.strip_prefix("OperationOutcome ") {
                    if is_failure(kind) {
                        *self.failed_at_server.entry(issue.to_string()).or_default() += lines;
                    }
                    continue;
                }
                let deletions = match kind.as_str() {
                    "Bundle" => file.taken.deletions,
                    _ => 0,
                };
                let lines = lines.saturating_sub(deletions).min(left);
                if lines > 0 {
                    *self.without_view.entry(kind.clone()).or_default() += lines;
                    left -= lines;
                }
            }
        }
        let unresolved = file.unresolved.iter();
        for ((_, kind), lines) in unresolved.filter(|((table, _), _)| counting.contains(table)) {
            *self
                .unresolved_references
                .entry(kind.name().to_string())
                .or_default() += lines;
        }
    }

    /// The lines of which is told what became of them.
    pub(crate) fn told(&self) -> u64 {
        let by_reason = self.rejected.values().chain(self.unlinked.values());
        self.stored
            + self.unchanged
            + self.opted_out
            + by_reason.chain(self.without_view.values()).sum::<u64>()
            + self.deletions
            + self.without_row
            + self.empty
    }
}

/// The tables whose rows say what became of a source's lines: of several tables of one resource type the
/// one with the most `lines`, so that each line counts once.
fn counting(kind: &SourceKind, lines: impl Fn(usize) -> u64) -> BTreeSet<usize> {
    let mut tables: BTreeMap<&str, usize> = BTreeMap::new();
    match kind {
        SourceKind::Fhir { tables: views, .. } => {
            for (kind, table) in views {
                let known = tables.entry(kind.as_str()).or_insert(*table);
                if lines(*table) > lines(*known) {
                    *known = *table;
                }
            }
            tables.into_values().collect()
        }
        SourceKind::Csv { decoders } => decoders.iter().map(|(_, table)| *table).collect(),
    }
}
