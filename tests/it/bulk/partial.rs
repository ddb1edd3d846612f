//! Exports of which the server failed a part, and says so in files of errors: what came is kept, and
//! asked for again.

use super::export::{Export, ServedFile};
use super::record::{Record, contents, served};
use super::server::Server;
use crate::cases::csv_sender::{file, spell};
use crate::project::Project;
use std::sync::LazyLock;

static RECORD: LazyLock<Record> = LazyLock::new(|| Record::new(12, 35, false));

const SINCE: &str = "_since=2026-10-01T02%3A00%3A00.000Z";

fn outcome(severity: &str, code: &str, diagnostics: &str) -> String {
    format!(
        r#"{{"resourceType":"OperationOutcome","issue":[{{"severity":"{severity}","code":"{code}","diagnostics":"{diagnostics}"}}]}}"#
    ) + "\n"
}

fn errors(text: &str) -> ServedFile {
    ServedFile {
        role: "error",
        ..served("OperationOutcome", text.as_bytes().to_vec())
    }
}

/// The files of the record, without those of Observations, and what is said in their place.
fn without_observations(errors: Vec<ServedFile>) -> Vec<ServedFile> {
    let mut files = RECORD.files(20_000);
    files.retain(|file| file.kind != "Observation");
    files.extend(errors);
    files
}

fn rows(project: &Project, table: &str) -> i64 {
    project.number(&format!("select count(*) from record.{table}"))
}

const OBSERVATIONS: &str = "Observation";
const CHANGES: &str = "everything since 2026-10-01T02:00:00.000Z";

/// What was asked for, in the order of asking: types, and since when.
fn kick_offs(server: &Server) -> Vec<String> {
    let asked = server.asked("GET", "/fhir/$export");
    let parameters = asked.iter().map(|one| {
        let url = format!("http://server{}", one.target);
        let url = url::Url::parse(&url).unwrap();
        let all: std::collections::BTreeMap<String, String> =
            url.query_pairs().into_owned().collect();
        let types = all
            .get("_type")
            .map_or("everything", String::as_str)
            .to_string();
        types
            + &all
                .get("_since")
                .map_or(String::new(), |since| format!(" since {since}"))
    });
    parameters.collect()
}

fn kick_off(server: &Server) -> String {
    server
        .asked("GET", "/fhir/$export")
        .last()
        .unwrap()
        .target
        .clone()
}

