//! What a version of a Patient says of the person and of merges.

use crate::privacy::{PatientKey, PersonKey, RecordKey};
use crate::pull::version::Version;

/// What a person's own record says about the link from a Patient to a person.
#[derive(Debug, Clone, Copy, serde::Serialize, serde::Deserialize)]
pub(crate) struct LinkFact {
    /// The pseudonym of the Patient resource.
    pub patient_key: PatientKey,
    /// The person; None while the identifier is not verified.
    pub person: Option<PersonKey>,
    /// Whom an identifier says that is not verified.
    #[serde(default)]
    pub claimed: Option<PersonKey>,
    /// Which version says so.
    pub version: Version,
}

/// Whom a row names by an identifier beside its reference to a Patient.
#[derive(
    Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, serde::Serialize, serde::Deserialize,
)]
#[serde(from = "(PatientKey, PersonKey)", into = "(PatientKey, PersonKey)")]
pub(crate) struct NamedBeside {
    /// The Patient that it refers to.
    pub patient: PatientKey,
    /// The person that it names.
    pub person: PersonKey,
}

impl From<(PatientKey, PersonKey)> for NamedBeside {
    fn from((patient, person): (PatientKey, PersonKey)) -> Self {
        NamedBeside { patient, person }
    }
}

impl From<NamedBeside> for (PatientKey, PersonKey) {
    fn from(named: NamedBeside) -> Self {
        (named.patient, named.person)
    }
}

/// What a version of a Patient says of a merge of two Patients.
#[derive(Debug, Clone, Copy, serde::Serialize, serde::Deserialize)]
pub(crate) struct Replacement {
    /// The record that says so.
    pub record: RecordKey,
    /// Its version.
    pub version: Version,
    /// Who was merged; None when this link is no merge.
    pub pair: Option<MergedPatients>,
}

/// The type of a link to the Patient that took the place of the one that says so.
pub(crate) const REPLACED_BY: &str = "replaced-by";

/// Two Patients of which one stands for the other.
#[derive(
    Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, serde::Serialize, serde::Deserialize,
)]
#[serde(from = "(PatientKey, PatientKey)", into = "(PatientKey, PatientKey)")]
pub(crate) struct MergedPatients {
    /// The replaced Patient.
    pub replaced: PatientKey,
    /// The one that stands for it.
    pub by: PatientKey,
}

impl From<(PatientKey, PatientKey)> for MergedPatients {
    fn from((replaced, by): (PatientKey, PatientKey)) -> Self {
        MergedPatients { replaced, by }
    }
}

impl From<MergedPatients> for (PatientKey, PatientKey) {
    fn from(merged: MergedPatients) -> Self {
        (merged.replaced, merged.by)
    }
}

impl Replacement {
    /// What `Patient.link` to `other` of type `kind` means (FHIR R4, link-type).
    pub(crate) fn of(record: RecordKey, other: PatientKey, kind: &str) -> Option<MergedPatients> {
        let own = PatientKey::of_record(record);
        match kind {
            REPLACED_BY => Some((own, other).into()),
            "replaces" => Some((other, own).into()),
            _ => None,
        }
    }
}
