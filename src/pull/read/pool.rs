//! Reading, decoding and preparing files on all threads.

use super::line_splitter::{self, Form, Piece};
use crate::decode::csv::Layout;
use crate::decode::{Chunk, Decoded, RejectReason};
use crate::error::{Error, Result};
use crate::privacy::Lookup;
use crate::progress::Progress;
use crate::pull::clock::Clock;
use crate::pull::discover::new_files::FileToRead;
use crate::pull::discover::source_file::{Origin, SourceFile};
use crate::pull::identity::patient_index::PatientIndex;
use crate::pull::plan::{PullPlan, SourceKind};
use crate::pull::prepare::reject_spool::RejectSpool;
use crate::pull::prepare::rejected_line::RejectedLine;
use crate::pull::prepare::rejects::{Reasons, reasons};
use crate::pull::prepare::{Prepared, Preparer};
use crate::pull::spool::Spool;
use crate::pull::state::deleted_records::Deleted;
use crate::pull::state::extracts::{Extract, Extracts};
use crate::stop;
use arrow::array::RecordBatch;
use indicatif::ProgressBar;
use std::collections::BTreeMap;
use std::io::{BufRead, BufReader, Read};
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::mpsc::{Receiver, SyncSender, sync_channel};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

/// What all threads use.
pub(crate) struct Shared {
    /// Tables and sources.
    pub plan: PullPlan,
    /// Lookups of the privacy treatments.
    pub lookups: BTreeMap<String, Lookup>,
    /// Where rows go.
    pub spool: Spool,
    /// Where lines go that cannot be used.
    pub rejects: RejectSpool,
    /// The pull's own clock.
    pub clock: Clock,
    /// Rows that came, by source and table.
    pub arrivals: Mutex<BTreeMap<(usize, usize), u64>>,
}

/// Deleted records by resource type.
pub(crate) type Deletes = BTreeMap<String, Deleted>;

/// What came of reading the files.
#[derive(Debug, Default)]
pub(crate) struct Intake {
    files: Vec<(FileToRead, FileIntake)>,
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
    /// Lines whose last update lies in the future.
    pub future: u64,
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

/// Reads all files. Patients come first, so that most rows find their person at once.
pub(crate) fn take_in(
    shared: &Shared,
    work: Vec<FileToRead>,
    people: PatientIndex,
    threads: usize,
    progress: Progress,
) -> Result<Intake> {
    let bar = progress.bytes("pull", work.iter().map(|w| w.file.size).sum());
    let (patients, others): (Vec<_>, Vec<_>) = work
        .into_iter()
        .partition(|w| holds_patients(&shared.plan, w));
    let mut intake = Intake {
        people,
        ..Intake::default()
    };
    for work in [patients, others] {
        let phase = Phase {
            shared,
            people: &intake.people,
            work: &work,
            results: work.iter().map(|_| Mutex::default()).collect(),
            numbers: work.iter().map(|w| shared.number(w)).collect(),
            links: Mutex::default(),
            failed: Mutex::default(),
            stop: AtomicBool::new(false),
            next: AtomicUsize::new(0),
            bar: &bar,
        };
        phase.run(threads)?;
        let Phase { results, links, .. } = phase;
        let prepared = links.into_inner().unwrap_or_else(PoisonError::into_inner);
        for (work, result) in work.into_iter().zip(results) {
            intake.files.push((
                work,
                result.into_inner().unwrap_or_else(PoisonError::into_inner),
            ));
        }
        intake.learn(prepared, i64::MAX);
    }
    bar.finish_and_clear();
    Ok(intake)
}

impl Shared {
    /// Adds rows of a source to those of a table.
    pub(crate) fn add(&self, source: usize, table: usize, batch: RecordBatch) -> Result<()> {
        let rows = batch.num_rows() as u64;
        *lock(&self.arrivals).entry((source, table)).or_default() += rows;
        self.spool.add(table, batch)
    }

    /// How many rows a source brought for a table.
    pub(crate) fn arrived(&self, source: usize, table: usize) -> u64 {
        let arrivals = lock(&self.arrivals);
        arrivals.get(&(source, table)).copied().unwrap_or_default()
    }

