use super::read::{BoundarySet, check_boundaries};
use crate::error::Error;
use crate::pipeline::Pipeline;
use std::collections::BTreeSet;
use std::path::PathBuf;
use tempfile::TempDir;

/// A project with one file of boundaries.
struct BoundarySite {
    folder: TempDir,
}

impl BoundarySite {
    fn new(kind: &str, settings: &str, text: &[u8]) -> (BoundarySite, Pipeline) {
        let folder = TempDir::new().unwrap();
        let root = folder.path();
        std::fs::create_dir_all(root.join("sql")).unwrap();
        std::fs::write(root.join("b.geojson"), text).unwrap();
        let file = format!(
            "[lake]\nurl = \"lake\"\n[releases]\nurl = \"releases\"\n[privacy]\nkey = \"env:KEY\"\n\
             [parameters]\nas_of = {{ type = \"date\", default = \"2026-09-30\" }}\n\
             [boundaries]\n{kind} = {settings}\n"
        );
        let path: PathBuf = root.join("p.toml");
        std::fs::write(&path, file).unwrap();
        let pipeline = Pipeline::load(&path, &[]).unwrap();
        (BoundarySite { folder }, pipeline)
    }
}

/// Boundaries of these squares a tenth of a degree wide, by code and corner.
pub(in crate::release) fn squares(kind: &str, areas: &[(&str, f64, f64)]) -> BoundarySet {
    let features = areas.iter();
    let features = features.map(|(code, x, y)| feature(code, &square(*x, *y)));
    let text = collection(&features.collect::<Vec<_>>());
    let settings = "{ file = \"b.geojson\", code = \"LSOA21CD\", source = \"a test.\" }";
    let (_site, pipeline) = BoundarySite::new(kind, settings, text.as_bytes());
    BoundarySet::read(&pipeline).unwrap()
}

const PATH: &str = "\"b.geojson\"";

fn feature(code: &str, geometry: &str) -> String {
    format!(
        r#"{{"type":"Feature","properties":{{"FID":1,"LSOA21CD":"{code}","LSOA21NM":"A"}},"geometry":{geometry}}}"#
    )
}

fn square(x: f64, y: f64) -> String {
    let (right, top) = (x + 0.1, y + 0.1);
    format!(
        r#"{{"type":"Polygon","coordinates":[[[{x},{y}],[{right},{y},7],[{right},{top}],[{x},{top}],[{x},{y}]]]}}"#
    )
}

