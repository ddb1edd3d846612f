//! Models: SQL files that make tables.

mod build;
mod built;
mod check;
mod declared_check;
mod fingerprint;
mod freshness;
mod graph;
mod header;
mod inputs;
mod last_run;
mod library;
mod mended;
mod model_state;
mod opted_out_since;
mod reference;
pub(crate) mod sensitivity;
mod sql_file;
mod stored;
mod table_column;
pub(crate) mod unit_test;

pub use build::build;
pub(crate) use build::{BuildSummary, plan};
pub(crate) use check::{CheckFailure, check_header};
pub(crate) use declared_check::{CheckRule, Severity};
pub(crate) use fingerprint::used;
pub(crate) use freshness::{Freshness, Outdated};
pub(crate) use graph::order;
pub(crate) use header::Header;
pub use library::Library;
pub(crate) use library::{asked_tables, inputs as query_inputs};
pub(crate) use model_state::ModelState;
pub(crate) use opted_out_since::{is_model, refuse_opted_out_since};
pub use reference::load_reference;
pub(crate) use reference::{code_lists, reference_rows, reference_versions};
pub(crate) use sql_file::read_sql;
