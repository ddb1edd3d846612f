//! One operator that fails where its result has no place.

use arrow::array::{Array, ArrayRef, AsArray};
use arrow::compute::kernels::numeric::{add, div, mul, neg, rem, sub};
use arrow::compute::{cast, unary};
use arrow::datatypes::{
    ArrowPrimitiveType, DataType, Decimal128Type, Field, FieldRef, Float32Type, Float64Type,
    Int64Type,
};
use arrow::error::ArrowError;
use datafusion::common::{Result, exec_err, plan_err};
use datafusion::logical_expr::type_coercion::binary::BinaryTypeCoercer;
use datafusion::logical_expr::{
    ColumnarValue, Expr, Operator, ReturnFieldArgs, ScalarFunctionArgs, ScalarUDFImpl, Signature,
    Volatility,
};
use datafusion::physical_expr_common::datum::apply;
use datafusion::physical_plan::PhysicalExpr;
use datafusion::physical_plan::expressions::{BinaryExpr, Column};
use std::sync::Arc;

/// An operator, checked. Its column is called as that of the operator.
#[derive(Debug, PartialEq, Eq, Hash)]
pub(super) struct Operation {
    /// None is the minus before a number.
    operator: Option<Operator>,
    signature: Signature,
}

impl Operation {
    /// The checked form of an operator between these types, if it has one.
    pub(super) fn of(operator: Operator, left: &DataType, right: &DataType) -> Option<Self> {
        use Operator::{
            BitwiseShiftLeft, BitwiseShiftRight, Divide, Minus, Modulo, Multiply, Plus,
        };
        let checked = match operator {
            Plus | Minus | Multiply => counts(left) && counts(right),
            Divide => [left, right].iter().any(|kind| decimal(kind)) || fraction(left, right),
            Modulo => fraction(left, right),
            BitwiseShiftLeft | BitwiseShiftRight => left.is_integer() && right.is_integer(),
            _ => false,
        };
        checked.then(|| Operation::new(Some(operator)))
    }

    /// The minus before a number of this type.
    pub(super) fn negation(kind: &DataType) -> Option<Self> {
        counts(kind).then(|| Operation::new(None))
    }

    fn new(operator: Option<Operator>) -> Self {
        Operation {
            operator,
            signature: Signature::any(
                if operator.is_some() { 2 } else { 1 },
                Volatility::Immutable,
            ),
        }
    }
}

/// Numbers that begin again at the other end, but for those that are added to times.
fn counts(kind: &DataType) -> bool {
    kind.is_integer() || decimal(kind) || matches!(kind, DataType::Duration(_))
}

fn decimal(kind: &DataType) -> bool {
    matches!(kind, DataType::Decimal128(..))
}

fn fraction(left: &DataType, right: &DataType) -> bool {
    left.is_floating() && right.is_floating()
}

impl ScalarUDFImpl for Operation {
    fn name(&self) -> &str {
        match self.operator {
            Some(Operator::Plus) => "checked_plus",
            Some(Operator::Minus) => "checked_minus",
            Some(Operator::Multiply) => "checked_multiply",
            Some(Operator::Divide) => "checked_divide",
            Some(Operator::Modulo) => "checked_modulo",
            Some(_) => "checked_shift",
            None => "checked_negative",
        }
    }

    fn schema_name(&self, arguments: &[Expr]) -> Result<String> {
        match (self.operator, arguments) {
            (Some(operator), [left, right]) => Ok(format!(
                "{} {operator} {}",
                left.schema_name(),
                right.schema_name()
            )),
            (None, [number]) => Ok(format!("(- {})", number.schema_name())),
            _ => plan_err!("an operator has too many arguments"),
        }
    }

    fn signature(&self) -> &Signature {
        &self.signature
    }

    fn return_type(&self, kinds: &[DataType]) -> Result<DataType> {
        match (self.operator, kinds) {
            (Some(operator), [left, right]) => {
                BinaryTypeCoercer::new(left, &operator, right).get_result_type()
            }
            (None, [number]) => Ok(number.clone()),
            _ => plan_err!("an operator has too many arguments"),
        }
    }

    fn return_field_from_args(&self, arguments: ReturnFieldArgs) -> Result<FieldRef> {
        let fields = arguments.arg_fields;
        let kinds: Vec<_> = fields
            .iter()
            .map(|field| field.data_type().clone())
            .collect();
        let nullable = fields.iter().any(|field| field.is_nullable());
        let kind = self.return_type(&kinds)?;
        Ok(Arc::new(Field::new(self.name(), kind, nullable)))
    }

