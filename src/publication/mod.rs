//! Publication: what a release is called, who approved, published or withdrew it, and when.
//!
//! A release is a folder that never changes. Its states lie beside it, `publication/<id>.<n>.json`
//! below the releases: each step is a file that is created once and never altered, and the one with
//! the highest number is the state. This room reads and writes those files over an object store
//! alone; it knows no lake, so that the planners' page can use it.

mod changelog;
mod changes;
mod facts;
mod history;
mod identifier;
mod latest;
mod london;
mod name;
mod naming;
mod read;
mod state;
mod step;
mod take;
mod words;

pub(crate) use changelog::{ChangelogEntry, changelog};
pub(crate) use changes::{ChangeKind, ReleaseChange, changes};
pub(crate) use facts::{FactsFound, ReleaseFacts};
pub(crate) use history::Publication;
pub(crate) use identifier::FOLDER;
pub(crate) use latest::latest;
pub(crate) use london::{embargo, in_london};
pub(crate) use name::ReleaseName;
pub(crate) use read::{read, read_all};
pub(crate) use state::PublicationState;
pub(crate) use step::PublicationStep;
pub(crate) use take::{WantedStep, allowed, step};
pub(crate) use words::{person, reason};

#[cfg(test)]
mod tests;
