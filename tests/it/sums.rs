//! Sums of amounts and means in reports: their figures, and those who try to read more from them.

use crate::project::{Project, pipeline_over, synth};
use std::collections::BTreeMap;
use std::fs;

const NIGHTS: &str = "of = \"own.stay\"\nwhere = \"nights is not null\"\nrows = [\"age_band\"]\ntotals = true\n[tables.dimensions]\nage_band.from = \"reference.age_band.age_band\"\n[[tables.measures]]\ncolumn = \"stays\"\nlabel = \"Stays\"\nkind = \"rows\"\n[[tables.measures]]\ncolumn = \"nights\"\nlabel = \"Nights\"\nkind = \"sum\"\namount = \"nights\"\n[[tables.measures]]\nlabel = \"Mean\"\nkind = \"mean\"\nnumerator = \"nights\"\ndenominator = \"stays\"\n";

fn write(project: &Project, name: &str, table: &str) {
    let text = format!(
        "name = \"{name}\"\ntitle = \"T\"\ndescription = \"d\"\naudience = \"a\"\n[[tables]]\nid = \"t\"\ntitle = \"T\"\ndescription = \"d\"\n{table}"
    );
    fs::write(
        project.path(&format!("pipelines/reports/{name}.toml")),
        text,
    )
    .unwrap();
}

fn remove(project: &Project, name: &str) {
    fs::remove_file(project.path(&format!("pipelines/reports/{name}.toml"))).unwrap();
}

/// A model of stays with an amount.
fn model(project: &Project, name: &str, nights: &str) {
    let text = format!(
        "/*\ndescription: x\ngrain: person_key\ncolumns:\n  person_key: x\n  age_band: x\n  sex: x\n  nights: x\n*/\nselect person_key, age_band, sex, {nights} as nights from core.person where age is not null\n"
    );
    fs::create_dir_all(project.path("sql/own")).unwrap();
    fs::write(project.path(&format!("sql/own/{name}.sql")), text).unwrap();
}

/// The figures of a released table: by label and measure, value and unit.
fn figures(project: &Project, file: &str) -> BTreeMap<(String, String), (String, String)> {
    let released = project.released();
    let found = released.iter().find(|(name, _)| name.ends_with(file));
    let (_, bytes) = found.unwrap_or_else(|| panic!("{file} is not released"));
    let mut reader = csv::Reader::from_reader(bytes.as_slice());
    let headers = reader.headers().unwrap().clone();
    let at = |name: &str| headers.iter().position(|h| h == name).unwrap();
    let columns = [0, at("measure"), at("value"), at("unit")];
    let records = reader.records().map(|record| {
        let record = record.unwrap();
        let [label, measure, value, unit] = columns.map(|at| record[at].to_string());
        ((label, measure), (value, unit))
    });
    records.collect()
}

#[test]
fn sums_and_means_are_released_by_their_rule() {
    let record = synth(600, 3, false);
    let project = Project::over(record.path());
    let pipeline = pipeline_over(record.path());
    project.write_pipeline(&pipeline.replace("hold_below = 0", "hold_below = 8"));
    model(&project, "stay", "cast(age % 17 as bigint)");
    write(&project, "stays", NIGHTS);
    project.ok(&["pull"]);
    project.ok(&["run"]);
    project.ok(&["release", "stays"]);
    let shown = figures(&project, "stays-t.csv");
    let truth = project.sql(
        "select age_band, count(*), sum(nights), count(*) filter (where nights > 0), max(nights), min(nights) filter (where nights > 0) from own.stay group by 1",
    );
    let (mut told, mut withheld) = (0, 0);
    let of = |label: &str, measure: &str| {
        let key = (label.to_string(), measure.to_string());
        shown.get(&key).unwrap_or_else(|| panic!("{key:?}")).clone()
    };
    for row in &truth {
        let number = |at: usize| row[at].parse::<i64>().unwrap_or(0);
        let (stays, nights, people) = (number(1), number(2), number(3));
        let (largest, smallest) = (number(4), number(5));
        let (value, unit) = of(&row[0], "Nights");
        assert_eq!(unit, "count");
        if people < 10 {
            assert_eq!(value, if nights == 0 { "0" } else { "*" }, "{row:?}");
        }
        // Ages of one band are near each other: 20 to 24 are 3 to 7 nights, of which nothing follows.
        if smallest > 0 && nights / smallest < (nights + largest - 1) / largest + 4 {
            assert_eq!(value, "*", "{row:?}");
        }
        let (mean, unit) = of(&row[0], "Mean");
        assert_eq!(unit, "mean");
        match value.parse::<i64>() {
            Ok(value) => {
                assert_eq!(value % 5, 0);
                assert!((value - nights).abs() <= 4, "{row:?}: {value}");
                told += 1;
                let count: f64 = of(&row[0], "Stays").0.parse().unwrap();
                let mean: f64 = mean.parse().unwrap();
                assert!(
                    (mean - value as f64 / count).abs() <= 0.5,
                    "{row:?}: {mean}"
                );
                assert!(mean * stays as f64 > 0.0);
            }
            Err(_) => {
                assert_eq!((value.as_str(), mean.as_str()), ("*", "*"));
                withheld += 1;
            }
        }
    }
    assert!(told >= 5 && withheld >= 1, "{told} {withheld}");
    let released = project.released();
    let file = |end: &str| {
        released
            .iter()
            .find(|(name, _)| name.ends_with(end))
            .unwrap()
            .1
    };
    let page = String::from_utf8_lossy(file("stays.html")).into_owned();
    assert!(page.contains("Nights: the sum of nights over the rows of own.stay"));
    let total = of("Total", "Nights").0;
    assert!(total.parse::<i64>().unwrap() > 1_000);
    assert!(released.keys().any(|name| name.ends_with("stays.xlsx")));
    assert!(
        released
            .keys()
            .any(|name| name.ends_with("stays-t.parquet"))
    );
    // A release with sums is checked from its files, and beside the ledger, like any other.
    let folder = released
        .keys()
        .find_map(|name| name.split_once('/'))
        .unwrap()
        .0;
    project.ok(&["verify", folder]);
    project.ok(&["verify", folder, "--ledger"]);

    // The same amount over other rows, and another amount of the same model, in a later release.
    for (change, to) in [
        (
            "nights is not null",
            "nights is not null and sex = 'female'",
        ),
        ("amount = \"nights\"", "amount = \"later\""),
    ] {
        remove(&project, "stays");
        if to.contains("later") {
            let plus =
                "cast(age % 17 as bigint) as nights, cast(age % 17 + 1 as bigint) as later, 1";
            model(&project, "stay", plus);
            let file = project.path("sql/own/stay.sql");
            let text = fs::read_to_string(&file).unwrap();
            let text = text
                .replace("1 as nights", "1 as one")
                .replace("  nights: x", "  nights: x\n  later: x\n  one: x");
            fs::write(&file, text).unwrap();
            project.ok(&["run"]);
        }
        write(&project, "stays", &NIGHTS.replace(change, to));
        let error = project.fails(1, &["release", "stays"]);
        assert!(
            error.contains("an earlier release has another sum of own.stay: the sum of nights of own.stay where nights IS NOT NULL"),
            "{error}"
        );
    }
}