    fn is_strict(&self) -> bool {
        true
    }

    fn invoke_with_args(&self, arguments: ScalarFunctionArgs) -> Result<ColumnarValue> {
        let kind = arguments.return_field.data_type();
        let result = match (self.operator, arguments.args.as_slice()) {
            (None, [number]) => negated(number)?,
            (Some(Operator::Plus), [left, right]) => apply(left, right, add)?,
            (Some(Operator::Minus), [left, right]) => apply(left, right, sub)?,
            (Some(Operator::Multiply), [left, right]) => apply(left, right, mul)?,
            (Some(Operator::Divide), [left, right]) => apply(left, right, div)?,
            (Some(Operator::Modulo), [left, right]) => apply(left, right, rem)?,
            (Some(shift), [left, right]) => {
                return shifted(shift, left, right, arguments.number_rows);
            }
            _ => return exec_err!("an operator has too many arguments"),
        };
        held(result, kind)
    }
}

fn negated(number: &ColumnarValue) -> Result<ColumnarValue> {
    Ok(match number {
        ColumnarValue::Array(array) => ColumnarValue::Array(neg(array)?),
        ColumnarValue::Scalar(value) => ColumnarValue::Scalar(value.arithmetic_negate()?),
    })
}

/// The result, if its type has a place for it. What is no number is the one that sorts last: the
/// processor's own for 0 / 0 would sort before all numbers.
fn held(result: ColumnarValue, kind: &DataType) -> Result<ColumnarValue> {
    let array: ArrayRef = match (&result, kind) {
        (_, DataType::Decimal128(..) | DataType::Float64 | DataType::Float32) => {
            result.to_array(1)?
        }
        _ => return Ok(result),
    };
    let held = match kind {
        DataType::Decimal128(precision, _) => {
            let decimals = array.as_primitive::<Decimal128Type>();
            if decimals.validate_decimal_precision(*precision).is_err() {
                return exec_err!(
                    "Arithmetic overflow, as a decimal has more than {precision} digits"
                );
            }
            return Ok(result);
        }
        DataType::Float64 => last_nan::<Float64Type>(&array, f64::is_nan, f64::NAN),
        _ => last_nan::<Float32Type>(&array, f32::is_nan, f32::NAN),
    };
    match (held, result) {
        (None, result) => Ok(result),
        (Some(array), ColumnarValue::Array(_)) => Ok(ColumnarValue::Array(array)),
        (Some(array), ColumnarValue::Scalar(_)) => Ok(ColumnarValue::Scalar(
            datafusion::common::ScalarValue::try_from_array(&array, 0)?,
        )),
    }
}

fn last_nan<T: ArrowPrimitiveType>(
    array: &ArrayRef,
    is_nan: fn(T::Native) -> bool,
    nan: T::Native,
) -> Option<ArrayRef> {
    let numbers = array.as_primitive::<T>();
    if !numbers.values().iter().any(|number| is_nan(*number)) {
        return None;
    }
    let put = |number| if is_nan(number) { nan } else { number };
    Some(Arc::new(unary::<T, _, T>(numbers, put)))
}

/// A shift by a distance that the number has; others are taken modulo its width.
fn shifted(
    operator: Operator,
    left: &ColumnarValue,
    right: &ColumnarValue,
    rows: usize,
) -> Result<ColumnarValue> {
    let width = left.data_type().primitive_width().unwrap_or(8) * 8;
    let distances = cast(&right.to_array(rows)?, &DataType::Int64)?;
    let distances = distances.as_primitive::<Int64Type>();
    let fits = |by: i64| usize::try_from(by).is_ok_and(|by| by < width);
    if !distances.iter().flatten().all(fits) {
        return exec_err!("a shift goes by 0 to {} bits", width - 1);
    }
    let columns = vec![left.to_array(rows)?, right.to_array(rows)?];
    let field = |name, column: &ArrayRef| Field::new(name, column.data_type().clone(), true);
    let schema =
        arrow::datatypes::Schema::new(vec![field("number", &columns[0]), field("by", &columns[1])]);
    let batch = arrow::array::RecordBatch::try_new(Arc::new(schema), columns)
        .map_err(|e: ArrowError| datafusion::common::DataFusionError::from(e))?;
    let column = |name, at| Arc::new(Column::new(name, at)) as Arc<dyn PhysicalExpr>;
    BinaryExpr::new(column("number", 0), operator, column("by", 1)).evaluate(&batch)
}
