//! A site's files of boundaries, read and checked.

use super::geojson::{Rings, WrittenFeature, features};
use super::ring::{bounds, check_ring};
use super::shapes::MapShapes;
use crate::error::{Error, Result};
use crate::pipeline::{BoundarySettings, Pipeline, of_this_census};
use crate::regular_file;
use crate::release::manifest::BoundariesUsed;
use sha2::{Digest, Sha256};
use std::collections::{BTreeMap, BTreeSet};
use std::io::{BufReader, Read};
use std::path::PathBuf;
use std::sync::{Arc, Mutex, PoisonError};

/// The boundaries of all kinds of area that a site gives.
#[derive(Debug, Default)]
pub(crate) struct BoundarySet {
    kinds: BTreeMap<String, Boundaries>,
}

/// The boundaries of one kind of area.
#[derive(Debug)]
struct Boundaries {
    /// What errors call the file.
    file: PathBuf,
    used: BoundariesUsed,
    /// The polygons of each area, by its code.
    areas: BTreeMap<String, Vec<Rings>>,
    /// Whether coordinates are degrees of longitude and latitude, and not metres.
    in_degrees: bool,
    /// What was drawn, by the codes that were asked for: the reports of single areas ask for the same.
    drawn: Mutex<BTreeMap<BTreeSet<String>, Arc<MapShapes>>>,
}

/// Longitudes and latitudes are within this, in degrees.
const DEGREES: [f64; 2] = [180.0, 90.0];

/// The British National Grid is within this, in metres east and north, with room for the sea around.
const GRID: [(f64, f64); 2] = [(-100_000.0, 900_000.0), (-100_000.0, 1_400_000.0)];

/// Below this share of areas with a boundary, a file is one of other areas or of another year.
const ENOUGH: f64 = 0.5;

impl BoundarySet {
    /// Reads and checks the files of a pipeline.
    ///
    /// # Errors
    /// Data, naming the file and the area, when a file cannot be read or has faults; usage, when it has no
    /// codes of its kind of area.
    pub(crate) fn read(pipeline: &Pipeline) -> Result<Self> {
        let mut set = BoundarySet::default();
        for (kind, settings) in &pipeline.settings.boundaries {
            let read = Boundaries::read(kind, settings, pipeline.path(&settings.file));
            let within = |e: Error| {
                let file = settings.file.display();
                e.at(format!("[boundaries] {kind}: {file}"))
            };
            set.kinds.insert(kind.clone(), read.map_err(within)?);
        }
        Ok(set)
    }

    /// What is said of the files of a release, without reading their features: by kind.
    ///
    /// # Errors
    /// Data, when a file cannot be read.
    pub(crate) fn used(pipeline: &Pipeline) -> Result<BTreeMap<String, BoundariesUsed>> {
        let files = pipeline.settings.boundaries.iter();
        let used = files.map(|(kind, settings)| {
            let mut bytes = opened(&pipeline.path(&settings.file))
                .map_err(|e| e.at(format!("[boundaries] {kind}: {}", settings.file.display())))?;
            let copied = std::io::copy(&mut bytes, &mut std::io::sink());
            copied.map_err(|e| Error::data("it cannot be read").cause(e))?;
            Ok((kind.clone(), bytes.used(settings)))
        });
        used.collect()
    }

    /// Whether there are boundaries of a kind of area.
    pub(crate) fn has(&self, kind: &str) -> bool {
        self.kinds.contains_key(kind)
    }

    /// What is said of where the boundaries of a kind are from.
    pub(crate) fn source(&self, kind: &str) -> Option<&str> {
        self.kinds.get(kind)?.used.source.as_deref()
    }

    /// Refuses files that are others than those of which `used` was said.
    ///
    /// # Errors
    /// Data.
    pub(crate) fn as_used(&self, used: &BTreeMap<String, BoundariesUsed>) -> Result<()> {
        let read = self.kinds.iter().map(|(kind, one)| (kind, &one.used));
        match read.eq(used.iter()) {
            true => Ok(()),
            false => Err(
                Error::data("a file of boundaries changed while it was read")
                    .hint("release again when it is whole"),
            ),
        }
    }

    /// The shapes of these areas; None where there are no boundaries of their kind.
    ///
    /// # Errors
    /// Refused, when fewer than half of the areas have one.
    pub(crate) fn shapes(
        &self,
        kind: &str,
        codes: &BTreeSet<String>,
    ) -> Result<Option<Arc<MapShapes>>> {
        let Some(of_kind) = self.kinds.get(kind) else {
            return Ok(None);
        };
        of_kind.shapes(codes).map(Some).map_err(|e| {
            let file = of_kind.file.display();
            e.at(format!("[boundaries] {kind}: {file}"))
        })
    }
}

