//! Runs the cases of models: each over an engine whose tables are the rows that it gives.

use super::case::{ExpectedOutcome, GivenRows, TestCase, TestFile};
use super::difference::difference;
use super::engines::EnginePool;
use super::given::{given, nullable};
use super::model_bench::ModelBench;
use crate::engine::Engine;
use crate::error::{Context, Error, Result};
use crate::functions::need::CodeLists;
use crate::lake::TableName;
use crate::models::code_list_table::list_of;
use crate::models::library::{Library, Model};
use crate::models::stored::stored_schema;
use crate::plural::things;
use arrow::array::RecordBatch;
use arrow::datatypes::SchemaRef;
use std::collections::BTreeMap;
use std::collections::btree_map::Entry;
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
        let outcomes: Vec<OnceLock<Result<Vec<TestOutcome>>>> =
            files.iter().map(|_| OnceLock::new()).collect();
        let (engines, next) = (EnginePool::new(make), AtomicUsize::new(0));
        let runtime = Handle::current();
        // Plans are made on the thread that asks for them: tasks of one thread would wait for each other.
        std::thread::scope(|scope| {
            for _ in 0..threads {
                let work = || {
                    loop {
                        let at = next.fetch_add(1, Ordering::Relaxed);
                        let (Some(file), Some(outcome)) = (files.get(at), outcomes.get(at)) else {
                            return;
                        };
                        let run = runtime.block_on(self.run_file(&engines, file));
                        let _ = outcome.set(run);
                    }
                };
                let thread = std::thread::Builder::new().stack_size(STACK);
                let started = thread.spawn_scoped(scope, work);
                started.data(|| "cannot start a thread for tests")?;
            }
            Ok::<(), Error>(())
        })?;
        let outcomes = outcomes.into_iter().filter_map(OnceLock::into_inner);
        let outcomes = outcomes.collect::<Result<Vec<_>>>()?;
        Ok(outcomes.into_iter().flatten().collect())
    }

    /// Runs the cases of a file, of which those with the same parameters share an engine and a plan.
    async fn run_file(
        &self,
        engines: &EnginePool<'_>,
        file: &TestFile,
    ) -> Result<Vec<TestOutcome>> {
        let mut benches: BTreeMap<&[String], ModelBench> = BTreeMap::new();
        let mut outcomes = Vec::new();
        for case in &file.cases {
            let bench = match benches.entry(&case.parameters) {
                Entry::Occupied(bench) => bench.into_mut(),
                Entry::Vacant(place) => {
                    let engine = engines.take(&case.parameters);
                    let case = || format!("{}: case '{}'", file.place, case.name);
                    place.insert(ModelBench::new(engine.map_err(|e| e.within(case()))?))
                }
            };
            outcomes.push(self.run_case(bench, file, case).await?);
        }
        for (parameters, bench) in benches {
            engines.give_back(parameters, bench.into_engine());
        }
        Ok(outcomes)
    }

    async fn run_case(
        &self,
        bench: &mut ModelBench,
        file: &TestFile,
        case: &TestCase,
    ) -> Result<TestOutcome> {
        let place = format!("{}: case '{}'", file.place, case.name);
        let mut wrong = Vec::new();
        if let Some(model) = self.library.models.get(&file.model) {
            let own_lists = self.give(bench, &place, model, case)?;
            let made = bench.made(model, case).await;
            if own_lists {
                bench.use_code_lists(self.lists);
            }
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
                        "expected an error with '{text}', and {} came",
                        things(rows, "row")
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

    /// Makes the tables that a model reads known to `bench`: as they are given, or empty. Gives whether code
    /// lists are among them.
    fn give(
        &self,
        bench: &mut ModelBench,
        place: &str,
        model: &Model,
        case: &TestCase,
    ) -> Result<bool> {
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
            bench.give(name, schema, rows)?;
        }
        if lists.is_empty() {
            return Ok(false);
        }
        // Functions ask the lists that are given, as joins do.
        let named = self.lists.named().with_given(&lists)?;
        bench.use_code_lists(&self.lists.clone().with_named(Arc::new(named)));
        Ok(true)
    }
}

/// Rows of a reference table, in columns that may be NULL.
fn given_rows(rows: &RecordBatch) -> Result<RecordBatch> {
    RecordBatch::try_new(nullable(&rows.schema()), rows.columns().to_vec())
        .data(|| "the reference table cannot be used")
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
