//! What every function needs: its arguments as arrays of the types it works on.

use arrow::array::ArrayRef;
use datafusion::common::{Result, exec_err};
use datafusion::logical_expr::{ColumnarValue, ScalarFunctionArgs};

/// The arguments as arrays of one length.
pub(super) fn arrays(args: &ScalarFunctionArgs) -> Result<Vec<ArrayRef>> {
    ColumnarValue::values_to_arrays(&args.args)
}

/// An error that names the function, the argument and the rule, and never a value.
pub(super) fn broken_rule<T>(function: &str, argument: &str, rule: &str) -> Result<T> {
    exec_err!("{function}: {argument} {rule}")
}
