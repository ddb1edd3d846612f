//! `populace check`

use super::global::Global;
use super::printer::Printer;
use super::session;
use super::test::empty_lake;
use crate::engine::Engine;
use crate::error::{Error, Result};
use crate::lake::TableName;
use crate::models::sensitivity::{ReferenceRows, Sensitivity, link, one_row_each};
use crate::models::{
    Library, Model, UsedCodeLists, check_header, named_code_lists, order as models_behind,
    reference_rows,
};
use crate::pipeline::Pipeline;
use crate::plural::things;
use crate::privacy::Key;
use crate::pull::PullPlan;
use crate::release::{check_boundaries, check_queries, check_reports, tables_judged, tables_read};
use datafusion::logical_expr::LogicalPlan;
use futures::{StreamExt, stream};
use std::collections::{BTreeMap, BTreeSet};
use std::process::ExitCode;

/// Checks pipeline, views, column files, models and reports, with empty tables in the place of data.
pub(super) async fn main(global: &Global, printer: &Printer) -> Result<ExitCode> {
    let pipeline = session::pipeline(global)?;
    // Nothing is stored under it, so that whoever has no key can check all the same.
    let key = Key::throwaway()?;
    let pull = PullPlan::read(&pipeline, &key)?;
    // Where they are not on this machine, as on an analyst's, the pull reads them.
    let lookups = pipeline.settings.privacy.lookups.iter();
    for (name, _) in lookups.filter(|(_, lookup)| pipeline.path(&lookup.file).exists()) {
        pull.lookup(&pipeline, name)?;
    }
    let library = session::library(&pipeline)?;
    let wanted = library.models.keys().cloned().collect();
    let order = models_behind(&library, &wanted)?;

    let scratch = session::scratch(global)?;
    let lake = empty_lake(&scratch.folder("empty")?, &key).await?;
    let engine: Engine = session::engine(global, &pipeline, &lake, &scratch)?;
    for table in &pull.tables {
        engine.register_rows(&table.name, table.schema.clone(), Vec::new())?;
    }
    // Also a list that nothing names yet.
    let problems = named_code_lists(&pipeline)?.check();
    if !problems.is_empty() {
        return all(problems, printer);
    }
    let lists = UsedCodeLists::of(
        &pipeline,
        &library,
        &tables_read(&pipeline).unwrap_or_default(),
    )?;
    let references = register_references(&engine, &pipeline, &lists, printer)?;
    let checked = check_models(&engine, &library, &order, printer).await?;
    let mut problems = checked.problems;
    // A header that is wrong is no reason not to look at what reports would release.
    if let Some(plans) = checked.plans {
        let mut sensitivity = Sensitivity::of_tables(&pull.tables, &references);
        // What no report reads is not analysed. Reports that cannot be read are the next thing that is told.
        let mut judged = tables_judged(&pipeline).unwrap_or_default();
        judged.retain(|name| library.models.contains_key(name));
        let judged: BTreeSet<TableName> = models_behind(&library, &judged)?.into_iter().collect();
        for (model, plan) in &plans {
            match judged.contains(&model.name) {
                true => sensitivity.learn(model, plan),
                false => sensitivity.pass_over(&model.name),
            }
        }
        problems.extend(check_queries(&engine, &pipeline, &mut sensitivity).await?);
    }
    let reports = check_reports(&pipeline)?;
    problems.extend(check_boundaries(&pipeline).err());
    if !problems.is_empty() {
        return all(problems, printer);
    }
    let summary = serde_json::json!({
        "tables": pull.tables.len(), "models": order.len(), "reports": reports,
    });
    let line = format!(
        "check    {}, {} and {} are in order",
        things(pull.tables.len(), "table"),
        things(order.len(), "model"),
        things(reports, "report")
    );
    printer.summary(&summary, &[line])?;
    Ok(ExitCode::SUCCESS)
}

/// Tells all problems; the last is the error of the command.
fn all(mut problems: Vec<Error>, printer: &Printer) -> Result<ExitCode> {
    let last = problems.pop();
    for problem in &problems {
        printer.problem(problem);
    }
    last.map_or(Ok(ExitCode::SUCCESS), Err)
}

