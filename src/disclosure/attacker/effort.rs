//! How hard the attacker tries.

/// How much work an attack may take. It is counted in steps and never in time, so that the same
/// release is protected alike on every machine.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Effort {
    /// Steps of the search for a witness, for each protected figure.
    pub witness: u64,
    /// Nodes in the largest neighbourhood whose bounds are computed exactly.
    pub neighbourhood: usize,
    /// Steps of an exact search in one neighbourhood.
    pub exact: u64,
    /// Times that figures are moved or withheld and attacked again.
    pub rounds: usize,
}

impl Default for Effort {
    fn default() -> Self {
        Effort {
            witness: 4_000,
            neighbourhood: 400,
            exact: 200_000,
            rounds: 32,
        }
    }
}
