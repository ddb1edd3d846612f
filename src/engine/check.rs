//! Whether a query could be run, found out without running it and with as little planning as that takes.

use super::errors::plan_error;
use super::session::Engine;
use crate::error::{Error, Result};
use datafusion::common::DataFusionError;
use datafusion::common::tree_node::{TreeNode, TreeNodeRecursion};
use datafusion::dataframe::DataFrame;
use datafusion::logical_expr::{Filter, LogicalPlan};
use datafusion::physical_plan::PhysicalExpr;
use std::sync::Arc;

impl Engine {
    /// Plans a query as it would be run; `place` is what errors call it.
    ///
    /// One pass of the optimiser's rules is enough for most queries, and takes half of the time of as many
    /// as change anything. A query that cannot be planned after one is planned in full.
    ///
    /// # Errors
    /// Usage: the query cannot be planned.
    pub(crate) async fn can_run(&self, place: &str, frame: DataFrame) -> Result<()> {
        let (mut state, plan) = frame.clone().into_parts();
        let quick = async move {
            state.config_mut().options_mut().optimizer.max_passes = 1;
            state.create_physical_plan(&plan).await
        };
        match self.planning(place, quick).await {
            Ok(_) => Ok(()),
            Err(_) => self.plan(place, frame).await.map(drop),
        }
    }

    /// Makes the condition of a query ready to be computed over rows, and nothing else of it; `place` is
    /// what errors call it. The query is a selection from one table, without calls of functions, which
    /// are only checked when they are planned.
    ///
    /// # Errors
    /// Usage: the condition is wrong.
    pub(crate) async fn can_filter(&self, place: &str, sql: &str) -> Result<()> {
        let frame = self.lasting_query(place, sql).await?;
        let frame = self.typed(place, frame)?;
        let (state, plan) = frame.into_parts();
        let filter = filter(&plan).map_err(|e: DataFusionError| plan_error(place, &e))?;
        let Some(filter) = filter else {
            return Err(Error::usage(format!("{place}: there is no condition")));
        };
        self.planning(place, async move {
            state.create_physical_expr(filter.predicate, filter.input.schema())
        })
        .await
        .map(drop)
    }

    /// The condition of a selection of all columns of a table, ready to be computed over its rows; None when
    /// the optimiser makes something else of it. `place` is what errors call the query.
    ///
    /// # Errors
    /// Usage: the query cannot be planned, or its answer does not last.
    pub(crate) async fn condition(
        &self,
        place: &str,
        sql: &str,
    ) -> Result<Option<Arc<dyn PhysicalExpr>>> {
        let plan = self.optimised(place, sql).await?;
        let LogicalPlan::Filter(Filter {
            predicate, input, ..
        }) = plan
        else {
            return Ok(None);
        };
        let LogicalPlan::TableScan(scan) = input.as_ref() else {
            return Ok(None);
        };
        let state = self.context().state();
        let schema = Arc::clone(&scan.projected_schema);
        self.planning(place, async move {
            state.create_physical_expr(predicate, &schema)
        })
        .await
        .map(Some)
    }
}

/// The filter of a selection.
fn filter(plan: &LogicalPlan) -> Result<Option<Filter>, DataFusionError> {
    let mut found = None;
    plan.apply(|node| {
        if let LogicalPlan::Filter(filter) = node {
            found = Some(filter.clone());
            return Ok(TreeNodeRecursion::Stop);
        }
        Ok(TreeNodeRecursion::Continue)
    })?;
    Ok(found)
}
