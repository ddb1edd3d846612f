//! `populace test`

use super::global::Global;
use super::printer::Printer;
use super::session;
use crate::engine::{Engine, Limits};
use crate::error::{Error, Result};
use crate::lake::{Lake, Location, Settings, TableName};
use crate::models::unit_test::{TestBench, TestFile, TestOutcome, test_files};
use crate::models::{UsedCodeLists, code_lists, order, reference_rows};
use crate::privacy::Key;
use crate::pull::PullPlan;
use std::collections::BTreeSet;
use std::path::Path;
use std::process::ExitCode;
use std::time::Instant;

/// Where a project keeps the tests of its models.
const FOLDER: &str = "tests/models";

/// Arguments of `populace test`.
#[derive(Debug, clap::Args)]
pub(super) struct TestArguments {
    /// Models: layer.name, layer.* or name [default: all that have tests]
    #[arg(value_name = "MODEL")]
    models: Vec<String>,
}

/// Runs the cases of the models: rows that are given through the real engine, without a lake.
pub(super) async fn main(
    global: &Global,
    arguments: &TestArguments,
    printer: &Printer,
) -> Result<ExitCode> {
    let started = Instant::now();
    let pipeline = session::pipeline(global)?;
    let library = session::library(&pipeline)?;
    let all = vec!["*".to_string()];
    let chosen = library.choose(if arguments.models.is_empty() {
        &all
    } else {
        &arguments.models
    })?;
    let mut files = test_files(&pipeline.path(Path::new(FOLDER)), &library)?;
    files.retain(|file| chosen.contains(&file.model));
    if files.is_empty() {
        return Err(Error::usage("these models have no tests").hint(format!(
            "write {FOLDER}/<layer>.<model>.yml; docs/models.md shows a whole one"
        )));
    }
    // Nothing is stored under it, so that whoever has no key can test all the same.
    let key = Key::throwaway()?;
    let pull = PullPlan::read(&pipeline, &key)?;
    let records = pull
        .tables
        .iter()
        .map(|table| (table.name.clone(), table.schema.clone()));
    let mut references = reference_rows(&pipeline)?;
    references
        .rows
        .extend(UsedCodeLists::of(&pipeline, &library, &BTreeSet::new())?.rows()?);
    let scratch = session::scratch(global)?;
    let lake = empty_lake(&scratch.folder("empty")?, &key).await?;
    // The rows of a case are few: cases run side by side, and each on one thread.
    let limits = Limits {
        threads: 1,
        ..session::limits(global, &scratch)?
    };
    let lists = code_lists(&pipeline)?;
    let engine = |set: &[String]| -> Result<Engine> {
        let values = pipeline.with_parameters(set)?.values();
        Ok(Engine::new(&lake, &limits, &values)?.with_code_lists(&lists))
    };
    let tested: BTreeSet<TableName> = files.iter().map(|file| file.model.clone()).collect();
    let mut bench = TestBench::new(&library, records, &references.rows, &lists);
    bench
        .learn(&engine(&[])?, &order(&library, &tested)?)
        .await?;
    let threads = session::threads(global);
    let outcomes = tokio::task::block_in_place(|| bench.run_all(&files, threads, &engine))?;
    tell(printer, &files, &outcomes, started)
}

/// A lake that is never written to: planning only needs the columns.
pub(super) async fn empty_lake(folder: &Path, key: &Key) -> Result<Lake> {
    let location = Location::parse(&folder.display().to_string(), folder)?;
    Lake::open_or_create(location, &Settings::new(1, key.fingerprint())).await
}

/// A number and its noun.
fn counted(number: usize, noun: &str) -> String {
    match number {
        1 => format!("1 {noun}"),
        number => format!("{number} {noun}s"),
    }
}

fn tell(
    printer: &Printer,
    files: &[TestFile],
    outcomes: &[TestOutcome],
    started: Instant,
) -> Result<ExitCode> {
    let failed: Vec<&TestOutcome> = outcomes.iter().filter(|o| !o.wrong.is_empty()).collect();
    let mut lines = Vec::new();
    for outcome in &failed {
        lines.push(format!("failed   {}: {}", outcome.model, outcome.case));
        lines.extend(outcome.wrong.iter().map(|line| format!("         {line}")));
    }
    let result = match failed.len() {
        0 => "all passed".to_string(),
        failed => format!("{failed} failed"),
    };
    lines.push(format!(
        "test     {} of {} in {:.1} s: {result}",
        counted(outcomes.len(), "case"),
        counted(files.len(), "model"),
        started.elapsed().as_secs_f64()
    ));
    let summary = serde_json::json!({
        "models": files.len(),
        "cases": outcomes.len(),
        "passed": outcomes.len() - failed.len(),
        "failed": failed,
    });
    printer.summary(&summary, &lines)?;
    Ok(match failed.is_empty() {
        true => ExitCode::SUCCESS,
        false => ExitCode::from(1),
    })
}