#[test]
fn an_export_of_which_the_server_failed_files_is_an_error_and_asked_for_again() {
    let failed = outcome(
        "error",
        "exception",
        "Observation 9434765919 could not be read",
    );
    let lacking = without_observations(vec![errors(&failed), errors(&failed.repeat(2))]);
    let server = Server::start(Export::good(lacking));
    let project = RECORD.project(&server, "");
    for night in 0..2 {
        let error = project.fails(3, &["pull"]);
        for said in [
            "source record: the server failed to export all that was asked for",
            "its 2 files of errors hold 3 error/exception; of Observation",
            "what came is in the lake; the next pull asks for everything of Observation again",
            "accept_missing_types = [\"Observation\"]",
        ] {
            assert!(error.contains(said), "{error}");
        }
        assert!(!error.contains("9434765919"), "{error}");
        // What came is kept, and the job is done with.
        assert_eq!(rows(&project, "observation"), 0);
        assert!(rows(&project, "condition") > 0);
        assert_eq!(server.open_jobs(), 0);
        // The second night asks for all Observations, and for what changed of the others.
        let asked = kick_offs(&server);
        let asked: Vec<&str> = asked.iter().map(String::as_str).collect();
        match night {
            0 => assert_eq!(asked, ["everything"]),
            _ => assert_eq!(asked[1..], [OBSERVATIONS, CHANGES]),
        }
    }
    let status = project.ok(&["status"]);
    assert!(
        status.contains("incomplete: of the export of 2")
            && status.contains("3 error/exception; of Observation"),
        "{status}"
    );
    // When nothing fails any more, all is here, and only changes are asked for from then on.
    server.change(|export| export.files = RECORD.files(20_000));
    project.ok(&["pull", "-q"]);
    assert_eq!(kick_offs(&server)[3..], [OBSERVATIONS, CHANGES]);
    RECORD.assert_in(&project);
    let status = project.json(&["status"]);
    assert_eq!(status["incomplete_exports"], serde_json::json!({}));
    project.ok(&["pull", "-q"]);
    assert_eq!(kick_offs(&server)[5..], [CHANGES]);

    // Of changes, too, what failed is asked for again, from the same time on.
    let changed = RECORD.files(usize::MAX);
    let goals = changed
        .iter()
        .find(|file| file.kind == "Condition")
        .unwrap();
    let line = String::from_utf8_lossy(&goals.bytes)
        .lines()
        .next()
        .unwrap()
        .to_string();
    server.change(|export| {
        export.files = vec![served("Condition", line.into_bytes()), errors(&failed)];
        export.transaction_time = "2026-10-02T02:00:00.000Z".to_string();
    });
    let error = project.fails(3, &["pull"]);
    let again = "asks for what changed since 2026-10-01T02:00:00.000Z of Observation again";
    assert!(error.contains(again), "{error}");
    server.change(|export| export.transaction_time = "2026-10-03T02:00:00.000Z".to_string());
    project.fails(3, &["pull"]);
    let missed = "Observation since 2026-10-01T02:00:00.000Z";
    assert_eq!(
        kick_offs(&server)[6..],
        [CHANGES, missed, "everything since 2026-10-02T02:00:00.000Z"]
    );
    // What is said of the time since which it is missed does not move on with the nights.
    server.change(|export| {
        export.files.truncate(1);
        export.transaction_time = "2026-10-04T02:00:00.000Z".to_string();
    });
    project.ok(&["pull", "-q"]);
    assert_eq!(
        kick_offs(&server)[9..],
        [missed, "everything since 2026-10-03T02:00:00.000Z"]
    );
    project.ok(&["pull", "-q"]);
    assert_eq!(
        kick_offs(&server)[11..],
        ["everything since 2026-10-04T02:00:00.000Z"]
    );
    RECORD.assert_contents(&project);
}

#[test]
fn a_server_that_exports_all_types_or_none_is_asked_for_everything() {
    let failed = outcome("error", "exception", "Observation");
    let lacking = without_observations(vec![errors(&failed)]);
    let server = Server::start(Export {
        all_types_only: true,
        ..Export::good(lacking)
    });
    let project = RECORD.project(&server, "");
    project.fails(3, &["pull"]);
    server.change(|export| export.files = RECORD.files(20_000));
    let pulled = project.run(&["pull"]);
    assert!(pulled.status.success());
    let said = String::from_utf8_lossy(&pulled.stderr).into_owned();
    assert!(
        said.contains("the server does not export Observation alone"),
        "{said}"
    );
    assert_eq!(
        kick_offs(&server),
        ["everything", OBSERVATIONS, "everything"]
    );
    RECORD.assert_in(&project);
    project.ok(&["pull", "-q"]);
    assert_eq!(kick_offs(&server)[3..], [CHANGES]);
}

#[test]
fn an_export_of_missed_types_goes_on_after_a_crash() {
    let failed = outcome("error", "exception", "Observation");
    let lacking = without_observations(vec![errors(&failed)]);
    let server = Server::start(Export::good(lacking));
    let project = RECORD.project(&server, "");
    project.fails(3, &["pull"]);
    // The missed types are staged when the export of the others fails.
    server.change(|export| {
        export.files = RECORD.files(20_000);
        export.files.push(ServedFile {
            role: "deleted",
            count: None,
            ..served("Bundle", outcome("error", "exception", "").into_bytes())
        });
    });
    let before = contents(&project);
    project.fails(3, &["pull"]);
    assert_eq!(contents(&project), before);
    server.change(|export| export.files = RECORD.files(20_000));
    project.ok(&["pull", "-q"]);
    RECORD.assert_in(&project);
    assert_eq!(server.open_jobs(), 0);
    let staged = project.path("lake/populace.staging.missed/record");
    assert!(!staged.exists());
}

