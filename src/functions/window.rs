//! Functions that give each row a value that depends on the rows of its partition.

use super::{Definition, Doc, Function};
use arrow::array::ArrayRef;
use arrow::datatypes::{DataType, Field, FieldRef};
use datafusion::common::{Result, plan_err};
use datafusion::logical_expr::expr::WindowFunction;
use datafusion::logical_expr::function::{
    PartitionEvaluatorArgs, WindowFunctionSimplification, WindowUDFFieldArgs,
};
use datafusion::logical_expr::simplify::SimplifyContext;
use datafusion::logical_expr::{
    Documentation, Expr, LimitEffect, PartitionEvaluator, Signature, TypeSignature, Volatility,
    WindowUDF, WindowUDFImpl,
};
use datafusion::physical_expr::PhysicalExpr;
use std::fmt;
use std::hash::{Hash, Hasher};
use std::ops::Range;
use std::sync::Arc;

/// What a function computes of whole partitions: its arguments, each partition's rows together and
/// in the order of `order by`, and where each partition lies. The partitions follow each other and
/// are all the rows there are, which matters for a function without arguments.
///
/// An operator that has many small partitions in one batch calls it once for all of them.
pub type Compute = fn(&[ArrayRef], &[Range<usize>]) -> Result<ArrayRef>;

/// What a function of ours computes, for operators that have the partitions of a batch together.
pub fn compute_of(function: &WindowUDF) -> Option<Compute> {
    let window = function.inner().downcast_ref::<Window>()?;
    Some(window.compute)
}

/// Whether a function means anything without `order by`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Order {
    /// The order of the rows changes the result: a query without it is refused.
    Needed,
    /// The order of the rows changes nothing.
    #[allow(dead_code)]
    Any,
}

/// A window function of the types in `calls` (one list for each number of arguments) that gives
/// `returns`. It sees whole partitions, whatever frame the query names.
pub(super) fn window(
    doc: &'static Doc,
    calls: &[&[DataType]],
    returns: DataType,
    order: Order,
    compute: Compute,
) -> Function {
    let calls = calls.iter().map(|call| TypeSignature::Exact(call.to_vec()));
    let definition = Definition::Window(WindowUDF::from(Window {
        doc,
        documentation: doc.documentation(),
        signature: Signature::one_of(calls.collect(), Volatility::Immutable),
        returns,
        order,
        compute,
    }));
    Function { doc, definition }
}

struct Window {
    doc: &'static Doc,
    documentation: Documentation,
    signature: Signature,
    returns: DataType,
    order: Order,
    compute: Compute,
}

impl WindowUDFImpl for Window {
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
        Ok(Box::new(Whole(self.compute)))
    }

    fn field(&self, args: WindowUDFFieldArgs) -> Result<FieldRef> {
        Ok(Arc::new(Field::new(
            args.name(),
            self.returns.clone(),
            true,
        )))
    }

    /// Runs while a query is planned, and is the one place where a function sees its `over`.
    fn simplify(&self) -> Option<WindowFunctionSimplification> {
        let name = self.doc.name;
        let ordered = move |call: WindowFunction, _: &SimplifyContext| {
            if call.params.order_by.is_empty() {
                return plan_err!("{name}: over (…) must have an order by");
            }
            Ok(Expr::WindowFunction(Box::new(call)))
        };
        match self.order {
            Order::Needed => Some(Box::new(ordered)),
            Order::Any => None,
        }
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
        (self.0)(values, std::slice::from_ref(&(0..num_rows)))
    }
}

impl fmt::Debug for Window {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.doc.name)
    }
}

impl PartialEq for Window {
    fn eq(&self, other: &Self) -> bool {
        self.doc == other.doc
    }
}

impl Eq for Window {}

impl Hash for Window {
    fn hash<H: Hasher>(&self, state: &mut H) {
        self.doc.hash(state);
    }
}
