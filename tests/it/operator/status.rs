//! How nights ended, as `status`, its exit code and `populace.night` tell it.

use crate::project::{Project, synth, text};
use std::fs;

fn project() -> (tempfile::TempDir, Project) {
    let record = synth(20, 1, false);
    let project = Project::over(record.path());
    (record, project)
}

/// What `status` prints, with its exit code.
fn status(project: &Project) -> (Option<i32>, String) {
    let output = project.run(&["status"]);
    (
        output.status.code(),
        text(&output.stdout) + &text(&output.stderr),
    )
}

fn json(project: &Project) -> serde_json::Value {
    let output = project.run(&["status", "--json"]);
    let said = text(&output.stdout);
    assert_eq!(said.lines().count(), 1, "{said}");
    serde_json::from_str(&said).unwrap()
}

/// The outcome of the last night, and what its log says of the step.
fn last_step(project: &Project) -> (String, String, String, String) {
    let status = json(project);
    let night = status["nights"].as_array().unwrap().last().unwrap().clone();
    let step = night["steps"].as_array().unwrap().last().unwrap().clone();
    let word = |value: &serde_json::Value| value.as_str().unwrap().to_string();
    (
        word(&night["outcome"]),
        word(&step["step"]),
        word(&step["outcome"]),
        word(&step["detail"]),
    )
}

#[test]
fn a_failed_check_is_named_in_status_and_in_the_log_of_nights() {
    let (_record, project) = project();
    project.ok(&["nightly"]);
    assert_eq!(status(&project).0, Some(0));
    let model = "/*\ndescription: x\nchecks:\n  - expect: one = 2\n  - not_null: one\n*/\nselect 1 as one union all select 3\n";
    fs::write(project.path("sql/core/broken.sql"), model).unwrap();
    let error = project.fails(1, &["nightly"]);
    assert!(error.contains("core.broken"), "{error}");

    let named = project.sql(
        "select model, failed_check, failed_rows, outcome from populace.night where step = 'check'",
    );
    assert_eq!(named, [["core.broken", "expect: one = 2", "2", "failed"]]);
    let (code, said) = status(&project);
    assert_eq!(code, Some(1), "{said}");
    for part in [
        "  failed\n",
        "check    failed  core.broken: 2 rows break `expect: one = 2`",
        "the last night (",
    ] {
        assert!(said.contains(part), "{part}: {said}");
    }
    let machine = json(&project);
    assert_eq!(machine["exit_code"], 1);
    assert_eq!(
        machine["failed_checks"],
        serde_json::json!([{"model": "core.broken", "check": "expect: one = 2", "rows": 2}])
    );

    fs::remove_file(project.path("sql/core/broken.sql")).unwrap();
    project.ok(&["nightly"]);
    let (code, said) = status(&project);
    assert_eq!(code, Some(0), "{said}");
    assert_eq!(json(&project)["failed_checks"], serde_json::json!([]));
}

#[test]
fn a_night_that_could_not_begin_is_a_night_too() {
    let (record, project) = project();
    // Before there is a lake nothing can be written down, and that is said.
    let key = fs::read_to_string(project.path("test.key")).unwrap();
    fs::remove_file(project.path("test.key")).unwrap();
    let error = project.fails(2, &["nightly"]);
    assert!(
        error.contains("this night is not in the log of nights: there is no lake at"),
        "{error}"
    );
    assert!(error.contains("error: the key file"), "{error}");
    fs::write(project.path("test.key"), &key).unwrap();
    project.ok(&["nightly"]);

    let pipeline = project.path("pipelines/nightly.toml");
    let settings = fs::read_to_string(&pipeline).unwrap();
    let folders = ["csv", "fhir"].map(|name| {
        let away = format!("{name}-away");
        (record.path().join(name), record.path().join(away))
    });
    let lock = || {
        let lock = fs::File::options()
            .write(true)
            .open(project.path("lake/populace.lock"))
            .unwrap();
        fs4::FileExt::lock(&lock).unwrap();
        lock
    };
    let mut held = None;
    for (nights, (cause, code, step, said)) in [
        ("another key", 2, "begin", "was made with another key"),
        ("no key", 2, "begin", "test.key cannot be read"),
        ("parameter", 2, "begin", "'soon' is not a date"),
        ("setting", 2, "begin", "unknown field `kee`"),
        ("syntax", 2, "begin", "pipelines/nightly.toml:"),
        (
            "temporary folder",
            3,
            "begin",
            "cannot use the temporary folder",
        ),
        ("lock", 3, "begin", "another populace command is writing"),
        ("source", 3, "pull", "there is no folder"),
    ]
    .into_iter()
    .enumerate()
    {
        let mut arguments = vec!["nightly"];
        match cause {
            "another key" => fs::write(project.path("test.key"), key.replace("00", "ff")).unwrap(),
            "no key" => fs::remove_file(project.path("test.key")).unwrap(),
            "parameter" => arguments.extend(["--set", "as_of=soon"]),
            "setting" => fs::write(&pipeline, settings.replace("key =", "kee =")).unwrap(),
            "syntax" => fs::write(&pipeline, settings.replace("key =", "key ")).unwrap(),
            "temporary folder" => {
                fs::remove_dir(project.path("tmp")).unwrap();
                fs::write(project.path("tmp"), "").unwrap();
            }
            "lock" => held = Some(lock()),
            // Both sources: one alone does not stop the night.
            _ => folders
                .iter()
                .for_each(|(here, away)| fs::rename(here, away).unwrap()),
        }
        let error = project.fails(code, &arguments);
        assert!(error.contains(said), "{cause}: {error}");
        assert!(!error.contains("not in the log"), "{cause}: {error}");
        held.take();
        fs::write(project.path("test.key"), &key).unwrap();
        fs::write(&pipeline, &settings).unwrap();
        if project.path("tmp").is_file() {
            fs::remove_file(project.path("tmp")).unwrap();
        }
        for (here, away) in folders.iter().filter(|(_, away)| away.exists()) {
            fs::rename(away, here).unwrap();
        }
        let (outcome, last, how, detail) = last_step(&project);
        assert_eq!(
            (outcome.as_str(), how.as_str()),
            ("failed", "failed"),
            "{cause}"
        );
        assert_eq!(last, step, "{cause}");
        assert!(detail.contains(said), "{cause}: {detail}");
        let (code, shown) = status(&project);
        assert_eq!(code, Some(1), "{cause}: {shown}");
        assert!(shown.contains(said), "{cause}: {shown}");
        let count = project.number("select count(distinct night) from populace.night");
        assert_eq!(count, nights as i64 + 2, "{cause}");
    }
    project.ok(&["nightly"]);
    assert_eq!(status(&project).0, Some(0));
}