impl Boundaries {
    fn read(kind: &str, settings: &BoundarySettings, path: PathBuf) -> Result<Self> {
        let mut bytes = opened(&path)?;
        let features = features(&mut bytes)?;
        let code = code_property(kind, settings, &features)?;
        let mut boundaries = Boundaries {
            file: settings.file.clone(),
            used: bytes.used(settings),
            areas: BTreeMap::new(),
            in_degrees: true,
            drawn: Mutex::default(),
        };
        let mut units = None;
        for (at, feature) in features.into_iter().enumerate() {
            let Some(area) = feature.property(&code) else {
                return Err(Error::data(format!(
                    "feature {} has no {code}, the code of its area",
                    at + 1
                ))
                .hint("give every feature the code of its area"));
            };
            let within = |e: Error| e.within(format!("the boundary of {area} cannot be used"));
            let polygons = feature.polygons().map_err(within)?;
            for ring in polygons.iter().flatten() {
                check_ring(ring).map_err(|e| {
                    within(e.hint("download it again, or let a GIS mend its geometries"))
                })?;
                let in_degrees = in_degrees(ring).map_err(within)?;
                if *units.get_or_insert(in_degrees) != in_degrees {
                    return Err(within(Error::data(
                        "its coordinates are in other units than those before",
                    )));
                }
            }
            if boundaries.areas.insert(area.clone(), polygons).is_some() {
                return Err(Error::data(format!("{area} is there twice"))
                    .hint("give each area one feature: parts of it are a MultiPolygon"));
            }
        }
        // What has no geometry has no boundary, as what is not in the file.
        boundaries.areas.retain(|_, polygons| !polygons.is_empty());
        boundaries.in_degrees = units.ok_or_else(|| {
            Error::data("none of its features has a geometry").hint("download it again")
        })?;
        Ok(boundaries)
    }

    fn shapes(&self, codes: &BTreeSet<String>) -> Result<Arc<MapShapes>> {
        // A panic while it was held left nothing half done: entries are whole.
        let mut drawn = self.drawn.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(known) = drawn.get(codes) {
            return Ok(known.clone());
        }
        let wanted = self.areas.iter().filter(|(code, _)| codes.contains(*code));
        let wanted: Vec<(&String, &Vec<Rings>)> = wanted.collect();
        if (wanted.len() as f64) < ENOUGH * codes.len() as f64 {
            let (found, all) = (wanted.len(), codes.len());
            return Err(Error::refused(format!(
                "{found} of the {all} areas of a table have a boundary in it"
            ))
            .cause("it is a file of another kind of area, of another part of the country, or of another year")
            .hint("download the boundaries of the year of the areas that the figures are of; the names of its properties say the year (LSOA21CD, WD24CD)"));
        }
        let others = self.areas.len() - wanted.len();
        let shapes = Arc::new(MapShapes::of(&wanted, self.in_degrees, others));
        drawn.insert(codes.clone(), shapes.clone());
        Ok(shapes)
    }
}

/// Checks the files of boundaries of a pipeline; gives how many there are.
///
/// # Errors
/// As [`BoundarySet::read`].
pub(crate) fn check_boundaries(pipeline: &Pipeline) -> Result<usize> {
    BoundarySet::read(pipeline).map(|set| set.kinds.len())
}

/// The property that has the codes of a kind of area.
fn code_property(
    kind: &str,
    settings: &BoundarySettings,
    features: &[WrittenFeature],
) -> Result<String> {
    let Some(first) = features.first() else {
        return Err(Error::data("it has no feature"));
    };
    let all: Vec<&str> = first.properties().collect();
    let fit: Vec<&str> = all
        .iter()
        .copied()
        .filter(|name| settings.is_code(kind, name))
        .collect();
    let listed = all.join(", ");
    match fit[..] {
        [one] => of_this_census(one).map(|()| one.to_owned()),
        [] => Err(
            Error::usage(format!("it has no property with codes of {kind}")).hint(format!(
                "name the property: {kind} = {{ file = \"…\", code = \"…\" }}; it has {listed}"
            )),
        ),
        _ => Err(Error::usage(format!(
            "it has several properties with codes of {kind}: {}",
            fit.join(", ")
        ))
        .hint(format!(
            "name one of them: {kind} = {{ file = \"…\", code = \"{}\" }}",
            fit[0]
        ))),
    }
}

/// Whether the coordinates of a ring are degrees, and not metres of the British National Grid.
fn in_degrees(ring: &[[f64; 2]]) -> Result<bool> {
    let (least, most) = bounds(ring);
    let axes = || least.iter().zip(&most);
    let mut degrees = axes().zip(DEGREES);
    if degrees.all(|((least, most), limit)| *least >= -limit && *most <= limit) {
        return Ok(true);
    }
    let mut metres = axes().zip(GRID);
    if metres.all(|((least, most), (from, to))| *least >= from && *most <= to) {
        return Ok(false);
    }
    Err(Error::data("its coordinates are neither degrees of longitude and latitude nor metres of the British National Grid")
        .hint("download it in WGS 84 (EPSG:4326) or on the British National Grid (EPSG:27700)"))
}

/// A file that is digested as it is read.
struct Digested {
    file: BufReader<std::fs::File>,
    digest: Sha256,
}

fn opened(path: &std::path::Path) -> Result<Digested> {
    let file = regular_file::open(path).map_err(|e| {
        Error::data("it cannot be read")
            .cause(e)
            .hint("correct its path under [boundaries], which begins at the project folder")
    })?;
    Ok(Digested {
        file: BufReader::with_capacity(1 << 18, file),
        digest: Sha256::new(),
    })
}

impl Digested {
    /// What is said of the file, when all of it has been read.
    fn used(self, settings: &BoundarySettings) -> BoundariesUsed {
        let name = settings.file.file_name();
        BoundariesUsed {
            file: name.map_or(String::new(), |name| name.to_string_lossy().into_owned()),
            sha256: crate::release::manifest::hexadecimal(&self.digest.finalize()),
            source: settings.source.clone(),
        }
    }
}

impl Read for Digested {
    fn read(&mut self, into: &mut [u8]) -> std::io::Result<usize> {
        let read = self.file.read(into)?;
        self.digest.update(&into[..read]);
        Ok(read)
    }
}
