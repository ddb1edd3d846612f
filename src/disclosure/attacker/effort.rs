//! How hard the attacker tries.

/// How much work an attack may take. It is counted in steps and never in time, so that the same
/// release is protected alike on every machine.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Effort {
    /// Attempts to find one exchange.
    pub exchange: u32,
    /// Figures in the largest neighbourhood whose bounds are computed exactly.
    pub neighbourhood: usize,
    /// Branches of one integer program.
    pub branches: u64,
    /// Figures among which the shortest exchange is looked for, first and at last.
    pub far: [usize; 2],
    /// The most figures without an exchange for which the shortest is looked for: while there are more,
    /// figures have to be changed first.
    pub shortest: usize,
    /// Figures whose bounds are computed exactly; the others count as exposed.
    pub exact: usize,
    /// The most figures that were withheld for others and are tried without.
    pub redundant: usize,
    /// Times that figures are moved or withheld and attacked again.
    pub rounds: usize,
    /// Whether to stop as soon as one of them leaves no fewer figures than the one before.
    pub gives_up: bool,
}

impl Default for Effort {
    fn default() -> Self {
        Effort {
            exchange: 6,
            neighbourhood: 900,
            branches: 200,
            far: [2_500, 100_000],
            shortest: 500,
            exact: 500,
            redundant: 20_000,
            rounds: 32,
            gives_up: false,
        }
    }
}
