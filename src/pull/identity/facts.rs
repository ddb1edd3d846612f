//! What a version of a Patient says of the person and of merges.

use crate::pull::version::Version;

/// What a person's own record says about the link from a Patient to a person.
#[derive(Debug, Clone, Copy, serde::Serialize, serde::Deserialize)]
pub(crate) struct LinkFact {
    /// The pseudonym of the Patient resource.
    pub patient_key: i64,
    /// The person; None while the identifier is not verified.
    pub person: Option<i64>,
    /// Whom an identifier says that is not verified.
    #[serde(default)]
    pub claimed: Option<i64>,
    /// Which version says so.
    pub version: Version,
}

/// What a version of a Patient says of a merge of two Patients.
#[derive(Debug, Clone, Copy, serde::Serialize, serde::Deserialize)]
pub(crate) struct Replacement {
    /// The record that says so.
    pub record: i64,
    /// Its version.
    pub version: Version,
    /// The replaced Patient and the one that stands for it; None when this link is no merge.
    pub pair: Option<(i64, i64)>,
}

impl Replacement {
    /// What `Patient.link` to `other` of type `kind` means (FHIR R4, link-type).
    pub(crate) fn of(record: i64, other: i64, kind: &str) -> Option<(i64, i64)> {
        match kind {
            "replaced-by" => Some((record, other)),
            "replaces" => Some((other, record)),
            _ => None,
        }
    }
}
