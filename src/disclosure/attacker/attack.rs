//! One attack on all that is published.

use super::effort::Effort;
use super::exchange::Exchange;
use super::proof::{Impossible, Proof, Prover};
use super::propagation::propagate;
use crate::disclosure::system::{Interval, Network, NodeId, System};
use rayon::prelude::*;

/// Figures that are looked at side by side before what was found for one of them counts for others.
const SIDE_BY_SIDE: usize = 1 << 10;

/// What an attack found.
#[derive(Debug, Clone, Default)]
pub(crate) struct Attack {
    /// What each figure can be, as far as single equations say.
    pub bounds: Vec<Interval>,
    /// Protected figures that are known, or too nearly known.
    pub exposed: Vec<NodeId>,
    /// Protected figures for which neither that nor the opposite was proved.
    pub unproved: Vec<NodeId>,
    /// A figure for which nothing is possible.
    pub contradiction: Option<NodeId>,
    /// Protected figures that no equation says anything about.
    pub apart: usize,
    /// Protected figures that are safe by two possible tables.
    pub by_witness: usize,
    /// Protected figures that are safe by exact bounds.
    pub exactly: usize,
    /// The steps it took.
    pub work: u64,
    /// Whether each figure was found to be safe.
    pub is_safe: Vec<bool>,
}

/// The same after figures were withheld and none moved: what was safe before is safe with fewer
/// figures.
pub(crate) fn attack_fewer(
    system: &System,
    table: &[i64],
    effort: &Effort,
    before: Attack,
) -> Attack {
    begin(system, Some(table), effort, before.is_safe)
}

/// Attacks what is published. Safety is proved around a possible table, which who made the release
/// has, and a stranger must find; without one only what is exposed is found.
pub(crate) fn attack(system: &System, table: Option<&[i64]>, effort: &Effort) -> Attack {
    begin(system, table, effort, Vec::new())
}

fn begin(system: &System, table: Option<&[i64]>, effort: &Effort, is_safe: Vec<bool>) -> Attack {
    let network = match Network::of_unknown(&system.read, &system.equations) {
        Ok(network) => network,
        Err(node) => {
            return Attack {
                contradiction: Some(node),
                ..Attack::default()
            };
        }
    };
    let propagation = propagate(&network, system.read.clone());
    let mut attack = Attack {
        bounds: propagation.bounds,
        contradiction: propagation.contradiction,
        work: propagation.work,
        is_safe,
        ..Attack::default()
    };
    let open = attack.sort_out(system, &network);
    let impossible = |table: &&[i64]| !is_possible(&attack.bounds, &network, table);
    match table {
        _ if attack.contradiction.is_some() => {}
        None => attack.search(system, &network, effort, &open),
        Some(table) if impossible(&table) => {
            let misses = |at: &usize| !attack.bounds[*at].has(table[*at]);
            let first = (0..table.len()).find(misses);
            let broken = || network.broken(|at| table[at]).map(|row| network.total(row));
            attack.contradiction = first.map(|at| NodeId(at as u32)).or_else(broken);
        }
        Some(table) => attack.prove(system, &network, table, effort, open),
    }
    attack
}

fn is_possible(bounds: &[Interval], network: &Network, table: &[i64]) -> bool {
    let fits = |(bounds, count): (&Interval, &i64)| bounds.has(*count);
    bounds.len() == table.len()
        && bounds.iter().zip(table).all(fits)
        && network.broken(|at| table[at]).is_none()
}

impl Attack {
    /// Finds what is exposed already, and what no equation says anything about; the rest is open.
    fn sort_out(&mut self, system: &System, network: &Network) -> Vec<u32> {
        let mut open = Vec::new();
        for (at, apart) in system.protected.iter().enumerate() {
            match *apart {
                0 => {}
                apart if self.bounds[at].width() < apart => self.exposed.push(NodeId(at as u32)),
                _ if network.places(at).is_empty() => self.apart += 1,
                _ => open.push(at as u32),
            }
        }
        open
    }

    fn prove(
        &mut self,
        system: &System,
        network: &Network,
        table: &[i64],
        effort: &Effort,
        open: Vec<u32>,
    ) {
        let bounds = std::mem::take(&mut self.bounds);
        let prover = Prover {
            network,
            bounds: &bounds,
            table,
            effort,
        };
        let apart = |node: u32| system.protected[node as usize];
        let mut is_proved = std::mem::take(&mut self.is_safe);
        is_proved.resize(bounds.len(), false);
        let mut hard = Vec::new();
        let mut rest = open.as_slice();
        while !rest.is_empty() {
            let (now, later) = rest.split_at(rest.len().min(SIDE_BY_SIDE));
            rest = later;
            let now: Vec<u32> = now
                .iter()
                .copied()
                .filter(|node| !is_proved[*node as usize])
                .collect();
            let found: Vec<(Option<Vec<(u32, i64)>>, u64)> = now
                .par_iter()
                .map_init(Exchange::default, |search, node| {
                    let before = search.steps();
                    let found = prover.exchange(search, *node, apart(*node));
                    (found, search.steps() - before)
                })
                .collect();
            for (node, (changes, steps)) in now.into_iter().zip(found) {
                self.work += steps;
                match changes {
                    None => hard.push(node),
                    Some(changes) => {
                        for (node, by) in changes {
                            is_proved[node as usize] |= by.abs() >= apart(node);
                        }
                        is_proved[node as usize] = true;
                    }
                }
            }
        }
        hard.retain(|node| !is_proved[*node as usize]);
        self.by_witness += open.len() - hard.len();
        self.is_safe = is_proved;
        self.bound(&prover, system, &hard);
        self.bounds = bounds;
    }

    /// Computes exact bounds of all that is open, without knowing a possible table.
    fn search(&mut self, system: &System, network: &Network, effort: &Effort, open: &[u32]) {
        let table: Vec<i64> = self.bounds.iter().map(|bounds| bounds.low).collect();
        let bounds = std::mem::take(&mut self.bounds);
        let prover = Prover {
            network,
            bounds: &bounds,
            table: &table,
            effort,
        };
        let (now, beyond) = open.split_at(open.len().min(effort.exact));
        let found: Vec<_> = now.par_iter().map(|node| prover.whole(*node)).collect();
        for (node, found) in now.iter().zip(found) {
            let id = NodeId(*node);
            match found {
                Err(Impossible) => self.contradiction = self.contradiction.or(Some(id)),
                Ok(None) => self.unproved.push(id),
                Ok(Some(bounds)) if bounds.width() >= system.protected[id.at()] => {
                    self.exactly += 1
                }
                Ok(Some(_)) => self.exposed.push(id),
            }
        }
        self.work += now.len() as u64;
        self.unproved.extend(beyond.iter().copied().map(NodeId));
        self.bounds = bounds;
    }

    /// Computes exact bounds where no exchange was found.
    fn bound(&mut self, prover: &Prover, system: &System, hard: &[u32]) {
        let (now, beyond) = hard.split_at(hard.len().min(prover.effort.exact));
        let proofs: Vec<Proof> = now
            .par_iter()
            .map(|node| prover.bound(*node, system.protected[*node as usize]))
            .collect();
        for (node, proof) in now.iter().zip(proofs) {
            match proof {
                Proof::Bounded => self.exactly += 1,
                Proof::Exposed => self.exposed.push(NodeId(*node)),
                Proof::Unknown => self.unproved.push(NodeId(*node)),
            }
        }
        self.work += now.len() as u64;
        self.unproved.extend(beyond.iter().copied().map(NodeId));
    }
}
