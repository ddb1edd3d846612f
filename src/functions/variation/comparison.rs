//! How a value stands to another: what is said of it.

use super::polarity::Polarity;
use crate::functions::broken_rule::broken_rule;
use crate::functions::settings::FunctionSetting;
use arrow::array::{Array, ArrayRef, AsArray, StringBuilder};
use datafusion::common::Result;
use std::array::from_fn;
use std::cmp::Ordering;
use std::sync::Arc;

/// What the comparisons say, as documents have it.
pub(super) const GIVES: &str = "A text: `better` or `worse`, `similar` where it may be chance, `not compared` where a number is missing; without a polarity `higher` or `lower` in place of `better` or `worse`.";

/// Where the value lies when it is more than chance.
fn said(place: Ordering, polarity: Polarity) -> &'static str {
    match (place, polarity.higher_is_better()) {
        (Ordering::Equal, _) => "similar",
        (Ordering::Greater, None) => "higher",
        (Ordering::Less, None) => "lower",
        (place, Some(higher)) if (place == Ordering::Greater) == higher => "better",
        _ => "worse",
    }
}

/// The comparison of each row: of its first N arguments, which are numbers named in `names`, and of
/// the polarity that may follow them. `place` says where the value lies.
pub(super) fn compare<const N: usize>(
    function: &'static str,
    names: [&'static str; N],
    arguments: &[ArrayRef],
    place: impl Fn([f64; N]) -> Result<Ordering>,
) -> Result<ArrayRef> {
    let columns: [FunctionSetting; N] = from_fn(|i| FunctionSetting::of(arguments, i, f64::NAN));
    let polarities = arguments.get(N).map(|column| column.as_string::<i32>());
    let rows = arguments.first().map_or(0, Array::len);
    let mut out = StringBuilder::with_capacity(rows, rows * 8);
    for row in 0..rows {
        let name = polarities.and_then(|names| names.is_valid(row).then(|| names.value(row)));
        let polarity = Polarity::of(function, name)?;
        let numbers: [Option<f64>; N] = from_fn(|i| columns[i].at(row));
        for (number, name) in numbers.iter().zip(names) {
            if number.is_some_and(|number| !number.is_finite()) {
                return broken_rule(function, name, "must be a finite number or NULL");
            }
        }
        out.append_value(if numbers.iter().all(Option::is_some) {
            said(place(numbers.map(Option::unwrap_or_default))?, polarity)
        } else {
            "not compared"
        });
    }
    Ok(Arc::new(out.finish()))
}

/// Where an interval lies that must not be upside down.
pub(super) fn apart(
    function: &'static str,
    [lower, upper]: [f64; 2],
    [other_lower, other_upper]: [f64; 2],
) -> Result<Ordering> {
    if lower > upper {
        return broken_rule(function, "lower", "must not be above upper");
    }
    if other_lower > other_upper {
        return broken_rule(function, "other_lower", "must not be above other_upper");
    }
    Ok(if upper < other_lower {
        Ordering::Less
    } else if lower > other_upper {
        Ordering::Greater
    } else {
        Ordering::Equal
    })
}
