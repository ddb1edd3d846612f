//! What a run plans with, and what `--profile` tells of it.

use crate::project::{Project, synth, text};
use serde_json::Value;
use std::fs;

fn json(output: &str) -> Value {
    serde_json::from_str(output).unwrap()
}

#[test]
fn what_is_kept_of_tables_decides_nothing() {
    let record = synth(20, 1, false);
    let project = Project::over(record.path());
    project.ok(&["pull"]);
    project.ok(&["run", "core.person"]);
    let file = project.path("lake/populace.tables");
    let before_change = fs::read(&file).unwrap();
    let plan = || project.ok(&["plan", "core.person"]);
    let up_to_date = plan();
    assert!(up_to_date.contains("core.person"), "{up_to_date}");
    assert!(!up_to_date.contains("build:"), "{up_to_date}");

    // Another date builds the models anew; put back to before, the states of the tables are not believed.
    let other = ["run", "core.person", "--set", "as_of=2026-08-31"];
    project.ok(&other);
    assert_ne!(fs::read(&file).unwrap(), before_change);
    let after_change = plan();
    assert!(
        after_change.contains("build: it was built with as_of = 2026-08-31"),
        "{after_change}"
    );
    let said = project.run(&["plan", "core.person"]);
    let said = text(&said.stderr);
    assert!(
        said.contains("parameters changed: in models that keep people apart"),
        "{said}"
    );
    for states in [Some(before_change), Some(b"nothing".to_vec()), None] {
        match states {
            Some(states) => fs::write(&file, states).unwrap(),
            None => fs::remove_file(&file).unwrap(),
        }
        assert_eq!(plan(), after_change);
    }
}

#[test]
fn a_profile_tells_what_operators_took() {
    let record = synth(20, 1, false);
    let project = Project::over(record.path());
    project.ok(&["pull"]);
    let without = json(&project.ok(&["run", "core.person", "--json"]));
    assert_eq!(without.get("profile"), None);
    let run = [
        "run",
        "core.person",
        "--set",
        "as_of=2026-08-31",
        "--full-refresh",
        "--profile",
    ];
    let with = json(&project.ok(&[&run[..], &["--json"]].concat()));
    let people = with["models"].as_array().unwrap().iter();
    let people = people
        .filter(|model| model["model"] == "core.person")
        .map(|model| model["rows"].as_u64().unwrap())
        .next();
    let people = people.unwrap();
    assert!(people > 0);
    let queries = with["profile"].as_array().unwrap();
    let model = queries
        .iter()
        .find(|query| query["place"] == "sql/core/person.sql");
    let model = model.unwrap_or_else(|| panic!("{queries:?}"));
    let first = &model["operators"][0];
    assert_eq!(
        (&first["depth"], &first["rows"]),
        (&0.into(), &people.into())
    );
    let operators = model["operators"].as_array().unwrap();
    assert!(operators.iter().any(|o| o["seconds"].as_f64() > Some(0.0)));
    assert!(operators.iter().any(|o| o["memory"].as_u64() > Some(0)));
    // What its rows were seen to keep as they were written is asked by no query; other checks are.
    let asked = |check: &str| {
        let place = format!("sql/core/person.sql: check `{check}`");
        queries.iter().any(|query| query["place"] == place.as_str())
    };
    assert!(asked(
        "one_of: {ethnic_group: reference.ethnic_category.ethnic_group}"
    ));
    assert!(!asked("unique: [person_key]"));

    let run = [
        "run",
        "core.person",
        "--set",
        "as_of=2026-07-31",
        "--full-refresh",
        "--profile",
    ];
    let told = text(&project.run(&run).stderr);
    let line = told
        .lines()
        .find(|line| line.starts_with("profile  sql/core/person.sql  "));
    assert!(line.is_some_and(|line| line.ends_with(" s")), "{told}");
    assert!(told.contains("Exec"), "{told}");
}
