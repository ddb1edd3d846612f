//! Sorting for windows, where the keys are whole numbers, dates or times.
//!
//! DataFusion sorts each batch and merges them all. Here the keys of all rows are packed into numbers,
//! these are sorted, and rows are gathered once. What does not fit into memory, or into a number, is
//! sorted by DataFusion, which spills.

use super::keys::{Order, bits, packs};
use arrow::array::{ArrayRef, RecordBatch};
use arrow::compute::{concat_batches, interleave_record_batch};
use arrow::datatypes::SchemaRef;
use datafusion::common::tree_node::TreeNodeRecursion;
use datafusion::common::{Result, Statistics, exec_datafusion_err};
use datafusion::execution::memory_pool::{MemoryConsumer, MemoryReservation};
use datafusion::execution::{SendableRecordBatchStream, TaskContext};
use datafusion::physical_expr::{LexOrdering, PhysicalExpr};
use datafusion::physical_plan::execution_plan::CardinalityEffect;
use datafusion::physical_plan::sorts::sort::SortExec;
use datafusion::physical_plan::statistics::{ChildStats, StatisticsArgs};
use datafusion::physical_plan::stream::RecordBatchStreamAdapter;
use datafusion::physical_plan::streaming::{PartitionStream, StreamingTableExec};
use datafusion::physical_plan::{
    ChildrenPropertiesMode, DisplayAs, DisplayFormatType, ExecutionPlan,
    InputDistributionRequirements, PlanProperties, ReplaceChildrenOptions,
};
use futures::{StreamExt, TryStreamExt};
use std::fmt;
use std::sync::{Arc, Mutex};

/// Batches are joined into such of about this many rows, so that gathering looks at few.
const ROWS: usize = 512 * 1024;

/// Sorts as the DataFusion operator would that it holds, and answers for itself as that does.
#[derive(Debug)]
pub(super) struct PackedSortExec {
    replaced: Arc<dyn ExecutionPlan>,
    order: LexOrdering,
}

impl PackedSortExec {
    /// The same sort, if its keys are such as can be packed.
    pub(super) fn of(plan: &Arc<dyn ExecutionPlan>) -> Option<Arc<dyn ExecutionPlan>> {
        let sort = plan.downcast_ref::<SortExec>()?;
        let schema = sort.input().schema();
        let suits =
            |by: &Arc<dyn PhysicalExpr>| by.data_type(&schema).is_ok_and(|kind| packs(&kind));
        let order = sort.expr().clone();
        if sort.fetch().is_some() || !order.iter().all(|by| suits(&by.expr)) {
            return None;
        }
        let replaced = plan.clone();
        Some(Arc::new(PackedSortExec { replaced, order }))
    }
}

impl DisplayAs for PackedSortExec {
    fn fmt_as(&self, _: DisplayFormatType, f: &mut fmt::Formatter) -> fmt::Result {
        write!(f, "PackedSortExec: {}", self.order)
    }
}

impl ExecutionPlan for PackedSortExec {
    fn name(&self) -> &'static str {
        "PackedSortExec"
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

    fn input_distribution_requirements(&self) -> InputDistributionRequirements {
        self.replaced.input_distribution_requirements()
    }

    fn maintains_input_order(&self) -> Vec<bool> {
        self.replaced.maintains_input_order()
    }

    fn benefits_from_input_partitioning(&self) -> Vec<bool> {
        self.replaced.benefits_from_input_partitioning()
    }

