//! Bytes to Arrow: FHIR resources through ViewDefinitions, CSV rows through column files.
//!
//! What comes out is still identifiable and lives in memory only; `privacy` treats it next.

#[cfg(test)]
pub(crate) mod corpus;
pub mod csv;
pub mod fhir;
mod reject_reason;

pub use fhir::{Chunk, Decoded, Delete, Line, Reject, Rows};
pub use reject_reason::RejectReason;
