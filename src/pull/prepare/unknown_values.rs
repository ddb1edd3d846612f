//! Values that are not known although something was written.

use crate::decode::ValueRule;
use std::collections::BTreeMap;

/// How many values are not known, by table of the pull, column and rule.
pub(in crate::pull) type UnknownValues = BTreeMap<(usize, String, ValueRule), u64>;
