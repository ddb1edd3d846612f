//! What was staged comes back: links to people first, then rows with the people they found.

use super::Staging;
use super::job::{ExportJob, Remembered};
use super::staged_file::{self, LineCounts, Receipt, StagedPiece};
use crate::error::{Context, Error, Result};
use crate::pull::bulk::kick_off;
use crate::pull::bulk::missed::{covers, miss};
use crate::pull::bulk::session::Session;
use crate::pull::bulk::shortfall::Shortfall;
use crate::pull::identity::patient_index::PatientIndex;
use crate::pull::plan::{PersonLink, TablePlan};
use crate::pull::prepare::rejected_line::RejectedLine;
use crate::pull::read::context::PullContext;
use crate::pull::read::intake::{BulkFile, FileIntake, Intake};
use crate::pull::read::kind_lines::add_kinds;
use arrow::array::{AsArray, RecordBatch};
use arrow::datatypes::Int64Type;
use futures::{StreamExt, TryStreamExt};
use object_store::path::Path;
use std::collections::BTreeSet;
use std::sync::Arc;
use url::Url;

/// An export that is staged whole.
pub(crate) struct StagedExport {
    /// The source's number in the plan.
    pub source: usize,
    pub(in crate::pull::bulk) session: Session,
    pub(in crate::pull::bulk) staging: Staging,
    pub(in crate::pull::bulk) job: ExportJob,
    /// The reading of each file that counts; None for files that the manifest no longer has.
    pub(in crate::pull::bulk) readings: Vec<Option<u32>>,
    /// Types that had files in the last full export.
    pub(in crate::pull::bulk) types: Vec<String>,
    /// What the server failed to export.
    pub(in crate::pull::bulk) shortfall: Option<Shortfall>,
}

/// What pieces of a file add up to.
#[derive(Default)]
struct FileSum {
    counts: LineCounts,
    read: FileIntake,
}

impl StagedExport {
    /// Whether the export has no file.
    pub(crate) fn is_empty(&self) -> bool {
        self.readings.iter().all(Option::is_none)
    }

    /// Whether it holds everything of its types, not only changes.
    pub(crate) fn is_full(&self) -> bool {
        self.job.since.is_none()
    }

    /// Whether all that the source has has come again with it: a whole export of everything, or of what
    /// an export of everything lacked.
    pub(crate) fn completes(&self) -> bool {
        self.is_full() && self.shortfall.is_none()
    }

    /// Whether it is of types alone that the server failed to export before.
    pub(crate) fn is_of_missed(&self) -> bool {
        self.job.missed
    }

    /// Whether the server says that it is of a time in the future.
    pub(crate) fn is_early(&self) -> bool {
        self.job.is_early()
    }

    /// The error of a pull that took in an export which is not whole.
    pub(crate) fn error(&self) -> Option<Error> {
        let shortfall = self.shortfall.as_ref()?;
        let (session, since) = (&self.session, self.job.since.as_deref());
        Some(shortfall.error(&session.source, &session.settings, since))
    }

    fn counts(&self, piece: &StagedPiece) -> bool {
        self.readings.get(piece.file).copied().flatten() == Some(piece.reading)
    }

    /// Takes in what the export says about people.
    pub(crate) async fn learn(&self, people: &mut PatientIndex) -> Result<()> {
        for (_, path) in self.staging.units().await? {
            let Some(receipt) = self.staging.receipt(&path).await? else {
                return Err(lost());
            };
            let pieces = receipt.pieces.iter().filter(|piece| self.counts(piece));
            for piece in pieces {
                for fact in &piece.links {
                    people.learn(*fact);
                }
                for patient in &piece.rejected_patients {
                    people.learn_rejected(*patient);
                }
                for named in &piece.beside {
                    people.learn_beside(*named);
                }
                for fact in &piece.replacements {
                    people.learn_merge(*fact);
                }
            }
        }
        Ok(())
    }

