//! The constants of a view.

use std::collections::BTreeMap;

use serde_json::{Map, Value};

use super::parts::{Misplaced, join, objects, required, wrong};
use super::path::{Constants, Literal};
use super::temporal::Temporal;

/// Reads the constants of a view; `overrides` are texts in the place of its own values.
pub(super) fn constants(
    view: &Map<String, Value>,
    overrides: &BTreeMap<String, String>,
) -> Result<Constants, Misplaced> {
    let mut constants = Constants::new();
    for (place, part) in objects(view, "constant", "")? {
        let name = required(part, "name", &place)?;
        let value = part
            .iter()
            .find_map(|(key, value)| Some((key.strip_prefix("value")?, value)));
        let Some((kind, value)) = value else {
            return Err(wrong(place, format!("constant '{name}' has no value")));
        };
        let given = overrides.get(&name).cloned();
        let given = given.or_else(|| match value {
            Value::String(text) => Some(text.clone()),
            Value::Number(number) => Some(number.to_string()),
            Value::Bool(value) => Some(value.to_string()),
            _ => None,
        });
        let literal = given.and_then(|text| match kind {
            "Boolean" => text.parse().map(Literal::Boolean).ok(),
            "Integer" | "PositiveInt" | "UnsignedInt" | "Integer64" => {
                text.parse().map(Literal::Integer).ok()
            }
            "Decimal" => text.parse().map(Literal::Decimal).ok(),
            "Date" | "DateTime" | "Instant" | "Time" => {
                Temporal::parse(&text).map(Literal::Temporal)
            }
            "String" | "Code" | "Id" | "Uri" | "Url" | "Canonical" | "Oid" | "Uuid"
            | "Markdown" | "Base64Binary" => Some(Literal::Text(text)),
            _ => None,
        });
        let Some(literal) = literal else {
            let what = format!("the value of constant '{name}' is no '{kind}'");
            return Err(wrong(join(&place, &format!("value{kind}")), what));
        };
        constants.insert(name, literal);
    }
    Ok(constants)
}
