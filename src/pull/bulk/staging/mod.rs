//! The staging area of one source in the lake: the job, and what has come of it so far.
//!
//! It holds nothing that the tables do not hold: pseudonyms, generalised values, counts. It lies in
//! the lake's own store, so that any machine can go on with a pull.

pub(super) mod job;
pub(super) mod load;
pub(super) mod prepare;
pub(super) mod staged_file;
pub(super) mod writer;

use super::content::KnownPiece;
use super::shortfall::is_failure;
use crate::error::{Context, Error, Result};
use crate::lake::{Lake, sealed, unsealed};
use bytes::Bytes;
use futures::{StreamExt, TryStreamExt};
use job::ExportJob;
use object_store::path::Path;
use object_store::{ObjectStore, ObjectStoreExt};
use staged_file::{Finished, Receipt, StagedPiece};
use std::collections::{BTreeMap, BTreeSet};
use std::path::PathBuf;
use std::sync::Arc;

/// The folder of all staging areas, relative to the lake.
const FOLDER: &str = "populace.staging";
/// The same of exports of types that were missed before.
const MISSED: &str = "populace.staging.missed";
/// Objects that are read or removed at once.
const AT_ONCE: usize = 16;

/// Which export of a source it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum ExportPart {
    /// What is new.
    New,
    /// What the server failed to export before.
    Missed,
}

/// The staging area of a source.
#[derive(Debug, Clone)]
pub(super) struct Staging {
    part: ExportPart,
    store: Arc<dyn ObjectStore>,
    folder: Path,
    /// The same folder where the lake is on this machine.
    local: Option<PathBuf>,
}

/// How far a file has been staged.
#[derive(Debug, Clone, Default)]
pub(super) struct FileState {
    /// The reading that counts.
    pub reading: u32,
    /// Length and digest of each piece, from the start of the file without a gap.
    pub pieces: Vec<KnownPiece>,
    /// The byte after the last piece.
    pub end: u64,
    /// The line after the last piece, from 1; 0 before the first.
    pub next_line: u64,
    /// Whether the file is sent compressed.
    pub packed: bool,
    /// What the server calls this version of the file.
    pub version: Option<String>,
    /// Lines that are not empty.
    pub resources: u64,
    /// Records that are deleted.
    pub deletes: u64,
    /// Whether an OperationOutcome came in the place of resources.
    pub outcome: bool,
    /// Issues that say that records did not come.
    pub failures: BTreeMap<String, u64>,
    /// Resource types that those name.
    pub failed_types: BTreeSet<String>,
    /// Whether everything of it is staged.
    pub finished: bool,
}

impl FileState {
    /// The state before anything of a reading was staged.
    pub(super) fn fresh(reading: u32) -> Self {
        FileState {
            reading,
            ..FileState::default()
        }
    }

    /// Takes a piece in. One that does not follow what is there shows that a unit was lost: then
    /// the reading is void, and the next one begins.
    pub(super) fn add(&mut self, piece: &StagedPiece) {
        if piece.reading > self.reading {
            *self = FileState::fresh(piece.reading);
        }
        if piece.reading < self.reading {
            return;
        }
        if piece.start != self.end || self.finished {
            *self = FileState::fresh(self.reading + 1);
            return;
        }
        self.pieces.push((piece.end - piece.start, piece.digest));
        self.end = piece.end;
        self.next_line = piece.next_line;
        self.packed = piece.packed;
        self.version.clone_from(&piece.version);
        self.resources += piece.counts.lines.saturating_sub(piece.counts.blank);
        self.deletes += piece.deletes.len() as u64;
        self.outcome |= piece.types.contains_key("OperationOutcome");
        for (counted, lines) in piece.types.iter().filter(|(kind, _)| is_failure(kind)) {
            *self.failures.entry(counted.clone()).or_default() += lines;
        }
        self.failed_types.extend(piece.failed.iter().cloned());
    }

    fn finish(&mut self, finished: &Finished) {
        if finished.reading > self.reading {
            *self = FileState::fresh(finished.reading);
        }
        if finished.reading == self.reading {
            if finished.bytes != self.end {
                *self = FileState::fresh(self.reading + 1);
                return;
            }
            self.finished = true;
        }
    }

    /// The place after the last piece, and its line.
    pub(super) fn next(&self) -> (u64, u64) {
        (self.end, self.next_line.max(1))
    }
}

impl Staging {
    /// The staging area of `source`.
    pub(super) fn of(lake: &Lake, source: &str, part: ExportPart) -> Self {
        let areas = match part {
            ExportPart::New => FOLDER,
            ExportPart::Missed => MISSED,
        };
        let folder = Path::from_iter([areas, source]);
        Staging {
            part,
            store: lake.store().clone(),
            local: lake.location().folder().map(|f| f.join(folder.as_ref())),
            folder,
        }
    }

    /// Which export of its source it is of.
    pub(super) fn part(&self) -> ExportPart {
        self.part
    }

    fn job_path(&self) -> Path {
        self.folder.clone().join("job.json")
    }

    fn unit_path(&self, number: u64) -> Path {
        self.folder
            .clone()
            .join("units")
            .join(format!("{number:010}"))
    }

    /// The job that was begun and not ended, if any.
    pub(super) async fn job(&self) -> Result<Option<ExportJob>> {
        let cannot = || "cannot read the staging area of the lake";
        let bytes = match self.store.get(&self.job_path()).await {
            Ok(found) => found.bytes().await.data(cannot)?,
            Err(object_store::Error::NotFound { .. }) => return Ok(None),
            Err(e) => return Err(Error::data(cannot()).cause(e)),
        };
        let job = unsealed(&bytes);
        if job.is_none() {
            // Or another version of this program wrote it. What it staged is of no use without it.
            tracing::warn!(
                "{} of the lake is damaged: a new export is asked for",
                self.job_path()
            );
        }
        Ok(job)
    }

