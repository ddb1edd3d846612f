//! Running a query: planned apart from its run, in a task that is given up when memory ends.
//!
//! Queries have threads of their own. One that waits for memory in vain is lost, and all else goes on.

use super::errors::{execution_error, plan_error};
use super::session::Engine;
use crate::error::{Context, Error, Result};
use crate::memory::{Exceeded, Stoppable, lose_waiting};
use crate::panics;
use arrow::array::RecordBatch;
use datafusion::catalog::TableProvider;
use datafusion::common::DataFusionError;
use datafusion::common::runtime::{JoinSetTracer, SpawnedTask, set_join_set_tracer};
use datafusion::dataframe::DataFrame;
use datafusion::execution::TaskContext;
use datafusion::physical_plan::{ExecutionPlan, execute_stream};
use futures::channel::mpsc;
use futures::future::{BoxFuture, Either, poll_fn, select};
use futures::stream::{BoxStream, try_unfold};
use futures::{SinkExt, StreamExt, TryStreamExt};
use std::any::Any;
use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, Once, PoisonError};
use std::time::Instant;
use tokio::runtime::Handle;

/// Room for plans as deep as a query may be long, which are walked on the stack.
const STACK: usize = 64 * 1024 * 1024;
/// Batches that wait to be read.
const AHEAD: usize = 2;

impl Engine {
    /// Plans how a query will run. All that its text gets wrong comes up here.
    pub(crate) async fn plan(
        &self,
        place: &str,
        frame: DataFrame,
    ) -> Result<Arc<dyn ExecutionPlan>> {
        self.planning(place, async move { frame.create_physical_plan().await })
            .await
    }

    /// Plans in a task of its own: what is constant is computed then already, and may be large.
    pub(super) async fn planning<T: Send + 'static>(
        &self,
        place: &str,
        work: impl Future<Output = Result<T, DataFusionError>> + Send + 'static,
    ) -> Result<T> {
        let task = self.spawn(work)?;
        unless_exceeded(place, task, plan_error).await
    }

    /// Runs a query; `place` is what errors call it. The query ends when its rows are dropped.
    pub(crate) async fn run(
        &self,
        place: &str,
        frame: DataFrame,
    ) -> Result<BoxStream<'static, Result<RecordBatch>>> {
        let context = Arc::new(frame.task_ctx());
        let plan = self.plan(place, frame).await?;
        self.run_plan(place, plan, context)
    }

    /// Runs a plan; `place` is what errors call its query.
    pub(super) fn run_plan(
        &self,
        place: &str,
        plan: Arc<dyn ExecutionPlan>,
        context: Arc<TaskContext>,
    ) -> Result<BoxStream<'static, Result<RecordBatch>>> {
        let (mut send, receive) = mpsc::channel(AHEAD);
        let profiles = self.profiles().cloned();
        let (began, query) = (Instant::now(), place.to_string());
        let task = self.spawn(async move {
            let mut rows = execute_stream(Arc::clone(&plan), context)?;
            while let Some(batch) = rows.next().await {
                if send.send(batch?).await.is_err() {
                    break;
                }
            }
            if let Some(profiles) = profiles {
                // Operators have counted all when their streams are gone.
                drop(rows);
                profiles.add(query, began.elapsed(), plan.as_ref());
            }
            Ok(())
        })?;
        let rows = QueryRows {
            place: place.to_string(),
            receive,
            task,
        };
        Ok(try_unfold(rows, QueryRows::next).boxed())
    }

    /// The rows of a table as they come; `place` is what errors call it.
    pub(crate) async fn rows(
        &self,
        place: &str,
        table: Arc<dyn TableProvider>,
    ) -> Result<BoxStream<'static, Result<RecordBatch>>> {
        let count = table.statistics().map(|known| known.num_rows);
        let count = count.and_then(|rows| rows.get_value().copied());
        let few = count.map(|rows| self.for_rows(rows as u64));
        let engine = few.as_ref().unwrap_or(self);
        let frame = engine.context().read_table(table);
        let frame = frame.map_err(|e| plan_error(place, &e))?;
        engine.run(place, frame).await
    }

    /// All rows of a query, which are few.
    pub(crate) async fn collect(&self, place: &str, frame: DataFrame) -> Result<Vec<RecordBatch>> {
        self.run(place, frame).await?.try_collect().await
    }
}

