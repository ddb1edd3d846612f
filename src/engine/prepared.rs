//! A query that is planned once and run over other rows of the same tables.

use super::session::Engine;
use crate::error::Result;
use arrow::array::RecordBatch;
use datafusion::dataframe::DataFrame;
use datafusion::execution::SessionState;
use datafusion::logical_expr::LogicalPlan;
use futures::TryStreamExt;
use futures::stream::BoxStream;
use std::sync::Arc;

/// A query whose plan is as good as the engine makes it without a look at rows.
pub(crate) struct PreparedQuery {
    state: SessionState,
    plan: LogicalPlan,
}

impl Engine {
    /// Plans a query as far as that can be done once; `place` is what errors call it.
    ///
    /// # Errors
    /// Usage: the query cannot be planned.
    pub(crate) async fn prepared(&self, place: &str, frame: DataFrame) -> Result<PreparedQuery> {
        let (state, plan) = frame.into_parts();
        let planned = self.planning(place, async move {
            let plan = state.optimize(&plan)?;
            Ok(PreparedQuery { state, plan })
        });
        planned.await
    }

    /// The optimised plan of a query whose answer lasts, with the types that its columns will have.
    ///
    /// # Errors
    /// Usage: the query cannot be planned, or its answer does not last.
    pub(crate) async fn optimised(&self, place: &str, sql: &str) -> Result<LogicalPlan> {
        let frame = self.lasting_query(place, sql).await?;
        let (state, plan) = self.typed(place, frame)?.into_parts();
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
        let (state, plan) = (query.state.clone(), query.plan.clone());
        let context = state.task_ctx();
        let planned = self.planning(place, async move {
            let planner = state.query_planner().clone();
            planner.create_physical_plan(&plan, &state).await
        });
        let rows = self.run_plan(place, planned.await?, Arc::clone(&context))?;
        rows.try_collect().await
    }
}
