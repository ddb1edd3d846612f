//! Pull: new extracts come into the lake.
//!
//! Files are read in pieces by a few readers, decoded, made fit to store and sorted into shards by
//! the workers, and merged shard by shard with what the lake holds. Tables are committed one after
//! the other; what was taken is committed last, so that a pull that was cut short is done again
//! and, as a record's newest version wins whatever the order, ends in the same lake.

mod again;
mod attempt;
mod begin;
mod bulk;
mod clock;
mod discover;
mod failures;
mod identity;
mod known;
mod limits;
mod merge;
mod opt_outs;
mod plan;
mod prepare;
mod read;
mod rekey;
mod run;
mod source_tally;
mod spool;
mod state;
mod store;
mod summary;
mod supersede;
mod take_in;
mod unlinked_cause;
mod version;
mod warnings;

pub(crate) use again::{Again, Replaced, pull_again};
pub use bulk::{ManifestPage, Server, parse_manifest};
pub(crate) use bulk::{Shortfall, shortfalls};
pub(crate) use discover::source_file::is_fhir_file;
pub use limits::PullLimits;
pub(crate) use opt_outs::effect::ndoo_checked_on;
pub(crate) use opt_outs::stored::state as opt_out_state;
pub(crate) use opt_outs::withheld::Withheld;
pub(crate) use plan::feeding::{Feeding, feeding};
pub(crate) use plan::{OPEN_PSEUDONYM, PersonLink, PullPlan, TablePlan};
pub(crate) use read::file_piece::{FilePiece, LineEnds};
pub(crate) use read::file_reader::{pieces, unpacked};
pub(crate) use rekey::{Rotated, abandon, rotate};
pub use run::pull;
pub(crate) use source_tally::SourceTally;
pub(crate) use state::extracts::load as extracts;
pub(crate) use state::source_marks::{Failing, LastPull, load as source_marks};
pub(crate) use summary::PullSummary;
