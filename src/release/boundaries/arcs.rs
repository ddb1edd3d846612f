//! Rings made simpler by Visvalingam's method, with the borders that neighbours share made simpler once:
//! what tiles before tiles after.
//!
//! Rings are cut into arcs at the points where three borders or more meet. Two neighbours have the same arc
//! between them, in whichever direction each goes along it, so that no gap opens.

use std::cmp::Reverse;
use std::collections::{BTreeMap, BinaryHeap, HashMap};

/// A position on the grid of a map.
pub(super) type GridPoint = [i32; 2];

/// An arc of a ring.
struct ArcUse {
    arc: usize,
    is_reversed: bool,
}

/// The arcs of all rings, and which rings are made of which.
#[derive(Default)]
struct Topology {
    arcs: Vec<Vec<GridPoint>>,
    known: BTreeMap<Vec<GridPoint>, usize>,
    rings: Vec<Vec<ArcUse>>,
}

/// The rings with about `budget` points in all. A ring has no two equal points after each other, and its
/// first is not repeated at its end; one that had too few points to spare may be left with fewer than three.
pub(super) fn simplified(rings: &[Vec<GridPoint>], budget: usize) -> Vec<Vec<GridPoint>> {
    let topology = Topology::of(rings);
    let areas: Vec<Vec<u64>> = topology.arcs.iter().map(|arc| effective(arc)).collect();
    let uses = topology.rings.iter().flatten();
    let mut all: Vec<u64> = uses
        .flat_map(|used| areas[used.arc].iter().copied())
        .collect();
    all.sort_unstable_by_key(|area| Reverse(*area));
    // Points on a straight line say nothing.
    let most = all.get(budget).copied().unwrap_or(0);
    let kept: Vec<Vec<GridPoint>> = topology
        .arcs
        .iter()
        .zip(&areas)
        .map(|(arc, areas)| {
            let points = arc.iter().zip(areas);
            let points = points.filter(|(_, area)| **area > most || **area == u64::MAX);
            points.map(|(point, _)| *point).collect()
        })
        .collect();
    topology
        .rings
        .iter()
        .map(|ring| joined(ring, &kept))
        .collect()
}

fn joined(ring: &[ArcUse], arcs: &[Vec<GridPoint>]) -> Vec<GridPoint> {
    let mut points: Vec<GridPoint> = Vec::new();
    for used in ring {
        let arc = arcs[used.arc].iter().copied();
        // The end of an arc is where the next begins.
        let length = arc.len().saturating_sub(1);
        match used.is_reversed {
            true => points.extend(arc.rev().take(length)),
            false => points.extend(arc.take(length)),
        }
    }
    points
}

impl Topology {
    fn of(rings: &[Vec<GridPoint>]) -> Self {
        let junctions = Junctions::of(rings);
        let mut topology = Topology::default();
        for ring in rings {
            let first = ring.iter().position(|point| junctions.has(point));
            // Without one, from where every neighbour would begin.
            let least = || (0..ring.len()).min_by_key(|at| ring[*at]);
            let first = first.or_else(least).unwrap_or(0);
            let mut arcs: Vec<Vec<GridPoint>> = Vec::new();
            let mut arc: Vec<GridPoint> = Vec::new();
            for step in 0..=ring.len() {
                let Some(point) = ring.get((first + step) % ring.len().max(1)) else {
                    break;
                };
                arc.push(*point);
                if step > 0 && (step == ring.len() || junctions.has(point)) {
                    arcs.push(std::mem::replace(&mut arc, vec![*point]));
                }
            }
            let uses = arcs.into_iter().flat_map(halves);
            let uses = uses.map(|arc| topology.used(arc)).collect();
            topology.rings.push(uses);
        }
        topology
    }

