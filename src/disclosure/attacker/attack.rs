//! One attack on all that is published.

use super::effort::Effort;
use super::exchange::{Exchange, Exchanged};
use super::possible::{Possible, Reach};
use super::proof::{Impossible, Prover, Verdict};
use super::propagation::propagate;
use crate::disclosure::system::{Interval, Network, NodeId, System};
use rayon::prelude::*;

/// Figures that are looked at side by side before what was found for one of them counts for others.
const SIDE_BY_SIDE: usize = 1 << 10;

/// The same of those for which a linear program is solved, which takes longer.
const FEW_SIDE_BY_SIDE: usize = 8;

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
    /// The possible tables that were found, as differences from the known one.
    pub exchanges: Vec<Exchanged>,
}

/// Attacks what is published. Safety is proved around a possible table, which who made the release
/// has, and a stranger must find, which he does where few figures hang together.
pub(crate) fn attack(system: &System, known: Option<&Possible>, effort: &Effort) -> Attack {
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
        ..Attack::default()
    };
    let open = attack.sort_out(system, &network);
    let impossible = |table: &[i64]| !is_possible(&attack.bounds, &network, table);
    match known {
        _ if attack.contradiction.is_some() => {}
        None => attack.search(system, &network, effort, &open),
        Some(Possible { table, .. }) if impossible(table) => {
            let misses = |at: &usize| !attack.bounds[*at].has(table[*at]);
            let first = (0..table.len()).find(misses);
            let broken = || network.broken(|at| table[at]).map(|row| network.total(row));
            attack.contradiction = first.map(|at| NodeId(at as u32)).or_else(broken);
        }
        Some(known) => attack.prove(system, &network, known, effort, open),
    }
    attack
}

/// What each search found, side by side, with its steps.
fn search(
    prover: &Prover,
    nodes: &[u32],
    apart: impl Fn(u32) -> i64 + Sync,
) -> Vec<(Vec<Exchanged>, u64)> {
    nodes
        .par_iter()
        .map_init(Exchange::default, |search, node| {
            let before = search.steps();
            let found = prover.exchange(search, *node, apart(*node));
            (found, search.steps() - before)
        })
        .collect()
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
        known: &Possible,
        effort: &Effort,
        open: Vec<u32>,
    ) {
        let bounds = std::mem::take(&mut self.bounds);
        let prover = Prover {
            network,
            bounds: &bounds,
            table: &known.table,
            effort,
        };
        let apart = |node: u32| system.protected[node as usize];
        let mut reach = Reach::new(bounds.len());
        let holds: Vec<bool> = known
            .exchanges
            .par_iter()
            .map(|one| prover.holds(one))
            .collect();
        for (exchange, _) in known
            .exchanges
            .iter()
            .zip(holds)
            .filter(|(_, holds)| *holds)
        {
            reach.add(exchange);
        }
        let mut hard = Vec::new();
        for now in open.chunks(SIDE_BY_SIDE) {
            let is_open = |node: &u32| !reach.is_at_least(*node, apart(*node));
            let now: Vec<u32> = now.iter().copied().filter(is_open).collect();
            for (node, (found, steps)) in now.iter().zip(search(&prover, &now, apart)) {
                self.work += steps;
                found.iter().for_each(|exchange| reach.add(exchange));
                self.exchanges.extend(found);
                if !reach.is_at_least(*node, apart(*node)) {
                    hard.push(*node);
                }
            }
        }
        hard.retain(|node| !reach.is_at_least(*node, apart(*node)));
        if hard.len() <= effort.shortest {
            for now in hard.chunks(FEW_SIDE_BY_SIDE) {
                let is_open = |node: &u32| !reach.is_at_least(*node, apart(*node));
                let now: Vec<u32> = now.iter().copied().filter(is_open).collect();
                let find = |node: &u32| prover.shortest(*node, apart(*node));
                let found: Vec<Vec<Exchanged>> = now.par_iter().map(find).collect();
                for exchange in found.into_iter().flatten() {
                    reach.add(&exchange);
                    self.exchanges.push(exchange);
                }
                self.work += now.len() as u64;
            }
            hard.retain(|node| !reach.is_at_least(*node, apart(*node)));
        }
        self.by_witness += open.len() - hard.len();
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
        let proofs: Vec<Verdict> = now
            .par_iter()
            .map(|node| prover.bound(*node, system.protected[*node as usize]))
            .collect();
        for (node, proof) in now.iter().zip(proofs) {
            match proof {
                Verdict::Bounded => self.exactly += 1,
                Verdict::Exposed => self.exposed.push(NodeId(*node)),
                Verdict::Unknown => self.unproved.push(NodeId(*node)),
            }
        }
        self.work += now.len() as u64;
        self.unproved.extend(beyond.iter().copied().map(NodeId));
    }
}
