//! The nightly job over the samples: what a newcomer runs first.

use crate::project::{Project, pipeline_over, repository};
use crate::{planners_questions, sample_figures};
use calamine::{Data, Reader, open_workbook_auto_from_rs};
use std::io::Cursor;

#[test]
fn a_night_over_the_samples() {
    let project = Project::with_library();
    let samples = repository().join("data-samples");
    let projection = samples.join("reference/population_projection.csv");
    let reference = format!(
        "[reference]\npopulation_projection = \"{}\"",
        projection.display()
    );
    project.write_pipeline(&pipeline_over(&samples).replace("[reference]", &reference));
    let first = project.json(&["nightly"]);
    assert_eq!(first["release"]["written"], true);
    assert_eq!(first["pull"]["rejected"].as_object().unwrap().len(), 0);
    let lines = first["pull"]["lines"].as_u64().unwrap();
    let told = ["accepted", "without_view", "deletions", "other"];
    let sum: u64 = told
        .iter()
        .map(|k| first["pull"][k].as_u64().unwrap())
        .sum();
    assert_eq!(lines, sum, "every line is accounted for");
    for model in first["run"]["models"].as_array().unwrap() {
        assert_eq!(model["state"], "new", "{model}");
        assert_eq!(model["failed"].as_array().unwrap().len(), 0, "{model}");
    }

    let released = project.released();
    assert_eq!(released.keys().filter(|n| n.ends_with(".xlsx")).count(), 12);
    assert_eq!(released.keys().filter(|n| n.ends_with(".html")).count(), 12);
    assert_eq!(
        released
            .keys()
            .filter(|n| n.ends_with("manifest.json"))
            .count(),
        1
    );

    // Again: nothing new, nothing built, the same release.
    let second = project.json(&["nightly"]);
    assert_eq!(second["pull"]["files_read"], 0);
    for model in second["run"]["models"].as_array().unwrap() {
        assert_eq!(model["state"], "up_to_date", "{model}");
    }
    assert_eq!(second["release"]["written"], false);
    assert_eq!(project.released(), released);

    // A release that somebody altered is made again, byte for byte.
    let altered = released.keys().find(|n| n.ends_with(".html")).unwrap();
    std::fs::write(project.path("releases").join(altered), "altered").unwrap();
    project.ok(&["nightly"]);
    assert_eq!(project.released(), released);

    sample_figures::are_those_that_are_kept(&project, &first["pull"]);
    sample_figures::the_readme_shows_them(&project);
    no_small_count(&released);
    people_add_up(&project);
    project.ok(&["status"]);
    project.ok(&["plan"]);
    project.ok(&["check"]);
    planners_questions::are_answered(&project);
}

/// No cell of a released table holds a count from 1 to 7, or one that is not rounded to 5.
fn no_small_count(released: &std::collections::BTreeMap<String, Vec<u8>>) {
    let mut counts = 0;
    for (name, bytes) in released.iter().filter(|(n, _)| n.ends_with(".csv")) {
        let mut reader = csv::Reader::from_reader(bytes.as_slice());
        let headers = reader.headers().unwrap().clone();
        let unit = headers.iter().position(|h| h == "unit");
        let value = headers.iter().position(|h| h == "value").unwrap();
        for row in reader.records() {
            let row = row.unwrap();
            if unit.is_some_and(|u| &row[u] != "count") {
                continue;
            }
            if let Ok(number) = row[value].parse::<i64>() {
                counts += 1;
                assert!(
                    number == 0 || number >= 10 && number % 5 == 0,
                    "{name}: {number}"
                );
            }
        }
    }
    assert!(counts > 100, "only {counts} counts were looked at");
    for (name, bytes) in released.iter().filter(|(n, _)| n.ends_with(".xlsx")) {
        let mut book = open_workbook_auto_from_rs(Cursor::new(bytes)).unwrap();
        for sheet in book.sheet_names() {
            let range = book.worksheet_range(&sheet).unwrap();
            let named = |word: &str| -> Vec<bool> {
                let has_word = |c: usize| range.rows().any(|r| r[c].to_string().contains(word));
                (0..range.width()).map(has_word).collect()
            };
            // A percentage is a fraction in a workbook, and 100 % is 1. Hours count nobody.
            let (share, hours) = (named("Percentage"), named("hours"));
            for row in range.rows() {
                for (cell, (share, hours)) in row.iter().zip(share.iter().zip(&hours)) {
                    if let Data::Float(number) = cell {
                        let small = (1.0..=7.0).contains(number) && number.fract() == 0.0;
                        let whole = *share && (*number - 1.0).abs() < f64::EPSILON;
                        assert!(!small || whole || *hours, "{name} {sheet}: {number}");
                    }
                }
            }
        }
    }
}

/// The models count each active person once.
fn people_add_up(project: &Project) {
    let active = project.number("select count(*) from core.person where is_active");
    let profile = project.number("select sum(people) from marts.population_profile");
    assert_eq!(active, profile);
    assert!(active > 500, "{active}");
    let contacts = project.number("select count(*) from core.contact");
    let twice = project.number(
        "select count(*) from (select source_table, contact_key from core.contact group by 1, 2 having count(*) > 1)",
    );
    assert!(contacts > 1_000 && twice == 0, "{contacts} {twice}");
}
