//! Which files of a source have to be read: the folder or bucket is listed and compared with what was
//! taken before.

pub(super) mod extracted;
pub(super) mod files;
pub(super) mod find;
pub(super) mod new_files;
pub(super) mod object;
mod series;
pub(super) mod series_read;
pub(super) mod source_file;
pub(super) mod walk;
