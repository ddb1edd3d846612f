//! The audit log: who ran what, with which parameters, and what was released. It lies in the lake as
//! `populace.audit`, a row an entry.
//!
//! Every entry carries a keyed code over itself and the entry before, so that an edited, removed or
//! reordered entry is found. Analysts have no key of the lake, and their commands write entries too.
//! So each entry has a key of its own: the first comes from the key of the lake, each next one from
//! the one before, and only the newest is kept (`populace.audit` at the lake's root). Whoever takes it
//! can add entries, and cannot make an earlier one again; whoever has the key of the lake checks all.

mod chain;
mod check;
mod entry;
mod log;

pub(crate) use check::{AuditBreak, check, of_query};
pub(crate) use entry::{AuditEntry, AuditEvent};
pub use log::AuditLog;
pub(crate) use log::{AuditedCommand, begin, has_begun, load};
