//! Functions that give each row a value that depends on the rows of its partition.

use super::broken_rule::broken_rule;
use super::named::Named;
use super::{Definition, Doc, Function};
use arrow::array::{Array, ArrayRef};
use arrow::compute::{concat, partition};
use arrow::datatypes::{DataType, Field, FieldRef};
use datafusion::common::Result;
use datafusion::logical_expr::expr::{WindowFunction, WindowFunctionParams};
use datafusion::logical_expr::function::{
    PartitionEvaluatorArgs, WindowFunctionSimplification, WindowUDFFieldArgs,
};
use datafusion::logical_expr::simplify::SimplifyContext;
use datafusion::logical_expr::{
    Documentation, Expr, LimitEffect, PartitionEvaluator, Signature, Volatility, WindowFrameBound,
    WindowFunctionDefinition, WindowUDF, WindowUDFImpl,
};
use datafusion::physical_expr::PhysicalExpr;
use std::ops::Range;
use std::sync::Arc;

/// What a function computes, for those who have whole partitions: each partition's rows lie together
/// and in the order of `order by`.
#[derive(Debug, Clone, Copy)]
pub(crate) enum WindowCompute {
    /// Of the arguments of one partition, and how many rows it has (a function may have no
    /// argument).
    Partition(fn(&[ArrayRef], usize) -> Result<ArrayRef>),
    /// Of the arguments of several partitions, and where each lies. They follow each other and are
    /// all the rows there are. This is for functions that are called over many small partitions.
    Partitions(fn(&[ArrayRef], &[Range<usize>]) -> Result<ArrayRef>),
    /// The same, of so many `arguments`; the columns that follow them are those of `order by`, of
    /// which no two rows of a partition may be equal.
    Ordered {
        /// The function's name.
        name: &'static str,
        /// How many arguments the query gives.
        arguments: usize,
        /// What is computed of them.
        compute: Partitions,
    },
}

type Partitions = fn(&[ArrayRef], &[Range<usize>]) -> Result<ArrayRef>;

