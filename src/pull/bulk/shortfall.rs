//! What a server failed to export, as its own OperationOutcomes tell.
//!
//! A manifest may list files of OperationOutcomes beside those of resources. Some only inform; an
//! issue of severity error or fatal, or one that cannot be read, means that records did not come.

use super::manifest::Role;
use super::operation_outcome::OperationOutcome;
use crate::decode::fhir::is_resource_type;
use crate::error::Error;
use crate::pipeline::FhirBulk;
use crate::plural::{things, verb};
use serde::{Deserialize, Serialize};
use std::collections::{BTreeMap, BTreeSet};
use std::fmt;

/// How issues are counted in `populace.extract`.
pub(super) const COUNTED: &str = "OperationOutcome ";
/// How a line is counted that is no OperationOutcome.
const UNREADABLE: &str = "unreadable";
/// What stands for the types of an issue that names none.
const UNNAMED: &str = "";

/// What an export lacks.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Shortfall {
    /// When the export was asked for, a FHIR instant.
    pub asked: String,
    /// Files that say so.
    pub files: u64,
    /// Issues by `severity/code`, of the standard's own lists.
    pub issues: BTreeMap<String, u64>,
    /// Resource types that they name; an empty one when an issue names none.
    pub(super) types: BTreeSet<String>,
}

/// What one line of a file of OperationOutcomes says.
#[derive(Debug, Default, PartialEq, Eq)]
pub(super) struct Told {
    /// Its issues, as [`COUNTED`].
    pub issues: Vec<String>,
    /// The resource types that failed.
    pub types: BTreeSet<String>,
}

/// Reads a line of a file whose manifest entry has this `kind`.
pub(super) fn told(line: &[u8], kind: &str) -> Told {
    let counted = |issue: &str| format!("{COUNTED}{issue}");
    let Some(outcome) = OperationOutcome::read(line) else {
        return Told {
            issues: vec![counted(UNREADABLE)],
            types: BTreeSet::from([named(kind)]),
        };
    };
    let (mut issues, mut types_of) = (outcome.issues, outcome.types);
    if issues.is_empty() {
        // The standard wants one at least.
        issues.push("other/other".to_string());
        types_of.push(BTreeSet::new());
    }
    let issues: Vec<String> = issues.iter().map(|issue| counted(issue)).collect();
    let mut types = BTreeSet::new();
    for (issue, named_by_it) in issues.iter().zip(types_of) {
        match is_failure(issue) {
            true if named_by_it.is_empty() => types.extend([named(kind)]),
            true => types.extend(named_by_it),
            false => (),
        }
    }
    Told { issues, types }
}

/// The resource type that a manifest entry names, if it does.
fn named(kind: &str) -> String {
    let is_type = kind != "OperationOutcome" && is_resource_type(kind);
    if is_type { kind } else { UNNAMED }.to_string()
}

/// Whether what was counted means that records did not come.
pub(in crate::pull) fn is_failure(counted: &str) -> bool {
    let Some(issue) = counted.strip_prefix(COUNTED) else {
        return false;
    };
    let severity = issue.split('/').next().unwrap_or_default();
    !matches!(severity, "warning" | "information" | "success")
}

impl Shortfall {
    /// The types that an export of `settings` lacks; None when they are not known, so that all of them have
    /// to be asked for again.
    pub(crate) fn lacking(&self, settings: &FhirBulk) -> Option<BTreeSet<String>> {
        let named = self.types();
        let asked = |kind: &&str| {
            settings.types.is_empty() || settings.types.iter().any(|asked| asked == kind)
        };
        let accepted = |kind: &str| settings.accept_missing_types.iter().any(|one| one == kind);
        let named = named.into_iter().filter(asked);
        let types: BTreeSet<String> = named
            .filter(|kind| !accepted(kind))
            .map(str::to_string)
            .collect();
        (!types.is_empty()).then_some(types)
    }

    /// The resource types that the server names; none when an issue names none.
    pub(crate) fn types(&self) -> Vec<&str> {
        if self.types.contains(UNNAMED) {
            return Vec::new();
        }
        self.types.iter().map(String::as_str).collect()
    }

