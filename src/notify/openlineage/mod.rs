//! Events of data lineage, as OpenLineage has them: a run of the night, and one of each model that it
//! built, with the tables that went in and the one that came out.

mod event;
mod facets;
mod model_run;
mod run_id;
mod send;

pub(crate) use model_run::{LineageColumn, LineageTable, ModelRun};
pub(crate) use run_id::RunId;
pub(super) use send::LineageSink;
