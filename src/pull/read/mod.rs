//! Files become lines and lines become prepared rows, on all threads.

pub(super) mod line_splitter;
pub(super) mod pool;
pub(super) mod threshold;
