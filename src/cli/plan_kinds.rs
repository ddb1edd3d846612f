//! `populace plan --kinds`

use super::global::Global;
use super::printer::Printer;
use super::session;
use super::test::empty_lake;
use crate::error::Result;
use crate::lake::TableName;
use crate::models::{
    GlobalCause, Library, ModelKind, UsedCodeLists, model_kinds, order, reference_rows,
};
use crate::pipeline::Pipeline;
use crate::privacy::Key;
use crate::pull::PullPlan;
use serde::Serialize;
use std::collections::BTreeSet;
use std::fmt::Write;
use std::process::ExitCode;

/// A model and its kind.
#[derive(Serialize)]
struct KindOfModel {
    model: String,
    #[serde(flatten)]
    kind: Option<ModelKind>,
}

/// Shows the kinds of `wanted` models and of what they need. They follow from SQL and columns alone, so
/// that no table has to be there yet.
pub(super) async fn show_kinds(
    global: &Global,
    pipeline: &Pipeline,
    library: &Library,
    wanted: &BTreeSet<TableName>,
    printer: &Printer,
) -> Result<ExitCode> {
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
    let order = order(library, wanted)?;
    let mut kinds = model_kinds(&engine, library, &order).await?;
    let mut shown = Vec::new();
    let mut lines = String::new();
    for name in order {
        let kind = kinds.remove(&name);
        lines.push_str(&line(library, &name, kind.as_ref()));
        let model = name.to_string();
        shown.push(KindOfModel { model, kind });
    }
    match global.json {
        true => printer.summary(&shown, &[])?,
        false => printer.data(&lines)?,
    }
    Ok(ExitCode::SUCCESS)
}

fn line(library: &Library, name: &TableName, kind: Option<&ModelKind>) -> String {
    let model = name.to_string();
    let Some(kind) = kind else {
        return format!("{model:<40} cannot be planned: `populace check` says why\n");
    };
    let ModelKind::Global {
        cause,
        by_difference,
        in_full,
    } = kind
    else {
        return format!("{model:<40} {kind}\n");
    };
    let file = library.models.get(name).map(|model| &model.file);
    let told = |cause: &GlobalCause| match (file, cause.line) {
        (Some(file), Some(line)) => format!("{cause} ({}:{line})", file.display()),
        _ => cause.to_string(),
    };
    let mut lines = format!("{model:<40} {kind}\n    {}\n", told(cause));
    match by_difference {
        0 => {}
        1 => lines.push_str("    one aggregate is kept by difference\n"),
        kept => writeln!(lines, "    {kept} aggregates are kept by difference").unwrap_or_default(),
    }
    if let Some(cause) = in_full {
        writeln!(lines, "    made in full: {}", told(cause)).unwrap_or_default();
    }
    lines
}
