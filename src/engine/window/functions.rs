//! The functions, and how each is computed over the partitions of some rows.

use crate::functions::{WindowCompute, compute_of};
use arrow::array::{
    Array, ArrayRef, BooleanBufferBuilder, RecordBatch, UInt32Array, UInt64Array, new_null_array,
};
use arrow::buffer::NullBuffer;
use arrow::compute::{concat, partition, take};
use arrow::datatypes::DataType;
use datafusion::common::{Result, ScalarValue, exec_datafusion_err};
use datafusion::logical_expr::PartitionEvaluator;
use datafusion::physical_expr::expressions::Literal;
use datafusion::physical_expr::window::{
    StandardWindowExpr, StandardWindowFunctionExpr, WindowExpr,
};
use datafusion::physical_plan::windows::WindowUDFExpr;
use std::fmt;
use std::ops::Range;
use std::sync::Arc;

/// Offsets beyond this are left to DataFusion: so many rows are kept from batch to batch.
const FARTHEST: usize = 4096;

/// A window function.
#[derive(Clone)]
pub(super) struct WindowFunction {
    expression: Arc<dyn WindowExpr>,
    how: How,
}

#[derive(Clone)]
enum How {
    /// The argument's value so many rows before (after, when negative), or a default.
    Shift(isize, ArrayRef),
    /// 1, 2, 3 …
    RowNumber,
    /// One of our own, which takes many partitions at once.
    Ours(WindowCompute),
    /// Anything else that is computed of a partition at once.
    Whole(Arc<dyn StandardWindowFunctionExpr>),
}

/// Rows in a row, of which some are asked for.
pub(super) struct Cut<'a> {
    pub rows: &'a RecordBatch,
    /// Every partition of `rows`, in order.
    pub partitions: &'a [Range<usize>],
    /// The rows that results are wanted for.
    pub wanted: Range<usize>,
    /// How many rows of the first partition came before `rows`.
    pub before: usize,
}

impl Cut<'_> {
    /// Each partition of which rows are wanted, with these rows.
    fn each(&self) -> impl Iterator<Item = (&Range<usize>, Range<usize>)> {
        self.partitions.iter().filter_map(|partition| {
            let from = partition.start.max(self.wanted.start);
            let to = partition.end.min(self.wanted.end);
            (from < to).then_some((partition, from..to))
        })
    }
}

impl fmt::Debug for WindowFunction {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

impl WindowFunction {
    /// The function of a window expression, if it is known here.
    pub(super) fn of(expression: &Arc<dyn WindowExpr>) -> Option<WindowFunction> {
        let standard = expression.as_any().downcast_ref::<StandardWindowExpr>()?;
        let function = standard.get_standard_func_expr();
        let evaluator = function.create_evaluator().ok()?;
        if evaluator.uses_window_frame() {
            return None;
        }
        let named = function.as_any().downcast_ref::<WindowUDFExpr>()?;
        let how = match named.fun().name() {
            "row_number" => How::RowNumber,
            "lead" | "lag" if !stays(named) => {
                shift(expression, evaluator).unwrap_or_else(|| How::Whole(function.clone()))
            }
            _ => compute_of(named.fun()).map_or_else(|| How::Whole(function.clone()), How::Ours),
        };
        let expression = expression.clone();
        Some(WindowFunction { expression, how })
    }

    /// The name of its column.
    pub(super) fn name(&self) -> &str {
        self.expression.name()
    }

    /// Whether a row's result needs only the rows that [`WindowFunction::reach`] says.
    pub(super) fn streams(&self) -> bool {
        matches!(self.how, How::Shift(_, _) | How::RowNumber)
    }

    /// How many rows before and after a row its result needs.
    pub(super) fn reach(&self) -> (usize, usize) {
        match self.how {
            How::Shift(by, _) if by < 0 => (0, by.unsigned_abs()),
            How::Shift(by, _) => (by.unsigned_abs(), 0),
            How::RowNumber | How::Ours(_) | How::Whole(_) => (0, 0),
        }
    }

    /// Results for the wanted rows.
    pub(super) fn compute(&self, cut: &Cut) -> Result<ArrayRef> {
        match &self.how {
            How::RowNumber => Ok(row_numbers(cut)),
            How::Shift(by, default) => shifted(&self.argument(cut.rows)?, *by, default, cut),
            How::Ours(compute) => self.ours(*compute, cut),
            How::Whole(function) => self.whole(function, cut),
        }
    }

    fn argument(&self, rows: &RecordBatch) -> Result<ArrayRef> {
        let mut arguments = self.expression.evaluate_args(rows)?;
        arguments.truncate(1);
        arguments
            .pop()
            .ok_or_else(|| exec_datafusion_err!("{}: there is no argument", self.name()))
    }

    fn ours(&self, compute: WindowCompute, cut: &Cut) -> Result<ArrayRef> {
        let wanted = &cut.wanted;
        let arguments = self.expression.evaluate_args(cut.rows)?;
        let arguments = arguments.iter();
        let arguments: Vec<ArrayRef> = arguments
            .map(|array| array.slice(wanted.start, wanted.len()))
            .collect();
        let partitions: Vec<Range<usize>> = cut
            .each()
            .map(|(_, rows)| rows.start - wanted.start..rows.end - wanted.start)
            .collect();
        compute.of(&arguments, &partitions)
    }

