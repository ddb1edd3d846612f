//! Released figures as files for programs, and what is derived from them.

use crate::project::{Project, files_below, synth};
use serde_json::Value;
use std::collections::BTreeMap;
use std::fs;

fn project() -> (tempfile::TempDir, Project, String) {
    let record = synth(400, 3, false);
    let project = Project::over(record.path());
    let text = fs::read_to_string(project.path("pipelines/nightly.toml")).unwrap();
    let own = "[releases]\nurl = \"releases\"\nlicence = \"https://www.nationalarchives.gov.uk/doc/open-government-licence/version/3/\"\nexchange = true\n";
    let text = text.replace("[releases]\nurl = \"releases\"\n", own);
    assert!(text.contains("exchange = true"));
    project.write_pipeline(&text);
    project.ok(&["nightly"]);
    let id = fs::read_dir(project.path("releases"))
        .unwrap()
        .map(|entry| entry.unwrap().file_name().into_string().unwrap())
        .find(|name| name.starts_with("2026"));
    (record, project, id.unwrap())
}

fn rows(csv: &[u8]) -> Vec<BTreeMap<String, String>> {
    let mut reader = csv::Reader::from_reader(csv);
    let headers = reader.headers().unwrap().clone();
    let row = |record: csv::StringRecord| {
        let pairs = headers.iter().zip(record.iter());
        pairs
            .map(|(name, value)| (name.to_owned(), value.to_owned()))
            .collect()
    };
    reader
        .records()
        .map(|record| row(record.unwrap()))
        .collect()
}

#[test]
fn every_figure_is_in_parquet_csv_and_the_form_of_exchange() {
    let (_record, project, id) = project();
    let files = files_below(&project.path("releases").join(&id));
    let manifest: Value = serde_json::from_slice(&files["manifest.json"]).unwrap();
    let named: Vec<&str> = manifest["files"]
        .as_array()
        .unwrap()
        .iter()
        .map(|file| file["name"].as_str().unwrap())
        .collect();
    for name in files.keys().filter(|name| *name != "manifest.json") {
        assert!(named.contains(&name.as_str()), "{name}");
    }
    let all = rows(project.ok(&["figures", &id]).as_bytes());
    let mut lines = 0;
    for (name, bytes) in &files {
        let Some(table) = name
            .strip_suffix(".csv")
            .filter(|n| !n.starts_with("exchange"))
        else {
            continue;
        };
        lines += rows(bytes).len();
        assert!(files.contains_key(&format!("{table}.parquet")), "{table}");
        let metadata: Value =
            serde_json::from_slice(&files[&format!("{table}.csv-metadata.json")]).unwrap();
        assert_eq!(metadata["@context"][0], "http://www.w3.org/ns/csvw");
        assert_eq!(metadata["url"], name.as_str());
        assert!(
            metadata["dc:license"]["@id"]
                .as_str()
                .unwrap()
                .ends_with("/version/3/")
        );
        // Each column of the file is described, in its order, by a title that is in the header.
        let header: Vec<String> = csv::Reader::from_reader(bytes.as_slice())
            .headers()
            .unwrap()
            .iter()
            .map(str::to_owned)
            .collect();
        let columns = metadata["tableSchema"]["columns"].as_array().unwrap();
        let titles: Vec<&str> = columns
            .iter()
            .map(|c| c["titles"][0].as_str().unwrap())
            .collect();
        assert_eq!(header, titles);
        for row in rows(bytes) {
            for (column, cell) in columns.iter().zip(header.iter().map(|name| &row[name])) {
                let null = |sign: &Value| sign.as_str() == Some(cell);
                let is_null = column["null"]
                    .as_array()
                    .is_some_and(|signs| signs.iter().any(null));
                if column["datatype"] == "number" && !is_null {
                    cell.parse::<f64>().unwrap();
                }
            }
        }
    }
    assert_eq!(all.len(), lines);
    assert!(all.iter().any(|row| row["status"] == "suppressed"));
    for row in &all {
        let without = ["suppressed", "not applicable"].contains(&row["status"].as_str());
        assert_eq!(row["value"].is_empty(), without, "{row:?}");
    }
    let values = rows(&files["exchange-values.csv"]);
    assert_eq!(values.len(), all.len());
    let metrics = rows(&files["exchange-metrics.csv"]);
    for (value, figure) in values.iter().zip(&all) {
        let id = format!(
            "{}.{}.{}",
            figure["report"], figure["table"], figure["measure"]
        );
        assert_eq!(value["metric_id"], id);
        assert!(metrics.iter().any(|metric| metric["metric_id"] == id));
        assert_eq!(value["status"], figure["status"]);
        assert_eq!(
            value["value"].parse::<f64>().ok(),
            figure["value"].parse::<f64>().ok()
        );
    }
    project.ok(&["verify", &id]);
}

