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
pub mod sensitivity;
mod sql_file;
mod stored;

pub use build::{BuildSummary, ModelOutcome, Planned, build, plan};
pub use built::Built;
pub use check::{CheckFailure, check_header};
pub use declared_check::Check;
pub use fingerprint::{normalised, used};
pub use freshness::{Freshness, Outdated};
pub use graph::order;
pub use header::Header;
pub use library::{Library, Model, asked_tables, inputs as query_inputs};
pub use model_state::ModelState;
pub use opted_out_since::{is_model, refuse_opted_out_since};
pub use reference::{Loaded, code_lists, load_reference, reference_rows, reference_versions};
pub use sql_file::read_sql;