fn collection(features: &[String]) -> String {
    let features = features.join(",");
    format!(r#"{{"type":"FeatureCollection","name":"LSOA","features":[{features}]}}"#)
}

fn fault(text: &str) -> Error {
    let (_site, pipeline) = BoundarySite::new("lsoa", PATH, text.as_bytes());
    check_boundaries(&pipeline).unwrap_err()
}

/// What is said, first and below.
fn said(error: &Error) -> String {
    format!("{} | {}", error.what(), error.causes().join(" | "))
}

#[test]
fn shapes_are_those_of_the_areas_that_are_asked_for() {
    let text = collection(&[
        feature("E01", &square(-1.0, 52.0)),
        feature("E02", &square(-0.9, 52.0)),
        feature("E03", "null"),
        feature("E04", &square(5.0, 55.0)),
    ]);
    // As Windows writes it.
    let text = format!("\u{feff}{text}");
    let (_site, pipeline) = BoundarySite::new("lsoa", PATH, text.as_bytes());
    let set = BoundarySet::read(&pipeline).unwrap();
    set.as_used(&BoundarySet::used(&pipeline).unwrap()).unwrap();
    let codes = ["E01", "E02", "E03"].map(str::to_owned);
    let codes = BTreeSet::from(codes);
    let shapes = set.shapes("lsoa", &codes).unwrap().unwrap();
    assert_eq!(shapes.shapes.keys().collect::<Vec<_>>(), ["E01", "E02"]);
    assert_eq!(shapes.others, 1);
    // Two squares of a tenth of a degree, side by side at 52.05 degrees north: 0.2 by 0.1, of which the
    // width is cos 52.05 = 0.6150 of itself.
    assert_eq!(shapes.size, (6888, 5600));
    assert_eq!(
        shapes.shapes["E01"].path,
        "M3444 5600l0-5600-3444 0 0 5600z"
    );
    assert_eq!(shapes.shapes["E01"].mark[0], 1722);
    assert_eq!(shapes.shapes["E01"].width, 3444);
    assert!(set.shapes("ward", &codes).unwrap().is_none());
}

#[test]
fn metres_of_the_national_grid_are_not_made_narrower() {
    let metres = r#"{"type":"MultiPolygon","coordinates":[[[[400000,200000],[402000,200000],[402000,201000],[400000,201000],[400000,200000]]]]}"#;
    let text = collection(&[feature("E01", metres)]);
    let (_site, pipeline) = BoundarySite::new("lsoa", PATH, text.as_bytes());
    let set = BoundarySet::read(&pipeline).unwrap();
    let codes = BTreeSet::from(["E01".to_owned()]);
    let shapes = set.shapes("lsoa", &codes).unwrap().unwrap();
    assert_eq!(shapes.size, (8600, 4300));
}

#[test]
fn a_file_of_other_areas_is_refused() {
    let text = collection(&[feature("E01", &square(-1.0, 52.0))]);
    let (_site, pipeline) = BoundarySite::new("lsoa", PATH, text.as_bytes());
    let set = BoundarySet::read(&pipeline).unwrap();
    let codes = ["E01", "E05", "E06"].map(str::to_owned);
    let error = set.shapes("lsoa", &BTreeSet::from(codes)).unwrap_err();
    assert_eq!(error.kind(), crate::error::Kind::Refused);
    assert_eq!(
        error.what(),
        "[boundaries] lsoa: b.geojson: 1 of the 3 areas of a table have a boundary in it"
    );
    assert!(error.hint_text().unwrap().contains("year"));
    let half = ["E01", "E05"].map(str::to_owned);
    assert!(set.shapes("lsoa", &BTreeSet::from(half)).is_ok());
}

#[test]
fn codes_of_another_census_are_refused() {
    let text = collection(&[feature("E01", &square(-1.0, 52.0))]).replace("LSOA21", "LSOA11");
    let error = fault(&text);
    assert_eq!(
        error.what(),
        "[boundaries] lsoa: b.geojson: `LSOA11CD` has codes of the census of 2011, and reports name areas of that of 2021"
    );
}

#[test]
fn faults_are_told_with_the_area() {
    let good = square(-1.0, 52.0);
    let bow = r#"{"type":"Polygon","coordinates":[[[0,50],[1,51],[1,50],[0,51],[0,50]]]}"#;
    let open = r#"{"type":"Polygon","coordinates":[[[0,50],[1,51],[1,50],[0,51]]]}"#;
    let huge = r#"{"type":"Polygon","coordinates":[[[0,50],[1e9,51],[1,52],[0,50]]]}"#;
    let point = r#"{"type":"Point","coordinates":[0,50]}"#;
    let line = r#"{"type":"LineString","coordinates":[[0,50],[1,51]]}"#;
    let flat = r#"{"type":"Polygon","coordinates":[[0,50],[1,51]]}"#;
    let grid = r#"{"type":"Polygon","coordinates":[[[400000,200000],[402000,200000],[402000,201000],[400000,200000]]]}"#;
    for (geometry, words) in [
        (bow, "crosses itself"),
        (open, "not closed"),
        (huge, "neither degrees"),
        (point, "a point, not an area"),
        (line, "neither Polygon nor MultiPolygon"),
        (flat, "not those of a polygon"),
        (grid, "other units"),
    ] {
        let text = collection(&[feature("E01", &good), feature("E02", geometry)]);
        let error = fault(&text);
        assert!(said(&error).contains(words), "{}", said(&error));
        assert!(
            said(&error).contains("the boundary of E02"),
            "{}",
            said(&error)
        );
    }
    let twice = collection(&[feature("E01", &good), feature("E01", &good)]);
    assert_eq!(
        fault(&twice).what(),
        "[boundaries] lsoa: b.geojson: E01 is there twice"
    );
    let nameless = collection(&[feature("E01", &good), feature("", &good)]);
    assert!(said(&fault(&nameless)).contains("feature 2 has no LSOA21CD"));
}

#[test]
fn what_is_no_collection_of_features_is_told() {
    let cut = collection(&[feature("E01", &square(-1.0, 52.0))]);
    for (text, words) in [
        ("", "it ends too early: line 1, column 0"),
        (&cut[..80], "it ends too early: line 1, column 80"),
        (
            "{\"type\":\"FeatureCollection\",\"features\":[7]}",
            "it is no GeoJSON: line 1, column 42",
        ),
        (
            "{\"type\":\"FeatureCollection\",\"features\":[]}",
            "it has no feature",
        ),
        ("{\"type\":\"Topology\",\"objects\":{}}", "it is TopoJSON"),
        ("{\"type\":\"Feature\"}", "it is no collection of features"),
        ("PK\u{3}\u{4}", "it is a ZIP archive"),
    ] {
        let error = fault(text);
        assert!(error.what().contains(words), "{text}: {}", said(&error));
    }
    let none = collection(&[feature("E01", "null")]);
    assert!(
        fault(&none)
            .what()
            .contains("none of its features has a geometry")
    );
}

#[test]
fn a_file_without_codes_of_its_kind_lists_its_properties() {
    let text = collection(&[feature("E01", &square(-1.0, 52.0))]);
    let (_site, pipeline) = BoundarySite::new("place", PATH, text.as_bytes());
    let error = check_boundaries(&pipeline).unwrap_err();
    assert_eq!(
        error.what(),
        "[boundaries] place: b.geojson: it has no property with codes of place"
    );
    assert!(
        error
            .hint_text()
            .unwrap()
            .contains("FID, LSOA21CD, LSOA21NM")
    );
    let named = "{ file = \"b.geojson\", code = \"LSOA21NM\" }";
    let (_site, pipeline) = BoundarySite::new("place", named, text.as_bytes());
    assert_eq!(check_boundaries(&pipeline).unwrap(), 1);
}

#[test]
fn a_folder_or_nothing_in_its_place_is_told() {
    let (site, pipeline) = BoundarySite::new("lsoa", PATH, b"");
    let file = site.folder.path().join("b.geojson");
    std::fs::remove_file(&file).unwrap();
    let error = check_boundaries(&pipeline).unwrap_err();
    assert_eq!(
        error.what(),
        "[boundaries] lsoa: b.geojson: it cannot be read"
    );
    std::fs::create_dir(&file).unwrap();
    let error = BoundarySet::used(&pipeline).unwrap_err();
    assert!(said(&error).contains("it is a folder"), "{}", said(&error));
}

#[test]
fn boundaries_of_the_samples_are_in_order() {
    let samples = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("data-samples/reference");
    for (kind, areas) in [("place", 3), ("neighbourhood", 3), ("lsoa", 12)] {
        let text = std::fs::read(samples.join(format!("{kind}_boundaries.geojson"))).unwrap();
        let (_site, pipeline) = BoundarySite::new(kind, PATH, &text);
        let set = BoundarySet::read(&pipeline).unwrap();
        let shapes = set.shapes(kind, &BTreeSet::new()).unwrap().unwrap();
        assert_eq!(shapes.others, areas, "{kind}");
    }
}

/// 400 areas with ragged borders of 40 positions each, on metres of the National Grid.
fn ragged() -> String {
    let wave =
        |at: i64, seed: i64| ((at * 7919 + seed * 104_729) % 97 - 48) * 4 * i64::from(at % 40 != 0);
    let along = |at: i64, line: i64| (at * 250, line * 10_000 + wave(at, line));
    let up = |at: i64, line: i64| (line * 10_000 + wave(at, line + 50), at * 250);
    let features = (0..400).map(|area| {
        let (x, y) = (area % 20, area / 20);
        let steps = |line: i64| line * 40..line * 40 + 40;
        let mut ring: Vec<(i64, i64)> = steps(x).map(|at| along(at, y)).collect();
        ring.extend(steps(y).map(|at| up(at, x + 1)));
        ring.extend(steps(x).rev().map(|at| along(at + 1, y + 1)));
        ring.extend(steps(y).rev().map(|at| up(at + 1, x)));
        ring.push(ring[0]);
        let ring = ring.iter().map(|(x, y)| format!("[{x},{y}]"));
        let ring = ring.collect::<Vec<_>>().join(",");
        let polygon = format!(r#"{{"type":"Polygon","coordinates":[[{ring}]]}}"#);
        feature(&format!("E{area}"), &polygon)
    });
    collection(&features.collect::<Vec<_>>())
}

#[test]
fn a_map_of_many_areas_is_some_tens_of_kilobytes() {
    let text = ragged();
    assert!(text.len() > 700_000);
    let (_site, pipeline) = BoundarySite::new("lsoa", PATH, text.as_bytes());
    let set = BoundarySet::read(&pipeline).unwrap();
    let codes: BTreeSet<String> = (0..400).map(|area| format!("E{area}")).collect();
    let shapes = set.shapes("lsoa", &codes).unwrap().unwrap();
    assert_eq!((shapes.shapes.len(), shapes.others), (400, 0));
    let bytes: usize = shapes.shapes.values().map(|shape| shape.path.len()).sum();
    assert!((20_000..60_000).contains(&bytes), "{bytes}");
}

#[test]
fn a_file_that_the_server_cut_off_is_refused() {
    let whole = collection(&[feature("E01", &square(-1.0, 52.0))]);
    let marked = |mark: &str| whole.replacen('{', &format!("{{{mark},"), 1);
    for mark in [
        r#""exceededTransferLimit":true"#,
        r#""properties":{"exceededTransferLimit":true}"#,
    ] {
        let error = fault(&marked(mark));
        assert!(
            said(&error).contains("the server that it is from cut it off"),
            "{mark}"
        );
        assert!(
            error.hint_text().unwrap().contains("resultOffset"),
            "{mark}"
        );
    }
    for mark in [
        r#""exceededTransferLimit":false"#,
        r#""properties":{"name":"LSOA"}"#,
        r#""properties":null"#,
    ] {
        let text = marked(mark);
        let (_site, pipeline) = BoundarySite::new("lsoa", PATH, text.as_bytes());
        assert_eq!(check_boundaries(&pipeline).unwrap(), 1, "{mark}");
    }
}