#[test]
fn areas_have_codes_and_months_are_periods() {
    let (_record, project, id) = project();
    let file = format!("{id}/population_profile-by_place_and_age.csv");
    let released = project.released();
    let places = rows(&released[&file]);
    let codes: BTreeMap<&str, &str> = places
        .iter()
        .map(|row| (row["place_name"].as_str(), row["place_code"].as_str()))
        .collect();
    assert_eq!(codes["Harrowmere"], "WHM");
    assert_eq!(codes["Total"], "");
    let months = project.ok(&["figures", &id, "--table", "contacts_by_month"]);
    let months = rows(months.as_bytes());
    assert!(
        months.iter().any(|row| row["period"] == "2026-09"),
        "{:?}",
        months[0]
    );
    assert!(
        months
            .iter()
            .all(|row| row["breakdown"].contains("setting") || row["is_total"] == "true")
    );
}

#[test]
fn verify_finds_parquet_that_says_another_thing() {
    let (_record, project, id) = project();
    let folder = project.path("releases").join(&id);
    // Figures that are whole, of another table.
    fs::copy(
        folder.join("population_profile-by_deprivation.parquet"),
        folder.join("population_profile-by_ethnic_group.parquet"),
    )
    .unwrap();
    let found = project.run(&["verify", &id]);
    assert_eq!(found.status.code(), Some(1));
    let said = String::from_utf8_lossy(&found.stdout).into_owned()
        + &String::from_utf8_lossy(&found.stderr);
    assert!(
        said.contains("population_profile-by_ethnic_group.parquet says another thing than the CSV file of its table"),
        "{said}"
    );
}

#[test]
fn figures_are_derived_from_those_of_a_release() {
    let (_record, project, id) = project();
    let shares = project.ok(&[
        "figures",
        &id,
        "--table",
        "by_ethnic_group",
        "--measure",
        "people",
        "--derive",
        "share",
        "--of",
        "breakdown",
    ]);
    for row in rows(shares.as_bytes()) {
        match row["share_status"].as_str() {
            "calculated" | "approximate" => {
                let number = |name: &str| row[name].parse::<f64>().unwrap();
                assert!(number("share_low") <= number("share_high"), "{row:?}");
                // Of four hundred people that are rounded to five, no share has a decimal.
                let share = number("share");
                assert!(
                    share == share.round()
                        || share == 0.0
                        || number("share_high") - number("share_low") <= 0.1,
                    "{row:?}"
                );
            }
            "suppressed" => assert_eq!(
                (row["share"].as_str(), row["status"].as_str()),
                ("", "suppressed")
            ),
            status => assert_eq!(
                (status, row["is_total"].as_str()),
                ("not applicable", "true")
            ),
        }
    }
    let ranks = project.ok(&[
        "figures",
        &id,
        "--table",
        "by_place_and_age",
        "--derive",
        "rank",
    ]);
    let ranks = rows(ranks.as_bytes());
    let first = ranks.iter().filter(|row| row["rank"] == "1").count();
    // Children, adults and all together: the oldest may be too few everywhere.
    assert!(first >= 3, "{first}");
    assert!(
        ranks
            .iter()
            .filter(|row| row["status"] == "suppressed")
            .all(|row| row["rank"].is_empty())
    );
    let wide = project.ok(&[
        "figures",
        &id,
        "--table",
        "by_age_and_sex",
        "--wide",
        "breakdown",
    ]);
    assert!(wide.lines().next().unwrap().contains("value: "), "{wide}");
    let error = project.fails(2, &["figures", &id, "--table", "by_place_and_aeg"]);
    assert!(error.contains("by_place_and_age"), "{error}");

    // A benchmark that is no area would compare everything with nothing.
    let of = |more: &[&str]| project.fails(2, &[&["figures", &id], more].concat());
    let error = of(&["--derive", "benchmark", "--benchmark", "Harowmere"]);
    assert!(error.contains("there is no area `Harowmere`"), "{error}");
    assert!(error.contains("did you mean 'Harrowmere'?"), "{error}");
    for (more, said, told) in [
        (
            &["--benchmark", "Harrowmere"][..],
            "--benchmark has no effect",
            "--derive benchmark",
        ),
        (
            &["--derive", "rank", "--places", "2"],
            "--places has no effect",
            "best-and-worst",
        ),
        (
            &["--derive", "share", "--lowest-first"],
            "--lowest-first has no effect",
            "rank or best-and-worst",
        ),
        (&["--of", "areas"], "--of has no effect", "--derive share"),
    ] {
        let error = of(more);
        assert!(
            error.contains(said) && error.contains(told),
            "{more:?}: {error}"
        );
    }

    let file = project.path("figures.parquet").display().to_string();
    let written = project.json(&["figures", &id, "--derive", "benchmark", "-o", &file]);
    assert_eq!(
        written["rows"],
        rows(project.ok(&["figures", &id]).as_bytes()).len()
    );
    assert!(fs::read(&file).unwrap().starts_with(b"PAR1"));

    // Two releases are put together under names of their areas.
    let twice = project.fails(2, &["figures", &id, &id]);
    assert!(twice.contains("NAME=RELEASE"), "{twice}");
    let both = [format!("North={id}"), format!("South={id}")];
    let both = [
        "figures",
        &both[0],
        &both[1],
        "--table",
        "by_deprivation",
        "--measure",
        "people",
    ];
    let both = rows(project.ok(&both).as_bytes());
    let north = both
        .iter()
        .filter(|row| row["area_name"] == "North")
        .count();
    assert_eq!((north * 2, both.len() % 2), (both.len(), 0));
}