#[test]
fn a_night_without_an_end_is_running_or_was_cut_short() {
    let (_record, project) = project();
    project.ok(&["nightly"]);
    // A night that only began.
    let began = project.sql("select max(night) from populace.night")[0][0].clone();
    let lake = project.path("lake/populace/night");
    let log = lake.join("_delta_log");
    let mut steps: Vec<_> = fs::read_dir(&log)
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .filter(|path| path.extension().is_some_and(|e| e == "json"))
        .collect();
    steps.sort();
    for later in &steps[1..] {
        fs::remove_file(later).unwrap();
    }
    // Nor has it kept which versions were the newest.
    fs::remove_file(project.path("lake/populace.newest")).unwrap();
    let (code, said) = status(&project);
    assert_eq!(code, Some(1), "{said}");
    assert!(said.contains("no end: cut short"), "{said}");

    let lock = fs::File::options()
        .write(true)
        .truncate(true)
        .open(project.path("lake/populace.lock"))
        .unwrap();
    fs4::FileExt::lock(&lock).unwrap();
    let (code, said) = status(&project);
    assert_eq!(code, Some(1), "another command is at work: {said}");
    fs::write(project.path("lake/populace.lock"), &began).unwrap();
    let (code, said) = status(&project);
    assert_eq!(code, Some(0), "{said}");
    assert!(said.contains("no end: running"), "{said}");
    let error = project.fails(3, &["run"]);
    assert!(
        error.contains(&format!(
            "cause: the night that began at {began} has not ended"
        )),
        "{error}"
    );
    drop(lock);
    let output = project.run(&["nightly"]);
    let said = text(&output.stderr);
    assert!(
        said.contains(&format!(
            "the night of {began} was cut short; this one finishes its work"
        )),
        "{said}"
    );
    assert_eq!(status(&project).0, Some(0));
}

#[test]
fn status_shows_how_fresh_tables_are_and_the_last_releases() {
    let (_record, project) = project();
    let before = chrono::Utc::now();
    project.ok(&["nightly"]);
    let machine = json(&project);
    let tables = machine["tables"].as_array().unwrap();
    assert!(tables.len() > 20);
    for table in tables {
        let changed = table["changed"].as_str().unwrap();
        let changed = chrono::DateTime::parse_from_rfc3339(changed).unwrap();
        assert!(changed >= before - chrono::TimeDelta::seconds(1), "{table}");
    }
    let releases = machine["releases"].as_array().unwrap();
    assert_eq!(releases.len(), 1, "{machine}");
    let name = releases[0]["release"].as_str().unwrap();
    assert!(project.path("releases").join(name).is_dir());
    // The log names the reports that were released.
    let released = project.sql("select detail from populace.night where step = 'release'");
    let made = format!("{name} made (population_profile, use_of_services)");
    assert_eq!(released, [[made]]);
    let (_, said) = status(&project);
    assert!(said.contains(&format!("Last releases\n  {name}")), "{said}");
}