    /// An arc in the direction that it is kept in.
    fn used(&mut self, arc: Vec<GridPoint>) -> ArcUse {
        let reversed: Vec<GridPoint> = arc.iter().rev().copied().collect();
        let is_reversed = reversed < arc;
        let kept = if is_reversed { reversed } else { arc };
        let next = self.arcs.len();
        let arc = *self.known.entry(kept).or_insert_with_key(|kept| {
            self.arcs.push(kept.clone());
            next
        });
        ArcUse { arc, is_reversed }
    }
}

/// An arc that ends where it begins, as two that do not: simplified as one, nothing of it might be left.
fn halves(arc: Vec<GridPoint>) -> Vec<Vec<GridPoint>> {
    let (Some(first), Some(last)) = (arc.first(), arc.last()) else {
        return Vec::new();
    };
    if first != last || arc.len() < 4 {
        return vec![arc];
    }
    let far = |point: &GridPoint| {
        let away = [0, 1].map(|axis| i64::from(point[axis]) - i64::from(first[axis]));
        away[0] * away[0] + away[1] * away[1]
    };
    let farthest = (1..arc.len() - 1).max_by_key(|at| (far(&arc[*at]), arc[*at]));
    let at = farthest.unwrap_or(1);
    vec![arc[..=at].to_vec(), arc[at..].to_vec()]
}

/// Points from which borders go in three directions or more.
struct Junctions(HashMap<GridPoint, [Option<GridPoint>; 3]>);

impl Junctions {
    fn of(rings: &[Vec<GridPoint>]) -> Self {
        let mut met: HashMap<GridPoint, [Option<GridPoint>; 3]> = HashMap::new();
        for ring in rings {
            for (at, point) in ring.iter().enumerate() {
                let beside = [(at + 1) % ring.len(), (at + ring.len() - 1) % ring.len()];
                let known = met.entry(*point).or_default();
                for other in beside.map(|at| ring[at]) {
                    let place = known.iter_mut().find(|k| k.is_none_or(|k| k == other));
                    if let Some(place) = place {
                        *place = Some(other);
                    }
                }
            }
        }
        Junctions(met)
    }

    fn has(&self, point: &GridPoint) -> bool {
        self.0.get(point).is_some_and(|met| met[2].is_some())
    }
}

/// For each point of an arc, twice the area that goes when the point does, in the order of Visvalingam: never
/// less than that of the point before it. Its ends stay.
fn effective(arc: &[GridPoint]) -> Vec<u64> {
    let mut areas = vec![u64::MAX; arc.len()];
    if arc.len() < 3 {
        return areas;
    }
    let mut before: Vec<usize> = (0..arc.len()).map(|at| at.saturating_sub(1)).collect();
    let mut after: Vec<usize> = (1..=arc.len()).collect();
    let mut heap = BinaryHeap::new();
    let mut current = vec![u64::MAX; arc.len()];
    for at in 1..arc.len() - 1 {
        current[at] = triangle([arc[at - 1], arc[at], arc[at + 1]]);
        // Of equal areas, the same point goes in whichever direction the arc is.
        heap.push(Reverse((current[at], arc[at], at)));
    }
    let mut last = 0;
    while let Some(Reverse((area, _, at))) = heap.pop() {
        if current[at] != area {
            continue;
        }
        last = area.max(last);
        areas[at] = last;
        current[at] = u64::MAX;
        let (left, right) = (before[at], after[at]);
        after[left] = right;
        before[right] = left;
        for beside in [left, right] {
            if beside > 0 && beside < arc.len() - 1 {
                let around = [arc[before[beside]], arc[beside], arc[after[beside]]];
                current[beside] = triangle(around);
                heap.push(Reverse((current[beside], arc[beside], beside)));
            }
        }
    }
    areas
}

