//! Bytes to Arrow: FHIR resources through ViewDefinitions, CSV rows through column files.
//!
//! What comes out is still identifiable and lives in memory only; `privacy` treats it next.

pub mod csv;
pub mod fhir;
mod reject_reason;
mod value_count;
mod zone;

pub use fhir::BundlePages;
pub use fhir::Chunk;
pub use fhir::Decoded;
pub use fhir::Delete;
pub use fhir::Line;
pub use fhir::Reject;
pub use fhir::ViewRows;
pub use reject_reason::RejectReason;
pub use value_count::{DateOrder, DecimalMarks, ValueCounts, ValueRule};
pub use zone::Zone;
