//! What functions say of arguments that they cannot use.

use datafusion::common::{Result, exec_err};

/// An error that names the function, the argument and the rule, and never a value.
pub(super) fn broken_rule<T>(function: &str, argument: &str, rule: &str) -> Result<T> {
    exec_err!("{function}: {argument} {rule}")
}