    fn replace_children(
        self: Arc<Self>,
        children: Vec<Arc<dyn ExecutionPlan>>,
        options: ReplaceChildrenOptions,
    ) -> Result<Arc<dyn ExecutionPlan>> {
        let replaced = self.replaced.clone().replace_children(children, options)?;
        let order = self.order.clone();
        Ok(Arc::new(PackedSortExec { replaced, order }))
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
        let children = self.children();
        let input = children
            .first()
            .ok_or_else(|| exec_datafusion_err!("a sort has no input"))?;
        let input = input.execute(partition, context.clone())?;
        let consumer = MemoryConsumer::new(format!("PackedSortExec[{partition}]"));
        let sorting = Sorting {
            order: self.order.clone(),
            rows: Vec::new(),
            reservation: consumer
                .with_can_spill(true)
                .register(context.memory_pool()),
            context,
        };
        let sorted = futures::stream::once(sorting.sort(input)).try_flatten();
        let stream = RecordBatchStreamAdapter::new(self.schema(), sorted);
        Ok(Box::pin(stream))
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

/// The sorting of one stream.
struct Sorting {
    order: LexOrdering,
    rows: Vec<RecordBatch>,
    reservation: MemoryReservation,
    context: Arc<TaskContext>,
}

impl Sorting {
    async fn sort(
        mut self,
        mut input: SendableRecordBatchStream,
    ) -> Result<SendableRecordBatchStream> {
        while let Some(batch) = input.next().await {
            let batch = batch?;
            let bytes = batch.get_array_memory_size() + batch.num_rows() * Order::NARROW;
            let fits = self.reservation.try_grow(bytes).is_ok();
            if batch.num_rows() > 0 {
                self.rows.push(batch);
            }
            if !fits {
                return self.spill(input);
            }
        }
        let schema = input.schema();
        self.join(&schema)?;
        match self.packed()? {
            Some((order, row_bits)) => Ok(self.gather(order, row_bits, schema)),
            None => self.spill(input),
        }
    }

    /// Makes few large batches of many small ones.
    fn join(&mut self, schema: &SchemaRef) -> Result<()> {
        let mut joined = Vec::new();
        let mut pending = Vec::new();
        let mut count = 0;
        for batch in self.rows.drain(..) {
            count += batch.num_rows();
            pending.push(batch);
            if count >= ROWS {
                joined.push(concat_batches(schema, &pending)?);
                pending.clear();
                count = 0;
            }
        }
        if !pending.is_empty() {
            joined.push(concat_batches(schema, &pending)?);
        }
        self.rows = joined;
        Ok(())
    }

    /// The order of all rows, and the bits that the number of a row takes.
    fn packed(&self) -> Result<Option<(Order, u32)>> {
        let mut columns = Vec::new();
        for by in &self.order {
            let mut arrays: Vec<ArrayRef> = Vec::new();
            for batch in &self.rows {
                arrays.push(by.expr.evaluate(batch)?.into_array(batch.num_rows())?);
            }
            columns.push((arrays, by.options));
        }
        let sizes = self.rows.iter().map(RecordBatch::num_rows);
        let row_bits = bits(sizes.clone().max().unwrap_or(0) as u64);
        let more = sizes.sum::<usize>() * Order::MORE;
        let wide = || self.reservation.try_grow(more).is_ok();
        Ok(Order::of(&columns, row_bits, wide).map(|order| (order, row_bits)))
    }

    fn gather(self, order: Order, row_bits: u32, schema: SchemaRef) -> SendableRecordBatchStream {
        let at_once = self.context.session_config().batch_size();
        let starts = (0..order.len()).step_by(at_once);
        let batches = starts.map(move |start| {
            // The reservation lives as long as the rows.
            let Sorting { rows, .. } = &self;
            let rows: Vec<&RecordBatch> = rows.iter().collect();
            let end = order.len().min(start + at_once);
            let places = (start..end).map(|index| order.place(index));
            let places: Vec<(usize, usize)> = places
                .map(|place| (place >> row_bits, place & ((1 << row_bits) - 1)))
                .collect();
            Ok(interleave_record_batch(&rows, &places)?)
        });
        let batches = futures::stream::iter(batches);
        Box::pin(RecordBatchStreamAdapter::new(schema, batches))
    }

    /// Leaves the sorting to DataFusion: of what was read, and of the rest.
    fn spill(self, rest: SendableRecordBatchStream) -> Result<SendableRecordBatchStream> {
        let schema = rest.schema();
        self.reservation.free();
        let read = futures::stream::iter(self.rows.into_iter().map(Ok));
        let all = RecordBatchStreamAdapter::new(schema.clone(), read.chain(rest));
        let input: Arc<dyn PartitionStream> = Arc::new(Once {
            schema: schema.clone(),
            stream: Mutex::new(Some(Box::pin(all))),
        });
        let input = StreamingTableExec::try_new(schema, vec![input], None, [], false, None)?;
        SortExec::new(self.order, Arc::new(input)).execute(0, self.context)
    }
}

/// A stream that is read once.
struct Once {
    schema: SchemaRef,
    stream: Mutex<Option<SendableRecordBatchStream>>,
}

impl fmt::Debug for Once {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Once")
    }
}

impl PartitionStream for Once {
    fn schema(&self) -> &SchemaRef {
        &self.schema
    }

    fn execute(&self, _: Arc<TaskContext>) -> SendableRecordBatchStream {
        let stream = self.stream.lock().ok().and_then(|mut stream| stream.take());
        stream.unwrap_or_else(|| {
            let again = exec_datafusion_err!("rows to sort were asked for twice");
            let error = futures::stream::once(async { Err(again) });
            Box::pin(RecordBatchStreamAdapter::new(self.schema.clone(), error))
        })
    }
}
