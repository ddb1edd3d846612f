//! Reading, decoding and preparing files on all threads.

use super::context::{PullContext, lock};
use super::csv_text;
use super::file_piece::{FilePiece, LineEnds};
use super::file_reader;
use super::intake::{FileIntake, Intake, counted, id};
use super::kind_lines::{add_kinds, kinds};
use crate::decode::csv::{CsvHeader, Layout};
use crate::decode::{Chunk, Decoded, RejectReason};
use crate::error::{Error, Kind, Result};
use crate::progress::Progress;
use crate::pull::discover::extracted::extracted;
use crate::pull::discover::new_files::FileToRead;
use crate::pull::discover::source_file::Origin;
use crate::pull::identity::patient_index::PatientIndex;
use crate::pull::plan::{PullPlan, SourceKind, SourcePlan};
use crate::pull::prepare::rejected_line::RejectedLine;
use crate::pull::prepare::{Learnt, Prepared, Preparer};
use crate::pull::state::extracts::file_number;
use crate::stop;
use indicatif::ProgressBar;
use std::collections::BTreeMap;
use std::io::{BufRead, BufReader, Read};
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::mpsc::{Receiver, SyncSender, sync_channel};
use std::sync::{Arc, Mutex, PoisonError};

/// Why sources cannot be read, by their numbers in the plan.
pub(crate) type UnreadableSources = BTreeMap<usize, Error>;

/// Reads all files. Patients come first, so that most rows find their person at once. Of a source of
/// which a file cannot be read, no more files are.
pub(crate) fn take_in(
    context: &PullContext,
    work: Vec<FileToRead>,
    people: PatientIndex,
    threads: usize,
    progress: Progress,
) -> Result<(Intake, UnreadableSources)> {
    let bar = progress.bytes("pull", work.iter().map(|w| w.file.size).sum());
    let (patients, others): (Vec<_>, Vec<_>) = work
        .into_iter()
        .partition(|w| holds_patients(&context.plan, w));
    let mut intake = Intake {
        people,
        ..Intake::default()
    };
    let unreadable = Mutex::new(UnreadableSources::new());
    for files in [patients, others] {
        let pass = ReadPass {
            context,
            people: &intake.people,
            files: files
                .into_iter()
                .map(|f| ReadFile::of(context, f))
                .collect(),
            learnt: Mutex::default(),
            failed: Mutex::default(),
            unreadable: &unreadable,
            stop: AtomicBool::new(false),
            next: AtomicUsize::new(0),
            bar: &bar,
        };
        pass.run(threads)?;
        let ReadPass { files, learnt, .. } = pass;
        for ReadFile {
            work, intake: file, ..
        } in files
        {
            let file = file.into_inner().unwrap_or_else(PoisonError::into_inner);
            intake.files.push((work, file));
        }
        intake.learn(learnt.into_inner().unwrap_or_else(PoisonError::into_inner));
    }
    bar.finish_and_clear();
    let failed = unreadable
        .into_inner()
        .unwrap_or_else(PoisonError::into_inner);
    Ok((intake, failed))
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
    let Ok(reader) = file_reader::open(&work.file) else {
        return false;
    };
    let mut first = Vec::new();
    let read = BufReader::new(reader.take(64 * 1024)).read_until(b'\n', &mut first);
    read.is_ok() && first.windows(9).any(|w| w == b"\"Patient\"")
}

/// A file that is read.
struct ReadFile {
    work: FileToRead,
    /// Its number among those with rejects.
    number: usize,
    intake: Mutex<FileIntake>,
}

impl ReadFile {
    fn of(context: &PullContext, work: FileToRead) -> Self {
        let (source, file) = id(&context.plan, &work);
        ReadFile {
            number: context.rejects.number(&source, &file),
            work,
            intake: Mutex::default(),
        }
    }
}

/// A piece of a file for a worker.
struct PieceToPrepare {
    /// The file's number in the pass.
    file: usize,
    piece: FilePiece,
    header: Option<Arc<CsvHeader>>,
}

/// A chunk as its source's decoder made it.
struct DecodedChunk<'a> {
    decoded: Decoded,
    /// The pull table of each decoded table.
    targets: Vec<usize>,
    /// The resource types that have a view; None for files without types.
    viewed: Option<Vec<&'a str>>,
}

