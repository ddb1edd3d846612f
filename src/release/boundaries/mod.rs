//! Boundaries of areas, for maps: a site's GeoJSON files, checked, simplified with borders that neighbours
//! share, and drawn as paths.

mod arcs;
mod coordinates;
mod geojson;
mod outline_path;
mod read;
mod ring;
mod shapes;
#[cfg(test)]
pub(super) mod tests;

pub(super) use read::BoundarySet;
pub(crate) use read::check_boundaries;
pub(super) use shapes::{MapShape, MapShapes};
