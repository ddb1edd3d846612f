//! What adds up to what, as the data have it.

use super::cube::{Cube, CubeKey};
use super::nodes::{CubeNodes, ReleaseCell, ReleaseNodes};
use crate::disclosure::TrueCount;
use crate::disclosure::members::{CAPACITY, Fingerprint, Members};
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
    let mut alike: BTreeMap<String, BTreeMap<NodeId, ReleaseCell>> = BTreeMap::new();
    for (name, cell) in nodes.cells() {
        let same = alike.entry(name.labels.clone()).or_default();
        same.insert(cell.node, cell.clone());
    }
    for cells in alike.values() {
        for (larger, of_larger) in cells {
            for (smaller, of_smaller) in cells {
                let is_nobody = of_smaller.members.is_empty() || of_larger.members.is_empty();
                if larger == smaller || is_nobody {
                    continue;
                }
                let rest = match (of_larger.sum, of_smaller.sum) {
                    (None, None) => more_people(nodes, of_larger, of_smaller),
                    (Some(sum), Some(part)) => {
                        let sums = (sum, part);
                        more_of_a_sum(nodes, sums, &of_larger.members, &of_smaller.members)
                    }
                    // That amounts are more than rows by as many as there are people, nobody knows.
                    _ => None,
                };
                if let Some(rest) = rest {
                    nodes.adds_up(*larger, vec![*smaller, rest]);
                }
            }
        }
    }
    nodes.at_least_one_each();
}

fn more_people(
    nodes: &mut ReleaseNodes,
    larger: &ReleaseCell,
    smaller: &ReleaseCell,
) -> Option<NodeId> {
    let (all, part) = (&larger.members, &smaller.members);
    let rest = all.fingerprint().minus(part.fingerprint());
    if let Some(rest) = nodes.with_members(rest) {
        return Some(rest);
    }
    match all.sides(part) {
        Some((more, 0)) if larger.people && smaller.people && more > 0 => {
            let people = TrueCount::new(u64::try_from(more).unwrap_or(u64::MAX));
            Some(nodes.unnamed(rest, people))
        }
        _ => None,
    }
}

fn more_of_a_sum(
    nodes: &mut ReleaseNodes,
    (sum, part): (TrueCount, TrueCount),
    all: &Members,
    some: &Members,
) -> Option<NodeId> {
    let more = sum.without(part)?;
    let rest = all.fingerprint().minus(some.fingerprint());
    if let Some(rest) = nodes.with_amounts(rest) {
        return Some(rest);
    }
    let people = all.changed(some);
    let few = (1..CAPACITY).contains(&people);
    few.then(|| nodes.unnamed_sum(rest, more, TrueCount::new(people as u64)))
}