impl<'a> DecodedChunk<'a> {
    /// None of a CSV file whose header has not been read; beside its layout stands whether nothing
    /// follows in the file.
    fn of(
        source: &'a SourcePlan,
        work: &FileToRead,
        chunk: &Chunk<'_>,
        layout: Option<(&Layout, bool)>,
    ) -> Result<Option<Self>> {
        Ok(match (&source.kind, layout) {
            (
                SourceKind::Fhir {
                    decoder, tables, ..
                },
                _,
            ) => Some(DecodedChunk {
                decoded: decoder.decode(chunk),
                targets: tables.iter().map(|(_, table)| *table).collect(),
                viewed: Some(tables.iter().map(|(kind, _)| kind.as_str()).collect()),
            }),
            (SourceKind::Csv { decoders }, Some((layout, last))) => {
                let (decoder, table) = &decoders[work.file.decoder];
                let decoded = match last {
                    true => decoder.decode_last(layout, chunk)?,
                    false => decoder.decode(layout, chunk)?,
                };
                Some(DecodedChunk {
                    decoded,
                    targets: vec![*table],
                    viewed: None,
                })
            }
            (SourceKind::Csv { .. }, None) => None,
        })
    }
}

/// One pass over a set of files: readers cut them into pieces, workers do the rest.
struct ReadPass<'a> {
    context: &'a PullContext,
    people: &'a PatientIndex,
    files: Vec<ReadFile>,
    learnt: Mutex<Learnt>,
    /// Why the pull fails.
    failed: Mutex<Option<Error>>,
    /// Why sources do.
    unreadable: &'a Mutex<UnreadableSources>,
    stop: AtomicBool,
    next: AtomicUsize,
    bar: &'a ProgressBar,
}

