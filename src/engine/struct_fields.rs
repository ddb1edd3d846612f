//! The fields of structs, where DataFusion 55 gives wrong ones.
//!
//! It gives a field of a struct without a look at whether the struct is NULL, and `case when … then
//! estimate end` makes a struct NULL that still holds the fields of what it would have been: so a rate that
//! a model withholds would come out after all. And it moves the field of a function's result below an
//! outer join, where `coalesce(people, 0)` has nothing to replace: a rate of nobody came out as NULL.

use arrow::array::{Array, ArrayRef, StructArray, make_array};
use arrow::buffer::NullBuffer;
use arrow::datatypes::{DataType, FieldRef};
use datafusion::common::Result;
use datafusion::common::tree_node::{Transformed, TreeNode};
use datafusion::functions::core::getfield::GetFieldFunc;
use datafusion::logical_expr::expr::ScalarFunction;
use datafusion::logical_expr::{
    ColumnarValue, Expr, LogicalPlan, ReturnFieldArgs, ScalarFunctionArgs, ScalarUDF,
    ScalarUDFImpl, Signature,
};
use datafusion::optimizer::{ApplyOrder, OptimizerConfig, OptimizerRule};
use std::sync::Arc;

/// Puts [`FieldOfStruct`] in the place of the engine's own function, before the rules that would move it.
#[derive(Debug)]
pub(super) struct NullStructs;

impl OptimizerRule for NullStructs {
    fn name(&self) -> &'static str {
        "null_structs"
    }

    fn apply_order(&self) -> Option<ApplyOrder> {
        Some(ApplyOrder::BottomUp)
    }

    fn rewrite(
        &self,
        plan: LogicalPlan,
        _: &dyn OptimizerConfig,
    ) -> Result<Transformed<LogicalPlan>> {
        plan.map_expressions(|expression| {
            expression.transform_up(|part| {
                Ok(match part {
                    Expr::ScalarFunction(call) if call.func.inner().is::<GetFieldFunc>() => {
                        let func = Arc::new(ScalarUDF::new_from_impl(FieldOfStruct::default()));
                        Transformed::yes(Expr::ScalarFunction(ScalarFunction {
                            func,
                            args: call.args,
                        }))
                    }
                    part => Transformed::no(part),
                })
            })
        })
    }
}

/// `get_field` that is NULL where a struct on its way is.
#[derive(Debug, Default, PartialEq, Eq, Hash)]
struct FieldOfStruct {
    field: GetFieldFunc,
}

impl ScalarUDFImpl for FieldOfStruct {
    fn name(&self) -> &str {
        self.field.name()
    }

    fn schema_name(&self, args: &[Expr]) -> Result<String> {
        self.field.schema_name(args)
    }

    fn signature(&self) -> &Signature {
        self.field.signature()
    }

    fn return_type(&self, types: &[DataType]) -> Result<DataType> {
        self.field.return_type(types)
    }

    fn return_field_from_args(&self, args: ReturnFieldArgs) -> Result<FieldRef> {
        self.field.return_field_from_args(args)
    }

    fn coerce_types(&self, types: &[DataType]) -> Result<Vec<DataType>> {
        self.field.coerce_types(types)
    }

    fn invoke_with_args(&self, args: ScalarFunctionArgs) -> Result<ColumnarValue> {
        let absent = match args.args.first() {
            Some(ColumnarValue::Array(base)) => absent(base, &args.args[1..]),
            _ => None,
        };
        let found = self.field.invoke_with_args(args)?;
        match (found, absent) {
            (ColumnarValue::Array(values), Some(absent)) => {
                let nulls = NullBuffer::union(values.nulls(), Some(&absent));
                let values = values.to_data().into_builder().nulls(nulls).build()?;
                Ok(ColumnarValue::Array(make_array(values)))
            }
            (found, _) => Ok(found),
        }
    }
}

/// Where a struct on the way along `path` from `base` is NULL; None where none is.
fn absent(base: &ArrayRef, path: &[ColumnarValue]) -> Option<NullBuffer> {
    let mut nulls: Option<NullBuffer> = None;
    let mut current = base;
    for step in path {
        let Some(row) = current.as_any().downcast_ref::<StructArray>() else {
            break;
        };
        nulls = NullBuffer::union(nulls.as_ref(), row.nulls());
        let ColumnarValue::Scalar(name) = step else {
            break;
        };
        let Some(next) = name
            .try_as_str()
            .flatten()
            .and_then(|n| row.column_by_name(n))
        else {
            break;
        };
        current = next;
    }
    nulls.filter(|nulls| nulls.null_count() > 0)
}
