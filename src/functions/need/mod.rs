//! Health need: diagnoses and what they weigh.

mod icd10_normalise;

use super::Section;

/// Codes and comorbidity scores.
pub(super) fn section() -> Section {
    Section {
        title: "Need",
        functions: vec![icd10_normalise::function()],
    }
}
