//! FHIR NDJSON to Arrow, through SQL on FHIR v2 ViewDefinitions.
//!
//! A [`View`] says how a resource type becomes a table. A [`Decoder`] compiles the views of each
//! resource type into one projection trie of the elements they touch, reads each line once by it, and
//! runs the views' paths over what it kept, straight into Arrow columns. What nobody selects is
//! checked and skipped, never built. Lines that go on as lines before them did are read by template: what
//! lies between two values is compared with what lay there before. Chunks of lines are independent: decode them on as many threads
//! as there are.
//!
//! Dates and times stay text, as in the standard, unless the column's `ansi/type` tag says `DATE` or
//! `TIMESTAMP`. Then a partial date becomes its first day; a date is the calendar day as written,
//! whatever the offset; a timestamp is in UTC, taken as UTC when no offset is written.

mod arena;
mod boundary;
mod buffer;
mod bundle;
mod bundle_pages;
mod chunk;
mod coding;
mod column;
mod compiled;
mod constants;
mod contained;
mod cursor;
mod decoder;
mod definition;
mod deletions;
mod elements;
mod evaluate;
mod fast_path;
mod known_word;
mod modifier;
pub(crate) mod naming_system;
mod numbered_address;
mod operate;
mod other_version;
mod parts;
mod path;
mod plan;
mod program;
mod read;
mod reference;
mod reference_kind;
mod refusal;
mod resource_plan;
mod resource_type;
mod scan;
mod selected_paths;
mod server;
mod shape;
mod table;
mod template;
mod temporal;
mod text;
mod type_name;
mod validity;
mod value;
mod versioned_elements;
mod view;
mod view_versions;

#[cfg(test)]
mod tests;

use crate::decode::{DateOrder, DecimalMarks, RejectReason, ValueCounts};
use std::collections::{BTreeMap, BTreeSet};
use std::ops::Range;

use arrow::array::RecordBatch;

pub use bundle_pages::BundlePages;
pub use decoder::Decoder;
pub(crate) use elements::{has_element, has_member, names};
pub(crate) use reference_kind::ReferenceKind;
pub use selected_paths::{SelectedPath, selected_paths};
pub use view::View;

/// Whether FHIR R4 or STU3 has a resource type of this name.
pub(crate) fn is_resource_type(name: &str) -> bool {
    resource_type::is_known(name)
}

/// Whole lines of a file.
#[derive(Debug, Clone, Copy)]
pub struct Chunk<'a> {
    /// The lines; the last may lack its line end only at the end of the file.
    pub bytes: &'a [u8],
    /// Where the chunk begins in the decompressed file, in bytes.
    pub offset: u64,
    /// The number of the chunk's first line in the file, from 1.
    pub first_line: u64,
}

/// What a chunk holds. `line_count` and `bundled` are together the sum of `blank`, of the rejects, and
/// of `types`.
#[derive(Debug)]
pub struct Decoded {
    /// The rows of each view, in the order of the decoder's views.
    pub tables: Vec<ViewRows>,
    /// The accepted lines whose type has a view, in their order.
    pub lines: Vec<Line>,
    /// What [`Line::reference`] points into: one text for all lines of a chunk.
    pub references: String,
    /// The lines that cannot be used, in their order.
    pub rejects: Vec<Reject>,
    /// What Bundles of deletions delete.
    pub deletes: Vec<Delete>,
    /// Of [`Decoded::lines`] the versions of which their Bundle has a later one that neither a time nor a
    /// number tells from them.
    pub superseded: BTreeSet<u32>,
    /// Accepted lines by resource type, with or without a view.
    pub types: BTreeMap<String, u64>,
    /// Rejected lines by resource type; a line that does not say one counts for the type before it.
    pub rejected_types: BTreeMap<String, u64>,
    /// What dates say about the order of their numbers, by column.
    pub orders: BTreeMap<String, DateOrder>,
    /// What numbers say about the mark before their decimals.
    pub marks: DecimalMarks,
    /// All lines, blank ones included.
    pub line_count: u64,
    /// Lines of white space only.
    pub blank: u64,
    /// Resources of Bundles, without the first of each: a line counts for one resource.
    pub bundled: u64,
    /// Bundles that are pages of an answer.
    pub pages: BundlePages,
}

impl Decoded {
    /// The `Type/id` of one of the lines, or the values of its key columns.
    pub fn reference(&self, line: &Line) -> &str {
        self.references
            .get(line.reference.clone())
            .unwrap_or_default()
    }
}

/// The rows of one view.
#[derive(Debug)]
pub struct ViewRows {
    /// The rows, with the view's schema.
    pub batch: RecordBatch,
    /// For each row, the index in [`Decoded::lines`] of the line it comes from; never decreasing.
    pub line: Vec<u32>,
    /// Values that are not known although something was written.
    pub values: ValueCounts,
}

/// An accepted line.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Line {
    /// Where its `Type/id` stands in [`Decoded::references`].
    pub reference: Range<usize>,
    /// `meta.lastUpdated` in microseconds since 1970-01-01T00:00 UTC.
    pub updated: Option<i64>,
    /// `meta.versionId` where it is a whole number.
    pub version_id: Option<i64>,
    /// The line's number in the file, from 1.
    pub number: u64,
    /// The first byte of the line in the decompressed file.
    pub start: u64,
    /// The byte after its last, without the line end.
    pub end: u64,
}

/// A line that cannot be used. Never holds a value.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Reject {
    /// The line's number in the file, from 1.
    pub number: u64,
    /// The first byte of the line in the decompressed file.
    pub start: u64,
    /// The byte after its last, without the line end.
    pub end: u64,
    /// Why.
    pub reason: RejectReason,
    /// The column that does not fit, when the reason is one column's.
    pub column: Option<String>,
}

/// A resource that was deleted at its source.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Delete {
    /// `Type/id`.
    pub reference: String,
    /// When, in microseconds since 1970-01-01T00:00 UTC.
    pub updated: Option<i64>,
}