#[test]
fn who_reads_more_from_sums_is_refused() {
    let record = synth(300, 9, false);
    let project = Project::over(record.path());
    let pipeline = pipeline_over(record.path());
    let all = "largest_suppressed_share = 1.0";
    assert!(pipeline.contains(all));
    project.write_pipeline(&pipeline.replace(all, "largest_suppressed_share = 0.9"));
    model(&project, "stay", "cast(age % 17 as bigint)");
    model(&project, "dear", "cast((age % 17) * 39 as bigint)");
    model(&project, "alike", "cast(1000 + age % 2 as bigint)");
    model(&project, "below", "cast(age % 17 - 1 as bigint)");
    model(&project, "part", "cast(age as double) / 2");
    model(
        &project,
        "chosen",
        "cast(case when person_key % 7 = 3 then 1 else 2 end as bigint)",
    );
    let of = |name: &str| {
        write(
            &project,
            "stays",
            &NIGHTS.replace("own.stay", &format!("own.{name}")),
        );
    };
    // Found without data.
    for (code, name, says) in [
        (1, "chosen", "depends on a pseudonym"),
        (2, "none", "there is no model own.none"),
    ] {
        of(name);
        let error = project.fails(code, &["check"]);
        assert!(error.contains(says), "{name}: {error}");
    }
    let twice = NIGHTS.replace(
        "[[tables.measures]]\nlabel = \"Mean\"",
        "[[tables.measures]]\ncolumn = \"women\"\nlabel = \"Women\"\nkind = \"sum\"\namount = \"nights\"\nwhere = \"sex = 'female'\"\n[[tables.measures]]\nlabel = \"Mean\"",
    );
    for (table, says) in [
        (
            twice,
            "a second sum of own.stay, of another column or over other rows",
        ),
        (
            NIGHTS.replace("numerator = \"nights\"", "numerator = \"stays\""),
            "a mean needs a measure of kind \"sum\" as `numerator`",
        ),
        (
            NIGHTS.replace("denominator = \"stays\"", "denominator = \"nights\""),
            "a sum is no `denominator`",
        ),
        (
            NIGHTS.replace("kind = \"mean\"", "kind = \"percent\""),
            "a sum is no `numerator` of a percentage or a rate",
        ),
        (
            NIGHTS.replace("amount = \"nights\"", "amount = \"5 * nights\""),
            "`5 * nights` is no column of a model",
        ),
        (
            NIGHTS.replace("amount = \"nights\"", "amount = \"days\""),
            "own.stay has no column 'days'",
        ),
        (
            NIGHTS.replace("amount = \"nights\"\n", ""),
            "it needs `amount`",
        ),
        (
            NIGHTS.replace("kind = \"rows\"", "kind = \"rows\"\namount = \"nights\""),
            "it does not take `amount`",
        ),
    ] {
        write(&project, "stays", &table);
        let error = project.fails(2, &["check"]);
        assert!(error.contains(says), "{says}: {error}");
    }
    fs::remove_file(project.path("sql/own/chosen.sql")).unwrap();
    project.ok(&["pull"]);
    project.ok(&["run"]);
    for (code, name, says) in [
        // 13 times 39 is no other number of nights, however it is rounded.
        (1, "dear", "`Nights` would be suppressed in"),
        // 300,150 of amounts of 1,000 and 1,001 are those of 300 people.
        (1, "alike", "`Nights` would be suppressed in"),
        (1, "below", "`nights` of own.below is below zero"),
        (2, "part", "`nights` of own.part is no whole number"),
    ] {
        of(name);
        let error = project.fails(code, &["release", "stays"]);
        assert!(error.contains(says), "{name}: {error}");
    }
    of("stay");
    project.write_pipeline(&pipeline);
    project.ok(&["release", "stays", "--dry-run"]);
}
