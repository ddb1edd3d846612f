//! Extracts that take the place of earlier ones: corrected files, full extracts, extracts of a period.
//!
//! In go the rows that came and the rules that say which stored rows they take the place of; out come
//! these rows, by their places in the lake's files. A merge treats them as if they were not there, so
//! that what came counts whatever its version; what did not come again is gone. Nothing of this is
//! stored: a pull that was cut short finds the same rows again, since until its end the files count as
//! not taken.

mod extract_columns;
pub(super) mod find;
pub(super) mod guard;
mod period;
pub(super) mod rules;
mod stored;
pub(super) mod withdrawn;
