//! Tables whose models are gone: said, kept for a while, and then removed with all that was in them.

use crate::project::{Project, files_below, synth, text};
use std::fs;

const MODEL: &str = "/*\ndescription: People of a model that goes away.\ngrain: person_key\ncolumns:\n  person_key: Pseudonym\n  sex: Sex\n*/\nselect person_key, sex from core.person\n";
const TABLE: &str = "marts.leaver";

fn status(project: &Project) -> serde_json::Value {
    serde_json::from_slice(&project.run(&["status", "--json"]).stdout).unwrap()
}

/// What status says of the table; None where there is none.
fn listed(project: &Project) -> Option<serde_json::Value> {
    let status = status(project);
    let tables = status["tables"].as_array().unwrap();
    tables.iter().find(|t| t["table"] == TABLE).cloned()
}

fn with_a_table_of_old() -> (tempfile::TempDir, Project) {
    let record = synth(30, 5, false);
    let project = Project::over(record.path());
    fs::write(project.path("sql/marts/needs/leaver.sql"), MODEL).unwrap();
    project.ok(&["pull"]);
    project.ok(&["run", TABLE]);
    assert_eq!(listed(&project).unwrap()["unused"], false);
    (record, project)
}

#[test]
fn a_table_without_a_model_is_said_and_removed_after_the_retention() {
    let (_record, project) = with_a_table_of_old();
    let rows = project.number("select count(*) from marts.leaver");
    assert!(rows > 10);
    fs::remove_file(project.path("sql/marts/needs/leaver.sql")).unwrap();

    let said = text(&project.run(&["run", "core.person"]).stderr);
    let due = (chrono::Utc::now() + chrono::TimeDelta::days(30)).date_naive();
    let line = format!(
        "         marts.leaver: no model makes it any more; a vacuum removes it from {due} on"
    );
    assert!(said.lines().any(|l| l == line), "{said}");
    let told = text(&project.run(&["status"]).stdout);
    let of_it = told.lines().find(|line| line.contains(TABLE)).unwrap();
    assert!(of_it.ends_with("; no model makes it any more"), "{told}");
    assert_eq!(listed(&project).unwrap()["unused"], true);
    // It is kept, and can be read, as long as older versions of other tables are.
    let removed = project.json(&["vacuum"]);
    assert_eq!(removed["unused"], serde_json::json!([]));
    assert_eq!(project.number("select count(*) from marts.leaver"), rows);
    let since = "select \"table\" from populace.unused_table";
    assert_eq!(project.sql(since), [[TABLE]]);

    // A model that comes back in time finds its table.
    fs::write(project.path("sql/marts/needs/leaver.sql"), MODEL).unwrap();
    let run = project.json(&["run", TABLE]);
    assert_eq!(run["unused"], serde_json::json!([]));
    let of_it = run["models"].as_array().unwrap().iter();
    let mut of_it = of_it.filter(|model| model["model"] == TABLE);
    assert_eq!(of_it.next().unwrap()["state"], "up_to_date");
    assert_eq!(
        project.number("select count(*) from populace.unused_table"),
        0
    );

    fs::remove_file(project.path("sql/marts/needs/leaver.sql")).unwrap();
    let planned = project.json(&["vacuum", "--keep-days", "0", "--dry-run"]);
    assert_eq!(planned["unused"], serde_json::json!([TABLE]));
    assert_eq!(project.number("select count(*) from marts.leaver"), rows);
    let said = text(&project.run(&["vacuum", "--keep-days", "0"]).stderr);
    assert!(
        said.contains("marts.leaver is removed: no model makes it any more"),
        "{said}"
    );
    assert_eq!(listed(&project), None);
    let left = files_below(&project.path("lake"));
    assert!(
        left.keys().all(|file| !file.contains("leaver")),
        "{:?}",
        left.keys()
    );
    let error = project.fails(2, &["sql", "-c", "select count(*) from marts.leaver"]);
    assert!(error.contains("marts.leaver"), "{error}");
    project.ok(&["verify", "lake"]);
    // And a model of that name begins anew.
    fs::write(project.path("sql/marts/needs/leaver.sql"), MODEL).unwrap();
    project.ok(&["run", TABLE]);
    assert_eq!(project.number("select count(*) from marts.leaver"), rows);
}

#[test]
fn an_opt_out_reaches_a_table_that_nothing_makes_anew() {
    let (record, project) = with_a_table_of_old();
    fs::remove_file(project.path("sql/marts/needs/leaver.sql")).unwrap();
    project.ok(&["run", "core.person"]);
    let rows = project.number("select count(*) from marts.leaver");

    let view = r#"{"resourceType":"ViewDefinition","status":"active","resource":"Patient","select":[{"column":[{"name":"nhs","path":"identifier.where(system = 'https://fhir.nhs.uk/Id/nhs-number').value.first()"}]}]}"#;
    fs::write(project.path("nhs.json"), view).unwrap();
    let (fhir, patients) = (record.path().join("fhir"), project.path("patients.csv"));
    let (fhir, patients) = (fhir.to_str().unwrap(), patients.to_str().unwrap());
    project.ok(&["view", "nhs.json", fhir, "-o", patients]);
    let list = record.path().join("opt-outs.txt");
    let mut opted_out = fs::read_to_string(&list).unwrap();
    let numbers = fs::read_to_string(patients).unwrap();
    let people = project.number("select count(*) from core.person");
    for number in numbers.lines().skip(1).filter(|n| n.len() == 10) {
        if opted_out.contains(number) {
            continue;
        }
        opted_out.push_str(&format!("{number}\n"));
        fs::write(&list, &opted_out).unwrap();
        project.ok(&["pull"]);
        project.ok(&["run", "core.person"]);
        if project.number("select count(*) from core.person") < people {
            break;
        }
    }
    assert!(project.number("select count(*) from core.person") < people);
    // Who they are in that table nothing can say: all rows are gone from its newest version.
    assert!(rows > 10);
    assert_eq!(listed(&project).unwrap()["rows"], 0);
    let removed = project.json(&["vacuum", "--keep-days", "0"]);
    assert_eq!(removed["unused"], serde_json::json!([TABLE]));
    let left = files_below(&project.path("lake"));
    assert!(left.keys().all(|file| !file.contains("leaver")));
}
