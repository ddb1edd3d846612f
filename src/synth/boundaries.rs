//! Boundaries of the invented area, as the Office for National Statistics publishes those of real ones:
//! GeoJSON in degrees, with areas that tile. It lies in the North Sea, where nobody lives.

use super::random::{Random, Stream};
use super::world::World;
use std::collections::BTreeMap;
use std::fmt::Write;

/// The south-western corner, in degrees of longitude and latitude.
const CORNER: [f64; 2] = [2.0, 55.2];
/// Degrees along and up of the whole.
const SIZE: [f64; 2] = [0.64, 0.36];
/// Parts of a border between two corners: a power of two.
const PARTS: usize = 16;
/// How far the middle of a border strays from a straight line, as a share of its length.
const STRAY: f64 = 0.12;

/// A corner of the lattice of areas.
type Corner = (usize, usize);

/// `place_boundaries.geojson`.
pub(super) fn places(world: &World) -> String {
    let of = |at: usize| {
        let place = world.geography.place(at);
        (place.code.to_owned(), place.name.to_owned())
    };
    file(world, "places", ("code", "name"), of)
}

/// `neighbourhood_boundaries.geojson`.
pub(super) fn neighbourhoods(world: &World) -> String {
    let of = |at: usize| world.geography.neighbourhood(at);
    file(world, "neighbourhoods", ("code", "name"), of)
}

/// `lsoa_boundaries.geojson`.
pub(super) fn lsoas(world: &World) -> String {
    let of = |at: usize| {
        let lsoa = &world.geography.lsoas[at];
        (lsoa.code.clone(), lsoa.name.clone())
    };
    file(world, "lsoas", ("LSOA21CD", "LSOA21NM"), of)
}

/// The file of the areas that LSOAs belong to, each with its code and name.
fn file(
    world: &World,
    what: &str,
    (code, name): (&str, &str),
    of: impl Fn(usize) -> (String, String),
) -> String {
    let lattice = Lattice::new(world);
    let mut areas: BTreeMap<(String, String), Vec<usize>> = BTreeMap::new();
    for at in 0..world.geography.lsoas.len() {
        areas.entry(of(at)).or_default().push(at);
    }
    let mut out = format!("{{\"type\":\"FeatureCollection\",\"name\":\"{what}\",\"features\":[\n");
    for (nth, ((area, called), cells)) in areas.iter().enumerate() {
        let comma = if nth == 0 { "" } else { ",\n" };
        let _ = write!(
            out,
            "{comma}{{\"type\":\"Feature\",\"properties\":{{\"{code}\":\"{area}\",\"{name}\":\"{called}\"}},\"geometry\":{{\"type\":\"Polygon\",\"coordinates\":[{}]}}}}",
            lattice.ring(cells)
        );
    }
    out.push_str("\n]}\n");
    out
}

/// LSOAs as the cells of a lattice, row by row, every other row backwards: those that follow each other
/// lie beside each other, and so do those of one place.
struct Lattice {
    seed: u64,
    columns: usize,
    rows: usize,
}

impl Lattice {
    fn new(world: &World) -> Self {
        let cells = world.geography.lsoas.len().max(1);
        // Counted: a root may differ in its last bit by machine.
        let columns = (1..).find(|side| side * side >= cells).unwrap_or(1);
        Lattice {
            seed: world.seed,
            columns,
            rows: cells.div_ceil(columns),
        }
    }

    /// The corners of a cell, against the clock.
    fn corners(&self, cell: usize) -> [Corner; 4] {
        let (row, along) = (cell / self.columns, cell % self.columns);
        let column = match row % 2 {
            0 => along,
            _ => self.columns - 1 - along,
        };
        [
            (column, row),
            (column + 1, row),
            (column + 1, row + 1),
            (column, row + 1),
        ]
    }

    /// The ring around some cells that lie together.
    fn ring(&self, cells: &[usize]) -> String {
        // A border between two of them is one of neither.
        let mut around: BTreeMap<Corner, Vec<Corner>> = BTreeMap::new();
        for cell in cells {
            let corners = self.corners(*cell);
            for (at, from) in corners.iter().enumerate() {
                let to = corners[(at + 1) % 4];
                let back = around.entry(to).or_default();
                match back.iter().position(|other| other == from) {
                    Some(at) => drop(back.remove(at)),
                    None => around.entry(*from).or_default().push(to),
                }
            }
        }
        around.retain(|_, to| !to.is_empty());
        let mut positions: Vec<[f64; 2]> = Vec::new();
        let first = around.keys().next().copied();
        let mut at = first;
        while let Some(from) = at {
            let Some(to) = around.get_mut(&from).and_then(Vec::pop) else {
                break;
            };
            positions.extend(self.border(from, to));
            at = Some(to);
        }
        positions.extend(positions.first().copied());
        let shown = positions.iter().map(|[x, y]| format!("[{x:.5},{y:.5}]"));
        format!("[{}]", shown.collect::<Vec<_>>().join(","))
    }

