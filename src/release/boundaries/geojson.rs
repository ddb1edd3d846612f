//! The form of GeoJSON (RFC 7946) that boundaries come in: a collection of features, each a polygon or
//! several with properties.

use super::coordinates::Coordinates;
use crate::error::{Error, Result};
use serde::Deserialize;
use serde_json::{Map, Value};
use std::io::Read;

/// Rings of one polygon, the outer one first.
pub(super) type Rings = Vec<Vec<[f64; 2]>>;

/// A file as it is written.
#[derive(Deserialize)]
struct GeoJson {
    #[serde(rename = "type")]
    kind: Option<String>,
    features: Option<Vec<WrittenFeature>>,
    /// Said by ArcGIS servers of an answer that they cut off; older ones say it at the top.
    #[serde(rename = "exceededTransferLimit", default)]
    is_cut_off: bool,
    properties: Option<CollectionProperties>,
}

/// What a server says of a collection.
#[derive(Default, Deserialize)]
struct CollectionProperties {
    #[serde(rename = "exceededTransferLimit", default)]
    is_cut_off: bool,
}

/// A feature as it is written.
#[derive(Deserialize)]
pub(super) struct WrittenFeature {
    properties: Option<Map<String, Value>>,
    geometry: Option<Geometry>,
}

#[derive(Deserialize)]
struct Geometry {
    #[serde(rename = "type")]
    kind: String,
    coordinates: Option<Coordinates>,
}

/// Where boundaries are offered in a form that can be read.
const DOWNLOAD: &str = "download the boundaries of the areas as GeoJSON, such as the generalised ones (BGC) of the Open Geography Portal";

/// The features of a file.
///
/// # Errors
/// Data, when it is no collection of features.
pub(super) fn features(mut bytes: impl Read) -> Result<Vec<WrittenFeature>> {
    let mut first = [0; 3];
    let mut length = 0;
    while length < first.len() {
        match bytes.read(&mut first[length..]) {
            Ok(0) => break,
            Ok(read) => length += read,
            Err(e) if e.kind() == std::io::ErrorKind::Interrupted => (),
            Err(e) => return Err(Error::data("it cannot be read").cause(e)),
        }
    }
    let start = match &first[..length] {
        // A byte order mark.
        [0xef, 0xbb, 0xbf] => &[],
        [b'P', b'K', ..] => {
            return Err(Error::data("it is a ZIP archive, not GeoJSON")
                .hint("unpack it, and name the .geojson file; shapefiles cannot be read"));
        }
        start => start,
    };
    let json: GeoJson = serde_json::from_reader(start.chain(bytes)).map_err(|e| {
        // Serde's words may quote a value of the file; the place is enough.
        let what = match e.is_eof() {
            true => "it ends too early",
            false if e.is_io() => "it cannot be read",
            false => "it is no GeoJSON",
        };
        Error::data(format!("{what}: line {}, column {}", e.line(), e.column()))
            .hint("download it again")
    })?;
    let properties = json.properties.unwrap_or_default();
    if json.is_cut_off || properties.is_cut_off {
        return Err(Error::data("the server that it is from cut it off: there are more areas than it has")
            .cause("it says exceededTransferLimit, as servers do that give so many features and no more")
            .hint("download the whole file from the portal instead of the answer of a query, or ask in pages (resultOffset) and put them together"));
    }
    match (json.kind.as_deref(), json.features) {
        (Some("FeatureCollection"), Some(features)) if features.is_empty() => {
            Err(Error::data("it has no feature").hint(DOWNLOAD))
        }
        (Some("FeatureCollection"), Some(features)) => Ok(features),
        (Some("Topology"), _) => Err(Error::data("it is TopoJSON, not GeoJSON").hint(DOWNLOAD)),
        _ => Err(Error::data("it is no collection of features").hint(DOWNLOAD)),
    }
}

impl WrittenFeature {
    /// The names of its properties.
    pub(super) fn properties(&self) -> impl Iterator<Item = &str> {
        let properties = self.properties.iter().flat_map(Map::keys);
        properties.map(String::as_str)
    }

    /// The text or number of a property.
    pub(super) fn property(&self, name: &str) -> Option<String> {
        match self.properties.as_ref()?.get(name)? {
            Value::String(text) => Some(text.trim().to_owned()).filter(|text| !text.is_empty()),
            Value::Number(number) => Some(number.to_string()),
            _ => None,
        }
    }

    /// Its polygons; none where it has no geometry.
    ///
    /// # Errors
    /// Data, when its geometry is no area.
    pub(super) fn polygons(self) -> Result<Vec<Rings>> {
        let Some(geometry) = self.geometry else {
            return Ok(Vec::new());
        };
        let polygons = match (geometry.kind.as_str(), geometry.coordinates) {
            ("Polygon", Some(coordinates)) => polygon(coordinates).map(|rings| vec![rings]),
            ("MultiPolygon", Some(Coordinates::List(polygons))) => {
                polygons.into_iter().map(polygon).collect()
            }
            ("Polygon" | "MultiPolygon", _) => None,
            ("Point" | "MultiPoint", _) => {
                return Err(Error::data("it is a point, not an area")
                    .hint("download boundaries, not centroids"));
            }
            _ => return Err(Error::data("it is neither Polygon nor MultiPolygon").hint(DOWNLOAD)),
        };
        polygons.ok_or_else(|| {
            Error::data("its coordinates are not those of a polygon").hint("download it again")
        })
    }
}

fn polygon(coordinates: Coordinates) -> Option<Rings> {
    let Coordinates::List(rings) = coordinates else {
        return None;
    };
    rings.into_iter().map(ring).collect()
}

fn ring(coordinates: Coordinates) -> Option<Vec<[f64; 2]>> {
    let Coordinates::List(positions) = coordinates else {
        return None;
    };
    let position = |at| match at {
        Coordinates::Position(position) => Some(position),
        Coordinates::List(_) => None,
    };
    positions.into_iter().map(position).collect()
}
