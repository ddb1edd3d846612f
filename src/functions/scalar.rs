//! Functions that give one value for each row.

use super::{Definition, Doc, Function};
use arrow::array::ArrayRef;
use arrow::datatypes::DataType;
use datafusion::common::Result;
use datafusion::logical_expr::{
    ColumnarValue, Documentation, ScalarFunctionArgs, ScalarUDF, ScalarUDFImpl, Signature,
    TypeSignature, Volatility,
};
use std::fmt;
use std::hash::{Hash, Hasher};

/// What a function computes of its arguments, which are arrays of one length.
type Compute = fn(&[ArrayRef]) -> Result<ArrayRef>;

/// A function of the types in `calls` (one list for each number of arguments; the engine casts what
/// it can to them) that gives `returns`.
pub(super) fn scalar(
    doc: &'static Doc,
    calls: &[&[DataType]],
    returns: DataType,
    compute: Compute,
) -> Function {
    let calls = calls.iter().map(|call| TypeSignature::Exact(call.to_vec()));
    let definition = Definition::Scalar(ScalarUDF::from(Scalar {
        doc,
        documentation: doc.documentation(),
        signature: Signature::one_of(calls.collect(), Volatility::Immutable),
        returns,
        compute,
    }));
    Function { doc, definition }
}

struct Scalar {
    doc: &'static Doc,
    documentation: Documentation,
    signature: Signature,
    returns: DataType,
    compute: Compute,
}

impl ScalarUDFImpl for Scalar {
    fn name(&self) -> &str {
        self.doc.name
    }

    fn signature(&self) -> &Signature {
        &self.signature
    }

    fn return_type(&self, _: &[DataType]) -> Result<DataType> {
        Ok(self.returns.clone())
    }

    fn invoke_with_args(&self, args: ScalarFunctionArgs) -> Result<ColumnarValue> {
        let arrays = ColumnarValue::values_to_arrays(&args.args)?;
        Ok(ColumnarValue::Array((self.compute)(&arrays)?))
    }

    fn documentation(&self) -> Option<&Documentation> {
        Some(&self.documentation)
    }
}

impl fmt::Debug for Scalar {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.doc.name)
    }
}

impl PartialEq for Scalar {
    fn eq(&self, other: &Self) -> bool {
        self.doc == other.doc
    }
}

impl Eq for Scalar {}

impl Hash for Scalar {
    fn hash<H: Hasher>(&self, state: &mut H) {
        self.doc.hash(state);
    }
}