    /// Adds rows, deletions and counts to what the pull brings.
    pub(crate) async fn rows(
        &self,
        context: &Arc<PullContext>,
        intake: &mut Intake,
        threads: usize,
    ) -> Result<()> {
        let source = &context.plan.sources[self.source].name;
        let mut sums: Vec<FileSum> = self.readings.iter().map(|_| FileSum::default()).collect();
        let named = |file| context.rejects.number(source, &self.job.name(file));
        let numbers: Vec<usize> = (0..sums.len()).map(named).collect();
        let people = Arc::new(std::mem::take(&mut intake.people));
        let mut units = futures::stream::iter(self.staging.units().await?)
            .map(|(_, path)| self.add_unit(path, context, &people))
            .buffered(threads.max(1));
        while let Some(receipt) = units.try_next().await? {
            for piece in receipt.pieces {
                if self.counts(&piece) {
                    for (table, versions) in &piece.emptied {
                        let table = table_of(context, table).ok_or_else(lost)?;
                        context.spool.add_emptied(table, versions.clone())?;
                    }
                    let file = piece.file;
                    for (table, column, rule, count) in &piece.values {
                        let table = table_of(context, table).ok_or_else(lost)?;
                        let values = &mut sums[file].read.values;
                        *values.entry((table, column.clone(), *rule)).or_default() += count;
                    }
                    for (table, kind, lines) in &piece.unresolved {
                        let table = table_of(context, table).ok_or_else(lost)?;
                        let unresolved = &mut sums[file].read.unresolved;
                        *unresolved.entry((table, *kind)).or_default() += lines;
                    }
                    let rejects = sums[file].add(piece, intake);
                    context.rejects.add(numbers[file], rejects)?;
                }
            }
        }
        drop(units);
        intake.people = Arc::unwrap_or_clone(people);
        for (file, sum) in sums.into_iter().enumerate() {
            if self.readings[file].is_some() {
                intake.add_bulk(BulkFile {
                    source: self.source,
                    name: self.job.name(file),
                    modified: self.job.moment(),
                    read: sum.read(),
                });
            }
        }
        Ok(())
    }

    /// Adds the rows of a unit, with the people they found; gives its receipt.
    async fn add_unit(
        &self,
        path: Path,
        context: &Arc<PullContext>,
        people: &Arc<PatientIndex>,
    ) -> Result<Receipt> {
        let (receipt, body) = self.whole(&path, self.staging.unit(&path).await).await?;
        let good: Vec<bool> = receipt.pieces.iter().map(|p| self.counts(p)).collect();
        let parts = receipt.parts.clone();
        let (context, people, source) = (context.clone(), people.clone(), self.source);
        let added = tokio::task::spawn_blocking(move || {
            for part in &parts {
                let table = table_of(&context, &part.table).ok_or_else(lost)?;
                for (piece, batch) in staged_file::rows(part, &body)? {
                    if good.get(piece) == Some(&true) {
                        let rows = linked(&context.plan.tables[table], batch, &people)?;
                        context.add(source, table, rows)?;
                    }
                }
            }
            Ok(())
        })
        .await
        .data(|| "a worker of the pull failed")?;
        self.whole(&path, added).await?;
        Ok(receipt)
    }

    /// What was read of a unit; one that is damaged goes, so that the next pull brings it again.
    async fn whole<T>(&self, path: &Path, read: Result<T>) -> Result<T> {
        if let Err(e) = &read
            && e.what() == staged_file::DAMAGED
        {
            self.staging.remove(path).await?;
        }
        read
    }