    /// Writes the job down.
    pub(super) async fn keep(&self, job: &ExportJob) -> Result<()> {
        self.put(&self.job_path(), sealed(job)?).await
    }

    async fn put(&self, path: &Path, bytes: Vec<u8>) -> Result<()> {
        self.store
            .put(path, bytes.into())
            .await
            .map(drop)
            .data(|| "cannot write to the staging area of the lake")
            .map_err(|e| {
                e.hint("check that the disk has room and may be written to, then run again: the pull goes on where it stopped")
            })
    }

    /// Writes a unit.
    pub(super) async fn put_unit(&self, number: u64, bytes: Vec<u8>) -> Result<()> {
        self.put(&self.unit_path(number), bytes).await
    }

    /// The units there are, by number.
    pub(super) async fn units(&self) -> Result<Vec<(u64, Path)>> {
        let folder = self.folder.clone().join("units");
        let mut units: Vec<(u64, Path)> = self
            .store
            .list(Some(&folder))
            .try_filter_map(|found| async move {
                let number = found.location.filename().and_then(|n| n.parse().ok());
                Ok(number.map(|number| (number, found.location)))
            })
            .try_collect()
            .await
            .data(|| "cannot list the staging area of the lake")?;
        units.sort();
        Ok(units)
    }

    /// The receipt of a unit; None when it is damaged, as after a crash of the whole machine.
    pub(super) async fn receipt(&self, path: &Path) -> Result<Option<Receipt>> {
        let head_length = staged_file::HEAD as u64;
        let Some(head) = self.range(path, 0, head_length).await? else {
            return Ok(None);
        };
        let Some(length) = staged_file::receipt_length(&head) else {
            return Ok(None);
        };
        let end = head_length.saturating_add(length);
        let receipt = self.range(path, head_length, end).await?;
        Ok(receipt.and_then(|receipt| staged_file::receipt(&head, &receipt)))
    }

    /// The receipt of a unit and what lies behind it.
    pub(super) async fn unit(&self, path: &Path) -> Result<(Receipt, Bytes)> {
        let cannot = || "cannot read the staging area of the lake";
        let found = self.store.get(path).await.data(cannot)?;
        let bytes = found.bytes().await.data(cannot)?;
        let broken = || {
            Error::data(staged_file::DAMAGED)
                .hint("nothing was committed; run again: what it held is downloaded again")
        };
        let length = staged_file::receipt_length(&bytes)
            .and_then(|length| usize::try_from(length).ok())
            .and_then(|length| length.checked_add(staged_file::HEAD))
            .filter(|end| *end <= bytes.len())
            .ok_or_else(broken)?;
        let receipt =
            staged_file::receipt(&bytes, &bytes[staged_file::HEAD..length]).ok_or_else(broken)?;
        Ok((receipt, bytes.slice(length..)))
    }

    async fn range(&self, path: &Path, from: u64, to: u64) -> Result<Option<Bytes>> {
        match self.store.get_range(path, from..to).await {
            Ok(bytes) => Ok((bytes.len() as u64 == to - from).then_some(bytes)),
            Err(object_store::Error::NotFound { .. }) => Ok(None),
            // A range beyond the end is an error of the store's own kind.
            Err(e) => match self.store.head(path).await {
                Ok(found) if found.size < to => Ok(None),
                _ => Err(Error::data("cannot read the staging area of the lake").cause(e)),
            },
        }
    }

    /// How far each of `files` files has been staged, and the number of the next unit.
    pub(super) async fn state(&self, files: usize) -> Result<(Vec<FileState>, u64)> {
        let mut states = vec![FileState::default(); files];
        let units = self.units().await?;
        let next = units.last().map_or(1, |(number, _)| number + 1);
        let mut receipts = futures::stream::iter(units)
            .map(|(_, path)| async move {
                let receipt = self.receipt(&path).await?;
                Ok::<_, Error>((path, receipt))
            })
            .buffered(AT_ONCE);
        while let Some(found) = receipts.next().await {
            let (path, receipt) = found?;
            let Some(receipt) = receipt else {
                self.remove(&path).await?;
                continue;
            };
            for piece in &receipt.pieces {
                if let Some(state) = states.get_mut(piece.file) {
                    state.add(piece);
                }
            }
            for finished in &receipt.finished {
                if let Some(state) = states.get_mut(finished.file) {
                    state.finish(finished);
                }
            }
        }
        Ok((states, next))
    }

    /// Removes an object; one that is not there is no error.
    pub(super) async fn remove(&self, path: &Path) -> Result<()> {
        match self.store.delete(path).await {
            Ok(()) | Err(object_store::Error::NotFound { .. }) => Ok(()),
            Err(e) => Err(Error::data("cannot clear the staging area of the lake").cause(e)),
        }
    }

    /// Removes everything, the job last: until then a crash leaves a job that goes on.
    pub(super) async fn clear(&self) -> Result<()> {
        let units = self.units().await?;
        futures::stream::iter(units)
            .map(|(_, path)| async move { self.remove(&path).await })
            .buffer_unordered(AT_ONCE)
            .try_collect::<Vec<()>>()
            .await?;
        self.remove(&self.job_path()).await?;
        // A write that was killed leaves a file that the store does not list.
        match &self.local {
            Some(folder) if folder.exists() => {
                std::fs::remove_dir_all(folder).data(|| "cannot clear the staging area of the lake")
            }
            _ => Ok(()),
        }
    }
}
