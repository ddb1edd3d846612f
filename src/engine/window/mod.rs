//! Window functions over many small partitions, computed for whole batches at once.
//!
//! DataFusion computes `lead`, `lag` and `row_number` row by row and keeps a state for each
//! partition; functions of whole partitions it computes when all input has been read, without
//! counting that memory. Here rows, which come sorted by partition, are cut into partitions a batch
//! at a time, and only the rows of an open partition are kept, or the few that an offset reaches.

mod batches;
mod exec;
mod functions;
mod keys;
mod rule;
mod sorting;

pub(super) use rule::VectorisedWindows;
