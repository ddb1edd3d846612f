//! Pull: new extracts come into the lake.
//!
//! Files are read in pieces by a few readers, decoded, made fit to store and sorted into shards by
//! the workers, and merged shard by shard with what the lake holds. Tables are committed one after
//! the other; what was taken is committed last, so that a pull that was cut short is done again
//! and, as a record's newest version wins whatever the order, ends in the same lake.

mod again;
mod attempt;
mod bulk;
mod chunks;
mod clock;
mod content;
mod deleted;
mod emptied;
mod exclusions;
mod feeding;
mod fence;
mod files;
mod intake;
mod merge;
mod new_files;
mod object;
mod opt_out_change;
mod opt_out_effect;
mod opted_out;
mod people;
mod plan;
mod prepare;
mod reject_spool;
mod rejects;
mod relink;
mod rotate;
mod runs;
mod settle;
mod stored;
mod summary;
mod taken;
mod threshold;
mod version;
mod walk;
mod warnings;
mod whereabouts;
mod withheld;

pub use again::{Again, Replaced, pull_again};
pub use bulk::Shortfall;
pub(crate) use chunks::{Form, Piece, pieces, unpacked};
pub use feeding::{Feeding, feeding};
pub use opt_out_effect::ndoo_checked_on;
pub use opted_out::state as opt_out_state;
pub use plan::{OPEN_PSEUDONYM, PersonLink, PullPlan, TablePlan};
pub use rotate::{Rotated, abandon, rotate};
pub use summary::{Summary, TableSummary};
pub use taken::{Taken, TakenFiles, load as taken_files};
pub use warnings::Warning;
pub use withheld::Withheld;

use crate::error::{Error, Result};
use crate::lake::Lake;
use crate::pipeline::Pipeline;
use crate::privacy::Key;
use crate::progress::Progress;
use crate::scratch::Scratch;
use attempt::Attempt;
use std::collections::BTreeMap;

/// How a pull may use the machine.
#[derive(Debug, Clone, Copy)]
pub struct Limits {
    /// Worker threads.
    pub threads: usize,
    /// Bytes that the whole process should stay within.
    pub memory: usize,
}

/// What the last export of each server lacked, by source: it is asked for again.
///
/// # Errors
/// Data: the lake cannot be read.
pub async fn shortfalls(lake: &Lake) -> Result<BTreeMap<String, Shortfall>> {
    let table = lake.table(&taken::table()).await?;
    let properties = table.map(|table| table.properties).unwrap_or_default();
    Ok(bulk::recall(&properties)
        .into_iter()
        .filter_map(|(source, remembered)| Some((source, remembered.shortfall?)))
        .collect())
}

/// Pulls `sources` (all when empty) into `lake`.
pub async fn pull(
    pipeline: &Pipeline,
    lake: &Lake,
    key: &Key,
    sources: &[String],
    limits: Limits,
    scratch: &Scratch,
    progress: Progress,
) -> Result<Summary> {
    let attempt = Attempt {
        pipeline,
        lake,
        key,
        limits,
        scratch,
        progress,
    };
    match attempt.run(sources, false).await? {
        Some(summary) => Ok(summary),
        None => attempt
            .run(sources, true)
            .await?
            .ok_or_else(|| Error::data("the pull did not come to an end")),
    }
}
