//! Tables that are possible.

use super::exchange::Exchanged;

/// Tables that who made a release knows to be possible. Each is checked before it counts.
#[derive(Debug, Clone, Default)]
pub(crate) struct Possible {
    /// One table, the true one.
    pub table: Vec<i64>,
    /// Others, as differences from it.
    pub exchanges: Vec<Exchanged>,
}

/// How far below and above the known table each figure is in some possible one.
#[derive(Debug)]
pub(super) struct Reach(Vec<[i64; 2]>);

impl Reach {
    /// Of so many figures, with one table only.
    pub(super) fn new(nodes: usize) -> Self {
        Reach(vec![[0, 0]; nodes])
    }

    /// Takes a table into account.
    pub(super) fn add(&mut self, exchange: &Exchanged) {
        for (node, by) in exchange {
            let [down, up] = &mut self.0[*node as usize];
            (*down, *up) = ((*down).min(*by), (*up).max(*by));
        }
    }

    /// Whether two possible counts of a figure are that far apart.
    pub(super) fn is_at_least(&self, node: u32, apart: i64) -> bool {
        let [down, up] = self.0[node as usize];
        up - down >= apart
    }
}
