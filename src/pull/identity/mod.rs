//! Which person a record belongs to, and what follows when that changes.

mod bloom_filter;
pub(super) mod facts;
pub(super) mod load_index;
pub(super) mod moved_records;
pub(super) mod patient_index;
pub(super) mod relink;
