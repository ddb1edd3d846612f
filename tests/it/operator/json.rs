//! `--json`: one line of JSON on standard output, whatever happens.

use crate::project::{Project, populace, synth, text};

/// The one line that a command prints.
fn line(output: &std::process::Output, what: &str) -> serde_json::Value {
    let said = text(&output.stdout);
    assert_eq!(said.lines().count(), 1, "{what}: {said}");
    serde_json::from_str(&said).unwrap_or_else(|e| panic!("{what}: {e}: {said}"))
}

#[test]
fn wrong_use_is_one_line_of_json_too() {
    let record = synth(20, 1, false);
    let project = Project::over(record.path());
    project.ok(&["pull"]);
    for (arguments, kind, code, said, told) in [
        (&["--json"][..], "usage", 2, "there is no command", "--help"),
        (
            &["nigtly", "--json"],
            "usage",
            2,
            "unrecognized subcommand 'nigtly'",
            "'nightly'",
        ),
        (
            &["status", "--json", "--jsn"],
            "usage",
            2,
            "unexpected argument '--jsn'",
            "'--json'",
        ),
        (
            &["pull", "--json", "--threads", "many"],
            "usage",
            2,
            "--threads",
            "help",
        ),
        (
            &["release", "--json", "absent"],
            "usage",
            2,
            "there is no report 'absent'",
            "there are",
        ),
        (
            &["run", "--json", "core.persn"],
            "usage",
            2,
            "there is no model",
            "'core.person'",
        ),
        (
            &["pull", "--json", "--set", "as_off=2026-01-01"],
            "usage",
            2,
            "as_off",
            "'as_of'",
        ),
        (
            &["pull", "--json", "-p", "absent.toml"],
            "usage",
            2,
            "absent.toml",
            "--pipeline",
        ),
        (
            &["sql", "--json", "-c", "select 1"],
            "usage",
            2,
            "--json",
            "--output",
        ),
        (
            &["sql", "--json", "-o", "x.csv", "-c", "select x"],
            "usage",
            2,
            "query:1:8",
            "",
        ),
        (
            &["vacuum", "--json", "--keep-days", "-1"],
            "usage",
            2,
            "--keep-days",
            "",
        ),
        (
            &["view", "--json", "absent.json", "x"],
            "usage",
            2,
            "--json",
            "--output",
        ),
        (
            &["view", "--json", "-o", "x.csv", "absent.json", "x"],
            "usage",
            2,
            "absent.json",
            "",
        ),
        (
            &["synth", "--json", "--people", "5"],
            "usage",
            2,
            "--out",
            "",
        ),
        (
            &["init", "--json", "test.key"],
            "usage",
            2,
            "not a folder",
            "folder",
        ),
        (
            &["key", "rotate", "--json", "--abandon"],
            "usage",
            2,
            "no rotation",
            "",
        ),
        (
            &["nightly", "--json", "--temp-dir", "test.key/x"],
            "data",
            3,
            "temporary folder",
            "--temp-dir",
        ),
        (
            &["check", "--json", "--set", "x"],
            "usage",
            2,
            "--set x",
            "name=value",
        ),
        (
            &["plan", "--json", "nowhere.*"],
            "usage",
            2,
            "nowhere.*",
            "there are",
        ),
        (&["status", "--json", "--nope"], "usage", 2, "--nope", ""),
    ] {
        let mut command = populace();
        command.current_dir(project.path("")).args(arguments);
        let output = command.output().unwrap();
        let what = format!("{arguments:?}: {}", text(&output.stderr));
        assert_eq!(output.status.code(), Some(code), "{what}");
        let found = line(&output, &what);
        let error = &found["error"];
        let keys: Vec<&String> = error.as_object().unwrap().keys().collect();
        assert_eq!(
            keys,
            ["cause", "exit_code", "hint", "kind", "message"],
            "{what}"
        );
        assert_eq!(error["kind"], kind, "{what}");
        assert_eq!(error["exit_code"], code, "{what}");
        let message = error["message"].as_str().unwrap().to_string();
        let cause = error["cause"].as_str().unwrap_or_default();
        assert!((message + cause).contains(said), "{what}: {found}");
        assert!(
            error["hint"].as_str().unwrap_or_default().contains(told),
            "{what}: {found}"
        );
    }
}

