//! A query that is planned once and run over and over, each time over the rows that its tables have then.

use super::errors::plan_error;
use super::session::Engine;
use crate::error::Result;
use arrow::array::RecordBatch;
use datafusion::dataframe::DataFrame;
use datafusion::execution::TaskContext;
use datafusion::logical_expr::LogicalPlan;
use datafusion::physical_plan::ExecutionPlan;
use datafusion::physical_plan::execution_plan::reset_plan_states;
use futures::TryStreamExt;
use futures::stream::BoxStream;
use std::sync::Arc;

/// A query as it will run.
pub(crate) struct PreparedQuery {
    plan: Arc<dyn ExecutionPlan>,
    context: Arc<TaskContext>,
}

impl Engine {
    /// Plans a query whose tables give their rows when it runs; `place` is what errors call it.
    ///
    /// # Errors
    /// Usage: the query cannot be planned.
    pub(crate) async fn prepared(&self, place: &str, frame: DataFrame) -> Result<PreparedQuery> {
        let context = Arc::new(frame.task_ctx());
        let plan = self.plan(place, frame).await?;
        Ok(PreparedQuery { plan, context })
    }

    /// The optimised plan of a query whose answer lasts, with the types that its columns will have.
    ///
    /// # Errors
    /// Usage: the query cannot be planned, or its answer does not last.
    pub(crate) async fn optimised(&self, place: &str, sql: &str) -> Result<LogicalPlan> {
        let frame = self.lasting_query(place, sql).await?;
        let (state, plan) = self.typed(place, frame)?.into_parts();
        // Types are resolved already; `SessionState::optimize` would do it again.
        self.planning(place, async move {
            state.optimizer().optimize(plan, &state, |_, _| {})
        })
        .await
    }

    /// A plan with bound parameters, optimised; `place` is what errors call it.
    ///
    /// # Errors
    /// Usage: it cannot be optimised.
    pub(crate) async fn optimised_plan(
        &self,
        place: &str,
        plan: LogicalPlan,
    ) -> Result<LogicalPlan> {
        let state = self.context().state();
        self.planning(place, async move { state.optimize(&plan) })
            .await
    }

    /// Runs an optimised plan; `place` is what errors call its query. It ends when its rows are dropped.
    ///
    /// # Errors
    /// As of [`Engine::run`].
    pub(crate) async fn run_optimised(
        &self,
        place: &str,
        plan: LogicalPlan,
    ) -> Result<BoxStream<'static, Result<RecordBatch>>> {
        let state = self.context().state();
        let context = state.task_ctx();
        let planned = self.planning(place, async move {
            let planner = state.query_planner().clone();
            planner.create_physical_plan(&plan, &state).await
        });
        self.run_plan(place, planned.await?, context)
    }

    /// All rows of a query, which are few.
    ///
    /// # Errors
    /// As of [`Engine::collect`].
    pub(crate) async fn collect_prepared(
        &self,
        place: &str,
        query: &PreparedQuery,
    ) -> Result<Vec<RecordBatch>> {
        // Joins keep the rows of the run before.
        let plan = reset_plan_states(query.plan.clone()).map_err(|e| plan_error(place, &e))?;
        let rows = self.run_plan(place, plan, query.context.clone())?;
        rows.try_collect().await
    }
}
