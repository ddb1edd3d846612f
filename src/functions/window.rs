//! Functions that give each row a value that depends on the rows of its partition.

use super::broken_rule::broken_rule;
use super::named::Named;
use super::{Definition, Doc, Function};
use arrow::array::{Array, ArrayRef};
use arrow::compute::concat;
use arrow::datatypes::{DataType, Field, FieldRef};
use datafusion::common::Result;
use datafusion::logical_expr::expr::WindowFunction;
use datafusion::logical_expr::function::{
    PartitionEvaluatorArgs, WindowFunctionSimplification, WindowUDFFieldArgs,
};
use datafusion::logical_expr::simplify::SimplifyContext;
use datafusion::logical_expr::{
    Documentation, Expr, LimitEffect, PartitionEvaluator, Signature, WindowUDF, WindowUDFImpl,
};
use datafusion::physical_expr::PhysicalExpr;
use std::ops::Range;
use std::sync::Arc;

/// What a function computes, for those who have whole partitions: each partition's rows lie together
/// and in the order of `order by`.
#[derive(Debug, Clone, Copy)]
pub enum Compute {
    /// Of the arguments of one partition, and how many rows it has (a function may have no
    /// argument).
    Partition(fn(&[ArrayRef], usize) -> Result<ArrayRef>),
    /// Of the arguments of several partitions, and where each lies. They follow each other and are
    /// all the rows there are. This is for functions that are called over many small partitions.
    Partitions(fn(&[ArrayRef], &[Range<usize>]) -> Result<ArrayRef>),
}

impl Compute {
    /// The results of all rows, of which the partitions are all.
    pub fn of(self, arguments: &[ArrayRef], partitions: &[Range<usize>]) -> Result<ArrayRef> {
        match (self, partitions) {
            (Compute::Partitions(compute), _) => compute(arguments, partitions),
            (Compute::Partition(compute), [one]) => compute(arguments, one.len()),
            (Compute::Partition(compute), many) => {
                let mut parts = Vec::with_capacity(many.len());
                for rows in many {
                    let cut = arguments.iter().map(|a| a.slice(rows.start, rows.len()));
                    parts.push(compute(&cut.collect::<Vec<_>>(), rows.len())?);
                }
                let parts: Vec<&dyn Array> = parts.iter().map(AsRef::as_ref).collect();
                Ok(concat(&parts)?)
            }
        }
    }
}

/// What a function of ours computes, for operators that have many partitions together.
pub fn compute_of(function: &WindowUDF) -> Option<Compute> {
    let window = function.inner().downcast_ref::<Named<Window>>()?;
    Some(window.kind.compute)
}

/// A window function of the types in `calls` (one list for each number of arguments) that gives
/// `returns`. It sees whole partitions, whatever frame the query names.
pub(super) fn window(
    doc: &'static Doc,
    calls: &[&[DataType]],
    returns: DataType,
    compute: fn(&[ArrayRef], usize) -> Result<ArrayRef>,
) -> Function {
    let compute = Compute::Partition(compute);
    function(doc, calls, returns, false, compute)
}

/// Like [`window`], for a function that computes many partitions at once, and to which the order of
/// their rows matters: a query without `order by` is refused.
pub(super) fn ordered_window(
    doc: &'static Doc,
    calls: &[&[DataType]],
    returns: DataType,
    compute: fn(&[ArrayRef], &[Range<usize>]) -> Result<ArrayRef>,
) -> Function {
    let compute = Compute::Partitions(compute);
    function(doc, calls, returns, true, compute)
}

fn function(
    doc: &'static Doc,
    calls: &[&[DataType]],
    returns: DataType,
    ordered: bool,
    compute: Compute,
) -> Function {
    let window = Window {
        returns,
        ordered,
        compute,
    };
    let window = Named::new(doc, calls, window);
    let definition = Definition::Window(WindowUDF::from(window));
    Function { doc, definition }
}

struct Window {
    returns: DataType,
    ordered: bool,
    compute: Compute,
}

impl WindowUDFImpl for Named<Window> {
    fn name(&self) -> &str {
        self.doc.name
    }

    fn signature(&self) -> &Signature {
        &self.signature
    }

    fn partition_evaluator(
        &self,
        _: PartitionEvaluatorArgs,
    ) -> Result<Box<dyn PartitionEvaluator>> {
        Ok(Box::new(Whole(self.kind.compute)))
    }

    fn field(&self, args: WindowUDFFieldArgs) -> Result<FieldRef> {
        Ok(Arc::new(Field::new(
            args.name(),
            self.kind.returns.clone(),
            true,
        )))
    }

    /// Runs while a query is planned, and is the one place where a function sees its `over`.
    fn simplify(&self) -> Option<WindowFunctionSimplification> {
        let name = self.doc.name;
        let check = move |call: WindowFunction, _: &SimplifyContext| {
            if call.params.order_by.is_empty() {
                return broken_rule(name, "over (…)", "must have an order by");
            }
            Ok(Expr::WindowFunction(Box::new(call)))
        };
        let check: WindowFunctionSimplification = Box::new(check);
        self.kind.ordered.then_some(check)
    }

    fn documentation(&self) -> Option<&Documentation> {
        Some(&self.documentation)
    }

    fn limit_effect(&self, _: &[Arc<dyn PhysicalExpr>]) -> LimitEffect {
        LimitEffect::Unknown
    }
}

/// Evaluates whole partitions.
#[derive(Debug)]
struct Whole(Compute);

impl PartitionEvaluator for Whole {
    fn evaluate_all(&mut self, values: &[ArrayRef], num_rows: usize) -> Result<ArrayRef> {
        let all = 0..num_rows;
        self.0.of(values, std::slice::from_ref(&all))
    }
}
