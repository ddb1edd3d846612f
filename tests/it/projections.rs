//! Projections of demand in a report: every figure follows from the released table and the published projection
//! of people.

use crate::project::{Project, pipeline_over, repository, text};
use std::collections::BTreeMap;
use std::fs;

const REPORT: &str = "demand_outlook";
const TABLE: &str = "projected_contacts";

/// Two years of events, 2024-10-01 to 2026-09-30.
const YEARS: f64 = 730.0 / 365.25;

fn projection() -> String {
    let file = repository().join("data-samples/reference/population_projection.csv");
    fs::read_to_string(file).unwrap()
}

/// A project over the samples whose reports are for each place too, with this file of projected people.
fn project(people: Option<&str>) -> Project {
    let project = Project::with_library();
    let mut sections = "[reports]\nfor_each = [\"place\"]\n[reference]\n".to_owned();
    if let Some(people) = people {
        let file = project.path("population.csv");
        fs::write(&file, people).unwrap();
        sections += &format!("population_projection = \"{}\"\n", file.display());
    }
    let pipeline = pipeline_over(&repository().join("data-samples"));
    project.write_pipeline(&pipeline.replace("[reference]\n", &sections));
    project.ok(&["pull"]);
    project.ok(&["run", "core.active_person", "core.attended_contact"]);
    project
}

type Line = BTreeMap<String, String>;

/// The figures of a table of a release, from its Parquet file.
fn figures(project: &Project, release: &str, report: &str, table: &str) -> Vec<Line> {
    let csv = project.ok(&["figures", release, "--report", report, "--table", table]);
    let mut reader = csv::Reader::from_reader(csv.as_bytes());
    let headers = reader.headers().unwrap().clone();
    let lines = reader.records().map(|record| {
        let record = record.unwrap();
        let pairs = headers.iter().zip(record.iter());
        pairs.map(|(h, v)| (h.to_owned(), v.to_owned())).collect()
    });
    lines.collect()
}

/// The broad age group of an age.
fn group(age: u32) -> &'static str {
    match age {
        0..=14 => "0 to 14",
        15..=64 => "15 to 64",
        65..=84 => "65 to 84",
        _ => "85 and over",
    }
}

/// Projected people by variant, year and age group, of these local authorities.
fn people(of: &[&str]) -> BTreeMap<(String, String), BTreeMap<&'static str, f64>> {
    let mut people: BTreeMap<_, BTreeMap<&str, f64>> = BTreeMap::new();
    for line in projection().lines().skip(1) {
        let [variant, year, authority, age, _, persons] =
            line.split(',').collect::<Vec<_>>().try_into().unwrap();
        if of.contains(&authority) {
            let at = (variant.to_owned(), year.to_owned());
            let group = group(age.parse().unwrap());
            let persons: f64 = persons.parse().unwrap();
            *people.entry(at).or_default().entry(group).or_default() += persons;
        }
    }
    people
}

/// Byar's 95% limits of a count of ten or more.
fn byar(count: f64) -> (f64, f64) {
    let z = 1.959_963_984_540_054;
    let limit = |n: f64, z: f64| n * (1.0 - 1.0 / (9.0 * n) + z / (3.0 * n.sqrt())).powi(3);
    (limit(count, -z), limit(count + 1.0, z))
}

/// Refuses a figure that is not `exact` to the digits that it shows.
fn assert_shows(shown: &str, exact: f64, what: &str) {
    let value: f64 = shown.parse().unwrap();
    // Two digits at least are shown.
    let coarsest = 10_f64.powf(exact.log10().floor() - 1.0);
    let steps = [1000.0, 100.0, 10.0, 1.0, 0.1];
    let divides = |step: &&f64| (value / **step).fract() == 0.0 && **step <= coarsest;
    let step = steps.iter().find(divides).unwrap_or(&0.1);
    assert!(
        (value - exact).abs() <= *step * 1.000_001,
        "{what}: {shown}, not {exact}"
    );
}

