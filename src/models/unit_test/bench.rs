//! Runs the cases of models: each over an engine whose tables are the rows that it gives.

use super::case::{ExpectedOutcome, GivenRows, TestCase, TestFile};
use super::difference::difference;
use super::engines::EnginePool;
use super::given::{given, nullable};
use crate::engine::Engine;
use crate::error::{Context, Error, Result};
use crate::functions::need::CodeLists;
use crate::lake::TableName;
use crate::models::check;
use crate::models::code_list_table::list_of;
use crate::models::declared_check::Severity;
use crate::models::library::{Library, Model, check_inputs};
use crate::models::stored::{stored, stored_schema};
use arrow::array::RecordBatch;
use arrow::datatypes::SchemaRef;
use std::collections::BTreeMap;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, OnceLock};
use tokio::runtime::Handle;

/// Room for plans, which are walked on the stack.
const STACK: usize = 64 * 1024 * 1024;

/// How a case ended.
#[derive(Debug, serde::Serialize)]
pub(crate) struct TestOutcome {
    /// The model.
    pub model: String,
    /// The case.
    pub case: String,
    /// What is wrong, line by line; nothing when the case passed.
    pub wrong: Vec<String>,
}

/// What cases are run with: the models, and the columns and rows of the tables that they may give.
pub(crate) struct TestBench<'a> {
    library: &'a Library,
    /// The columns of pulled tables and of models.
    columns: BTreeMap<TableName, SchemaRef>,
    /// The reference tables of the project.
    references: &'a BTreeMap<TableName, RecordBatch>,
    /// The code lists of the project.
    lists: &'a CodeLists,
}

impl<'a> TestBench<'a> {
    /// A bench that knows pulled tables, by `records`, and reference tables.
    pub(crate) fn new(
        library: &'a Library,
        records: impl IntoIterator<Item = (TableName, SchemaRef)>,
        references: &'a BTreeMap<TableName, RecordBatch>,
        lists: &'a CodeLists,
    ) -> Self {
        let of_references = references
            .iter()
            .map(|(name, rows)| (name.clone(), rows.schema()));
        TestBench {
            library,
            columns: records.into_iter().chain(of_references).collect(),
            references,
            lists,
        }
    }

    /// Learns the columns that models make, in the order in which they need each other.
    ///
    /// # Errors
    /// Usage: a model that cannot be planned.
    pub(crate) async fn learn(&mut self, engine: &Engine, order: &[TableName]) -> Result<()> {
        for (name, schema) in &self.columns {
            engine.register_rows(name, schema.clone(), Vec::new())?;
        }
        for model in order
            .iter()
            .filter_map(|name| self.library.models.get(name))
        {
            let place = model.file.display().to_string();
            let frame = engine.lasting_query(&place, &model.sql).await?;
            let frame = engine.typed(&place, frame)?;
            let schema = stored_schema(frame.schema().as_arrow());
            engine.register_rows(&model.name, schema.clone(), Vec::new())?;
            self.columns.insert(model.name.clone(), schema);
        }
        Ok(())
    }

    /// Runs cases on so many threads, each over engines that `make` makes for its parameters; gives their
    /// outcomes in the order of the cases.
    ///
    /// # Errors
    /// Usage: a case cannot be read; what its model does wrong is its outcome.
    pub(crate) fn run_all(
        &self,
        files: &[TestFile],
        threads: usize,
        make: &(dyn Fn(&[String]) -> Result<Engine> + Sync),
    ) -> Result<Vec<TestOutcome>> {
        let cases = files
            .iter()
            .flat_map(|file| file.cases.iter().map(move |case| (file, case)));
        let cases: Vec<_> = cases.collect();
        let outcomes: Vec<OnceLock<Result<TestOutcome>>> =
            cases.iter().map(|_| OnceLock::new()).collect();
        let (engines, next) = (EnginePool::new(make), AtomicUsize::new(0));
        let runtime = Handle::current();
        // Plans are made on the thread that asks for them: tasks of one thread would wait for each other.
        std::thread::scope(|scope| {
            for _ in 0..threads {
                let work = || {
                    while let Some(at) = Some(next.fetch_add(1, Ordering::Relaxed))
                        && let (Some((file, case)), Some(outcome)) =
                            (cases.get(at), outcomes.get(at))
                    {
                        let run = runtime.block_on(self.run(&engines, file, case));
                        let _ = outcome.set(run);
                    }
                };
                let thread = std::thread::Builder::new().stack_size(STACK);
                let started = thread.spawn_scoped(scope, work);
                started.data(|| "cannot start a thread for tests")?;
            }
            Ok(())
        })?;
        let outcomes = outcomes.into_iter().filter_map(OnceLock::into_inner);
        outcomes.collect()
    }

    async fn run(
        &self,
        engines: &EnginePool<'_>,
        file: &TestFile,
        case: &TestCase,
    ) -> Result<TestOutcome> {
        let place = || format!("{}: case '{}'", file.place, case.name);
        let engine = engines
            .take(&case.parameters)
            .map_err(|e| e.within(place()))?;
        let outcome = self.run_case(&engine, file, case).await?;
        engines.give_back(&case.parameters, engine);
        Ok(outcome)
    }

