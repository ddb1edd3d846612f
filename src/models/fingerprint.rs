//! A model's fingerprint: it changes when the model could come out otherwise, and only then.

use super::library::Model;
use crate::pipeline::ParameterValue;
use std::collections::BTreeMap;

/// The form of fingerprints. Tables of an earlier form are built again, since nothing says what they
/// were built with.
const FORM: &str = "form 2";

/// The fingerprint of a model over inputs of these versions.
pub(super) fn of(
    model: &Model,
    parameters: &BTreeMap<String, ParameterValue>,
    inputs: &BTreeMap<String, String>,
) -> String {
    let mut hash = blake3::Hasher::new();
    let mut add = |text: &str| {
        hash.update(&(text.len() as u64).to_be_bytes());
        hash.update(text.as_bytes());
    };
    add(FORM);
    add(&model.query.normalised);
    // A check that was added must run over what is there.
    for check in &model.header.checks {
        add(&check.text());
    }
    add(&crate::functions::VERSION.to_string());
    for (name, value) in model.query.used(parameters) {
        add(name);
        // 1, 1.0 and '1' are different values to a query.
        add(&format!("{:?}", value.kind()));
        add(&value.to_string());
    }
    for (table, version) in inputs {
        add(table);
        add(version);
    }
    hash.finalize().to_hex()[..32].to_string()
}
