//! What adds up to what, as the data have it.

use super::cube::{Cube, CubeKey};
use super::nodes::{CubeNodes, ReleaseNodes};
use crate::disclosure::TrueCount;
use crate::disclosure::members::{Fingerprint, Members};
use crate::disclosure::system::NodeId;
use std::collections::{BTreeMap, HashMap};

/// Notes for each total of a cube what it is the sum of: parts of which the members add up to its own.
pub(super) fn within(nodes: &mut ReleaseNodes, cube: &Cube, known: &CubeNodes) {
    for set in cube.sets.keys() {
        for (at, dimension) in cube.dimensions.iter().enumerate() {
            let Some(level) = set.get(at).and_then(|level| dimension.levels.get(*level)) else {
                continue;
            };
            for finer in &level.finer {
                let parents = dimension.levels.get(*finer).and_then(|f| f.parents(level));
                let Some(parents) = parents else {
                    continue;
                };
                let mut below = set.clone();
                if let Some(place) = below.get_mut(at) {
                    *place = *finer;
                }
                added(nodes, cube, known, (set, &below), (at, &parents));
            }
        }
    }
}

fn added(
    nodes: &mut ReleaseNodes,
    cube: &Cube,
    known: &CubeNodes,
    (set, below): (&Vec<usize>, &Vec<usize>),
    (at, parents): (usize, &[u16]),
) {
    let mut totals: HashMap<CubeKey, (Fingerprint, Vec<NodeId>)> = HashMap::new();
    for key in cube.sets.get(below).into_iter().flat_map(HashMap::keys) {
        let Some((node, members)) = known.get(&(below.clone(), key.clone())) else {
            continue;
        };
        let mut total = key.clone();
        if let Some(place) = total.get_mut(at) {
            *place = parents.get(usize::from(*place)).copied().unwrap_or(0);
        }
        let (sum, parts) = totals.entry(total).or_default();
        *sum = sum.plus(*members);
        parts.push(*node);
    }
    for (key, (sum, parts)) in totals {
        let Some((total, members)) = known.get(&(set.clone(), key)) else {
            continue;
        };
        // Where people are in several parts, these do not add up to it.
        if sum == *members {
            nodes.adds_up(*total, parts);
        }
    }
}

/// Compares cells of the same labels over all tables: what one has more than another is a figure, or,
/// where it is of fewer people than can be told from more, becomes one.
pub(in crate::release) fn between(nodes: &mut ReleaseNodes) {
    let mut alike: BTreeMap<String, BTreeMap<NodeId, (Members, bool)>> = BTreeMap::new();
    for (name, cell) in nodes.cells() {
        let same = alike.entry(name.labels.clone()).or_default();
        same.insert(cell.node, (cell.members, cell.people));
    }
    for cells in alike.values() {
        for (larger, (of_larger, of_people)) in cells {
            for (smaller, (of_smaller, also_people)) in cells {
                if larger == smaller || of_smaller.is_empty() || of_larger.is_empty() {
                    continue;
                }
                let rest = of_larger.fingerprint().minus(of_smaller.fingerprint());
                if let Some(rest) = nodes.with_members(rest) {
                    nodes.adds_up(*larger, vec![*smaller, rest]);
                } else if *of_people
                    && *also_people
                    && let Some((more, 0)) = of_larger.sides(of_smaller)
                    && more > 0
                {
                    let people = TrueCount::new(u64::try_from(more).unwrap_or(u64::MAX));
                    let rest = nodes.unnamed(rest, people);
                    nodes.adds_up(*larger, vec![*smaller, rest]);
                }
            }
        }
    }
}
