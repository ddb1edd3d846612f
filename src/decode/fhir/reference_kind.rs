//! How a resource names its Patient, where that leads to none.

use serde::{Deserialize, Serialize};
use serde_json::Value;

/// How a resource names its Patient, where that leads to none.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub(crate) enum ReferenceKind {
    /// Not at all, or by words alone.
    Missing,
    /// `Type/id`, of another type or without an id.
    Relative,
    /// A whole address.
    Absolute,
    /// `urn:uuid:…` or `urn:oid:…`.
    Urn,
    /// A search: `Patient?identifier=…`.
    Conditional,
    /// `#id`, of a resource inside this one.
    Contained,
    /// An identifier alone.
    Logical,
}

impl ReferenceKind {
    /// Its name.
    pub(crate) const fn name(self) -> &'static str {
        match self {
            ReferenceKind::Missing => "missing",
            ReferenceKind::Relative => "relative",
            ReferenceKind::Absolute => "absolute",
            ReferenceKind::Urn => "urn",
            ReferenceKind::Conditional => "conditional",
            ReferenceKind::Contained => "contained",
            ReferenceKind::Logical => "logical",
        }
    }

    /// How the resource `text` names its Patient.
    pub(crate) fn of(text: &[u8]) -> Self {
        match serde_json::from_slice::<Value>(text) {
            Ok(resource) => Self::of_resource(&resource),
            Err(_) => ReferenceKind::Missing,
        }
    }

    fn of_resource(resource: &Value) -> Self {
        let direct = PATIENT.iter().filter_map(|name| resource.get(name));
        let actors = resource.get("participant").and_then(Value::as_array);
        let actors = actors
            .into_iter()
            .flatten()
            .filter_map(|one| one.get("actor"));
        let mut kinds: Vec<Self> = direct.chain(actors).map(Self::of_reference).collect();
        // Of several the one that says most.
        kinds.sort_unstable();
        let said = kinds
            .into_iter()
            .find(|kind| *kind != ReferenceKind::Missing);
        said.unwrap_or(ReferenceKind::Missing)
    }

    fn of_reference(element: &Value) -> Self {
        let Some(reference) = element.get("reference").and_then(Value::as_str) else {
            return match element.get("identifier") {
                Some(_) => ReferenceKind::Logical,
                None => ReferenceKind::Missing,
            };
        };
        let reference = reference.trim();
        if reference.starts_with('#') {
            ReferenceKind::Contained
        } else if reference.starts_with("urn:") {
            ReferenceKind::Urn
        } else if reference.contains('?') {
            ReferenceKind::Conditional
        } else if reference.contains("://") {
            ReferenceKind::Absolute
        } else if reference.is_empty() {
            ReferenceKind::Missing
        } else {
            ReferenceKind::Relative
        }
    }
}

/// The elements that name the Patient a resource is about.
const PATIENT: [&str; 6] = [
    "subject",
    "patient",
    "for",
    "beneficiary",
    "individual",
    "candidate",
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_way_to_name_a_patient_has_its_kind() {
        for (element, expected) in [
            (
                r#""subject":{"reference":"Group/1"}"#,
                ReferenceKind::Relative,
            ),
            (
                r#""patient":{"reference":"https://x.example/Group/1"}"#,
                ReferenceKind::Absolute,
            ),
            (
                r#""subject":{"reference":"urn:uuid:5"}"#,
                ReferenceKind::Urn,
            ),
            (
                r#""subject":{"reference":"Patient?name=x"}"#,
                ReferenceKind::Conditional,
            ),
            (
                r##""subject":{"reference":"#p"}"##,
                ReferenceKind::Contained,
            ),
            (
                r#""for":{"identifier":{"value":"x"}}"#,
                ReferenceKind::Logical,
            ),
            (r#""subject":{"display":"x"}"#, ReferenceKind::Missing),
            (r#""code":{}"#, ReferenceKind::Missing),
            (
                r#""participant":[{"actor":{"display":"x"}},{"actor":{"reference":"urn:oid:1"}}]"#,
                ReferenceKind::Urn,
            ),
        ] {
            let text = format!("{{{element}}}");
            assert_eq!(ReferenceKind::of(text.as_bytes()), expected, "{element}");
        }
        assert_eq!(ReferenceKind::of(b"{"), ReferenceKind::Missing);
    }
}