/// Twice the area of a triangle.
fn triangle([a, b, c]: [GridPoint; 3]) -> u64 {
    let from = |p: GridPoint, axis: usize| i64::from(p[axis]) - i64::from(a[axis]);
    (from(b, 0) * from(c, 1) - from(c, 0) * from(b, 1)).unsigned_abs()
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::BTreeSet;

    /// Two areas with a ragged border between them: x = 100, from y = 0 to 100.
    fn neighbours() -> [Vec<GridPoint>; 2] {
        let border: Vec<GridPoint> = (0..=50)
            .map(|step| {
                [
                    100 + [0, 3, -2, 1][step % 4] * (step % 50).min(1) as i32,
                    step as i32 * 2,
                ]
            })
            .collect();
        let mut west = vec![[0, 100], [0, 0]];
        west.extend(&border);
        let mut east = vec![[200, 0], [200, 100]];
        east.extend(border.iter().rev());
        [west, east]
    }

    fn edges(ring: &[GridPoint]) -> BTreeSet<[GridPoint; 2]> {
        let pairs = (0..ring.len()).map(|at| [ring[at], ring[(at + 1) % ring.len()]]);
        let sorted = pairs.map(|[a, b]| [a.min(b), a.max(b)]);
        sorted.collect()
    }

    fn area(ring: &[GridPoint]) -> i64 {
        let pairs = (0..ring.len()).map(|at| (ring[at], ring[(at + 1) % ring.len()]));
        let twice = |(a, b): (GridPoint, GridPoint)| {
            i64::from(a[0]) * i64::from(b[1]) - i64::from(b[0]) * i64::from(a[1])
        };
        pairs.map(twice).sum::<i64>().abs() / 2
    }

    #[test]
    fn neighbours_keep_one_border() {
        let rings = neighbours();
        let simple = simplified(&rings, 20);
        let points: usize = simple.iter().map(Vec::len).sum();
        assert!(points <= 20, "{points}");
        let shared: Vec<_> = edges(&simple[0])
            .intersection(&edges(&simple[1]))
            .copied()
            .collect();
        assert!(!shared.is_empty());
        // All edges but those around the two are the same in both: together they fill the oblong.
        assert_eq!(area(&simple[0]) + area(&simple[1]), 20_000);
        assert_eq!(simplified(&rings, 20), simple);
    }

    #[test]
    fn with_room_for_all_nothing_but_straight_points_goes() {
        let square = vec![[0, 0], [5, 0], [10, 0], [10, 10], [0, 10]];
        let simple = simplified(std::slice::from_ref(&square), 100);
        assert_eq!(simple.len(), 1);
        assert_eq!(edges(&simple[0]).len(), 4);
        assert_eq!(area(&simple[0]), 100);
    }

    #[test]
    fn an_island_in_a_lake_keeps_one_shore() {
        let ring = |from: i32, to: i32| vec![[from, from], [to, from], [to, to], [from, to]];
        let shore: Vec<GridPoint> = (0..40)
            .map(|at| {
                let (side, along) = (at / 10, at % 10 * 4 + 30);
                let wave = at % 2;
                match side {
                    0 => [along, 30 - wave],
                    1 => [70 + wave, along],
                    2 => [100 - along, 70 + wave],
                    _ => [30 - wave, 100 - along],
                }
            })
            .collect();
        let hole: Vec<GridPoint> = shore.iter().rev().copied().collect();
        let simple = simplified(&[ring(0, 100), hole, shore], 40);
        assert_eq!(edges(&simple[1]), edges(&simple[2]));
        assert!(simple[1].len() >= 4, "{:?}", simple[1]);
    }

    #[test]
    fn the_smallest_triangle_goes_first() {
        // Twice the areas: 20 of the second point, 200 of the fourth; without the second, 60 of the third.
        let areas = effective(&[[0, 0], [10, 2], [20, 0], [30, 20], [40, 0]]);
        assert_eq!(areas[0], u64::MAX);
        assert_eq!(areas[4], u64::MAX);
        assert_eq!(areas[1], 40);
        assert!(areas[3] >= areas[2] && areas[2] >= areas[1]);
    }
}
