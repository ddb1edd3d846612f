//! Why a row that is stored has no person.

use serde::{Deserialize, Serialize};

/// Why a row that is stored has no person.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub(crate) enum UnlinkedCause {
    /// It names no Patient, or by a reference that can never be resolved.
    NoPatientReference,
    /// Its Patient has not arrived: it waits.
    PatientUnknown,
    /// Its Patient arrived and cannot be used: mostly one without an NHS number.
    PatientRejected,
    /// Its Patient was deleted.
    PatientDeleted,
    /// The NHS number that says whose it is is not verified.
    NumberNotVerified,
}

impl UnlinkedCause {
    /// The rest of the sentence that begins with a number of lines.
    pub(crate) fn words(self) -> &'static str {
        match self {
            UnlinkedCause::NoPatientReference => "name no Patient that can be found",
            UnlinkedCause::PatientUnknown => "wait for their Patient",
            UnlinkedCause::PatientRejected => {
                "are of a Patient that was rejected, such as one without an NHS number"
            }
            UnlinkedCause::PatientDeleted => "are of a Patient that was deleted",
            UnlinkedCause::NumberNotVerified => "are of an NHS number that is not verified",
        }
    }
}
