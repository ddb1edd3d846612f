//! What must hold for every byte that comes from outside. Fuzzers call these with inputs of their own,
//! and `tests/corpus.rs` with the inputs that they found.

pub mod manifests;
pub mod targets;