    fn whole(&self, function: &Arc<dyn StandardWindowFunctionExpr>, cut: &Cut) -> Result<ArrayRef> {
        let arguments = self.expression.evaluate_args(cut.rows)?;
        let mut order = Vec::new();
        for by in self.expression.order_by() {
            order.push(
                by.expr
                    .evaluate(cut.rows)?
                    .into_array(cut.rows.num_rows())?,
            );
        }
        let mut parts = Vec::with_capacity(cut.partitions.len());
        for (_, rows) in cut.each() {
            let slice = |array: &ArrayRef| array.slice(rows.start, rows.len());
            let mut evaluator = function.create_evaluator()?;
            parts.push(if evaluator.include_rank() {
                let order: Vec<ArrayRef> = order.iter().map(slice).collect();
                evaluator.evaluate_all_with_rank(rows.len(), &ranges(&order, rows.len())?)?
            } else {
                let arguments: Vec<ArrayRef> = arguments.iter().map(slice).collect();
                evaluator.evaluate_all(&arguments, rows.len())?
            });
        }
        let parts: Vec<&dyn Array> = parts.iter().map(AsRef::as_ref).collect();
        Ok(concat(&parts)?)
    }
}

/// Runs of rows that are equal in all of `columns`.
pub(super) fn ranges(columns: &[ArrayRef], rows: usize) -> Result<Vec<Range<usize>>> {
    match columns.is_empty() {
        true => Ok(std::iter::once(0..rows).collect()),
        false => Ok(partition(columns)?.ranges()),
    }
}

/// Whether a `lead` or `lag` is by no row at all; its evaluator shows that like one row.
fn stays(function: &WindowUDFExpr) -> bool {
    let offset = function.args().get(1);
    let offset = offset.and_then(|offset| offset.downcast_ref::<Literal>());
    let offset = offset.map(|offset| offset.value().cast_to(&DataType::Int64));
    matches!(offset, Some(Ok(ScalarValue::Int64(Some(0)))))
}

/// What a `lead` or `lag` does, as its own evaluator shows: it may have been turned round by the
/// optimizer, and `ignore nulls` shows as a reach without end.
fn shift(
    expression: &Arc<dyn WindowExpr>,
    mut evaluator: Box<dyn PartitionEvaluator>,
) -> Option<How> {
    const ROW: usize = 1 << 40;
    const ROWS: usize = 1 << 41;
    let range = evaluator.get_range(ROW, ROWS).ok()?;
    let (by, far) = if evaluator.is_causal() {
        let by = ROW.checked_sub(range.start)?;
        (isize::try_from(by).ok()?, by)
    } else {
        let by = range.end.checked_sub(ROW)?;
        (-isize::try_from(by).ok()?, by)
    };
    if far == 0 || far > FARTHEST {
        return None;
    }
    // A single row has nothing before or after it, and gets the default.
    let kind = expression.field().ok()?.data_type().clone();
    let default = evaluator
        .evaluate_all(&[new_null_array(&kind, 1)], 1)
        .ok()?;
    Some(How::Shift(by, default))
}

fn row_numbers(cut: &Cut) -> ArrayRef {
    let mut numbers: Vec<u64> = Vec::with_capacity(cut.wanted.len());
    for (partition, rows) in cut.each() {
        let before = if partition.start == 0 { cut.before } else { 0 };
        let first = (before + rows.start - partition.start + 1) as u64;
        numbers.extend(first..first + rows.len() as u64);
    }
    Arc::new(UInt64Array::from(numbers))
}

#[allow(clippy::cast_possible_truncation)] // rows of a few batches
fn shifted(argument: &ArrayRef, by: isize, default: &ArrayRef, cut: &Cut) -> Result<ArrayRef> {
    let far = by.unsigned_abs();
    let count = cut.wanted.len();
    let mut from: Vec<u32> = Vec::with_capacity(count);
    let mut valid = BooleanBufferBuilder::new(count);
    let missing = argument.len() as u32;
    for (partition, rows) in cut.each() {
        // Rows from..to have another row of their partition where `by` says.
        let (begin, end) = if by > 0 {
            (
                (partition.start + far).clamp(rows.start, rows.end),
                rows.end,
            )
        } else {
            let end = partition.end.saturating_sub(far);
            (rows.start, end.clamp(rows.start, rows.end))
        };
        let source = |row: usize| if by > 0 { row - far } else { row + far };
        from.extend(std::iter::repeat_n(missing, begin - rows.start));
        from.extend((begin..end).map(|row| source(row) as u32));
        from.extend(std::iter::repeat_n(missing, rows.end - end));
        valid.append_n(begin - rows.start, false);
        valid.append_n(end - begin, true);
        valid.append_n(rows.end - end, false);
    }
    if default.is_null(0) {
        let valid = NullBuffer::new(valid.finish());
        return Ok(take(
            argument,
            &UInt32Array::new(from.into(), Some(valid)),
            None,
        )?);
    }
    let argument = concat(&[argument, default])?;
    Ok(take(&argument, &UInt32Array::from(from), None)?)
}
