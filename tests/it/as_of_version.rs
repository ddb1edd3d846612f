//! `--as-of-version`: what a query saw before.

use crate::project::{Project, synth};

fn flag(id: &str) -> String {
    format!(
        r#"{{"resourceType":"Flag","id":"{id}","status":"active","code":{{"coding":[{{"code":"1"}}]}},"subject":{{"reference":"Patient/nobody"}}}}"#
    )
}

#[test]
fn two_nights() {
    let record = synth(30, 8, false);
    let project = Project::over(record.path());
    project.ok(&["pull"]);
    let rows = "select count(*) from record.flag";
    let count = |arguments: &[&str]| -> i64 {
        let query = [
            "sql",
            "--record-level",
            "a test",
            "--format",
            "csv",
            "-c",
            rows,
        ];
        let answer = project.ok(&[&query, arguments].concat());
        answer.lines().nth(1).unwrap().parse().unwrap()
    };
    let before = count(&[]);
    let log = project.path("lake/record/flag/_delta_log");
    // The first night was on the first of January 2026 at two in the morning.
    let first = log.join("00000000000000000000.json");
    let commit = std::fs::read_to_string(&first).unwrap();
    let at = commit.find("\"timestamp\":").unwrap() + "\"timestamp\":".len();
    let end = at + commit[at..].find(',').unwrap();
    std::fs::write(
        &first,
        format!("{}1767232800000{}", &commit[..at], &commit[end..]),
    )
    .unwrap();
    let text = [flag("x"), flag("y")].join("\n");
    std::fs::write(record.path().join("fhir/Flag.900.ndjson"), text).unwrap();
    project.ok(&["pull"]);

    assert_eq!(count(&[]), before + 2);
    assert_eq!(count(&["--as-of-version", "record.flag=0"]), before);
    assert_eq!(count(&["--as-of-version", "record.flag=1"]), before + 2);
    assert_eq!(count(&["--as-of-version", "2026-01-01T02:00:00Z"]), before);
    assert_eq!(
        count(&["--as-of-version", "2026-01-01T03:00:00+01:00"]),
        before
    );
    assert_eq!(count(&["--as-of-version", "2026-01-01"]), before);
    assert_eq!(count(&["--as-of-version", "9999-12-31"]), before + 2);
    // A table's own version goes before the moment.
    assert_eq!(
        count(&[
            "--as-of-version",
            "2026-01-01",
            "--as-of-version",
            "record.flag=1"
        ]),
        before + 2
    );

    let fails = |code: i32, value: &str| {
        project.fails(
            code,
            &[
                "sql",
                "--record-level",
                "a test",
                "-c",
                rows,
                "--as-of-version",
                value,
            ],
        )
    };
    let error = fails(2, "2025-12-31");
    assert!(
        error.contains("table record.flag did not exist yet at 2025-12-31T23:59:59Z"),
        "{error}"
    );
    assert!(error.contains("hint: give a later moment"), "{error}");
    let error = fails(2, "record.flag=7");
    assert!(
        error.contains("table record.flag has no version 7: its newest is 1"),
        "{error}"
    );
    let error = fails(2, "record.flga=0");
    assert!(error.contains("there is no table record.flga"), "{error}");
    assert!(error.contains("did you mean 'record.flag'?"), "{error}");
    let error = fails(2, "record.patient=0");
    assert!(
        error.contains("--as-of-version names record.patient, which the query does not read"),
        "{error}"
    );
    let error = fails(2, "last week");
    assert!(
        error.contains("2026-11-20T02:00:00Z or 2026-11-20"),
        "{error}"
    );
    let error = project.fails(
        2,
        &[
            "sql",
            "--record-level",
            "a test",
            "-c",
            rows,
            "--as-of-version",
            "record.flag=0",
            "--as-of-version",
            "record.flag=1",
        ],
    );
    assert!(error.contains("gives record.flag two versions"), "{error}");

    // A file of the first version was vacuumed, and the newest version still reads.
    let unlinked = project.path("lake/record/flag/shard=-1");
    let kept = project.sql("select count(*) from record.flag where person_key is null");
    assert_eq!(kept[0][0], "2");
    let old = gone(
        &commit,
        &std::fs::read_to_string(log.join("00000000000000000001.json")).unwrap(),
    );
    match old {
        Some(path) => std::fs::remove_file(project.path("lake/record/flag").join(path)).unwrap(),
        None => {
            // The second night only added: take a file of the first one away.
            let path = added(&commit).remove(0);
            std::fs::remove_file(project.path("lake/record/flag").join(path)).unwrap();
        }
    }
    assert!(unlinked.exists());
    let error = fails(3, "record.flag=0");
    assert!(
        error.contains("table record.flag can no longer be read at version 0"),
        "{error}"
    );
    assert!(
        error.contains("of its") && error.contains("files are gone"),
        "{error}"
    );
    assert!(error.contains("hint: "), "{error}");
}