/// Makes every figure again from the table of rates, and says how many there are.
fn recomputed(project: &Project, release: &str, report: &str, authorities: &[&str]) -> usize {
    let rates = figures(project, release, report, "hospital_use_by_age");
    let mut counts: BTreeMap<(&str, String), f64> = BTreeMap::new();
    for line in &rates {
        let group: serde_json::Value = serde_json::from_str(&line["breakdown"]).unwrap();
        let group = group["age_group"].as_str().unwrap_or_default().to_owned();
        if let Ok(value) = line["value"].parse() {
            counts.insert((line["measure"].as_str(), group), value);
        }
    }
    let people = people(authorities);
    let projected = figures(project, release, report, TABLE);
    for line in &projected {
        let place: serde_json::Value = serde_json::from_str(&line["breakdown"]).unwrap();
        let (year, variant) = (&place["projected_year"], &place["variant"]);
        let (year, variant) = (year.as_str().unwrap(), variant.as_str().unwrap());
        let of = &people[&(variant.to_lowercase(), year.to_owned())];
        let (mut events, mut sum, mut variance) = (0.0, 0.0, 0.0);
        for (group, people) in of {
            let count = |measure| counts[&(measure, (*group).to_owned())];
            let weight = people / count("people") / YEARS;
            events += count("contacts");
            sum += count("contacts") * weight;
            variance += count("contacts") * weight * weight;
        }
        let (lower, upper) = byar(events);
        let scale = (variance / events).sqrt();
        let what = format!("{report}, {year}, {variant}");
        assert_shows(&line["value"], sum, &what);
        assert_shows(&line["lower_95"], sum + scale * (lower - events), &what);
        assert_shows(&line["upper_95"], sum + scale * (upper - events), &what);
        assert_eq!(
            (line["unit"].as_str(), line["period"].as_str()),
            ("projected", "")
        );
    }
    projected.len()
}

#[test]
fn every_figure_follows_from_released_rates_and_projected_people() {
    let project = project(Some(&projection()));
    let made = project.json(&["release", REPORT]);
    let id = made["release"].as_str().unwrap();
    let all = ["E07990001", "E07990002", "E07990003"];
    // The samples project ten years from 2026 on, in three variants.
    assert_eq!(recomputed(&project, id, REPORT, &all), 33);
    let released = project.released();
    let file = |name: &str| text(&released[&format!("{id}/{name}")]);
    // A place is one local authority; of its few people over 85 too little is known.
    let place = file("demand_outlook-WTM.html");
    assert!(
        place.contains("figures of few people would follow from them: Hospital contacts of the")
    );
    let page = file("demand_outlook.html");
    // Drawn for a desk and for a telephone: two bands, and a line for each variant.
    for (class, times) in [("fan-all", 2), ("fan-one", 2), ("l0 d0", 2), ("l1 d1", 2)] {
        let drawn = format!("<path class=\"{class}\" d=\"M");
        assert!(page.matches(&drawn).count() >= times, "{class}");
    }
    let words = "Fan chart of Hospital contacts a year by projected year. From 2026, Principal: ";
    assert_eq!(page.matches(words).count(), 2);
    // No headline takes a year to come for a trend.
    let headlines = page.split("id=\"headlines-title\"").nth(1).unwrap();
    let headlines = headlines.split("</section>").next().unwrap();
    assert!(!headlines.contains("contacts a year"), "{headlines}");
    project.ok(&["verify", id]);

    // People of a network live in several local authorities, of which no projection is a part.
    let pipeline = fs::read_to_string(project.path("pipelines/nightly.toml")).unwrap();
    project.write_pipeline(&pipeline.replace("[\"place\"]", "[\"pcn\"]"));
    let id = project.json(&["release", REPORT])["release"].clone();
    let page = format!("{}/demand_outlook-U99001.html", id.as_str().unwrap());
    let page = text(&project.released()[&page]);
    assert!(page.contains("Not projected here, because population projections are published"));
    assert!(!page.contains("fan-one\" d="));
}

#[test]
fn a_projection_that_is_not_whole_stops_the_release() {
    let text = projection();
    let line = "high,2030,E07990002,40,female,";
    let at = text.find(line).unwrap();
    let end = at + text[at..].find('\n').unwrap() + 1;
    let lacks = format!("{}{}", &text[..at], &text[end..]);
    let project = project(Some(&lacks));
    let said = project.fails(3, &["release", REPORT]);
    assert!(
        said.contains("it lacks ages of 15 to 64 of E07990002 in 2030 of the variant high"),
        "{said}"
    );
    assert!(!project.path("releases").exists());
}

#[test]
fn without_projected_people_the_report_says_that_nothing_is_projected() {
    let project = project(None);
    let id = project.json(&["release", REPORT])["release"].clone();
    for report in ["demand_outlook", "demand_outlook-WTM"] {
        let page = format!("{}/{report}.html", id.as_str().unwrap());
        let page = text(&project.released()[&page]);
        assert!(page.contains("Not projected, because the site has no population projection"));
        assert!(!page.contains("Not projected here"), "{report}");
        assert!(!page.contains("id=\"projected_contacts\""), "{report}");
    }
}