#[test]
fn remarks_of_a_server_are_no_errors() {
    let remarks = [
        outcome("information", "informational", "Observation: all went well"),
        outcome("warning", "incomplete", "Patient"),
    ];
    let mut files = RECORD.files(20_000);
    files.push(errors(&remarks.concat()));
    files.push(errors(""));
    let server = Server::start(Export::good(files));
    let project = RECORD.project(&server, "");
    project.ok(&["pull", "-q"]);
    RECORD.assert_in(&project);
    project.ok(&["pull", "-q"]);
    assert!(kick_off(&server).contains(SINCE));
}

#[test]
fn errors_that_name_no_type_or_cannot_be_read_are_errors() {
    let cases = [
        (
            outcome("fatal", "timeout", "out of time"),
            "1 fatal/timeout",
        ),
        ("not JSON at all\n".to_string(), "1 unreadable"),
        (
            "{\"resourceType\":\"OperationOutcome\"}\n".to_string(),
            "1 other/other",
        ),
    ];
    for (text, said) in cases {
        let server = Server::start(Export::good(without_observations(vec![errors(&text)])));
        let project = RECORD.project(&server, "accept_missing_types = [\"Observation\"]\n");
        let error = project.fails(3, &["pull"]);
        assert!(error.contains(said), "{error}");
        assert!(error.contains("it does not say of which types"), "{error}");
        assert!(rows(&project, "condition") > 0);
    }
}

#[test]
fn outcomes_among_the_output_are_read_as_those_of_errors() {
    let failed = outcome("error", "exception", "Observation");
    let file = served("OperationOutcome", failed.into_bytes());
    let server = Server::start(Export::good(without_observations(vec![file])));
    let project = RECORD.project(&server, "");
    let error = project.fails(3, &["pull"]);
    assert!(
        error.contains("1 error/exception; of Observation"),
        "{error}"
    );
    assert!(rows(&project, "condition") > 0);
}

#[test]
fn types_that_may_be_missing_may_fail() {
    let failed = outcome("error", "forbidden", "no right to read Observation");
    let server = Server::start(Export::good(without_observations(vec![errors(&failed)])));
    let project = RECORD.project(&server, "accept_missing_types = [\"Observation\"]\n");
    project.ok(&["pull", "-q"]);
    project.ok(&["pull", "-q"]);
    assert!(kick_off(&server).contains(SINCE));
}

#[test]
fn a_type_of_which_all_files_are_empty_is_missing() {
    let server = Server::start(Export::good(RECORD.files(20_000)));
    let project = RECORD.project(&server, "");
    project.ok(&["pull", "-q"]);
    let before = contents(&project);
    for count in [Some(0), None] {
        server.change(|export| {
            export.files = without_observations(vec![ServedFile {
                count,
                ..served("Observation", Vec::new())
            }]);
        });
        project.write_pipeline(&RECORD.pipeline(&server, "elements = [\"id\"]\n"));
        let error = project.fails(3, &["pull"]);
        assert!(
            error.contains("no file of Observation, which had some before"),
            "{error}"
        );
        assert_eq!(contents(&project), before);
    }
}

#[test]
fn a_file_of_deletions_that_failed_is_read_again_and_refused() {
    let failed = outcome("error", "exception", "");
    let deleted = ServedFile {
        role: "deleted",
        count: None,
        ..served("Bundle", failed.into_bytes())
    };
    let mut files = RECORD.files(20_000);
    files.push(deleted);
    let server = Server::start(Export::good(files));
    let project = RECORD.project(&server, "");
    let error = project.fails(3, &["pull"]);
    assert!(error.contains("cannot be read to its end"), "{error}");
    assert!(contents(&project).is_empty());
}

#[test]
fn an_export_of_a_time_in_the_future_is_not_believed() {
    let mut export = Export::good(RECORD.files(20_000));
    export.transaction_time = "2099-01-01T00:00:00Z".to_string();
    let server = Server::start(export);
    let project = RECORD.project(&server, "");
    let pulled = project.json(&["pull"]);
    let since = pulled["future_exports"]["record"]
        .as_str()
        .unwrap()
        .to_string();
    assert!(since.as_str() < "2090", "{since}");
    RECORD.assert_contents(&project);
    let said = project.run(&["pull"]).stderr;
    let said = String::from_utf8_lossy(&said).into_owned();
    assert!(
        said.contains("its export is of a time in the future"),
        "{said}"
    );
    let begun = kick_off(&server);
    assert!(
        begun.contains(&format!("_since={}", since.replace(':', "%3A"))),
        "{begun}"
    );
}

