//! Sorting for windows, where the keys are whole numbers, dates or times.
//!
//! DataFusion sorts each batch and merges them all. Here the keys of all rows are packed into numbers,
//! these are sorted, and rows are gathered once. Rows that come sorted by the first columns already
//! are sorted by the others, some groups of rows at a time. What does not fit into memory, or into a
//! number, is sorted by DataFusion, which spills.

use super::functions::ranges;
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
use datafusion::physical_plan::stream::{EmptyRecordBatchStream, RecordBatchStreamAdapter};
use datafusion::physical_plan::streaming::{PartitionStream, StreamingTableExec};
use datafusion::physical_plan::{
    ChildrenPropertiesMode, DisplayAs, DisplayFormatType, ExecutionPlan, ExecutionPlanProperties,
    InputDistributionRequirements, PlanProperties, ReplaceChildrenOptions,
};
use futures::{StreamExt, TryStreamExt};
use std::fmt;
use std::ops::Range;
use std::sync::{Arc, Mutex};

/// Batches are joined into such of about this many rows, so that gathering looks at few.
const ROWS: usize = 512 * 1024;
/// Rows that are sorted at once where they come sorted by the first columns: so many as lie close to
/// the processor.
const ROWS_AT_ONCE: usize = 32 * 1024;

/// Sorts as the DataFusion operator would that it holds, and answers for itself as that does.
#[derive(Debug)]
pub(super) struct PackedSortExec {
    replaced: Arc<dyn ExecutionPlan>,
    order: LexOrdering,
    /// By so many of the first columns rows come sorted.
    sorted: usize,
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
        Some(Arc::new(Self::replacing(plan.clone(), order)))
    }

    fn replacing(replaced: Arc<dyn ExecutionPlan>, order: LexOrdering) -> Self {
        let children = replaced.children();
        let input = children.first().map(|input| input.equivalence_properties());
        let comes = |columns: &usize| {
            let first = order.iter().take(*columns).cloned();
            input.is_some_and(|input| matches!(input.ordering_satisfy(first), Ok(true)))
        };
        let sorted = (1..order.len()).take_while(comes).count();
        PackedSortExec {
            replaced,
            order,
            sorted,
        }
    }
}

impl DisplayAs for PackedSortExec {
    fn fmt_as(&self, _: DisplayFormatType, f: &mut fmt::Formatter) -> fmt::Result {
        write!(f, "PackedSortExec: {}", self.order)?;
        match self.sorted {
            0 => Ok(()),
            sorted => write!(f, ", first {sorted} sorted"),
        }
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
        Ok(Arc::new(Self::replacing(replaced, self.order.clone())))
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
            sorted: self.sorted,
            rows: Vec::new(),
            reservation: consumer
                .with_can_spill(true)
                .register(context.memory_pool()),
            context,
            input: Some(input),
        };
        let sorted = futures::stream::try_unfold(sorting, Sorting::next).try_flatten();
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
    /// By so many of the first columns rows come sorted.
    sorted: usize,
    rows: Vec<RecordBatch>,
    reservation: MemoryReservation,
    context: Arc<TaskContext>,
    /// None when all was read.
    input: Option<SendableRecordBatchStream>,
}

impl Sorting {
    /// The rows that come next, sorted: all, or some groups of rows that are equal in the columns
    /// that come sorted.
    async fn next(mut self) -> Result<Option<(SendableRecordBatchStream, Self)>> {
        let Some(mut input) = self.input.take() else {
            return Ok(None);
        };
        let schema = input.schema();
        // What was given before is let go by now.
        let kept = self.rows.iter().map(bytes).sum();
        self.reservation.try_resize(kept)?;
        let mut count: usize = self.rows.iter().map(RecordBatch::num_rows).sum();
        let mut enough = ROWS_AT_ONCE;
        let mut ended = false;
        let rows = loop {
            let Some(batch) = input.next().await else {
                ended = true;
                break self.all(&schema)?;
            };
            let batch = batch?;
            let fits = self.reservation.try_grow(bytes(&batch)).is_ok();
            count += batch.num_rows();
            if batch.num_rows() > 0 {
                self.rows.push(batch);
            }
            if !fits {
                return Ok(Some((self.spill(input)?, self)));
            }
            if self.sorted > 0 && count >= enough {
                if let Some(complete) = self.complete(&schema)? {
                    break vec![complete];
                }
                enough = 2 * count;
                if enough > ROWS {
                    // Such groups are as well sorted all at once.
                    self.sorted = 0;
                }
            }
        };
        if ended {
            input = Box::pin(EmptyRecordBatchStream::new(schema.clone()));
        }
        let given = match self.packed(&rows)? {
            Some((order, row_bits)) => {
                self.input = (!ended).then_some(input);
                self.gather(rows, order, row_bits, schema)
            }
            None => {
                self.rows.splice(0..0, rows);
                self.spill(input)?
            }
        };
        Ok(Some((given, self)))
    }