/// The files that a commit adds.
fn added(commit: &str) -> Vec<String> {
    let actions = commit
        .lines()
        .map(|line| serde_json::from_str::<serde_json::Value>(line).unwrap());
    actions
        .filter_map(|action| Some(action["add"]["path"].as_str()?.to_string()))
        .collect()
}

/// A file that the first commit adds and the second removes.
fn gone(first: &str, second: &str) -> Option<String> {
    let removed: Vec<String> = second
        .lines()
        .map(|line| serde_json::from_str::<serde_json::Value>(line).unwrap())
        .filter_map(|action| Some(action["remove"]["path"].as_str()?.to_string()))
        .collect();
    added(first).into_iter().find(|path| removed.contains(path))
}

#[test]
fn a_damaged_log_is_an_error_with_a_hint() {
    let record = synth(30, 8, false);
    let project = Project::over(record.path());
    project.ok(&["pull"]);
    std::fs::write(record.path().join("fhir/Flag.900.ndjson"), flag("x")).unwrap();
    project.ok(&["pull"]);
    std::fs::write(record.path().join("fhir/Flag.901.ndjson"), flag("y")).unwrap();
    project.ok(&["pull"]);
    let log = project.path("lake/record/flag/_delta_log");
    let query = [
        "sql",
        "--record-level",
        "a test",
        "-c",
        "select count(*) as flags, max(code) as code from record.flag",
    ];
    let damaged = |damage: &dyn Fn()| {
        let commits: Vec<_> = (0..3)
            .map(|n| log.join(format!("{n:020}.json")))
            .map(|path| (path.clone(), std::fs::read(&path).unwrap()))
            .collect();
        damage();
        for command in [&query[..], &["pull"], &["status"]] {
            let error = project.fails(3, command);
            assert!(
                error.contains("the log of table record.flag cannot be read"),
                "{error}"
            );
            assert!(
                error.contains("hint: restore it from a copy of the lake, or run `populace pull"),
                "{error}"
            );
            assert!(!error.contains("panicked"), "{error}");
        }
        for (path, bytes) in commits {
            std::fs::write(path, bytes).unwrap();
        }
        project.ok(&query);
    };
    let last = log.join("00000000000000000002.json");
    let middle = log.join("00000000000000000001.json");
    let text = std::fs::read_to_string(&last).unwrap();
    // Cut off in the middle of an action.
    damaged(&|| std::fs::write(&last, &text[..text.len() - 40]).unwrap());
    // Empty, garbled, not UTF-8.
    damaged(&|| std::fs::write(&last, "garbage\n").unwrap());
    damaged(&|| std::fs::write(&last, b"\xff\xfe\x00{").unwrap());
    // A version is missing in between.
    damaged(&|| std::fs::remove_file(&middle).unwrap());
    // The first one, which says what the columns are.
    damaged(&|| std::fs::remove_file(log.join("00000000000000000000.json")).unwrap());

    // The log is whole and a data file is not there.
    let path = added(&text).remove(0);
    std::fs::remove_file(project.path("lake/record/flag").join(path)).unwrap();
    let error = project.fails(3, &query);
    assert!(error.contains("cause: it is not there"), "{error}");
    assert!(
        error.contains("record/flag/") && error.contains("hint: restore it"),
        "{error}"
    );
    std::fs::write(record.path().join("fhir/Flag.902.ndjson"), flag("z")).unwrap();
    let error = project.fails(3, &["pull"]);
    assert!(
        error.contains("of table record.flag is damaged\ncause: it is not there"),
        "{error}"
    );
    assert!(error.contains("hint: restore it"), "{error}");
}
