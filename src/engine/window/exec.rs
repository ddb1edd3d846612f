//! The operator.

use super::batches::Batches;
use super::functions::WindowFunction;
use arrow::array::RecordBatch;
use datafusion::common::tree_node::TreeNodeRecursion;
use datafusion::common::{Result, Statistics, exec_datafusion_err};
use datafusion::execution::memory_pool::MemoryConsumer;
use datafusion::execution::{SendableRecordBatchStream, TaskContext};
use datafusion::physical_expr::PhysicalExpr;
use datafusion::physical_expr_common::sort_expr::OrderingRequirements;
use datafusion::physical_plan::execution_plan::CardinalityEffect;
use datafusion::physical_plan::metrics::{BaselineMetrics, ExecutionPlanMetricsSet, MetricsSet};
use datafusion::physical_plan::statistics::{ChildStats, StatisticsArgs};
use datafusion::physical_plan::stream::RecordBatchStreamAdapter;
use datafusion::physical_plan::windows::{BoundedWindowAggExec, WindowAggExec};
use datafusion::physical_plan::{
    ChildrenPropertiesMode, DisplayAs, DisplayFormatType, ExecutionPlan,
    InputDistributionRequirements, PlanProperties, ReplaceChildrenOptions,
};
use futures::StreamExt;
use futures::stream::try_unfold;
use std::fmt;
use std::sync::Arc;

/// Computes what DataFusion's operator would, and answers for itself as that does.
#[derive(Debug)]
pub(super) struct VectorisedWindowExec {
    /// DataFusion's operator, which knows schema, order and distribution. It is never run.
    replaced: Arc<dyn ExecutionPlan>,
    functions: Arc<[WindowFunction]>,
    metrics: ExecutionPlanMetricsSet,
}

impl VectorisedWindowExec {
    pub(super) fn new(replaced: Arc<dyn ExecutionPlan>, functions: Vec<WindowFunction>) -> Self {
        VectorisedWindowExec {
            replaced,
            functions: functions.into(),
            metrics: ExecutionPlanMetricsSet::new(),
        }
    }

    /// Expressions over the input that tell partitions apart.
    fn partition_by(&self) -> Vec<Arc<dyn PhysicalExpr>> {
        let bounded = self.replaced.downcast_ref::<BoundedWindowAggExec>();
        let whole = self.replaced.downcast_ref::<WindowAggExec>();
        let expressions = bounded
            .map(BoundedWindowAggExec::window_expr)
            .or_else(|| whole.map(WindowAggExec::window_expr));
        let first = expressions.and_then(|expressions| expressions.first());
        first.map_or_else(Vec::new, |window| window.partition_by().to_vec())
    }

    fn with(&self, replaced: Arc<dyn ExecutionPlan>) -> Arc<dyn ExecutionPlan> {
        Arc::new(VectorisedWindowExec {
            replaced,
            functions: self.functions.clone(),
            metrics: ExecutionPlanMetricsSet::new(),
        })
    }
}

/// What a stream goes on with: its input, the rows kept while there is more to come, its figures.
type Going = (SendableRecordBatchStream, Option<Batches>, BaselineMetrics);

async fn next((mut input, batches, metrics): Going) -> Result<Option<(RecordBatch, Going)>> {
    let Some(mut batches) = batches else {
        return Ok(None);
    };
    while let Some(rows) = input.next().await {
        let timer = metrics.elapsed_compute().timer();
        let given = batches.take(rows?)?;
        timer.done();
        if let Some(rows) = given {
            metrics.record_output(rows.num_rows());
            return Ok(Some((rows, (input, Some(batches), metrics))));
        }
    }
    let rows = batches.finish()?;
    metrics.record_output(rows.as_ref().map_or(0, RecordBatch::num_rows));
    Ok(rows.map(|rows| (rows, (input, None, metrics))))
}

impl DisplayAs for VectorisedWindowExec {
    fn fmt_as(&self, _: DisplayFormatType, f: &mut fmt::Formatter) -> fmt::Result {
        let names: Vec<&str> = self.functions.iter().map(WindowFunction::name).collect();
        write!(f, "VectorisedWindowExec: {}", names.join(", "))
    }
}

impl ExecutionPlan for VectorisedWindowExec {
    fn name(&self) -> &'static str {
        "VectorisedWindowExec"
    }

    fn properties(&self) -> &Arc<PlanProperties> {
        self.replaced.properties()
    }

    fn children(&self) -> Vec<&Arc<dyn ExecutionPlan>> {
        self.replaced.children()
    }

    fn apply_expressions(
        &self,
        f: &mut dyn FnMut(&Arc<dyn PhysicalExpr>) -> Result<TreeNodeRecursion>,
    ) -> Result<TreeNodeRecursion> {
        self.replaced.apply_expressions(f)
    }

    fn required_input_ordering(&self) -> Vec<Option<OrderingRequirements>> {
        self.replaced.required_input_ordering()
    }

    fn input_distribution_requirements(&self) -> InputDistributionRequirements {
        self.replaced.input_distribution_requirements()
    }

    fn maintains_input_order(&self) -> Vec<bool> {
        self.replaced.maintains_input_order()
    }

    fn replace_children(
        self: Arc<Self>,
        children: Vec<Arc<dyn ExecutionPlan>>,
        options: ReplaceChildrenOptions,
    ) -> Result<Arc<dyn ExecutionPlan>> {
        let replaced = self.replaced.clone().replace_children(children, options)?;
        Ok(self.with(replaced))
    }

    fn with_new_children(
        self: Arc<Self>,
        children: Vec<Arc<dyn ExecutionPlan>>,
    ) -> Result<Arc<dyn ExecutionPlan>> {
        let options = ReplaceChildrenOptions::new(ChildrenPropertiesMode::Recompute);
        self.replace_children(children, options)
    }

    fn execute(
        &self,
        partition: usize,
        context: Arc<TaskContext>,
    ) -> Result<SendableRecordBatchStream> {
        let children = self.replaced.children();
        let input = children
            .first()
            .ok_or_else(|| exec_datafusion_err!("a window has no input"))?;
        let input = input.execute(partition, context.clone())?;
        let consumer = MemoryConsumer::new(format!("VectorisedWindowExec[{partition}]"));
        let reservation = consumer.register(context.memory_pool());
        let functions = self.functions.clone();
        let batches = Batches::new(functions, self.partition_by(), self.schema(), reservation);
        let metrics = BaselineMetrics::new(&self.metrics, partition);
        let results = try_unfold((input, Some(batches), metrics), next);
        let stream = RecordBatchStreamAdapter::new(self.schema(), results);
        Ok(Box::pin(stream))
    }

    fn metrics(&self) -> Option<MetricsSet> {
        Some(self.metrics.clone_inner())
    }

    fn child_stats_requests(&self, partition: Option<usize>) -> Vec<ChildStats> {
        self.replaced.child_stats_requests(partition)
    }

    fn statistics_from_inputs(
        &self,
        inputs: &[Arc<Statistics>],
        arguments: &StatisticsArgs,
    ) -> Result<Arc<Statistics>> {
        self.replaced.statistics_from_inputs(inputs, arguments)
    }

    fn cardinality_effect(&self) -> CardinalityEffect {
        CardinalityEffect::Equal
    }
}
