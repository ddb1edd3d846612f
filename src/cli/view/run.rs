//! Reading, decoding and writing at the same time, in the order of the lines.
//!
//! One thread reads pieces of whole lines, all threads decode a handful of pieces at once, and the
//! rows of each handful go out while the next is decoded. Each step waits for the one after it, so
//! that no more than a few handfuls are in memory, whatever the input's size.

use super::empty::ElementWatch;
use super::inputs::Input;
use crate::decode::fhir::{BundlePages, Decoder, View};
use crate::decode::{Chunk, Decoded, Reject, RejectReason};
use crate::error::{Context, Error, Result};
use crate::pull::{FilePiece, LineEnds, pieces};
use arrow::array::RecordBatch;
use indicatif::ProgressBar;
use rayon::prelude::*;
use std::collections::BTreeMap;
use std::sync::Arc;
use std::sync::mpsc::{Receiver, SyncSender, sync_channel};

/// Bytes of a handful, for each thread: one piece as the reader cuts them.
const SHARE: usize = 4 * 1024 * 1024;

/// The outcome of reading the lines. `lines` is the sum of the others but `files` and `bytes`.
#[derive(Debug, Default)]
pub(super) struct Counts {
    /// Files read, standard input among them.
    pub files: u64,
    /// Bytes, decompressed.
    pub bytes: u64,
    /// All lines.
    pub lines: u64,
    /// Resources of the view's type.
    pub accepted: u64,
    /// Resources of other types.
    pub other_types: u64,
    /// Lines of white space only.
    pub blank: u64,
    /// Lines that cannot be used, by reason, and by the column at fault where there is one.
    pub rejected: BTreeMap<(RejectReason, Option<String>), u64>,
    /// Values that could not be read, by column.
    pub unknown: BTreeMap<String, u64>,
    /// Bundles that are pages of an answer.
    pub pages: BundlePages,
}

/// A piece of an input, by its number among them.
type Job = (usize, FilePiece);

/// A handful of decoded pieces, with their bytes.
type Done = Vec<(usize, u64, Decoded)>;

/// Decodes all lines of `inputs`. `rows` gets the rows, and ends the reading with `false`; `reject`
/// gets each line that cannot be used.
pub(super) fn run(
    inputs: &[Input],
    view: &Arc<View>,
    watch: &ElementWatch,
    threads: usize,
    bar: &ProgressBar,
    mut rows: impl FnMut(&RecordBatch) -> Result<bool>,
    mut reject: impl FnMut(&Input, &Reject) -> Result<()>,
) -> Result<Counts> {
    let decoder = Decoder::new(vec![view.clone()]).with_resources_without_ids();
    let pool = rayon::ThreadPoolBuilder::new()
        .num_threads(threads)
        .build()
        .data(|| "cannot start threads")?;
    let mut counts = Counts {
        files: inputs.len() as u64,
        ..Counts::default()
    };
    let (send_jobs, jobs) = sync_channel::<Result<Job>>(1);
    let (send_done, done) = sync_channel::<Result<Done>>(1);
    std::thread::scope(|scope| {
        let reader = scope.spawn(|| read(inputs, bar, send_jobs));
        let workers =
            scope.spawn(|| decode((&decoder, watch), &pool, threads * SHARE, jobs, send_done));
        let written = write(
            &view.resource,
            inputs,
            &mut counts,
            &mut rows,
            &mut reject,
            done,
        );
        let calm = [reader.join().is_ok(), workers.join().is_ok()];
        written?;
        match calm {
            [true, true] => Ok(()),
            _ => Err(Error::data("a worker failed").hint("please report this")),
        }
    })?;
    Ok(counts)
}

