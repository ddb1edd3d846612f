//! `populace audit`: the log of who ran what, and what left.

use crate::project::{Project, files_below, repository, text};
use serde_json::Value;

fn project() -> Project {
    let project = Project::over(&repository().join("data-samples"));
    project.ok(&["nightly", "-q"]);
    project
}

fn audited(project: &Project) -> Value {
    project.json(&["audit"])
}

/// The entries of an event.
fn of(log: &Value, event: &str) -> Vec<Value> {
    let entries = log["log"].as_array().unwrap().iter();
    entries.filter(|e| e["event"] == event).cloned().collect()
}

#[test]
fn it_says_who_ran_what_and_what_left() {
    let project = project();
    std::fs::write(
        project.path("question.sql"),
        "select sex from core.person where age > 17",
    )
    .unwrap();
    let asked = [
        "sql",
        "--record-level",
        "duplicate contacts, ticket 12",
        "-f",
        "question.sql",
    ];
    project.ok(&asked);
    project.fails(2, &["run", "core.persn"]);
    project.ok(&["run", "--set", "as_of=2026-08-31"]);
    let log = audited(&project);
    assert_eq!(log["broken"], Value::Null);
    assert_eq!(of(&log, "begun").len(), 1);
    let release = of(&log, "release").remove(0);
    let id = release["release"].as_str().unwrap();
    let manifest = std::fs::read(project.path("releases").join(id).join("manifest.json")).unwrap();
    use sha2::Digest;
    let digest: String = sha2::Sha256::digest(&manifest)
        .iter()
        .map(|b| format!("{b:02x}"))
        .collect();
    assert_eq!(release["manifest_sha256"], digest.as_str());
    assert_eq!(release["command"], "nightly");
    let read = of(&log, "record_level").remove(0);
    assert_eq!(read["reason"], "duplicate contacts, ticket 12");
    assert_eq!(read["tables"], "core.person");
    assert!(!read.to_string().contains("> 17"), "no literal: {read}");
    let ends: Vec<(String, u64)> = of(&log, "end")
        .iter()
        .map(|e| {
            let command = e["command"].as_str().unwrap().to_string();
            (command, e["exit_code"].as_u64().unwrap())
        })
        .collect();
    let expected = [
        ("nightly", 0),
        ("sql", 0),
        ("run core.persn", 2),
        ("run", 0),
    ];
    let expected: Vec<(String, u64)> = expected.map(|(c, n)| (c.to_string(), n)).to_vec();
    assert_eq!(ends, expected);
    assert_eq!(of(&log, "end")[3]["parameters"], "as_of=2026-08-31");
    // Who has the SQL finds where it was used; others learn nothing from the digest.
    let found = project.json(&["audit", "--query", "question.sql"]);
    assert_eq!(found["log"].as_array().unwrap().len(), 1);
    assert_eq!(found["log"][0]["entry"], read["entry"]);
    let page = project.run(&["audit", "--query", "question.sql"]);
    assert!(!text(&page.stderr).contains("no entry"));
    std::fs::write(project.path("other.sql"), "select age from core.person").unwrap();
    let nothing = project.run(&["audit", "--query", "other.sql"]);
    let said = text(&nothing.stderr);
    assert!(nothing.status.success(), "{said}");
    assert!(
        said.contains("no entry that was asked for read records with the query in other.sql"),
        "{said}"
    );
    let tomorrow = project.json(&["audit", "--since", "2999-01-01"]);
    assert_eq!(tomorrow["log"].as_array().unwrap().len(), 0);
    assert_eq!(tomorrow["entries"], log["entries"]);
    let page = project.ok(&["audit"]);
    assert!(
        page.contains("read records of core.person") && page.contains("ticket 12"),
        "{page}"
    );
}

