//! The shapes of the areas of a map, on its grid.

use super::arcs::{GridPoint, simplified};
use super::geojson::Rings;
use super::outline_path::path;
use super::ring::bounds;
use std::collections::BTreeMap;

/// The shapes of the areas of a map.
#[derive(Debug)]
pub(crate) struct MapShapes {
    /// Width and height in steps of the grid.
    pub size: (i32, i32),
    /// The shape of each area, by its code.
    pub shapes: BTreeMap<String, MapShape>,
    /// Areas of the file that were not asked for.
    pub others: usize,
}

/// The shape of an area.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct MapShape {
    /// Its path.
    pub path: String,
    /// Where its mark stands: inside of it, where it is widest.
    pub mark: GridPoint,
    /// How wide it is there.
    pub width: i32,
    /// How high it is.
    pub height: i32,
}

/// The most steps of the grid, along and down: tenths of the pixels of a drawing.
const MOST: [f64; 2] = [8600.0, 5600.0];

/// Points of all shapes together: some 40 KB.
const POINTS: usize = 6_000;

/// Twice the area below which an island or a lake is left out: two pixels square.
const SMALLEST: i64 = 800;

impl MapShapes {
    /// The shapes of these areas; `others` more are in the file.
    pub(super) fn of(areas: &[(&String, &Vec<Rings>)], in_degrees: bool, others: usize) -> Self {
        let all = areas.iter().flat_map(|(_, polygons)| polygons.iter());
        let (least, most) = bounds(all.flatten().flatten());
        // A degree of longitude is shorter the farther north it is. The crate's cosine, so that bytes are the
        // same on any machine.
        let middle = (least[1] + most[1]) / 2.0;
        let narrower = match in_degrees {
            true => libm::cos(middle.to_radians()),
            false => 1.0,
        };
        let lengths = [(most[0] - least[0]) * narrower, most[1] - least[1]];
        let scale = |axis: usize| MOST[axis] / lengths[axis].max(f64::MIN_POSITIVE);
        let scale = scale(0).min(scale(1));
        let on_grid = |at: &[f64; 2]| -> GridPoint {
            [
                ((at[0] - least[0]) * narrower * scale).round() as i32,
                ((most[1] - at[1]) * scale).round() as i32,
            ]
        };
        let mut rings: Vec<Vec<GridPoint>> = Vec::new();
        let mut places: Vec<(&String, std::ops::Range<usize>)> = Vec::new();
        for (code, polygons) in areas {
            let first = rings.len();
            let all = polygons.iter().flatten();
            rings.extend(seen(all.map(|ring| gridded(ring.iter().map(on_grid)))));
            places.push((code, first..rings.len()));
        }
        let simple = simplified(&rings, POINTS);
        let shapes = places.into_iter().map(|(code, range)| {
            let own = range.map(|at| match simple[at].len() < 3 {
                true => rings[at].clone(),
                false => simple[at].clone(),
            });
            (code.clone(), MapShape::of(&own.collect::<Vec<_>>()))
        });
        let size = lengths.map(|length| (length * scale).round() as i32);
        MapShapes {
            size: (size[0].max(1), size[1].max(1)),
            shapes: shapes.collect(),
            others,
        }
    }
}

/// A ring on the grid, without points that fall together.
fn gridded(points: impl Iterator<Item = GridPoint>) -> Vec<GridPoint> {
    let mut ring: Vec<GridPoint> = points.collect();
    ring.dedup();
    if ring.len() > 1 && ring.first() == ring.last() {
        ring.pop();
    }
    ring
}

/// The rings of an area that can be seen; of one that cannot, a dot.
fn seen(rings: impl Iterator<Item = Vec<GridPoint>>) -> Vec<Vec<GridPoint>> {
    let rings: Vec<Vec<GridPoint>> = rings.collect();
    let is_seen = |ring: &&Vec<GridPoint>| ring.len() >= 3 && twice_area(ring) >= SMALLEST;
    let seen: Vec<Vec<GridPoint>> = rings.iter().filter(is_seen).cloned().collect();
    if !seen.is_empty() {
        return seen;
    }
    let largest = rings.iter().max_by_key(|ring| twice_area(ring));
    let at = largest.and_then(|ring| ring.first());
    let dot = |[x, y]: GridPoint| vec![[x, y], [x + 20, y], [x + 20, y + 20], [x, y + 20]];
    at.map(|at| dot(*at)).into_iter().collect()
}

fn twice_area(ring: &[GridPoint]) -> i64 {
    let mut twice = 0;
    for (at, point) in ring.iter().enumerate() {
        let next = ring[(at + 1) % ring.len()];
        twice +=
            i64::from(point[0]) * i64::from(next[1]) - i64::from(next[0]) * i64::from(point[1]);
    }
    twice.abs()
}

impl MapShape {
    fn of(rings: &[Vec<GridPoint>]) -> Self {
        let largest = rings.iter().max_by_key(|ring| twice_area(ring));
        let heights = largest.into_iter().flatten().map(|point| point[1]);
        let (top, bottom) = heights.fold((i32::MAX, i32::MIN), |(top, bottom), y| {
            (top.min(y), bottom.max(y))
        });
        let height = bottom.saturating_sub(top);
        // Lines across it, none through its ends. Where it is widest a mark has most room, and in the middle
        // it is sought.
        let mut best = (0.0, 0.0, [0.0; 2]);
        for step in 3..=13 {
            let down = f64::from(step) / 16.0;
            let y = f64::from(top) + f64::from(height) * down;
            for (from, to) in within(rings, y) {
                let worth = (to - from) * (1.0 - (down - 0.5).abs());
                if worth > best.0 {
                    best = (worth, to - from, [(from + to) / 2.0, y]);
                }
            }
        }
        let (_, width, mark) = best;
        MapShape {
            path: path(rings),
            mark: mark.map(|at| at.round() as i32),
            width: width as i32,
            height,
        }
    }
}

/// The parts of a line across some rings that lie inside of them.
fn within(rings: &[Vec<GridPoint>], y: f64) -> Vec<(f64, f64)> {
    let mut crossings = Vec::new();
    for ring in rings {
        for (at, from) in ring.iter().enumerate() {
            let to = ring[(at + 1) % ring.len()];
            let (from, to) = (from.map(f64::from), to.map(f64::from));
            if (from[1] <= y) != (to[1] <= y) {
                crossings.push(from[0] + (y - from[1]) / (to[1] - from[1]) * (to[0] - from[0]));
            }
        }
    }
    crossings.sort_by(f64::total_cmp);
    let pairs = crossings.chunks_exact(2);
    pairs.map(|pair| (pair[0], pair[1])).collect()
}