impl WindowCompute {
    /// The results of all rows, of which the partitions are all.
    pub(crate) fn of(
        self,
        arguments: &[ArrayRef],
        partitions: &[Range<usize>],
    ) -> Result<ArrayRef> {
        match (self, partitions) {
            (WindowCompute::Partitions(compute), _) => compute(arguments, partitions),
            (
                WindowCompute::Ordered {
                    name,
                    arguments: own,
                    compute,
                },
                _,
            ) => {
                let (own, order) = arguments.split_at(own.min(arguments.len()));
                check_ties(name, order, partitions)?;
                compute(own, partitions)
            }
            (WindowCompute::Partition(compute), [one]) => compute(arguments, one.len()),
            (WindowCompute::Partition(compute), many) => {
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

/// Refuses rows of one partition that are equal in all columns of `order by`: which of them comes
/// first would be chance.
fn check_ties(name: &'static str, order: &[ArrayRef], partitions: &[Range<usize>]) -> Result<()> {
    let mut ends = partitions.iter().map(|rows| rows.end).peekable();
    for equal in partition(order)?.ranges() {
        // Equal rows that follow each other are of different partitions, each the last of its own.
        for row in equal.start + 1..equal.end {
            while ends.next_if(|end| *end < row).is_some() {}
            if ends.peek() != Some(&row) {
                let rule = "must have an order by without ties: two rows of a partition are equal";
                return broken_rule(name, "over (…)", rule);
            }
        }
    }
    Ok(())
}

/// What a function of ours computes, for operators that have many partitions together.
pub(crate) fn compute_of(function: &WindowUDF) -> Option<WindowCompute> {
    let window = function.inner().downcast_ref::<Named<Window>>()?;
    Some(window.kind.compute)
}

/// A window function of the types in `calls` (one list for each number of arguments) that gives
/// `returns`. It sees whole partitions: a query that names a frame is refused.
pub(super) fn window(
    doc: &'static Doc,
    calls: &[&[DataType]],
    returns: DataType,
    compute: fn(&[ArrayRef], usize) -> Result<ArrayRef>,
) -> Function {
    let compute = WindowCompute::Partition(compute);
    function(doc, calls, returns, WindowOrder::Any, compute)
}

/// Like [`window`], for a function that computes many partitions at once, and to which the order of
/// their rows matters: a query without `order by` is refused.
pub(super) fn ordered_window(
    doc: &'static Doc,
    calls: &[&[DataType]],
    returns: DataType,
    compute: Partitions,
) -> Function {
    let compute = WindowCompute::Partitions(compute);
    function(doc, calls, returns, WindowOrder::Needed, compute)
}

/// Like [`ordered_window`], for a function of series: each row is a period of its own, and two of
/// the same are refused.
pub(super) fn series_window(
    doc: &'static Doc,
    calls: &[&[DataType]],
    returns: DataType,
    compute: Partitions,
) -> Function {
    let compute = WindowCompute::Partitions(compute);
    function(doc, calls, returns, WindowOrder::Unique, compute)
}

/// What a function needs of `order by`.
#[derive(Debug, Clone, Copy, PartialEq)]
enum WindowOrder {
    /// Nothing.
    Any,
    /// That there is one.
    Needed,
    /// That it tells all rows of a partition apart.
    Unique,
}

fn function(
    doc: &'static Doc,
    calls: &[&[DataType]],
    returns: DataType,
    order: WindowOrder,
    compute: WindowCompute,
) -> Function {
    let window = Window {
        returns,
        order,
        compute,
    };
    let window = Named::new(doc, calls, window);
    let definition = Definition::Window(WindowUDF::from(window));
    Function { doc, definition }
}

struct Window {
    returns: DataType,
    order: WindowOrder,
    compute: WindowCompute,
}

/// Refuses the clauses of a call that it cannot follow. A filter is refused by the engine.
fn check_clauses(
    name: &'static str,
    order: WindowOrder,
    params: &WindowFunctionParams,
) -> Result<()> {
    if params.distinct {
        return broken_rule(
            name,
            "distinct",
            "has no meaning here: every row has a value",
        );
    }
    if params.null_treatment.is_some() {
        let rule = "have no meaning here: what NULL does is fixed";
        return broken_rule(name, "ignore nulls, respect nulls", rule);
    }
    if order != WindowOrder::Any && params.order_by.is_empty() {
        return broken_rule(name, "over (…)", "must have an order by");
    }
    // What the engine writes where a query names no frame ends at the row or at the partition.
    let frame = &params.window_frame;
    let here = matches!(frame.end_bound, WindowFrameBound::CurrentRow);
    if !frame.start_bound.is_unbounded() || !(here || frame.end_bound.is_unbounded()) {
        let rule = "must not have a frame: the whole partition is read";
        return broken_rule(name, "over (…)", rule);
    }
    Ok(())
}

/// The call with the columns of `order by` as further arguments, which only then are seen.
fn with_order(
    doc: &'static Doc,
    returns: DataType,
    mut call: WindowFunction,
    compute: Partitions,
) -> Expr {
    let compute = WindowCompute::Ordered {
        name: doc.name,
        arguments: call.params.args.len(),
        compute,
    };
    let window = Named {
        doc,
        documentation: doc.documentation(),
        signature: Signature::variadic_any(Volatility::Immutable),
        kind: Window {
            returns,
            order: WindowOrder::Unique,
            compute,
        },
    };
    let order = call.params.order_by.iter().map(|by| by.expr.clone());
    call.params.args.extend(order);
    call.fun = WindowFunctionDefinition::WindowUDF(Arc::new(WindowUDF::from(window)));
    Expr::WindowFunction(Box::new(call))
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
        Ok(Box::new(WholePartition(self.kind.compute)))
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
        let Window {
            returns,
            order,
            compute,
        } = &self.kind;
        let (doc, returns, order, compute) = (self.doc, returns.clone(), *order, *compute);
        Some(Box::new(
            move |call: WindowFunction, _: &SimplifyContext| {
                check_clauses(doc.name, order, &call.params)?;
                Ok(match (order, compute) {
                    (WindowOrder::Unique, WindowCompute::Partitions(compute)) => {
                        with_order(doc, returns.clone(), call, compute)
                    }
                    _ => Expr::WindowFunction(Box::new(call)),
                })
            },
        ))
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
struct WholePartition(WindowCompute);

impl PartitionEvaluator for WholePartition {
    fn evaluate_all(&mut self, values: &[ArrayRef], num_rows: usize) -> Result<ArrayRef> {
        let all = 0..num_rows;
        self.0.of(values, std::slice::from_ref(&all))
    }
}