#[test]
fn a_server_that_fails_stops_only_its_own_source_in_a_pull_of_several() {
    let record = &*RECORD;
    let server = Server::start(Export::good(record.files(1_000_000)));
    let pipeline = |project: &Project| {
        let beside = "\n[sources.trust]\nkind = \"csv-folder\"\nurl = \"beside\"\naccept_test_numbers = true\n[lake]\n";
        let text = record.pipeline(&server, "");
        project.write_pipeline(&text.replacen("[lake]", beside.trim_start(), 1));
    };
    let project = Project::empty();
    pipeline(&project);
    std::fs::create_dir(project.path("beside")).unwrap();
    let write = |spells: u32| {
        let rows: Vec<_> = (1..=spells).map(|person| spell(person, &[])).collect();
        std::fs::write(project.path("beside/apc_spells.csv"), file(&rows)).unwrap();
    };
    write(3);
    project.ok(&["pull", "-q"]);
    let people = rows(&project, "patient");
    assert!(people >= 12);
    assert_eq!(rows(&project, "apc_spell"), 3);
    server.change(|export| export.status = Some((500, "too-costly")));
    write(5);
    let output = project.run(&["pull", "--json"]);
    assert_eq!(output.status.code(), Some(1));
    let summary: serde_json::Value = serde_json::from_slice(&output.stdout).unwrap();
    let warnings = summary["warnings"].as_array().unwrap();
    assert_eq!(warnings.len(), 1, "{warnings:?}");
    assert_eq!(warnings[0]["source"], "record");
    assert!(
        warnings[0]["what"]
            .as_str()
            .unwrap()
            .contains("error/too-costly")
    );
    assert_eq!(
        (rows(&project, "patient"), rows(&project, "apc_spell")),
        (people, 5)
    );
    // The next night asks again by itself.
    server.change(|export| export.status = None);
    project.ok(&["pull", "-q"]);
    assert_eq!(
        (rows(&project, "patient"), rows(&project, "apc_spell")),
        (people, 5)
    );
    // A file beside it that cannot be read does not cost its export: it is asked for once.
    let broken = project.path("beside/apc_spell.2.csv.gz");
    std::fs::write(&broken, b"\x1f\x8b\x08\0broken").unwrap();
    server.change(|export| export.transaction_time = "2026-10-02T02:00:00.000Z".to_string());
    let asked = kick_offs(&server).len();
    let output = project.run(&["pull", "--json"]);
    assert_eq!(output.status.code(), Some(1));
    let summary: serde_json::Value = serde_json::from_slice(&output.stdout).unwrap();
    assert_eq!(summary["warnings"][0]["source"], "trust");
    assert!(summary["sources"]["record"]["read"].as_u64().unwrap() > 0);
    assert_eq!(kick_offs(&server).len(), asked + 1);
    assert_eq!(server.open_jobs(), 0);
    std::fs::remove_file(&broken).unwrap();
    // What a server fails to export in part is a warning beside other sources too.
    server.change(|export| {
        export.transaction_time = "2026-10-03T02:00:00.000Z".to_string();
        export.files.push(errors(&outcome(
            "error",
            "exception",
            "could not read Observation",
        )));
    });
    let output = project.run(&["pull", "--json"]);
    let said = crate::project::text(&output.stdout);
    assert_eq!(output.status.code(), Some(1), "{said}");
    let summary: serde_json::Value = serde_json::from_slice(&output.stdout).unwrap();
    let failed = &summary["sources"]["record"]["failed_at_server"];
    assert_eq!(failed["error/exception"], 1, "{summary}");
    let tally = &summary["sources"]["record"];
    assert!(tally["read"].as_u64().unwrap() > 0);
}