impl ReadPass<'_> {
    fn run(&self, threads: usize) -> Result<()> {
        let (send, receive) = sync_channel::<PieceToPrepare>(threads);
        let receive = Mutex::new(receive);
        let calm = std::thread::scope(|scope| {
            let mut handles = Vec::new();
            for _ in 0..threads.min(self.files.len()) {
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

    /// Gives up the source of a file, or the whole pull when it was told to stop.
    fn give_up(&self, file: &ReadFile, error: Error) {
        if matches!(error.kind(), Kind::Stopped(_)) {
            return self.fail(error);
        }
        lock(self.unreadable)
            .entry(file.work.source)
            .or_insert(error);
    }

    /// Whether the source of a file was given up.
    fn is_given_up(&self, file: &ReadFile) -> bool {
        lock(self.unreadable).contains_key(&file.work.source)
    }

    fn read_files(&self, send: &SyncSender<PieceToPrepare>) {
        loop {
            let at = self.next.fetch_add(1, Ordering::Relaxed);
            let Some(file) = self.files.get(at) else {
                return;
            };
            if self.stop.load(Ordering::Relaxed) {
                return;
            }
            if !self.is_given_up(file)
                && let Err(error) = self.read_file(at, send)
            {
                self.give_up(file, error);
            }
            self.bar.inc(file.work.file.size);
        }
    }

    fn read_file(&self, at: usize, send: &SyncSender<PieceToPrepare>) -> Result<()> {
        let file = &self.files[at];
        let source = &self.context.plan.sources[file.work.source];
        let SourceKind::Csv { decoders } = &source.kind else {
            let reader = file_reader::open(&file.work.file)?;
            return self.cut(at, reader, LineEnds::Lines, None, send);
        };
        let (decoder, _) = &decoders[file.work.file.decoder];
        let Some(text) = csv_text::open(&file.work.file, decoder)? else {
            return Ok(());
        };
        let mut intake = lock(&file.intake);
        intake.bytes += text.header.length as u64;
        intake.taken.lines += text.header.lines;
        intake.taken.other += text.header.lines;
        drop(intake);
        let form = LineEnds::Csv(text.header.layout.dialect());
        self.cut(at, text.rows, form, Some(Arc::new(text.header)), send)
    }

    /// Cuts what `reader` gives behind the header into pieces, for the workers.
    fn cut(
        &self,
        at: usize,
        reader: Box<dyn Read + Send>,
        form: LineEnds,
        header: Option<Arc<CsvHeader>>,
        send: &SyncSender<PieceToPrepare>,
    ) -> Result<()> {
        let file = &self.files[at];
        let name = file.work.file.origin.to_string();
        file_reader::pieces(reader, &name, form, |mut piece| {
            stop::check()?;
            if self.is_given_up(file) {
                return Err(Error::data("its source was given up"));
            }
            lock(&file.intake).bytes += piece.bytes.len() as u64;
            if let Some(header) = &header {
                piece.behind(header.length as u64, header.lines);
            }
            let ready = PieceToPrepare {
                file: at,
                piece,
                header: header.clone(),
            };
            let sent = send.send(ready);
            sent.map_err(|_| Error::data("the pull was stopped"))
        })
    }

    fn work_off(&self, receive: &Mutex<Receiver<PieceToPrepare>>) {
        loop {
            let Ok(ready) = lock(receive).recv() else {
                return;
            };
            if self.stop.load(Ordering::Relaxed) {
                continue;
            }
            if let Err(error) = self.prepare_piece(ready) {
                self.fail(error);
            }
        }
    }

    fn prepare_piece(&self, ready: PieceToPrepare) -> Result<()> {
        let PieceToPrepare {
            file,
            piece,
            header,
        } = ready;
        let layout = header.as_ref().map(|header| &header.layout);
        let file = &self.files[file];
        if self.is_given_up(file) {
            return Ok(());
        }
        if let Some(length) = piece.too_long {
            let line = RejectedLine {
                line: piece.first_line,
                start: piece.offset,
                end: piece.offset + length,
                reason: RejectReason::TooLong,
                column: None,
            };
            let mut intake = lock(&file.intake);
            intake.taken.lines += 1;
            intake.reject(std::slice::from_ref(&line));
            return self.context.rejects.add(file.number, vec![line]);
        }
        let form = match layout {
            Some(layout) => LineEnds::Csv(layout.dialect()),
            None => LineEnds::Lines,
        };
        for part in piece.parts(form) {
            let chunk = Chunk {
                bytes: &part.bytes,
                offset: part.offset,
                first_line: part.first_line,
            };
            self.prepare_chunk(file, &chunk, layout.map(|layout| (layout, part.last)))?;
        }
        Ok(())
    }

    /// Decodes and prepares lines of a file.
    fn prepare_chunk(
        &self,
        file: &ReadFile,
        chunk: &Chunk<'_>,
        layout: Option<(&Layout, bool)>,
    ) -> Result<()> {
        let context = self.context;
        let source = &context.plan.sources[file.work.source];
        let mut read = match DecodedChunk::of(source, &file.work, chunk, layout) {
            Ok(Some(read)) => read,
            Ok(None) => return Ok(()),
            Err(error) => {
                self.give_up(file, error);
                return Ok(());
            }
        };
        let preparer = Preparer {
            source,
            tables: &context.plan.tables,
            lookups: &context.lookups,
            people: self.people,
            clock: context.clock,
            made: context
                .clock
                .bounded(extracted(&file.work.file, &source.dates)),
            file: file_number(&source.name, &file.work.file.name),
        };
        let prepared = preparer.prepare(
            &mut read.decoded,
            &read.targets,
            chunk.bytes,
            chunk.offset,
            &file.work.file.name,
        )?;
        self.count(file, &read, &prepared);
        self.keep(file, prepared)
    }

    /// Counts what became of the lines of a chunk.
    fn count(&self, file: &ReadFile, read: &DecodedChunk<'_>, prepared: &Prepared) {
        let counted = counted(&read.decoded, read.viewed.as_deref());
        let mut intake = lock(&file.intake);
        let taken = &mut intake.taken;
        taken.lines += counted.lines;
        taken.without_view += counted.without_view;
        taken.deletions += counted.deletions;
        taken.other += counted.other;
        for (kind, lines) in &read.decoded.types {
            *intake.types.entry(kind.clone()).or_default() += lines;
        }
        add_kinds(&mut intake.kinds, kinds(&read.decoded, prepared));
        intake.reject(&prepared.rejects);
        intake.future += prepared.future;
        for (place, count) in &prepared.values {
            *intake.values.entry(place.clone()).or_default() += count;
        }
        for (place, count) in &prepared.unresolved {
            *intake.unresolved.entry(*place).or_default() += count;
        }
        for (column, order) in &read.decoded.orders {
            let known = intake.orders.entry(column.clone()).or_default();
            known.add(*order);
        }
        intake.marks.add(read.decoded.marks);
        intake.pages.add(&read.decoded.pages);
    }

    /// Keeps what a chunk brought until all files are read.
    fn keep(&self, file: &ReadFile, prepared: Prepared) -> Result<()> {
        for (table, batch) in prepared.tables {
            self.context.add(file.work.source, table, batch)?;
        }
        for (table, versions) in prepared.emptied {
            self.context.spool.add_emptied(table, versions)?;
        }
        self.context.rejects.add(file.number, prepared.rejects)?;
        lock(&self.learnt).extend(prepared.learnt);
        Ok(())
    }
}
