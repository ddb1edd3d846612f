//! Reading files, on all threads. In go files; out come their rows in the spool, and what was learnt.

pub(super) mod context;
mod csv_text;
pub(super) mod file_piece;
pub(super) mod file_reader;
pub(super) mod intake;
pub(super) mod json_document;
pub(super) mod kind_lines;
pub(super) mod line_splitter;
pub(super) mod pool;
pub(super) mod threshold;
mod zip_entry;
