//! The figures near a figure.

use crate::disclosure::system::Network;
use std::collections::BTreeSet;

/// Figures that equations connect with one of them.
#[derive(Debug)]
pub(crate) struct Neighbourhood {
    /// The figures, in order.
    pub nodes: Vec<u32>,
    /// The equations of any of them, in order.
    pub rows: Vec<u32>,
    /// Whether no equation leads out of it.
    pub is_whole: bool,
}

impl Neighbourhood {
    /// The nearest figures, up to so many: those of short equations first, and equations as a whole
    /// while there is room.
    pub(crate) fn around(network: &Network, node: u32, most: usize) -> Neighbourhood {
        let mut nodes = BTreeSet::from([node]);
        let mut taken: BTreeSet<u32> = BTreeSet::new();
        let mut waiting: BTreeSet<(usize, usize, u32)> = BTreeSet::new();
        let mut left_out = false;
        let wait = |waiting: &mut BTreeSet<_>, node: u32, far: usize| {
            for place in network.places(node as usize) {
                waiting.insert((far, network.terms(place.row as usize).len(), place.row));
            }
        };
        wait(&mut waiting, node, 0);
        while let Some((far, _, row)) = waiting.pop_first() {
            if !taken.insert(row) {
                continue;
            }
            let terms = network.terms(row as usize);
            let new = terms.iter().filter(|term| !nodes.contains(&term.node));
            let new: Vec<u32> = new.map(|term| term.node).collect();
            if nodes.len() + new.len() > most {
                left_out = true;
                continue;
            }
            for node in new {
                nodes.insert(node);
                wait(&mut waiting, node, far + 1);
            }
        }
        Neighbourhood {
            nodes: nodes.into_iter().collect(),
            rows: taken.into_iter().collect(),
            is_whole: !left_out,
        }
    }
}
