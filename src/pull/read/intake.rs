//! What reading brings: the counts of each file, and what was learnt about people and deletions.

use super::context::PullContext;
use super::kind_lines::Kinds;
use crate::decode::{BundlePages, DateOrder, DecimalMarks, Decoded};
use crate::error::Result;
use crate::privacy::PatientKey;
use crate::pull::discover::new_files::FileToRead;
use crate::pull::discover::source_file::{Origin, SourceFile};
use crate::pull::identity::patient_index::PatientIndex;
use crate::pull::plan::PullPlan;
use crate::pull::prepare::rejected_line::RejectedLine;
use crate::pull::prepare::rejects::{Reasons, reasons};
use crate::pull::prepare::unknown_values::UnknownValues;
use crate::pull::prepare::unresolved::Unresolved;
use crate::pull::prepare::{Deletion, Learnt};
use crate::pull::state::deleted_records::Deleted;
use crate::pull::state::extracts::{Extract, Extracts};
use std::collections::BTreeMap;

/// Deleted records by resource type.
pub(crate) type Deletes = BTreeMap<String, Deleted>;

/// What reading all files brought.
#[derive(Debug, Default)]
pub(crate) struct Intake {
    pub(super) files: Vec<(FileToRead, FileIntake)>,
    /// Who every Patient is, after the pull.
    pub people: PatientIndex,
    /// What the sources deleted.
    pub deletes: Deletes,
}

/// The outcome of reading one file.
#[derive(Debug, Default)]
pub(in crate::pull) struct FileIntake {
    /// Its lines, by what became of them.
    pub taken: Extract,
    /// Lines a resource type or table.
    pub types: BTreeMap<String, u64>,
    /// Lines that cannot be used, by reason.
    pub rejected: Reasons,
    /// Lines by resource type or table, and how many of them cannot be used.
    pub kinds: Kinds,
    /// Lines whose last update lies in the future.
    pub future: u64,
    /// Values that are not known although something was written.
    pub values: UnknownValues,
    /// Lines that name no Patient.
    pub unresolved: Unresolved,
    /// What dates say about the order of their numbers, by column.
    pub orders: BTreeMap<String, DateOrder>,
    /// What numbers say about the mark before their decimals.
    pub marks: DecimalMarks,
    /// Bundles that are pages of an answer.
    pub pages: BundlePages,
    /// Its decompressed bytes.
    pub bytes: u64,
}

impl FileIntake {
    /// Counts lines that cannot be used.
    pub(crate) fn reject(&mut self, lines: &[RejectedLine]) {
        for (reason, count) in reasons(lines) {
            *self.rejected.entry(reason).or_default() += count;
        }
    }

    /// Lines that brought something: neither empty nor rejected.
    pub(crate) fn used(&self) -> u64 {
        let rest = self.rejects() + self.taken.other;
        self.taken.lines.saturating_sub(rest)
    }

    /// How many lines cannot be used.
    pub(crate) fn rejects(&self) -> u64 {
        self.rejected.values().sum()
    }
}

/// What became of the lines of a chunk, beside those rejected; `viewed` are the resource types that
/// have a view.
pub(in crate::pull) fn counted(decoded: &Decoded, viewed: Option<&[&str]>) -> Extract {
    // Deletions arrive as Bundles.
    let deletions = match decoded.deletes.is_empty() {
        true => 0,
        false => decoded.types.get("Bundle").copied().unwrap_or_default(),
    };
    let without_view: u64 = match viewed {
        Some(viewed) => decoded
            .types
            .iter()
            .filter(|(kind, _)| !viewed.contains(&kind.as_str()))
            .map(|(_, lines)| lines)
            .sum::<u64>()
            .saturating_sub(deletions),
        None => 0,
    };
    Extract {
        lines: decoded.line_count + decoded.bundled,
        without_view,
        deletions,
        other: decoded.blank,
        ..Extract::default()
    }
}

/// A file that came from a bulk server.
pub(in crate::pull) struct BulkFile {
    /// Index of its source in the plan.
    pub source: usize,
    /// Its name.
    pub name: String,
    /// When the export was made, in microseconds since 1970.
    pub modified: i64,
    /// The outcome of reading it.
    pub read: FileIntake,
}

impl Intake {
    /// Takes in what was learnt about people and deletions.
    pub(crate) fn learn(&mut self, facts: Learnt) {
        for fact in facts.links {
            self.people.learn(fact);
        }
        for fact in facts.replacements {
            self.people.learn_merge(fact);
        }
        for deletion in facts.deletions {
            self.delete(deletion);
        }
        for named in facts.beside {
            self.people.learn_beside(named);
        }
        for patient in facts.rejected_patients {
            self.people.learn_rejected(patient);
        }
    }