    /// Runs a case over an engine.
    async fn run_case(
        &self,
        engine: &Engine,
        file: &TestFile,
        case: &TestCase,
    ) -> Result<TestOutcome> {
        let place = format!("{}: case '{}'", file.place, case.name);
        let mut wrong = Vec::new();
        if let Some(model) = self.library.models.get(&file.model) {
            self.give(engine, &place, model, case)?;
            let made = made(engine, model, case).await;
            wrong = match (&case.expected, made) {
                (ExpectedOutcome::Rows(rows), Ok((schema, batches))) => {
                    difference(&place, rows, &batches, &schema)?
                }
                (ExpectedOutcome::Rows(_), Err(e)) => said(&e),
                (ExpectedOutcome::Error(text), Err(e)) => {
                    match said(&e).join("\n").contains(text) {
                        true => Vec::new(),
                        false => [
                            vec![format!("expected an error with '{text}', and another came")],
                            said(&e),
                        ]
                        .concat(),
                    }
                }
                (ExpectedOutcome::Error(text), Ok((_, batches))) => {
                    let rows: usize = batches.iter().map(RecordBatch::num_rows).sum();
                    vec![format!(
                        "expected an error with '{text}', and {rows} rows came"
                    )]
                }
            };
        }
        Ok(TestOutcome {
            model: file.model.to_string(),
            case: case.name.clone(),
            wrong,
        })
    }

    /// Makes the tables that a model reads known to `engine`: as they are given, or empty.
    fn give(&self, engine: &Engine, place: &str, model: &Model, case: &TestCase) -> Result<()> {
        let mut lists = Vec::new();
        for name in &model.reads {
            if let (Some(list), Some(GivenRows::Csv(text))) = (list_of(name), case.given.get(name))
            {
                lists.push((list, format!("{place}: {name}"), text.as_str()));
            }
            let Some(schema) = self.columns.get(name) else {
                continue;
            };
            let rows = match case.given.get(name) {
                None => Vec::new(),
                Some(GivenRows::Csv(text)) => {
                    vec![given(&format!("{place}: {name}"), schema, text)?]
                }
                Some(GivenRows::OfProject) => match self.references.get(name) {
                    Some(rows) => vec![given_rows(rows)?],
                    None => {
                        return Err(Error::usage(format!(
                            "{place}: the project has no rows of {name}"
                        ))
                        .hint("only reference tables have: write the rows into the case"));
                    }
                },
            };
            engine.register_rows(name, nullable(schema), rows)?;
        }
        if lists.is_empty() {
            engine.use_code_lists(self.lists);
            return Ok(());
        }
        // Functions ask the lists that are given, as joins do.
        let named = self.lists.named().with_given(&lists)?;
        let lists = self.lists.clone().with_named(Arc::new(named));
        engine.use_code_lists(&lists);
        Ok(())
    }
}

/// Rows of a reference table, in columns that may be NULL.
fn given_rows(rows: &RecordBatch) -> Result<RecordBatch> {
    RecordBatch::try_new(nullable(&rows.schema()), rows.columns().to_vec())
        .data(|| "the reference table cannot be used")
}

/// The rows that a model makes of the tables that `engine` knows, as they would be stored. Checks of its
/// header have to hold, but for those that only warn, and those that read a table which is not given.
async fn made(
    engine: &Engine,
    model: &Model,
    case: &TestCase,
) -> Result<(SchemaRef, Vec<RecordBatch>)> {
    let place = model.file.display().to_string();
    let frame = engine.lasting_query(&place, &model.sql).await?;
    let frame = engine.typed(&place, frame)?;
    let schema = stored_schema(frame.schema().as_arrow());
    model.header.fits(&place, &schema)?;
    let batches = engine.collect(&place, frame).await?;
    let batches = batches
        .iter()
        .map(|batch| stored(batch, &schema, &place))
        .collect::<Result<Vec<_>>>()?;
    engine.register_rows(&model.name, schema.clone(), batches.clone())?;
    let rows: usize = batches.iter().map(RecordBatch::num_rows).sum();
    let mut checks = model.header.checks.clone();
    checks.retain(|check| {
        let read = check_inputs(&place, check, &model.name);
        read.iter().all(|name| case.given.contains_key(name))
    });
    let failed = check::run(
        engine,
        &place,
        &model.name,
        rows as u64,
        &model.header,
        &checks,
    )
    .await?;
    match failed
        .iter()
        .find(|check| check.severity == Severity::Error)
    {
        Some(failed) => Err(Error::data(format!(
            "{place}: {} rows {}",
            failed.rows,
            failed.told()
        ))),
        None => Ok((schema, batches)),
    }
}

/// An error as lines.
fn said(error: &Error) -> Vec<String> {
    let causes = error.causes().iter().map(|cause| format!("cause: {cause}"));
    let hint = error.hint_text().map(|hint| format!("hint: {hint}"));
    [error.what().to_string()]
        .into_iter()
        .chain(causes)
        .chain(hint)
        .collect()
}
