//! Functions that give each row a value that depends on the rows of its partition.

#![allow(dead_code)]
use super::{Definition, Doc, Function};
use arrow::array::ArrayRef;
use arrow::datatypes::{DataType, Field, FieldRef};
use datafusion::common::Result;
use datafusion::logical_expr::function::{PartitionEvaluatorArgs, WindowUDFFieldArgs};
use datafusion::logical_expr::{
    Documentation, LimitEffect, PartitionEvaluator, Signature, TypeSignature, Volatility,
    WindowUDF, WindowUDFImpl,
};
use datafusion::physical_expr::PhysicalExpr;
use std::fmt;
use std::hash::{Hash, Hasher};
use std::sync::Arc;

/// What a function computes of one partition: its arguments in the order of `order by`, and how many
/// rows there are (a function may have no argument).
type Compute = fn(&[ArrayRef], usize) -> Result<ArrayRef>;

/// A window function of the types in `calls` (one list for each number of arguments) that gives
/// `returns`. It sees whole partitions, whatever frame the query names.
pub(super) fn window(
    doc: &'static Doc,
    calls: &[&[DataType]],
    returns: DataType,
    compute: Compute,
) -> Function {
    let calls = calls.iter().map(|call| TypeSignature::Exact(call.to_vec()));
    let definition = Definition::Window(WindowUDF::from(Window {
        doc,
        documentation: doc.documentation(),
        signature: Signature::one_of(calls.collect(), Volatility::Immutable),
        returns,
        compute,
    }));
    Function { doc, definition }
}

struct Window {
    doc: &'static Doc,
    documentation: Documentation,
    signature: Signature,
    returns: DataType,
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
        (self.0)(values, num_rows)
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