    /// A number for the rejects of a file.
    fn number(&self, work: &FileToRead) -> usize {
        let (source, file) = id(&self.plan, work);
        self.rejects.number(&source, &file)
    }
}

/// Whether a file holds Patients, by its first line. A wrong guess costs time, never a link.
fn holds_patients(plan: &PullPlan, work: &FileToRead) -> bool {
    if !matches!(plan.sources[work.source].kind, SourceKind::Fhir { .. }) {
        return false;
    }
    // A look into every object would cost a request each.
    if let Origin::Store(..) = work.file.origin {
        return work.file.name.contains("Patient");
    }
    let Ok(reader) = line_splitter::open(&work.file) else {
        return false;
    };
    let mut first = Vec::new();
    let read = BufReader::new(reader.take(64 * 1024)).read_until(b'\n', &mut first);
    read.is_ok() && first.windows(9).any(|w| w == b"\"Patient\"")
}

struct Job {
    file: usize,
    piece: Piece,
    layout: Option<Arc<Layout>>,
}

/// One pass over a set of files: readers cut them into pieces, workers do the rest.
struct Phase<'a> {
    shared: &'a Shared,
    people: &'a PatientIndex,
    work: &'a [FileToRead],
    results: Vec<Mutex<FileIntake>>,
    /// The files' numbers among those with rejects.
    numbers: Vec<usize>,
    links: Mutex<Prepared>,
    failed: Mutex<Option<Error>>,
    stop: AtomicBool,
    next: AtomicUsize,
    bar: &'a ProgressBar,
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    // A thread that panicked ends the phase with an error; what it left is not used.
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

impl Phase<'_> {
    fn run(&self, threads: usize) -> Result<()> {
        let (send, receive) = sync_channel::<Job>(threads);
        let receive = Mutex::new(receive);
        let calm = std::thread::scope(|scope| {
            let mut handles = Vec::new();
            for _ in 0..threads.min(self.work.len()) {
                let send = send.clone();
                handles.push(scope.spawn(move || self.read_files(&send)));
            }
            drop(send);
            for _ in 0..threads {
                handles.push(scope.spawn(|| self.work_off(&receive)));
            }
            handles.into_iter().all(|handle| handle.join().is_ok())
        });
        if let Some(error) = lock(&self.failed).take() {
            return Err(error);
        }
        if !calm {
            return Err(Error::data("a worker of the pull failed")
                .hint("nothing was committed; please report this"));
        }
        Ok(())
    }

    fn fail(&self, error: Error) {
        lock(&self.failed).get_or_insert(error);
        self.stop.store(true, Ordering::Relaxed);
    }

    fn read_files(&self, send: &SyncSender<Job>) {
        loop {
            let file = self.next.fetch_add(1, Ordering::Relaxed);
            if file >= self.work.len() || self.stop.load(Ordering::Relaxed) {
                return;
            }
            if let Err(error) = self.read_file(file, send) {
                self.fail(error);
                return;
            }
            self.bar.inc(self.work[file].file.size);
        }
    }

    fn read_file(&self, file: usize, send: &SyncSender<Job>) -> Result<()> {
        let work = &self.work[file];
        let source = &self.shared.plan.sources[work.source];
        let mut layout = None;
        let form = match source.kind {
            SourceKind::Fhir { .. } => Form::Lines,
            SourceKind::Csv { .. } => Form::Csv,
        };
        let stopped = || Error::data("the pull was stopped");
        line_splitter::read(&work.file, form, |mut piece| {
            stop::check()?;
            lock(&self.results[file]).bytes += piece.bytes.len() as u64;
            if let SourceKind::Csv { decoders } = &source.kind
                && layout.is_none()
                && piece.too_long.is_none()
            {
                let end = piece.bytes.iter().position(|b| *b == b'\n');
                let header = &piece.bytes[..end.unwrap_or(piece.bytes.len())];
                let header = header.strip_suffix(b"\r").unwrap_or(header);
                let (decoder, _) = &decoders[work.file.decoder];
                layout = Some(Arc::new(
                    decoder.layout(&work.file.origin.to_string(), header)?,
                ));
                let skipped = end.map_or(piece.bytes.len(), |e| e + 1);
                piece.bytes.drain(..skipped);
                piece.offset += skipped as u64;
                piece.first_line += 1;
                let mut result = lock(&self.results[file]);
                result.taken.lines += 1;
                result.taken.other += 1;
            }
            send.send(Job {
                file,
                piece,
                layout: layout.clone(),
            })
            .map_err(|_| stopped())
        })
    }

    fn work_off(&self, receive: &Mutex<Receiver<Job>>) {
        loop {
            let Ok(job) = lock(receive).recv() else {
                return;
            };
            if self.stop.load(Ordering::Relaxed) {
                continue;
            }
            if let Err(error) = self.handle(job) {
                self.fail(error);
            }
        }
    }

