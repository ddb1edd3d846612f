//! Models: SQL files that make tables.

mod absent;
mod build;
mod built;
mod check;
mod code_list_table;
mod code_lists;
mod declared_check;
mod declared_columns;
mod fingerprint;
mod freshness;
mod graph;
mod header;
mod inputs;
mod last_run;
mod library;
mod mended;
mod model_state;
mod official;
mod opted_out_since;
mod query_text;
mod reference;
mod reference_csv;
pub(crate) mod sensitivity;
mod sidecar;
mod sql_file;
mod stored;
mod table_column;
pub(crate) mod unit_test;
mod unused;

pub use absent::AbsentTable;
pub use build::build;
pub(crate) use build::{BuildSummary, ModelOutcome, Planned, plan};
pub(crate) use built::Built;
pub(crate) use check::{CheckFailure, check_header};
pub(crate) use code_lists::{UsedCodeLists, code_lists, named_code_lists};
pub(crate) use declared_check::{CheckRule, Severity};
pub(crate) use freshness::{Freshness, Outdated};
pub(crate) use graph::order;
pub(crate) use header::Header;
pub(crate) use inputs::was_built_from;
pub use library::Library;
pub(crate) use library::Model;
pub(crate) use library::{asked_tables, inputs as query_inputs};
pub(crate) use model_state::ModelState;
pub(crate) use opted_out_since::{is_model, refuse_opted_out_since};
pub(crate) use query_text::QueryText;
pub use reference::load_reference;
pub(crate) use reference::{
    absent_references, reference_orders, reference_rows, reference_sidecars, reference_versions,
};
pub(crate) use sidecar::Sidecar;
pub(crate) use sql_file::read_sql;
pub(crate) use unused::{UnusedTable, note_unused, remove_unused, unused_tables};
