//! What the rows of models rest on, as `populace plan --kinds` says it.

use crate::project::{Project, pipeline_over, repository, text};
use std::fmt::Write;

/// A project with the shipped library, without a lake.
fn project() -> Project {
    let project = Project::with_library();
    project.write_pipeline(&pipeline_over(&repository().join("data-samples")));
    project
}

/// The kinds of the shipped models are those of `model_kinds.txt`, which POPULACE_UPDATE=1 writes anew: a
/// model that was person-local and is global costs every night.
#[test]
fn the_kinds_of_shipped_models_are_kept() {
    let project = project();
    let kinds = project.json(&["plan", "--kinds"]);
    let mut lines: Vec<String> = Vec::new();
    for model in kinds.as_array().unwrap() {
        let name = model["model"].as_str().unwrap();
        let mut line = format!("{name}: {}", model["kind"].as_str().unwrap());
        if let Some(cause) = model.get("global") {
            let (node, why) = (cause["node"].as_str().unwrap(), &cause["why"]);
            write!(line, ", {node}: {}", why.as_str().unwrap()).unwrap();
            // Where a line is named, the clause is near it.
            if let Some(place) = cause.get("line") {
                assert!(place.as_u64().unwrap() > 1, "{line}");
            }
        }
        lines.push(line);
    }
    lines.sort();
    let found = lines.join("\n") + "\n";
    let file = repository().join("tests/it/model_kinds.txt");
    if std::env::var_os("POPULACE_UPDATE").is_some() {
        std::fs::write(&file, &found).unwrap();
    }
    let kept = std::fs::read_to_string(&file).unwrap();
    for (found, kept) in found.lines().zip(kept.lines()) {
        assert_eq!(found, kept, "model_kinds.txt");
    }
    assert_eq!(found.lines().count(), kept.lines().count());
    assert!(!project.path("lake").exists());
}

/// A global model is told with the line of its file that makes it so.
#[test]
fn the_line_that_makes_a_model_global_is_named() {
    let project = project();
    let header = "/*\ndescription: x\n*/\n";
    let models = [
        (
            "grouped",
            "select sex, count(*) as people\nfrom core.person\ngroup by\n    sex",
            "global\n    group by: the person key is not among its columns (sql/own/grouped.sql:7)\n",
        ),
        (
            "tied",
            "select\n    person_key,\n    row_number() over (\n        partition by person_key order by started_date\n    ) as n\nfrom core.contact",
            "global\n    row_number() over: its order may leave rows alike; end it with a column that tells them apart, such as a record key (sql/own/tied.sql:7)\n",
        ),
        (
            "local",
            "select person_key, sex from core.person",
            "person-local\n",
        ),
        ("constant", "select * from reference.month", "constant\n"),
        (
            "later",
            "select * from own.grouped",
            "global\n    from: it reads own.grouped, which is made of people\n",
        ),
        (
            "first_few",
            "select person_key from core.person limit 5",
            "global\n    limit: which rows it keeps rests on all of them (sql/own/first_few.sql:4)\n",
        ),
    ];
    std::fs::create_dir_all(project.path("sql/own")).unwrap();
    for (name, sql, _) in models {
        let file = project.path(&format!("sql/own/{name}.sql"));
        std::fs::write(file, format!("{header}{sql}\n")).unwrap();
    }
    let said = project.ok(&["plan", "--kinds", "own.*"]);
    for (name, _, kind) in models {
        let line = format!("{:<40} {kind}", format!("own.{name}"));
        assert!(said.contains(&line), "{line}\n{said}");
    }
    // What they need is told too.
    assert!(said.contains(&format!("{:<40} person-local\n", "core.person")));
}

/// A date by a rule is resolved, and said.
#[test]
fn a_date_by_a_rule_is_resolved_and_said() {
    let project = Project::over(&repository().join("data-samples"));
    let file = project.path("pipelines/nightly.toml");
    let before = std::fs::read_to_string(&file).unwrap();
    let written = "as_of = { type = \"date\", default = \"2026-09-30\"";
    assert!(before.contains(written), "{before}");
    let rule = "as_of = { type = \"date\", default = \"end of last month\"";
    std::fs::write(&file, before.replace(written, rule)).unwrap();
    let sql = "sql/own/day.sql";
    std::fs::create_dir_all(project.path("sql/own")).unwrap();
    std::fs::write(
        project.path(sql),
        "/*\ndescription: x\n*/\nselect $as_of as day\n",
    )
    .unwrap();
    project.ok(&["pull"]);
    let output = project.run(&["run", "own.day"]);
    assert!(output.status.success(), "{}", text(&output.stderr));
    let day = &project.sql("select day from own.day")[0][0];
    let said = format!("         as_of is {day} (end of last month)\n");
    assert!(
        text(&output.stderr).contains(&said),
        "{day}: {}",
        text(&output.stderr)
    );
    let first = chrono::NaiveDate::parse_from_str(day, "%Y-%m-%d").unwrap();
    let first = first.succ_opt().unwrap().to_string();
    assert!(first.ends_with("-01"), "{day}");

    let again = project.run(&["plan", "own.day"]);
    assert!(text(&again.stderr).contains(&format!("as_of is {day} (end of last month)")));
    assert!(text(&again.stdout).contains("up to date"));
    let other = project.run(&["plan", "own.day", "--set", "as_of=2026-09-30"]);
    assert!(!text(&other.stderr).contains("end of last month"));

    std::fs::write(
        &file,
        before.replace(written, &rule.replace("end of last month", "today")),
    )
    .unwrap();
    let error = project.fails(2, &["plan"]);
    assert!(
        error.contains("'today' is not a date, nor \"yesterday\" or \"end of last month\"")
            && error.contains("such as 2026-11-22"),
        "{error}"
    );
}