    /// Takes a deletion in; the latest counts.
    pub(in crate::pull) fn delete(&mut self, deletion: Deletion) {
        let Deletion { kind, record, when } = deletion;
        if kind == "Patient" {
            let patient = PatientKey::of_record(record);
            self.people.learn_deleted(patient, when);
        }
        let known = self.deletes.entry(kind).or_default().entry(record);
        let known = known.or_insert(when);
        *known = when.max(*known);
    }

    /// Works out who stands for whom, when all that says so has been read.
    pub(crate) fn end_merges(&mut self, context: &PullContext) -> Result<()> {
        for (index, table) in context.plan.tables.iter().enumerate() {
            if table.merges.is_some() {
                context.spool.each_emptied(index, |emptied| {
                    self.people.forget_merges(emptied.record, emptied.version);
                })?;
            }
        }
        self.people.replace();
        Ok(())
    }

    /// Adds a file whose rows are in the spool.
    pub(in crate::pull) fn add_bulk(&mut self, file: BulkFile) {
        let work = FileToRead {
            source: file.source,
            file: SourceFile {
                name: file.name,
                origin: Origin::Folder(Default::default()),
                size: file.read.bytes,
                modified: file.modified,
                decoder: 0,
            },
            arrived: true,
        };
        self.files.push((work, file.read));
    }

    /// The files read of a source.
    pub(in crate::pull) fn of_source(
        &self,
        source: usize,
    ) -> impl Iterator<Item = (&str, &FileIntake)> {
        let files = self.files.iter();
        files
            .filter(move |(work, _)| work.source == source)
            .map(|(work, file)| (work.file.name.as_str(), file))
    }

    /// Lines that arrived, without headers and empty ones, by source: of files that are new or changed.
    pub(in crate::pull) fn arrived(&self) -> BTreeMap<usize, u64> {
        let mut arrived = BTreeMap::new();
        for (work, file) in self.files.iter().filter(|(work, _)| work.arrived) {
            let lines = file.taken.lines.saturating_sub(file.taken.other);
            if lines > 0 {
                *arrived.entry(work.source).or_default() += lines;
            }
        }
        arrived
    }

    /// The values of each file that are not known, with the file's source.
    pub(in crate::pull) fn values<'a>(
        &'a self,
        plan: &'a PullPlan,
    ) -> impl Iterator<Item = ((String, String), usize, &'a UnknownValues)> {
        let files = self.files.iter();
        files.map(|(work, file)| (id(plan, work), work.source, &file.values))
    }

    /// Lines that cannot be used, by reason.
    pub(crate) fn rejected(&self) -> BTreeMap<String, u64> {
        let mut rejected = BTreeMap::new();
        for (reason, lines) in self.files.iter().flat_map(|(_, file)| &file.rejected) {
            *rejected.entry((*reason).to_string()).or_default() += lines;
        }
        rejected
    }

    /// Decompressed bytes read.
    pub(crate) fn bytes(&self) -> u64 {
        self.files.iter().map(|(_, file)| file.bytes).sum()
    }

    /// Files read.
    pub(crate) fn file_count(&self) -> usize {
        self.files.len()
    }

    /// What to remember of every file read.
    pub(crate) fn taken(&self, plan: &PullPlan) -> Extracts {
        self.files
            .iter()
            .map(|(work, file)| {
                let rejected = file.rejects();
                let t = &file.taken;
                let elsewhere = t.without_view + rejected + t.deletions + t.other;
                let types: Vec<String> = file
                    .types
                    .iter()
                    .map(|(kind, lines)| format!("{kind} {lines}"))
                    .collect();
                let taken = Extract {
                    size: work.file.size,
                    modified: work.file.modified,
                    etag: work.file.etag().to_string(),
                    settings: plan.sources[work.source].fingerprint.clone(),
                    accepted: t.lines.saturating_sub(elsewhere),
                    rejected,
                    types: types.join(", "),
                    ..t.clone()
                };
                (id(plan, work), taken)
            })
            .collect()
    }
}

/// A file's source and name, by which the lake knows it.
pub(super) fn id(plan: &PullPlan, work: &FileToRead) -> (String, String) {
    (
        plan.sources[work.source].name.clone(),
        work.file.name.clone(),
    )
}
