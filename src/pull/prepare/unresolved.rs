//! References to Patients that can never be resolved.

use crate::decode::fhir::ReferenceKind;
use std::collections::BTreeMap;

/// Lines that name no Patient, by table and by kind of reference.
pub(in crate::pull) type Unresolved = BTreeMap<(usize, ReferenceKind), u64>;
