//! What was proved of a release.

use serde::{Deserialize, Serialize};

/// What was proved of a release. It says nothing of which figures were moved or withheld.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Certificate {
    /// The scheme.
    pub scheme: String,
    /// The figures, shown or not.
    pub unknowns: usize,
    /// The equations between them.
    pub equations: usize,
    /// The figures that need protection.
    pub protected: usize,
    /// Protected figures that no equation says anything about.
    pub apart: usize,
    /// Protected figures of which two possible tables were found step by step.
    pub by_witness: usize,
    /// Protected figures whose bounds were computed exactly.
    pub exactly: usize,
    /// Figures that are held at what is out already.
    pub held: usize,
    /// What computes exact bounds.
    pub solver: String,
    /// The steps it took, which are the same on every run. They are not published: more steps than a
    /// reader needs for the same proof would tell that figures were moved.
    #[serde(skip)]
    pub work: u64,
}
