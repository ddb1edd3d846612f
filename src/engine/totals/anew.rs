//! Other statistics over frames that slide: computed anew from the rows of each frame.
//!
//! DataFusion takes a row that leaves away again, with what its size has rounded off.

use crate::functions::FrameRows;
use arrow::array::ArrayRef;
use arrow::datatypes::{FieldRef, Schema};
use datafusion::common::{Result, ScalarValue, exec_err};
use datafusion::logical_expr::function::AccumulatorArgs;
use datafusion::logical_expr::{Accumulator, AggregateUDF};
use datafusion::physical_plan::PhysicalExpr;
use std::sync::Arc;

/// The rows of a frame.
#[derive(Debug)]
pub(super) struct Anew {
    function: Arc<AggregateUDF>,
    result: FieldRef,
    schema: Schema,
    expressions: Vec<Arc<dyn PhysicalExpr>>,
    fields: Vec<FieldRef>,
    name: String,
    rows: FrameRows,
}

impl Anew {
    /// A frame without rows, for a call of `function`.
    pub(super) fn new(function: &Arc<AggregateUDF>, args: &AccumulatorArgs) -> Self {
        Anew {
            function: function.clone(),
            result: args.return_field.clone(),
            schema: args.schema.clone(),
            expressions: args.exprs.to_vec(),
            fields: args.expr_fields.to_vec(),
            name: args.name.to_string(),
            rows: FrameRows::default(),
        }
    }

    fn accumulator(&self) -> Result<Box<dyn Accumulator>> {
        self.function.accumulator(AccumulatorArgs {
            return_field: self.result.clone(),
            schema: &self.schema,
            ignore_nulls: false,
            order_bys: &[],
            is_reversed: false,
            name: &self.name,
            is_distinct: false,
            exprs: &self.expressions,
            expr_fields: &self.fields,
        })
    }
}

impl Accumulator for Anew {
    fn update_batch(&mut self, values: &[ArrayRef]) -> Result<()> {
        self.rows.add(values)
    }

    fn retract_batch(&mut self, values: &[ArrayRef]) -> Result<()> {
        self.rows.remove(values)
    }

    fn supports_retract_batch(&self) -> bool {
        true
    }

    fn evaluate(&mut self) -> Result<ScalarValue> {
        let mut frame = self.accumulator()?;
        if !self.rows.columns().is_empty() {
            frame.update_batch(self.rows.columns())?;
        }
        frame.evaluate()
    }

    fn state(&mut self) -> Result<Vec<ScalarValue>> {
        exec_err!("a frame has no state that another step could go on with")
    }

    fn merge_batch(&mut self, _: &[ArrayRef]) -> Result<()> {
        exec_err!("a frame is not made of others")
    }

    fn size(&self) -> usize {
        size_of_val(self) + self.rows.size()
    }
}
