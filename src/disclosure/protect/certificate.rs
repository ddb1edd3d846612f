//! What was proved of a release.

use serde::{Deserialize, Serialize};

/// What was proved of a release. Only the scheme and the solver are published: how many figures and
/// equations there are depends on who is the same, who entered and who left, which held figures hide.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Certificate {
    /// The scheme.
    pub scheme: String,
    /// What computes exact bounds.
    pub solver: String,
    /// The figures, shown or not.
    #[serde(skip)]
    pub unknowns: usize,
    /// The equations between them.
    #[serde(skip)]
    pub equations: usize,
    /// The figures that need protection.
    #[serde(skip)]
    pub protected: usize,
    /// Protected figures that no equation says anything about.
    #[serde(skip)]
    pub apart: usize,
    /// Protected figures of which two possible tables were found step by step.
    #[serde(skip)]
    pub by_witness: usize,
    /// Protected figures whose bounds were computed exactly.
    #[serde(skip)]
    pub exactly: usize,
    /// Figures that are held at what is out already.
    #[serde(skip)]
    pub held: usize,
    /// The steps it took, which are the same on every run.
    #[serde(skip)]
    pub work: u64,
}