impl Engine {
    fn spawn<T: Send + 'static>(
        &self,
        work: impl Future<Output = T> + Send + 'static,
    ) -> Result<SpawnedTask<T>> {
        static MARK: Once = Once::new();
        // Another tracer would only be one of a test.
        MARK.call_once(|| drop(set_join_set_tracer(&Marked)));
        let workers = workers(self.threads())?;
        let _there = workers.enter();
        Ok(SpawnedTask::spawn(work))
    }
}

/// The threads of queries, by how many they are.
static WORKERS: Mutex<BTreeMap<usize, Handle>> = Mutex::new(BTreeMap::new());

fn workers(threads: usize) -> Result<Handle> {
    let mut known = WORKERS.lock().unwrap_or_else(PoisonError::into_inner);
    if let Some(workers) = known.get(&threads) {
        return Ok(workers.clone());
    }
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .worker_threads(threads.max(2))
        .thread_name("query")
        .thread_stack_size(STACK)
        .enable_all()
        .build()
        .data(|| "cannot start the query engine")?;
    let workers = runtime.handle().clone();
    // They end with the process: some may wait for ever.
    std::mem::forget(runtime);
    known.insert(threads, workers.clone());
    Ok(workers)
}

/// The rows of a query that runs.
struct QueryRows {
    place: String,
    receive: mpsc::Receiver<RecordBatch>,
    task: SpawnedTask<Result<(), DataFusionError>>,
}

impl QueryRows {
    async fn next(mut self) -> Result<Option<(RecordBatch, Self)>> {
        match select(self.receive.next(), Exceeded::watch()).await {
            Either::Left((Some(batch), _)) => Ok(Some((batch, self))),
            Either::Left((None, _)) => {
                unless_exceeded(&self.place, self.task, execution_error).await?;
                Ok(None)
            }
            Either::Right(_) => {
                let QueryRows { place, .. } = self;
                Err(not_enough(&place))
            }
        }
    }
}

async fn unless_exceeded<T>(
    place: &str,
    task: SpawnedTask<Result<T, DataFusionError>>,
    failed: impl Fn(&str, &DataFusionError) -> Error,
) -> Result<T>
where
    T: Send + 'static,
{
    match select(task, Exceeded::watch()).await {
        Either::Left((Ok(done), _)) => done.map_err(|e| failed(place, &e)),
        Either::Left((Err(_), _)) => {
            Err(panics::error().within(format!("{place}: the query stopped")))
        }
        Either::Right((_, task)) => {
            drop(task);
            Err(not_enough(place))
        }
    }
}

/// The error of a query that the process has no memory for, and that was given up. If a thread does
/// not come back from it, the next query gets other ones.
fn not_enough(place: &str) -> Error {
    if lose_waiting() {
        WORKERS
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .clear();
    }
    Error::data(format!("{place}: there is not enough memory"))
        .cause("a value, or what an operation keeps, would pass the limit of the whole process")
        .hint("give more with --memory-limit, use fewer threads with --threads, or make the values smaller")
}

/// Marks the threads that work for queries, so that their allocations may wait.
struct Marked;

impl JoinSetTracer for Marked {
    fn trace_future(
        &self,
        mut work: BoxFuture<'static, Box<dyn Any + Send>>,
    ) -> BoxFuture<'static, Box<dyn Any + Send>> {
        Box::pin(poll_fn(move |context| {
            let _here = Stoppable::here();
            work.as_mut().poll(context)
        }))
    }

    fn trace_block(
        &self,
        work: Box<dyn FnOnce() -> Box<dyn Any + Send> + Send>,
    ) -> Box<dyn FnOnce() -> Box<dyn Any + Send> + Send> {
        Box::new(move || {
            let _here = Stoppable::here();
            work()
        })
    }
}
