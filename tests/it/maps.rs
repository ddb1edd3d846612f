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

/// A table of older people by a level of area, with a map of their share.
fn by_level(level: &str) -> String {
    format!(
        r#"
[[tables]]
id = "by_{level}"
title = "People by {level}"
description = "People registered and alive."
of = "core.person"
where = "is_active"
rows = ["{level}_name"]
totals = true

[tables.dimensions]
{level}_name.from = "reference.lsoa.{level}_name"

[[tables.measures]]
column = "older"
label = "People of 65 and over"
kind = "people"
where = "is_active and age >= 65"

[[tables.measures]]
column = "people"
label = "People"
kind = "people"

[[tables.measures]]
label = "Percentage of 65 and over"
kind = "percent"
numerator = "older"
denominator = "people"

[tables.map]
y = "Percentage of 65 and over"
y_label = "Percentage of 65 and over"
"#
    )
}

#[test]
fn every_level_of_area_of_a_report_has_its_map() {
    let project = project();
    let levels = ["place", "neighbourhood", "ltla"];
    let tables: String = levels.map(by_level).concat();
    let head =
        "name = \"levels\"\ntitle = \"Levels\"\ndescription = \"Areas.\"\naudience = \"tests\"\n";
    let report = project.path("pipelines/reports/levels.toml");
    fs::write(report, format!("{head}{tables}")).unwrap();
    // Each place of the samples is one local authority and one neighbourhood.
    let of = |codes: [&str; 3]| {
        let places = ["\"WHM\"", "\"WUW\"", "\"WTM\""].into_iter().zip(codes);
        places.fold(boundaries(), |text, (place, code)| {
            text.replace(place, &format!("\"{code}\""))
        })
    };
    let authorities = of(["E07990001", "E07990002", "E07990003"]);
    fs::write(project.path("authorities.geojson"), authorities).unwrap();
    let neighbourhoods = of(["WHM001", "WUW001", "WTM001"]);
    fs::write(project.path("neighbourhoods.geojson"), neighbourhoods).unwrap();
    let pipeline = fs::read_to_string(project.path("pipelines/nightly.toml")).unwrap();
    let more = "[boundaries]\nltla = \"authorities.geojson\"\nneighbourhood = \"neighbourhoods.geojson\"\n";
    project.write_pipeline(&pipeline.replace("[boundaries]\n", more));
    let id = project.json(&["release", "levels"])["release"].clone();
    let page = format!("{}/levels.html", id.as_str().unwrap());
    let page = text(&project.released()[&page]);
    let maps: Vec<&str> = page.split("<figure class=\"map\">").skip(1).collect();
    assert_eq!(maps.len(), 3);
    for (map, level) in maps.into_iter().zip(levels) {
        let map = map.split("</figure>").next().unwrap();
        assert_eq!(map.matches("<path class=\"shape\"").count(), 3, "{level}");
        let column = format!("by {level} name. Higher: Thurlmouth");
        assert_eq!(
            map.matches(&format!("Map of Percentage of 65 and over {column}"))
                .count(),
            2,
            "{map}"
        );
        // The legend says what the marks are.
        assert!(map.contains("class=\"key\""), "{level}");
    }
}