/// Cuts the inputs into pieces, until nobody takes them any more.
fn read(inputs: &[Input], bar: &ProgressBar, jobs: SyncSender<Result<Job>>) {
    let stopped = || Error::data("the reading was stopped");
    for (number, input) in inputs.iter().enumerate() {
        let read = input.open(bar).and_then(|reader| {
            pieces(reader, &input.to_string(), LineEnds::Lines, |piece| {
                jobs.send(Ok((number, piece))).map_err(|_| stopped())
            })
            .map_err(|e| e.hint("is the file damaged, or still being written?"))
        });
        if let Err(error) = read {
            // When it is the writer that stopped, nobody hears this.
            let _ = jobs.send(Err(error));
            return;
        }
    }
}

/// Decodes handfuls of about `bytes` bytes.
fn decode(
    (decoder, watch): (&Decoder, &ElementWatch),
    pool: &rayon::ThreadPool,
    bytes: usize,
    jobs: Receiver<Result<Job>>,
    done: SyncSender<Result<Done>>,
) {
    loop {
        let mut handful = Vec::new();
        let mut held = 0;
        let mut failed = None;
        while held < bytes {
            match jobs.recv() {
                Ok(Ok(job)) => {
                    held += job.1.bytes.len();
                    handful.push(job);
                }
                Ok(Err(error)) => {
                    failed = Some(error);
                    break;
                }
                Err(_) => break,
            }
        }
        let ended = held < bytes;
        let decoded = pool.install(|| {
            let decoded = handful.par_iter().map(|(input, piece)| {
                let decoded = match piece.too_long {
                    Some(length) => too_long(piece, length),
                    None => decoder.decode(&Chunk {
                        bytes: &piece.bytes,
                        offset: piece.offset,
                        first_line: piece.first_line,
                    }),
                };
                let rows = decoded.tables.first().map(|table| &table.batch);
                watch.note(rows, &piece.bytes);
                let bytes = piece.too_long.unwrap_or(piece.bytes.len() as u64);
                (*input, bytes, decoded)
            });
            decoded.collect::<Done>()
        });
        if done.send(Ok(decoded)).is_err() {
            return;
        }
        if let Some(error) = failed {
            // The writer fails with this after the rows before it.
            let _ = done.send(Err(error));
            return;
        }
        if ended {
            return;
        }
    }
}

/// What a line longer than any that is read comes to.
fn too_long(piece: &FilePiece, length: u64) -> Decoded {
    Decoded {
        orders: Default::default(),
        marks: Default::default(),
        pages: Default::default(),
        tables: Vec::new(),
        references: String::new(),
        lines: Vec::new(),
        rejects: vec![Reject {
            number: piece.first_line,
            start: piece.offset,
            end: piece.offset + length,
            reason: RejectReason::TooLong,
            column: None,
        }],
        deletes: Vec::new(),
        superseded: Default::default(),
        types: BTreeMap::new(),
        rejected_types: BTreeMap::new(),
        line_count: 1,
        blank: 0,
        bundled: 0,
    }
}

fn write(
    resource: &str,
    inputs: &[Input],
    counts: &mut Counts,
    rows: &mut impl FnMut(&RecordBatch) -> Result<bool>,
    reject: &mut impl FnMut(&Input, &Reject) -> Result<()>,
    done: Receiver<Result<Done>>,
) -> Result<()> {
    for handful in done {
        for (input, bytes, decoded) in handful? {
            counts.bytes += bytes;
            counts.lines += decoded.line_count + decoded.bundled;
            counts.blank += decoded.blank;
            counts.pages.add(&decoded.pages);
            for (kind, lines) in &decoded.types {
                match kind == resource {
                    true => counts.accepted += lines,
                    false => counts.other_types += lines,
                }
            }
            for one in &decoded.rejects {
                let why = (one.reason, one.column.clone());
                *counts.rejected.entry(why).or_default() += 1;
                reject(&inputs[input], one)?;
            }
            for ((column, _), values) in decoded.tables.iter().flat_map(|table| &table.values) {
                *counts.unknown.entry(column.clone()).or_default() += values;
            }
            for table in decoded.tables.iter().filter(|t| t.batch.num_rows() > 0) {
                if !rows(&table.batch)? {
                    return Ok(());
                }
            }
        }
    }
    Ok(())
}