/// Gives the engine the reference tables without their rows; the rows are for the proofs of reports.
fn register_references(
    engine: &Engine,
    pipeline: &Pipeline,
    lists: &UsedCodeLists,
    printer: &Printer,
) -> Result<BTreeMap<TableName, ReferenceRows>> {
    let mut references = BTreeMap::new();
    let tables = reference_rows(pipeline)?;
    if !tables.absent.is_empty() {
        let names: Vec<String> = tables.absent.iter().map(TableName::to_string).collect();
        printer.say(&format!(
            "not here, so only their columns are checked: {}",
            names.join(", ")
        ));
    }
    for (name, rows) in tables.rows.into_iter().chain(lists.rows()?) {
        engine.register_rows(&name, rows.schema(), Vec::new())?;
        // Without people, a column that tells the areas apart stands for one.
        let small = match link(&rows) {
            // Of a file that is not here yet nothing is known: a release looks at its rows.
            Some(_) if rows.num_rows() > 0 => one_row_each(&rows),
            _ => BTreeSet::new(),
        };
        references.insert(name, ReferenceRows { rows, small });
    }
    Ok(references)
}

/// Models that are planned at once: more than there are processors gain nothing.
const AT_ONCE: usize = 8;

/// What is wrong with a model.
struct CheckedModel {
    /// With its query.
    planned: Result<()>,
    /// With its header.
    header: Result<()>,
}

/// The outcome of checking all models.
struct CheckedModels<'a> {
    /// What is wrong with them.
    problems: Vec<Error>,
    /// The plan of each, after those that it reads; None when one cannot be planned.
    plans: Option<Vec<(&'a Model, LogicalPlan)>>,
}

/// Plans every model and compares its header with its columns.
async fn check_models<'a>(
    engine: &Engine,
    library: &'a Library,
    order: &[TableName],
    printer: &Printer,
) -> Result<CheckedModels<'a>> {
    // First the columns of each, which those that read it need; then all else, side by side.
    let mut unknown: BTreeSet<&TableName> = BTreeSet::new();
    let (mut typed, mut plans) = (Vec::new(), Vec::new());
    for model in order.iter().filter_map(|name| library.models.get(name)) {
        if model.reads.iter().any(|read| unknown.contains(read)) {
            unknown.insert(&model.name);
            continue;
        }
        let place = model.file.display().to_string();
        let query = engine.columns(&place, &model.sql).await;
        match &query {
            Ok(query) => {
                engine.register_rows(&model.name, query.columns.clone(), Vec::new())?;
                plans.push((model, query.plan.clone()));
            }
            Err(_) => drop(unknown.insert(&model.name)),
        }
        typed.push((model, query));
    }
    let mut looked_at: BTreeMap<&TableName, CheckedModel> = stream::iter(typed)
        .map(|(model, query)| async move {
            let checked = match query {
                Ok(query) => {
                    let place = model.file.display().to_string();
                    let planned = engine.can_run(&place, query.frame).await;
                    let header = check_header(engine, model, &query.columns).await;
                    CheckedModel { planned, header }
                }
                Err(e) => CheckedModel {
                    planned: Err(e),
                    header: Ok(()),
                },
            };
            (&model.name, checked)
        })
        .buffer_unordered(AT_ONCE)
        .collect()
        .await;
    // Told in the order of models.
    let mut problems: Vec<Error> = Vec::new();
    // What cannot be planned, and what reads it: one mistake is told once.
    let mut without: BTreeSet<&TableName> = BTreeSet::new();
    let mut passed_over = Vec::new();
    for name in order {
        let Some(model) = library.models.get(name) else {
            continue;
        };
        let checked = looked_at.remove(name);
        let (Some(checked), false) = (
            checked,
            model.reads.iter().any(|read| without.contains(read)),
        ) else {
            without.insert(name);
            passed_over.push(name.to_string());
            continue;
        };
        match checked.planned {
            Ok(()) => problems.extend(checked.header.err()),
            Err(e) => {
                without.insert(name);
                problems.push(e);
            }
        }
    }
    if !passed_over.is_empty() {
        printer.remark(&format!(
            "not checked, as they read what is wrong: {}",
            passed_over.join(", ")
        ));
    }
    Ok(CheckedModels {
        problems,
        plans: without.is_empty().then_some(plans),
    })
}
