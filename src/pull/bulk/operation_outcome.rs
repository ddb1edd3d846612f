//! What an OperationOutcome says: the codes of its issues, never a text of the server's.

use crate::decode::fhir::is_resource_type;
use serde::Deserialize;
use std::collections::BTreeSet;

const SEVERITIES: [&str; 5] = ["fatal", "error", "warning", "information", "success"];

/// Codes below `transient` in FHIR's issue types.
const TRANSIENT: [&str; 7] = [
    "transient",
    "lock-error",
    "no-store",
    "exception",
    "timeout",
    "incomplete",
    "throttled",
];

/// FHIR R4's issue types.
const CODES: [&str; 31] = [
    "invalid",
    "structure",
    "required",
    "value",
    "invariant",
    "security",
    "login",
    "unknown",
    "expired",
    "forbidden",
    "suppressed",
    "processing",
    "not-supported",
    "duplicate",
    "multiple-matches",
    "not-found",
    "deleted",
    "too-long",
    "code-invalid",
    "extension",
    "too-costly",
    "business-rule",
    "conflict",
    "transient",
    "lock-error",
    "no-store",
    "exception",
    "timeout",
    "incomplete",
    "throttled",
    "informational",
];

/// The codes of an OperationOutcome, of the standard's own list: never a text of the server's.
#[derive(Debug, Clone, Default)]
pub(super) struct OperationOutcome {
    /// `severity/code` of each issue.
    pub issues: Vec<String>,
    /// Resource types that each issue names, in whichever words.
    pub types: Vec<BTreeSet<String>>,
}

impl OperationOutcome {
    /// Reads an OperationOutcome; None when `bytes` is something else.
    pub(super) fn read(bytes: &[u8]) -> Option<Self> {
        #[derive(Deserialize)]
        struct Resource {
            #[serde(rename = "resourceType")]
            kind: String,
            #[serde(default)]
            issue: Vec<Issue>,
        }
        #[derive(Deserialize)]
        struct Issue {
            severity: Option<String>,
            code: Option<String>,
            diagnostics: Option<String>,
            details: Option<Details>,
            #[serde(default)]
            expression: Vec<String>,
            #[serde(default)]
            location: Vec<String>,
        }
        #[derive(Deserialize)]
        struct Details {
            text: Option<String>,
        }
        let resource: Resource = serde_json::from_slice(bytes).ok()?;
        let known = |text: &Option<String>, list: &[&'static str]| {
            let text = text.as_deref().unwrap_or_default();
            list.iter()
                .find(|k| **k == text)
                .copied()
                .unwrap_or("other")
        };
        // Only words that are names of resource types are kept of a text.
        let types = |issue: &Issue| {
            let texts = issue.expression.iter().chain(&issue.location);
            let details = issue.details.as_ref().and_then(|d| d.text.as_ref());
            let texts = texts.chain(&issue.diagnostics).chain(details);
            let words = texts.flat_map(|text| text.split(|c: char| !c.is_ascii_alphanumeric()));
            let types = words.filter(|w| is_resource_type(w) && *w != "OperationOutcome");
            types.map(str::to_string).collect::<BTreeSet<_>>()
        };
        (resource.kind == "OperationOutcome").then(|| OperationOutcome {
            types: resource.issue.iter().map(types).collect(),
            issues: resource
                .issue
                .iter()
                .map(|i| {
                    let severity = known(&i.severity, &SEVERITIES);
                    format!("{severity}/{}", known(&i.code, &CODES))
                })
                .collect(),
        })
    }

    /// Whether asking again may help.
    pub(super) fn is_transient(&self) -> bool {
        let passing = |issue: &String| {
            let code = issue.split('/').nth(1).unwrap_or_default();
            TRANSIENT.contains(&code)
        };
        self.issues.iter().any(passing)
    }
}
