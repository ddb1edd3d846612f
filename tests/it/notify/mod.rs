//! Telling people and programs how a night or a release ended.

mod deploy;
pub(crate) mod http_listener;
mod lineage_facts;
mod mail;
mod metrics;
mod openlineage;
mod webhook;

use crate::project::{Project, pipeline_over};
use std::path::Path;

/// A project over a record, whose nights tell as `notify` says.
fn project(record: &Path, notify: &str) -> Project {
    let project = Project::over(record);
    project.write_pipeline(&with_notify(record, notify));
    project
}

/// The pipeline of a project over a record, with sections of `[notify]`.
fn with_notify(record: &Path, notify: &str) -> String {
    format!("{}\n{notify}", pipeline_over(record))
}

/// Adds a model whose check fails for seventeen rows, so that the night is refused.
fn break_a_model(project: &Project) {
    let sql = "/*\ndescription: Numbers, to be refused.\ngrain: n\ncolumns:\n  n: A number\nchecks:\n  - expect: n < 0\n*/\nselect * from (values (1), (2), (3), (4), (5), (6), (7), (8), (9), (10), (11), (12), (13), (14), (15), (16), (17)) as t(n)\n";
    std::fs::create_dir_all(project.path("sql/marts")).unwrap();
    std::fs::write(project.path("sql/marts/numbers.sql"), sql).unwrap();
}
