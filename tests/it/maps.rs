//! Maps from a site's boundaries: on the page of a release, and no release from boundaries that are wrong.

use crate::project::{Project, files_below, repository, text};
use std::fs;

const REPORT: &str = "use_of_services";

fn boundaries() -> String {
    let file = repository().join("data-samples/reference/place_boundaries.geojson");
    fs::read_to_string(file).unwrap()
}

/// A project over the samples with its tables built, and boundaries of its places.
fn project() -> Project {
    let project = Project::over(&repository().join("data-samples"));
    let pipeline = fs::read_to_string(project.path("pipelines/nightly.toml")).unwrap();
    let section =
        "[boundaries]\nplace = { file = \"places.geojson\", source = \"a test of maps.\" }\n";
    project.write_pipeline(&pipeline.replace("[reference]", &format!("{section}[reference]")));
    fs::write(project.path("places.geojson"), boundaries()).unwrap();
    project.ok(&["pull"]);
    project.ok(&["run"]);
    project
}

#[test]
fn a_release_has_maps_from_the_boundaries_that_the_site_gives() {
    let project = project();
    let made = project.json(&["release", REPORT]);
    let folder = made["release"].as_str().unwrap().to_owned();
    let released = project.released();
    let file = |name: &str| text(&released[&format!("{folder}/{name}")]);
    let page = file(&format!("{REPORT}.html"));
    assert_eq!(page.matches("<figure class=\"map\">").count(), 1);
    let words = "Map of Emergency admissions per 100,000 people by place. Higher: Thurlmouth. Lower: Upper Wendale. Similar: Harrowmere.";
    assert_eq!(page.matches(words).count(), 2);
    assert!(page.contains("Boundaries: a test of maps."));
    let manifest: serde_json::Value = serde_json::from_str(&file("manifest.json")).unwrap();
    let used = &manifest["options"]["boundaries"]["place"];
    assert_eq!(used["file"], "places.geojson");
    assert_eq!(used["sha256"].as_str().unwrap().len(), 64);
    project.ok(&["verify", &folder]);
    // The same again is the same release, and other boundaries make another.
    assert_eq!(project.json(&["release", REPORT])["written"], false);
    let named = boundaries().replace("\"name\":\"places\"", "\"name\":\"others\"");
    fs::write(project.path("places.geojson"), named).unwrap();
    assert_ne!(
        project.json(&["release", REPORT])["release"],
        folder.as_str()
    );
}

#[test]
fn wrong_boundaries_release_nothing_and_lose_nothing() {
    let project = project();
    project.ok(&["release", REPORT]);
    let before = files_below(&project.path("releases"));
    let file = project.path("places.geojson");
    let another_year = boundaries()
        .replace("\"WHM\"", "\"WH2\"")
        .replace("\"WUW\"", "\"WU2\"");
    fs::write(&file, another_year).unwrap();
    let error = project.fails(1, &["release", REPORT]);
    assert!(
        error.contains(
            "[boundaries] place: places.geojson: 1 of the 3 areas of a table have a boundary in it"
        ),
        "{error}"
    );
    assert!(
        error.contains("hint: download the boundaries of the year"),
        "{error}"
    );
    let cut = boundaries();
    fs::write(&file, &cut[..cut.len() / 2]).unwrap();
    for command in [&["release", REPORT][..], &["check"]] {
        let error = project.fails(3, command);
        assert!(
            error.contains("[boundaries] place: places.geojson: it ends too early"),
            "{error}"
        );
    }
    fs::remove_file(&file).unwrap();
    let error = project.fails(3, &["release", REPORT]);
    assert!(
        error.contains("[boundaries] place: places.geojson: it cannot be read"),
        "{error}"
    );
    assert_eq!(files_below(&project.path("releases")), before);
    // One area without a boundary is named, and the rest is drawn.
    fs::write(&file, boundaries().replace("\"WHM\"", "\"WH2\"")).unwrap();
    let made = project.json(&["release", REPORT]);
    let page = format!("{}/{REPORT}.html", made["release"].as_str().unwrap());
    let page = text(&project.released()[&page]);
    assert!(page.contains("Without a boundary, so not on the map: Harrowmere."));
    assert!(page.contains(
        "The file of boundaries has 1 more area, without a figure in this table, not drawn."
    ));
}
