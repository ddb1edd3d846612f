//! Pieces that are ready become units of the staging area, one after the other.
//!
//! While one unit is written the next gathers, so that a slow store gets few large units, and many
//! tiny files share one. Units are written in order: what is staged of a file has no gap.

use super::Staging;
use super::prepare::Treated;
use super::staged_file::{self, Finished, Receipt};
use crate::error::{Context, Result};
use arrow::array::RecordBatch;
use std::time::Duration;
use tokio::sync::mpsc::Receiver;
use tokio::time::{Instant, timeout_at};

/// How long a piece may wait for others to share its unit.
const LINGER: Duration = Duration::from_millis(300);
/// The most pieces and files in a unit.
const MOST_NOTES: usize = 4096;

/// Rejects, links and the like in a receipt before it is full: a receipt is read whole.
const MOST_FACTS: usize = 64 * 1024;

/// What a download has to say.
pub(crate) enum StagingNote {
    /// A piece is ready.
    Piece(Box<Treated>),
    /// A file has ended.
    Finished(Finished),
}

/// Writes what comes until no download is left; a unit has at least about `piece` bytes of files,
/// unless nothing more comes for a while.
pub(crate) async fn run(
    staging: &Staging,
    mut notes: Receiver<StagingNote>,
    mut number: u64,
    piece: usize,
) -> Result<()> {
    while let Some(first) = notes.recv().await {
        let until = Instant::now() + LINGER;
        let mut unit = StagingUnit::default();
        unit.add(first);
        while unit.bytes < piece as u64 && unit.has_room() {
            match timeout_at(until, notes.recv()).await {
                Ok(Some(note)) => unit.add(note),
                Ok(None) | Err(_) => break,
            }
        }
        // What came while the last unit was written is ready now.
        while unit.bytes < 8 * piece as u64 && unit.has_room() {
            match notes.try_recv() {
                Ok(note) => unit.add(note),
                Err(_) => break,
            }
        }
        let StagingUnit { receipt, rows, .. } = unit;
        let bytes = tokio::task::spawn_blocking(move || staged_file::encode(receipt, &rows))
            .await
            .data(|| "a worker of the pull failed")??;
        staging.put_unit(number, bytes).await?;
        number += 1;
    }
    Ok(())
}

#[derive(Default)]
struct StagingUnit {
    receipt: Receipt,
    rows: Vec<(String, usize, RecordBatch)>,
    bytes: u64,
    notes: usize,
    facts: usize,
}

impl StagingUnit {
    /// Whether its receipt may grow.
    fn has_room(&self) -> bool {
        self.notes < MOST_NOTES && self.facts < MOST_FACTS
    }

    fn add(&mut self, note: StagingNote) {
        self.notes += 1;
        match note {
            StagingNote::Piece(treated) => {
                let (piece, rows) = *treated;
                let at = self.receipt.pieces.len();
                self.bytes += piece.end - piece.start;
                self.facts += piece.facts();
                self.rows
                    .extend(rows.into_iter().map(|(table, batch)| (table, at, batch)));
                self.receipt.pieces.push(piece);
            }
            StagingNote::Finished(finished) => self.receipt.finished.push(finished),
        }
    }
}