    fn handle(&self, job: Job) -> Result<()> {
        let Job {
            file,
            piece,
            layout,
        } = job;
        if let Some(length) = piece.too_long {
            let line = RejectedLine {
                line: piece.first_line,
                start: piece.offset,
                end: piece.offset + length,
                reason: RejectReason::TooLong,
                column: None,
            };
            let mut result = lock(&self.results[file]);
            result.taken.lines += 1;
            result.reject(std::slice::from_ref(&line));
            return self.shared.rejects.add(self.numbers[file], vec![line]);
        }
        let form = match layout {
            Some(_) => Form::Csv,
            None => Form::Lines,
        };
        for (offset, first_line, bytes) in piece.parts(form) {
            let chunk = Chunk {
                bytes,
                offset,
                first_line,
            };
            self.part(file, &chunk, layout.as_deref())?;
        }
        Ok(())
    }

    /// Decodes and prepares lines of a file.
    fn part(&self, file: usize, chunk: &Chunk<'_>, layout: Option<&Layout>) -> Result<()> {
        let work = &self.work[file];
        let source = &self.shared.plan.sources[work.source];
        let (mut decoded, targets, viewed): (_, Vec<usize>, Option<Vec<&str>>) =
            match (&source.kind, layout) {
                (
                    SourceKind::Fhir {
                        decoder, tables, ..
                    },
                    _,
                ) => (
                    decoder.decode(chunk),
                    tables.iter().map(|(_, table)| *table).collect(),
                    Some(tables.iter().map(|(kind, _)| kind.as_str()).collect()),
                ),
                (SourceKind::Csv { decoders }, Some(layout)) => {
                    let (decoder, table) = &decoders[work.file.decoder];
                    (decoder.decode(layout, chunk)?, vec![*table], None)
                }
                (SourceKind::Csv { .. }, None) => return Ok(()),
            };
        let made = self.shared.clock.bounded(work.file.modified);
        let preparer = Preparer {
            source,
            tables: &self.shared.plan.tables,
            lookups: &self.shared.lookups,
            people: self.people,
            clock: self.shared.clock,
            made,
        };
        let prepared = preparer.prepare(
            &mut decoded,
            &targets,
            chunk.bytes,
            chunk.offset,
            &work.file.name,
        )?;
        for (table, batch) in prepared.tables {
            self.shared.add(work.source, table, batch)?;
        }
        for (table, versions) in prepared.emptied {
            self.shared.spool.add_emptied(table, versions)?;
        }
        let counted = counted(&decoded, viewed.as_deref());
        {
            let mut result = lock(&self.results[file]);
            let taken = &mut result.taken;
            taken.lines += counted.lines;
            taken.without_view += counted.without_view;
            taken.deletions += counted.deletions;
            taken.other += counted.other;
            for (kind, lines) in &decoded.types {
                *result.types.entry(kind.clone()).or_default() += lines;
            }
            result.reject(&prepared.rejects);
            result.future += prepared.future;
        }
        self.shared
            .rejects
            .add(self.numbers[file], prepared.rejects)?;
        let mut links = lock(&self.links);
        links.links.extend(prepared.links);
        links.replacements.extend(prepared.replacements);
        // Without a time of its own, a deletion is as old as the file that tells of it.
        let deletes = prepared.deletes.into_iter();
        links
            .deletes
            .extend(deletes.map(|(kind, key, when)| (kind, key, when.or(Some(made)))));
        Ok(())
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
        lines: decoded.line_count,
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
    /// Takes in what was learnt about people and deletions. A deletion that does not say when it
    /// happened counts as made at `otherwise`, in microseconds since 1970.
    pub(crate) fn learn(&mut self, facts: Prepared, otherwise: i64) {
        for fact in facts.links {
            self.people.learn(fact);
        }
        for fact in facts.replacements {
            self.people.learn_merge(fact);
        }
        for (kind, key, when) in facts.deletes {
            self.delete(kind, key, when.unwrap_or(otherwise));
        }
    }

    /// Takes a deletion in; the latest counts.
    pub(in crate::pull) fn delete(&mut self, kind: String, key: i64, when: i64) {
        if kind == "Patient" {
            self.people.learn_deleted(key, when);
        }
        let known = self.deletes.entry(kind).or_default().entry(key);
        let known = known.or_insert(when);
        *known = when.max(*known);
    }

    /// Works out who stands for whom, when all that says so has been read.
    pub(crate) fn end_merges(&mut self, shared: &Shared) -> Result<()> {
        for (index, table) in shared.plan.tables.iter().enumerate() {
            if table.merges.is_some() {
                shared.spool.each_emptied(index, |(record, version)| {
                    self.people.forget_merges(record, version);
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

fn id(plan: &PullPlan, work: &FileToRead) -> (String, String) {
    (
        plan.sources[work.source].name.clone(),
        work.file.name.clone(),
    )
}
