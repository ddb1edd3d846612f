//! The kinds of models that `populace plan --kinds` shows.

use super::global::Global;
use super::session;
use super::test::empty_lake;
use crate::error::Result;
use crate::lake::TableName;
use crate::models::{Library, ModelKind, UsedCodeLists, model_kinds, order, reference_rows};
use crate::pipeline::Pipeline;
use crate::privacy::Key;
use crate::pull::PullPlan;
use std::collections::{BTreeMap, BTreeSet};

/// The kinds of `wanted` models and of what they need. They follow from SQL and columns alone, so that
/// no table has to be there yet.
pub(super) async fn kinds(
    global: &Global,
    pipeline: &Pipeline,
    library: &Library,
    wanted: &BTreeSet<TableName>,
) -> Result<BTreeMap<TableName, ModelKind>> {
    // Nothing is stored under it.
    let key = Key::throwaway()?;
    let scratch = session::scratch(global)?;
    let lake = empty_lake(&scratch.folder("empty")?, &key).await?;
    let engine = session::engine(global, pipeline, &lake, &scratch)?;
    for table in PullPlan::read(pipeline, &key)?.tables {
        engine.register_rows(&table.name, table.schema, Vec::new())?;
    }
    let lists = UsedCodeLists::of(pipeline, library, &BTreeSet::new())?.rows()?;
    for (name, rows) in reference_rows(pipeline)?.rows.into_iter().chain(lists) {
        engine.register_rows(&name, rows.schema(), Vec::new())?;
    }
    model_kinds(&engine, library, &order(library, wanted)?).await
}
