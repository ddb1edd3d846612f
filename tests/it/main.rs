//! Tests of the whole program, as its users run it.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::print_stderr
)]

mod area_packs;
mod as_of_version;
mod audit_log;
mod bad_input;
mod bad_models;
mod bulk;
mod cases;
mod changes;
mod code_lists;
mod command_line;
mod comorbidity;
mod counted_tables;
mod cut_short;
mod damage;
mod damaged_logs;
mod diff;
mod extracts;
mod failing_sources;
mod faults;
mod file_forms;
mod file_order;
mod flipped_bits;
mod functions;
mod golden;
mod hostile;
mod impossible_values;
mod kills;
mod lake_identity;
mod loss_is_said;
mod maps;
mod memory;
mod model_kinds;
mod model_tests;
mod named_code_lists;
mod nightly;
mod nights;
#[path = "../../src/notice.rs"]
mod notice;
mod notify;
mod official_files;
mod operator;
mod opt_out_history;
mod opt_out_lists;
mod other_version;
mod overflow;
mod planners_questions;
mod privacy;
mod profiles;
mod project;
mod projections;
mod published_forms;
mod publishing;
mod pull_bounds;
mod queries;
mod readme;
mod record_level;
mod red_team;
mod reference_tables;
mod refreshes;
mod reject_reasons;
mod release_kills;
mod release_truth;
mod released_figures;
mod repeatable;
mod revisions;
mod rotation;
mod sample_figures;
mod samples;
mod schemes;
mod secrets_at_rest;
mod serve;
mod shared_input;
mod shipped_models;
mod sign_in;
mod state_damage;
mod stores;
mod stu3;
mod sums;
mod takeover;
mod tampered;
mod tampered_releases;
mod two_nights;
mod unused_tables;
mod vacuum;
mod verify_lake;
mod verify_ledger;
mod view;
mod wrong_uses;