    /// The rows that are not of the last group, which may go on; None when there are no others.
    fn complete(&mut self, schema: &SchemaRef) -> Result<Option<RecordBatch>> {
        let rows = concat_batches(schema, &self.rows)?;
        let open = self.groups(&rows)?.last().map_or(0, |last| last.start);
        self.rows = vec![rows.slice(open, rows.num_rows() - open)];
        Ok((open > 0).then(|| rows.slice(0, open)))
    }

    /// Runs of rows that are equal in the columns that come sorted.
    fn groups(&self, rows: &RecordBatch) -> Result<Vec<Range<usize>>> {
        let by = self.order.iter().take(self.sorted);
        let columns: Vec<ArrayRef> = by
            .map(|by| by.expr.evaluate(rows)?.into_array(rows.num_rows()))
            .collect::<Result<_>>()?;
        ranges(&columns, rows.num_rows())
    }

    /// All rows: few large batches in place of many small ones.
    fn all(&mut self, schema: &SchemaRef) -> Result<Vec<RecordBatch>> {
        let rows = std::mem::take(&mut self.rows);
        if self.sorted > 0 {
            return Ok(vec![concat_batches(schema, &rows)?]);
        }
        let mut joined = Vec::new();
        let mut pending = Vec::new();
        let mut count = 0;
        for batch in rows {
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
        Ok(joined)
    }

    /// The order of rows, and the bits that the number of a row takes.
    fn packed(&self, rows: &[RecordBatch]) -> Result<Option<(Order, u32)>> {
        let sizes = rows.iter().map(RecordBatch::num_rows);
        let row_bits = bits(sizes.clone().max().unwrap_or(0) as u64);
        let count: usize = sizes.sum();
        let groups = match rows {
            [rows] if self.sorted > 0 => self.groups(rows)?,
            _ => std::iter::once(0..count).collect(),
        };
        let mut columns = Vec::new();
        for by in self.order.iter().skip(self.sorted) {
            let mut arrays: Vec<ArrayRef> = Vec::new();
            for batch in rows {
                arrays.push(by.expr.evaluate(batch)?.into_array(batch.num_rows())?);
            }
            columns.push((arrays, by.options));
        }
        let wide = || self.reservation.try_grow(count * Order::MORE).is_ok();
        Ok(Order::of(&columns, &groups, row_bits, wide).map(|order| (order, row_bits)))
    }

    fn gather(
        &self,
        rows: Vec<RecordBatch>,
        order: Order,
        row_bits: u32,
        schema: SchemaRef,
    ) -> SendableRecordBatchStream {
        let at_once = self.context.session_config().batch_size();
        let starts = (0..order.len()).step_by(at_once);
        let batches = starts.map(move |start| {
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
    fn spill(&mut self, rest: SendableRecordBatchStream) -> Result<SendableRecordBatchStream> {
        let schema = rest.schema();
        self.reservation.free();
        let rows = std::mem::take(&mut self.rows);
        let read = futures::stream::iter(rows.into_iter().map(Ok));
        let all = RecordBatchStreamAdapter::new(schema.clone(), read.chain(rest));
        let input: Arc<dyn PartitionStream> = Arc::new(Once {
            schema: schema.clone(),
            stream: Mutex::new(Some(Box::pin(all))),
        });
        let input = StreamingTableExec::try_new(schema, vec![input], None, [], false, None)?;
        SortExec::new(self.order.clone(), Arc::new(input)).execute(0, self.context.clone())
    }
}

/// Bytes that rows take while they are sorted.
fn bytes(rows: &RecordBatch) -> usize {
    rows.get_array_memory_size() + rows.num_rows() * Order::NARROW
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