#[test]
fn every_command_prints_one_line_of_json() {
    let record = synth(20, 1, false);
    let project = Project::over(record.path());
    for arguments in [
        &["nightly"][..],
        &["pull"],
        &["run"],
        &["release"],
        &["release", "--dry-run"],
        &["plan"],
        &["check"],
        &["status"],
        &["vacuum"],
        &["vacuum", "--dry-run"],
        &["sql", "-c", "select 1 as one", "-o", "rows.csv"],
        &["sql", "-c", "show functions", "-o", "functions.csv"],
        &["key", "new"],
        &["key", "fingerprint"],
        &["key", "rotate"],
        &["synth", "--people", "5", "-o", "record"],
        &["init", "another"],
    ] {
        let mut arguments = arguments.to_vec();
        arguments.push("--json");
        let output = project.run(&arguments);
        let what = format!("{arguments:?}: {}", text(&output.stderr));
        assert!(output.status.success(), "{what}");
        line(&output, &what);
    }
    let output = project.run(&["sql", "-c", "select 1 as one", "-o", "rows.csv", "--json"]);
    assert_eq!(line(&output, "sql")["rows"], 1);
    let key = project.json(&["key", "new"]);
    assert_eq!(key["key"].as_str().unwrap().len(), 64);
}

#[test]
fn several_problems_are_still_one_line() {
    let record = synth(20, 1, false);
    let project = Project::over(record.path());
    for name in ["a", "b"] {
        let model = "/*\ndescription: x\n*/\nselect nothing_like_it from core.person\n";
        std::fs::write(project.path(&format!("sql/core/{name}.sql")), model).unwrap();
    }
    let output = project.run(&["check", "--json"]);
    assert_eq!(output.status.code(), Some(2));
    line(&output, "check");
    let said = text(&output.stderr);
    assert!(
        said.contains("sql/core/a.sql") && said.contains("sql/core/b.sql"),
        "{said}"
    );
}

/// Objects whose keys are names of sources, tables or reasons.
const BY_NAME: [&str; 11] = [
    "rejected",
    "passed_over_because",
    "opted_out_rows",
    "kept_out_rows",
    "future_times",
    "future_exports",
    "sources",
    "unlinked",
    "without_view",
    "failed_at_server",
    "unresolved_references",
];

/// Every key below `value`, in the order in which they stand.
fn keys(value: &serde_json::Value, within: &str, found: &mut Vec<String>) {
    match value {
        serde_json::Value::Object(members) => {
            for (key, below) in members {
                if !BY_NAME.contains(&within) {
                    found.push(key.clone());
                }
                keys(below, key, found);
            }
        }
        serde_json::Value::Array(items) => items.iter().for_each(|item| keys(item, within, found)),
        _ => {}
    }
}

#[test]
fn every_key_is_in_the_documentation() {
    let record = synth(20, 1, false);
    let project = Project::over(record.path());
    let night = project.json(&["nightly"]);
    let text = std::fs::read_to_string(crate::project::repository().join("docs/operations.md"));
    let text = text.unwrap();
    let (_, section) = text.split_once("## JSON summaries").unwrap();
    let (section, _) = section.split_once("\n## ").unwrap();
    assert_eq!(night["verify"]["damaged"], serde_json::json!([]));
    assert!(night["verify"]["files"].as_u64().unwrap() > 0);
    let release = night["release"]["release"].as_str().unwrap();
    for (command, arguments) in [
        ("nightly", &["nightly"][..]),
        ("pull", &["pull"]),
        ("run", &["run"]),
        ("release", &["release"]),
        ("plan", &["plan"]),
        ("verify lake", &["verify", "lake"]),
        ("verify RELEASE", &["verify", release]),
        ("check", &["check"]),
        ("status", &["status"]),
        ("vacuum", &["vacuum"]),
        ("sql", &["sql", "-c", "select 1 as one", "-o", "rows.csv"]),
        ("key new", &["key", "new"]),
        ("key fingerprint", &["key", "fingerprint"]),
        ("synth", &["synth", "--people", "5", "-o", "record"]),
        ("init", &["init", "another"]),
    ] {
        let summary = project.json(arguments);
        let row = format!("| `{command}` |");
        let row = section.lines().find(|line| line.starts_with(&row));
        let row = row.unwrap_or_else(|| panic!("{command} is not in the table"));
        if let Some(members) = summary.as_object() {
            for key in members.keys() {
                assert!(row.contains(&format!("`{key}`")), "{command}: {key}: {row}");
            }
        }
        let mut all = Vec::new();
        keys(&summary, "", &mut all);
        for key in all {
            assert!(section.contains(&format!("`{key}`")), "{command}: {key}");
        }
    }
}
