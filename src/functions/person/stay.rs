//! Days of a stay.

use super::days::days;
use crate::functions::broken_rule::broken_rule;
use arrow::array::{Array, ArrayRef, Int32Array, Int32Builder};
use datafusion::common::Result;
use std::sync::Arc;

/// The midnights between the admissions and discharges in `arguments`, plus `more`.
pub(super) fn midnights(
    function: &'static str,
    arguments: &[ArrayRef],
    more: i32,
) -> Result<ArrayRef> {
    let (admitted, discharged) = (days(&arguments[0])?, days(&arguments[1])?);
    let mut out = Int32Builder::with_capacity(admitted.len());
    for row in 0..admitted.len() {
        if admitted.is_null(row) || discharged.is_null(row) {
            out.append_null();
            continue;
        }
        let (from, to) = (admitted.value(row), discharged.value(row));
        if to < from {
            return broken_rule(function, "discharged", "must not be before admitted");
        }
        out.append_option(to.checked_sub(from).and_then(|days| days.checked_add(more)));
    }
    let out: Int32Array = out.finish();
    Ok(Arc::new(out))
}
