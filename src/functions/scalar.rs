//! Functions that give one value for each row.

use super::named::Named;
use super::{Definition, Doc, Function};
use arrow::array::ArrayRef;
use arrow::datatypes::DataType;
use datafusion::common::Result;
use datafusion::logical_expr::{
    ColumnarValue, Documentation, ScalarFunctionArgs, ScalarUDF, ScalarUDFImpl, Signature,
};

/// What a function computes of its arguments, which are arrays of one length.
pub(super) type Compute = fn(&[ArrayRef]) -> Result<ArrayRef>;

/// A function of the types in `calls` (one list for each number of arguments; the engine casts what
/// it can to them) that gives `returns`.
pub(super) fn scalar(
    doc: &'static Doc,
    calls: &[&[DataType]],
    returns: DataType,
    compute: Compute,
) -> Function {
    let scalar = Named::new(doc, calls, Scalar { returns, compute });
    let definition = Definition::Scalar(ScalarUDF::from(scalar));
    Function { doc, definition }
}

struct Scalar {
    returns: DataType,
    compute: Compute,
}

impl ScalarUDFImpl for Named<Scalar> {
    fn name(&self) -> &str {
        self.doc.name
    }

    fn signature(&self) -> &Signature {
        &self.signature
    }

    fn return_type(&self, _: &[DataType]) -> Result<DataType> {
        Ok(self.kind.returns.clone())
    }

    fn invoke_with_args(&self, args: ScalarFunctionArgs) -> Result<ColumnarValue> {
        let arrays = ColumnarValue::values_to_arrays(&args.args)?;
        Ok(ColumnarValue::Array((self.kind.compute)(&arrays)?))
    }

    fn documentation(&self) -> Option<&Documentation> {
        Some(&self.documentation)
    }
}
