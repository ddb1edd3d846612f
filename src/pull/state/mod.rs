//! What a pull remembers from night to night, in tables of the lake named `populace.*`.

pub(super) mod data_quality;
pub(super) mod deleted_records;
pub(super) mod extracts;
pub(super) mod fence;
pub(super) mod named_beside;
pub(super) mod rejected_patients;
pub(super) mod rowless_versions;
pub(super) mod source_marks;
pub(super) mod stored_rows;
pub(super) mod table_versions;