    /// What to remember of the source once it is in the lake, where that was `before`.
    pub(crate) fn remembered(&self, before: Option<&Remembered>, settings: &str) -> Remembered {
        let mut now = before.cloned().unwrap_or_default();
        now.fhir_version.clone_from(&self.job.fhir_version);
        now.settings = settings.to_string();
        let lacking = self
            .shortfall
            .as_ref()
            .map(|s| s.lacking(&self.session.settings));
        let since = self.job.since.as_deref();
        if self.job.missed {
            now.missed_job.clone_from(&self.job.id);
            let asked: BTreeSet<&String> = self.session.settings.types.iter().collect();
            match lacking {
                None => now.behind.retain(|kind, _| !asked.contains(kind)),
                Some(Some(types)) => {
                    let known = |kind: &String| types.contains(kind) || !asked.contains(kind);
                    now.behind.retain(|kind, _| known(kind));
                }
                // It does not say which of them: all of them again.
                Some(None) => (),
            }
            let had: BTreeSet<String> = now.types.drain(..).chain(self.types.clone()).collect();
            now.types = had.into_iter().collect();
            now.shortfall.clone_from(&self.shortfall);
            return now;
        }
        now.job.clone_from(&self.job.id);
        if since.is_none() {
            now.types.clone_from(&self.types);
        }
        now.behind
            .retain(|_, missed| !covers(since, missed.as_deref()));
        now.shortfall = match (now.shortfall.take(), &self.shortfall) {
            (Some(missed), Some(new)) => Some(missed.and(new)),
            (missed, new) => missed.or(new.clone()),
        };
        match lacking {
            // The same again, of all types.
            Some(None) => now.since = since.unwrap_or_default().to_string(),
            Some(Some(types)) => {
                miss(&mut now.behind, types, since);
                now.since = self.job.next_since();
            }
            None => now.since = self.job.next_since(),
        }
        now
    }

    /// What the next export of changes is asked for, where the server says that this one is of a time in
    /// the future.
    pub(crate) fn next_since(&self) -> String {
        self.job.next_since()
    }

    /// It is in the lake: removes what was staged and lets the server remove its files.
    pub(crate) async fn done(self) -> Result<()> {
        end(&self.session, &self.staging, &self.job).await
    }

    /// It is of no use: the next pull asks for a new export.
    pub(crate) async fn give_up(self) -> Result<()> {
        end(&self.session, &self.staging, &self.job).await
    }
}

/// Ends a job at the server and in the lake. The server first: after a crash between the two it is
/// told again, which does no harm.
pub(in crate::pull::bulk) async fn end(
    session: &Session,
    staging: &Staging,
    job: &ExportJob,
) -> Result<()> {
    if let Ok(status) = Url::parse(&job.status_url)
        && session.http.server.is_ours(&status)
    {
        kick_off::delete(session, &status).await;
    }
    staging.clear().await
}

impl FileSum {
    /// What was read of the file.
    fn read(mut self) -> FileIntake {
        self.read.taken = self.counts.taken();
        self.read.future = self.counts.future;
        self.read
    }

    /// Adds a piece; gives its lines that cannot be used.
    fn add(&mut self, piece: StagedPiece, intake: &mut Intake) -> Vec<RejectedLine> {
        self.counts.add(&piece.counts);
        self.read.bytes += piece.end - piece.start;
        for (kind, lines) in piece.types {
            *self.read.types.entry(kind).or_default() += lines;
        }
        add_kinds(&mut self.read.kinds, piece.kinds);
        for deletion in piece.deletes {
            intake.delete(deletion);
        }
        let rejects = piece.rejects.into_iter();
        let rejects: Vec<RejectedLine> = rejects.map(Into::into).collect();
        self.read.reject(&rejects);
        rejects
    }
}

fn lost() -> Error {
    Error::data("a part of the staging area of the lake is lost")
        .hint("run again: what is missing is downloaded again")
}

fn table_of(context: &PullContext, name: &str) -> Option<usize> {
    let mut tables = context.plan.tables.iter();
    tables.position(|table| table.name.to_string() == name)
}

/// Gives rows the people that are known now.
fn linked(plan: &TablePlan, batch: RecordBatch, people: &PatientIndex) -> Result<RecordBatch> {
    let PersonLink::Patient(_) = plan.person else {
        return Ok(batch);
    };
    let failed = || format!("cannot link rows of {}", plan.name);
    let patients = batch
        .column_by_name("patient_key")
        .ok_or("it has no patient_key")
        .data(failed)?;
    let patients = patients.as_primitive::<Int64Type>();
    let mut columns = batch.columns().to_vec();
    let named = columns[0].as_primitive::<Int64Type>();
    columns[0] = Arc::new(people.of_rows(patients, named));
    RecordBatch::try_new(plan.schema.clone(), columns).data(failed)
}
