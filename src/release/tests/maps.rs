//! Maps of the areas of a table, on the page alone.

use super::sample;
use crate::disclosure::Scheme;
use crate::figures::FigureArea;
use crate::release::boundaries::BoundarySet;
use crate::release::boundaries::tests::squares;
use crate::release::manifest::FileOptions;
use crate::release::projection::PopulationProjection;
use crate::release::render::RenderedFrom;
use std::collections::BTreeMap;
use std::sync::Arc;

/// The page of a report whose emergency admissions are by place, with these boundaries. The places and their
/// figures of 2025/26: Ashcombe and Brackenford like the whole, Dunmere lower, Carrow Vale suppressed.
fn page(boundaries: &BoundarySet, from: &str, to: &str) -> crate::error::Result<String> {
    page_of("place", boundaries, from, to)
}

/// The same of areas of another level.
fn page_of(
    level: &str,
    boundaries: &BoundarySet,
    from: &str,
    to: &str,
) -> crate::error::Result<String> {
    let mut report = sample::report("use_of_services");
    let table = report.tables.iter_mut();
    let table = table.into_iter().find(|t| t.id == "emergency_admissions");
    let map = table.and_then(|t| t.map.as_mut()).unwrap();
    if map.y == from {
        map.y = to.to_owned();
    }
    let mut data = sample::use_of_services();
    let named = [
        ("Ashcombe", "E1"),
        ("Brackenford", "E2"),
        ("Carrow Vale", "E3"),
        ("Dunmere", "E4"),
        ("Eastwick & Moor", "E5"),
    ];
    let area = |(name, code): (&str, &str)| {
        let area = FigureArea {
            code: Some(code.to_owned()),
            name: name.to_owned(),
            level: level.to_owned(),
        };
        (name.to_owned(), area)
    };
    let areas = BTreeMap::from(named.map(area));
    let table = data.get_mut("emergency_admissions").unwrap();
    table.areas = Arc::new(BTreeMap::from([("place_name".to_owned(), areas)]));
    let (scheme, about, options) = (Scheme::Hes2018, sample::about(), FileOptions::default());
    let from = RenderedFrom {
        report: &report,
        of_report: &report.name,
        data: &data,
        scheme: &scheme,
        about: &about,
        options: &options,
        whole: &[],
        areas: &[],
        before: None,
        boundaries,
        population: &PopulationProjection::default(),
    };
    let made = from.all()?;
    let mut pages = made.files.into_iter();
    let page = pages.find(|file| file.name.ends_with(".html")).unwrap();
    Ok(String::from_utf8(page.bytes).unwrap())
}

fn boundaries() -> BoundarySet {
    boundaries_of("place")
}

fn boundaries_of(level: &str) -> BoundarySet {
    let areas = [
        ("E1", 0.0),
        ("E2", 0.1),
        ("E3", 0.2),
        ("E4", 0.3),
        ("X1", 0.4),
        ("X2", 0.5),
    ];
    squares(level, &areas.map(|(code, x)| (code, x, 52.0)))
}

#[test]
fn areas_are_drawn_by_how_they_stand_to_the_whole() {
    let page = page(&boundaries(), "", "").unwrap();
    let map = &page[page.find("<figure class=\"map\"").unwrap()..];
    let map = &map[..map.find("</figure>").unwrap()];
    // Four shapes, drawn for a desk and for a telephone.
    assert_eq!(map.matches("<path class=\"shape\"").count(), 4);
    for (class, count) in [
        ("vs", 4),
        ("vl", 2),
        ("p-lower", 2),
        ("withheld", 2),
        ("vh", 0),
    ] {
        let drawn = format!("<use class=\"{class}\"");
        assert_eq!(map.matches(&drawn).count(), count, "{class}");
    }
    let words = "Map of Emergency admissions per 100,000 people by place. Lower: Dunmere. Similar: Ashcombe, Brackenford. Withheld: Carrow Vale. All figures are in the table.";
    assert_eq!(map.matches(words).count(), 2, "{map}");
    assert!(map.contains("Without a boundary, so not on the map: Eastwick &amp; Moor."));
    assert!(map.contains(
        "The file of boundaries has 2 more areas, without a figure in this table, not drawn."
    ));
    assert!(map.contains("Boundaries: a test."));
    assert!(
        map.contains("The comparison is with all together (9,910):"),
        "{map}"
    );
    // The area that is withheld has its sign and no figure.
    let told = "data-k=\"Carrow Vale\" data-t=\"Carrow Vale: * (suppressed, not zero)\"";
    assert_eq!(map.matches(told).count(), 2, "{map}");
    assert!(map.contains(">▼ 8,600<"), "{map}");
}

#[test]
fn areas_of_every_level_have_a_map_from_their_own_boundaries() {
    for level in [
        "neighbourhood",
        "ltla",
        "lsoa",
        "msoa",
        "ward",
        "pcn",
        "locality",
    ] {
        let page = page_of(level, &boundaries_of(level), "", "").unwrap();
        let map = &page[page.find("<figure class=\"map\"").unwrap()..];
        let map = &map[..map.find("</figure>").unwrap()];
        let drawn = map.matches("<path class=\"shape\"").count();
        let withheld = map.matches("<use class=\"withheld\"").count();
        assert_eq!((drawn, withheld), (4, 2), "{level}");
        assert_eq!(map.matches("Withheld: Carrow Vale.").count(), 2, "{level}");
        // Boundaries of places are none of theirs.
        let page = page_of(level, &boundaries(), "", "").unwrap();
        assert!(!page.contains("<figure class=\"map\""), "{level}");
    }
}

#[test]
fn without_boundaries_there_is_no_map() {
    let page = page(&BoundarySet::default(), "", "").unwrap();
    assert!(!page.contains("<figure class=\"map\"") && !page.contains("area-withheld\""));
}

#[test]
fn figures_without_limits_have_classes_of_their_own() {
    // A count has none; no report may ask for a map of one, and the drawing does the same with a mean.
    let page = page(
        &boundaries(),
        "Emergency admissions per 100,000 people",
        "people",
    )
    .unwrap();
    let map = &page[page.find("<figure class=\"map\"").unwrap()..];
    let map = &map[..map.find("</figure>").unwrap()];
    // 90, 165, 2,910, 3,510 and 4,120 people: classes of one area each.
    for (class, range) in [
        ("m1", "B 165"),
        ("m2", "C 2,910"),
        ("m3", "D 3,510"),
        ("m4", "E 4,120"),
    ] {
        assert_eq!(
            map.matches(&format!("<use class=\"{class}\"")).count(),
            2,
            "{class}"
        );
        assert!(map.contains(range), "{range}: {map}");
    }
    assert!(!map.contains("A 90"), "{map}");
    assert!(!map.contains("The comparison is with"), "{map}");
}

#[test]
fn a_file_of_another_year_stops_the_report() {
    let others = squares("place", &[("F1", 0.0, 52.0), ("E1", 0.1, 52.0)]);
    let error = page(&others, "", "").unwrap_err();
    assert_eq!(error.kind(), crate::error::Kind::Refused);
    assert_eq!(error.what(), "report `use_of_services` cannot be made");
    assert!(error.causes()[0].contains("1 of the 5 areas of a table have a boundary in it"));
}