    /// A border without its end: the same positions from either side.
    fn border(&self, from: Corner, to: Corner) -> Vec<[f64; 2]> {
        let (low, high) = (from.min(to), from.max(to));
        let mut line = vec![[0.0; 2]; PARTS + 1];
        line[0] = self.position(low);
        line[PARTS] = self.position(high);
        let number = |(column, row): Corner| (row * (self.columns + 1) + column) as u32;
        let is_up = u32::from(low.0 == high.0);
        let mut random = Random::new(self.seed, Stream::Boundary(number(low) * 2 + is_up));
        let mut step = PARTS;
        while step > 1 {
            for middle in (step / 2..PARTS).step_by(step) {
                let (a, b) = (line[middle - step / 2], line[middle + step / 2]);
                let along = [b[0] - a[0], b[1] - a[1]];
                let by = (random.unit() - 0.5) * 2.0 * STRAY;
                // A degree of longitude is about half as long here as one of latitude.
                line[middle] = [
                    (a[0] + b[0]) / 2.0 - along[1] * by * 1.75,
                    (a[1] + b[1]) / 2.0 + along[0] * by / 1.75,
                ];
            }
            step /= 2;
        }
        if from > to {
            line.reverse();
        }
        line.truncate(PARTS);
        line
    }

    /// Where a corner is: near where a lattice has it.
    fn position(&self, corner: Corner) -> [f64; 2] {
        let (column, row) = corner;
        let number = (row * (self.columns + 1) + column) as u32;
        let mut random = Random::new(self.seed, Stream::Corner(number));
        let mut near = |at: usize, of: usize| (at as f64 + (random.unit() - 0.5) * 0.4) / of as f64;
        [
            CORNER[0] + SIZE[0] * near(column, self.columns),
            CORNER[1] + SIZE[1] * near(row, self.rows),
        ]
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::synth::Options;
    use chrono::NaiveDate;
    use serde_json::Value;
    use std::collections::BTreeSet;

    fn world(people: u32) -> World {
        let date = |year| NaiveDate::from_ymd_opt(year, 9, 30).unwrap();
        World::new(&Options {
            out: "unused".into(),
            people,
            seed: 1,
            from: date(2025),
            to: date(2026),
            faults: false,
            plain: true,
        })
    }

    fn rings(text: &str) -> Vec<(String, Vec<String>)> {
        let json: Value = serde_json::from_str(text).unwrap();
        let features = json["features"].as_array().unwrap();
        let ring = |feature: &Value| {
            let code = &feature["properties"]["LSOA21CD"];
            let code = if code.is_null() {
                &feature["properties"]["code"]
            } else {
                code
            };
            let ring = feature["geometry"]["coordinates"][0].as_array().unwrap();
            let positions = ring.iter().map(Value::to_string).collect();
            (code.as_str().unwrap().to_owned(), positions)
        };
        features.iter().map(ring).collect()
    }

    /// Each step of a border, and how often it is there in each direction.
    fn steps(rings: &[(String, Vec<String>)]) -> BTreeMap<(String, String), usize> {
        let mut steps = BTreeMap::new();
        for (_, ring) in rings {
            assert_eq!(ring.first(), ring.last());
            for pair in ring.windows(2) {
                *steps.entry((pair[0].clone(), pair[1].clone())).or_insert(0) += 1;
            }
        }
        steps
    }

    #[test]
    fn areas_tile_at_every_level() {
        for people in [800, 60_000] {
            let world = world(people);
            let small = rings(&lsoas(&world));
            assert_eq!(small.len(), world.geography.lsoas.len());
            let codes: BTreeSet<&String> = small.iter().map(|(code, _)| code).collect();
            assert!(
                world
                    .geography
                    .lsoas
                    .iter()
                    .all(|lsoa| codes.contains(&lsoa.code))
            );
            let all = steps(&small);
            // Nobody's step is another's in the same direction: two areas would lie over each other.
            assert!(all.values().all(|count| *count == 1), "{people}");
            let outside = |steps: &BTreeMap<(String, String), usize>| {
                let alone = steps
                    .keys()
                    .filter(|(a, b)| !steps.contains_key(&(b.clone(), a.clone())));
                alone.cloned().collect::<BTreeSet<_>>()
            };
            let coast = outside(&all);
            for larger in [neighbourhoods(&world), places(&world)] {
                assert_eq!(outside(&steps(&rings(&larger))), coast, "{people}");
            }
        }
    }
}