    /// This and what another export of the same pull lacks.
    pub(crate) fn and(mut self, other: &Self) -> Self {
        self.files += other.files;
        for (issue, count) in &other.issues {
            *self.issues.entry(issue.clone()).or_default() += count;
        }
        self.types.extend(other.types.iter().cloned());
        self
    }

    /// Adds types that an export of everything has nothing of, and that had something before.
    pub(crate) fn add_types(&mut self, types: impl IntoIterator<Item = String>) {
        self.types.extend(types);
    }

    /// The error of a pull that brought what there was; `since` is what the export was asked for.
    pub(crate) fn error(&self, source: &str, settings: &FhirBulk, since: Option<&str>) -> Error {
        let types = self.types();
        let of = match self.lacking(settings) {
            Some(types) => types.into_iter().collect::<Vec<_>>().join(", "),
            None => "all types".to_string(),
        };
        let again = match since {
            Some(since) => format!("what changed since {since} of {of}"),
            None => format!("everything of {of}"),
        };
        let accept = if types.is_empty() {
            String::new()
        } else {
            let types: Vec<String> = types.iter().map(|kind| format!("\"{kind}\"")).collect();
            let types = types.join(", ");
            format!(", or set accept_missing_types = [{types}] if it is right")
        };
        Error::data(format!(
            "source {source}: the server failed to export all that was asked for"
        ))
        .cause(self)
        .hint(format!(
            "what came is in the lake; the next pull asks for {again} again; tell the server's operator{accept}"
        ))
    }
}

impl fmt::Display for Shortfall {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let issues = self.issues.iter();
        let issues: Vec<String> = issues.map(|(issue, n)| format!("{n} {issue}")).collect();
        let types = self.types();
        let of = if types.is_empty() {
            "it does not say of which types".to_string()
        } else {
            format!("of {}", types.join(", "))
        };
        write!(
            f,
            "its {} of errors {} {}; {of}",
            things(self.files, "file"),
            verb(self.files, "holds", "hold"),
            issues.join(", ")
        )
    }
}

/// Files that a job is made of which can say so.
pub(super) fn tells(role: Role, kind: &str) -> bool {
    // Servers of the first version of the standard list them among their output.
    role == Role::Error || (role == Role::Output && kind == "OperationOutcome")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(text: &str) -> (Vec<String>, Vec<String>) {
        let Told { issues, types } = told(text.as_bytes(), "OperationOutcome");
        (issues, types.into_iter().collect())
    }

    #[test]
    fn errors_are_told_from_information() {
        let outcome = |severity: &str| {
            format!(
                r#"{{"resourceType":"OperationOutcome","issue":[{{"severity":"{severity}","code":"exception","diagnostics":"could not read Observation and Condition, Observations"}}]}}"#
            )
        };
        for severity in ["information", "warning", "success"] {
            let (issues, types) = of(&outcome(severity));
            assert_eq!(issues, [format!("OperationOutcome {severity}/exception")]);
            assert!(types.is_empty() && !is_failure(&issues[0]));
        }
        for severity in ["error", "fatal", "made-up"] {
            let (issues, types) = of(&outcome(severity));
            assert_eq!(types, ["Condition", "Observation"], "{severity}");
            assert!(is_failure(&issues[0]));
        }
    }

    #[test]
    fn what_cannot_be_read_is_a_failure() {
        for text in ["{", "no JSON", r#"{"resourceType":"Patient"}"#] {
            let (issues, types) = of(text);
            assert_eq!(issues, ["OperationOutcome unreadable"]);
            assert!(is_failure(&issues[0]));
            assert_eq!(types, [""]);
        }
        let (issues, types) = of(r#"{"resourceType":"OperationOutcome"}"#);
        assert!(is_failure(&issues[0]));
        assert_eq!(types, [""]);
        assert!(!is_failure("Observation"));
    }

    #[test]
    fn the_manifest_may_name_the_type() {
        let text = br#"{"resourceType":"OperationOutcome","issue":[{"severity":"error","code":"timeout"}]}"#;
        let types = told(text, "Observation").types;
        assert_eq!(types.into_iter().collect::<Vec<_>>(), ["Observation"]);
        let types = told(text, "OperationOutcome").types;
        assert_eq!(types.into_iter().collect::<Vec<_>>(), [""]);
    }
}