#[test]
fn the_key_of_the_lake_checks_it_and_no_other() {
    let project = project();
    std::fs::write(project.path("test.key"), "ff".repeat(32)).unwrap();
    let said = project.fails(2, &["audit"]);
    assert!(said.contains("with the key of the lake only"), "{said}");
    std::fs::remove_file(project.path("test.key")).unwrap();
    let said = project.fails(2, &["audit"]);
    assert!(said.contains("with the key of the lake only"), "{said}");
    // Who has no key writes entries all the same.
    project.ok(&["run"]);
    let query = [
        "sql",
        "--record-level",
        "a test",
        "-c",
        "select sex from core.person",
    ];
    project.ok(&query);
}

#[test]
fn a_log_that_lost_entries_is_found_and_stops_records_and_releases() {
    let project = project();
    let lake = project.path("lake");
    let before = files_below(&lake);
    project.ok(&["run"]);
    project.ok(&["run"]);
    // Somebody puts the log and what guards it back, but for its newest key.
    let audit = |name: &String| name.starts_with("populace/audit/");
    for name in files_below(&lake).keys().filter(|name| audit(name)) {
        std::fs::remove_file(lake.join(name)).unwrap();
    }
    for (name, bytes) in before.iter().filter(|(name, _)| audit(name)) {
        std::fs::write(lake.join(name), bytes).unwrap();
    }
    std::fs::write(lake.join("populace.newest"), &before["populace.newest"]).unwrap();
    let output = project.run(&["audit"]);
    assert_eq!(output.status.code(), Some(1));
    let said = text(&output.stderr);
    assert!(
        said.contains("is missing: the newest entries are gone"),
        "{said}"
    );
    let query = [
        "sql",
        "--record-level",
        "a test",
        "-c",
        "select sex from core.person",
    ];
    let said = project.fails(1, &query);
    assert!(said.contains("records may not be printed"), "{said}");
    assert!(said.contains("`populace pull`"), "{said}");
    std::fs::remove_dir_all(project.path("releases")).unwrap();
    let said = project.fails(1, &["release"]);
    assert!(said.contains("nothing is released"), "{said}");
    assert!(!project.path("releases").exists());
    // Whoever has the key goes on, and the log tells of it from then on.
    project.ok(&["pull"]);
    project.ok(&query);
    project.ok(&["release"]);
    let output = project.run(&["audit"]);
    assert_eq!(output.status.code(), Some(1));
    let said = text(&output.stderr);
    assert!(
        said.contains("goes on where the newest key was lost"),
        "{said}"
    );
}

#[test]
fn a_log_without_its_newest_key_is_not_continued() {
    let project = project();
    for bytes in [None, Some("blake3 00\n{}\n")] {
        let head = project.path("lake/populace.audit");
        match bytes {
            None => std::fs::remove_file(&head).unwrap(),
            Some(bytes) => std::fs::write(&head, bytes).unwrap(),
        }
        let output = project.run(&["audit"]);
        assert_eq!(output.status.code(), Some(1), "{}", text(&output.stderr));
        let query = [
            "sql",
            "--record-level",
            "a test",
            "-c",
            "select sex from core.person",
        ];
        let output = project.run(&query);
        assert_eq!(output.status.code(), Some(1));
        assert!(output.stdout.is_empty());
    }
}

#[test]
fn commands_at_once_leave_one_chain() {
    let project = project();
    let before = audited(&project)["entries"].as_u64().unwrap();
    let query = "select sex from core.person";
    let children: Vec<_> = (0..6)
        .map(|_| {
            let asked = ["sql", "--record-level", "a test", "-c", query];
            let mut command = project.command(&asked);
            command.stdout(std::process::Stdio::null());
            command.spawn().unwrap()
        })
        .collect();
    for mut child in children {
        assert!(child.wait().unwrap().success());
    }
    let log = audited(&project);
    assert_eq!(log["broken"], Value::Null);
    assert_eq!(log["entries"].as_u64().unwrap(), before + 12);
    // Many commits are put together, and the chain is the same.
    for _ in 0..20 {
        project.ok(&["sql", "--record-level", "a test", "-c", query]);
    }
    assert_eq!(audited(&project)["broken"], Value::Null);
}
