//! A server that does what the standard says.

use super::export::{Export, ServedFile};
use super::grants::{CLIENT, TOKEN};
use super::record::{Record, contents, served, staging};
use super::server::Server;
use crate::project::{Project, files_below, pipeline_over, repository, synth};
use jsonwebtoken::Algorithm;

pub const EC: &str = include_str!("keys/ec.pub.pem");
pub const RSA: &str = include_str!("keys/rsa.pub.pem");

/// The `auth` section with one of the keys of the tests.
pub fn auth(key: &str, more: &str) -> String {
    let keys = repository().join("tests/it/bulk/keys");
    format!(
        "[sources.record.auth]\nclient_id = \"{CLIENT}\"\nkey = \"file:{}/{key}\"\n{more}\n",
        keys.display()
    )
}

fn text(project: &Project, below: &str) -> String {
    String::from_utf8_lossy(&std::fs::read(project.path(below)).unwrap()).into_owned()
}

#[test]
fn an_export_makes_the_same_lake_as_a_folder() {
    let record = Record::new(60, 21, true);
    let mut export = Export::good(record.files(200_000));
    export.key = Some((EC, Algorithm::ES384));
    export.requires_token = true;
    let server = Server::start(export);
    let project = record.project(&server, &auth("ec.pem", "key_id = \"one\""));
    let pulled = project.json(&["pull"]);
    record.assert_in(&project);
    let files = record.files(200_000).len();
    assert_eq!(pulled["files_read"], files);

    // The job is gone, at the server and in the lake.
    assert_eq!(server.open_jobs(), 0);
    assert!(staging(&project).is_empty());
    // Every byte came once.
    let sent: u64 = server.sent().iter().map(|s| s.length).sum();
    let size: usize = record.files(200_000).iter().map(|f| f.bytes.len()).sum();
    assert_eq!(sent, size as u64);
    let begun = &server.asked("GET", "/fhir/$export")[0].target;
    assert!(
        begun.contains("_outputFormat=application%2Ffhir%2Bndjson"),
        "{begun}"
    );
    assert!(!begun.contains("_since"), "{begun}");

    // The next pull asks for what changed since, and finds nothing.
    server.change(|export| {
        export.files.clear();
        export.transaction_time = "2026-10-02T02:00:00.000Z".to_string();
    });
    let pulled = project.json(&["pull"]);
    assert_eq!(pulled["files_read"], 0);
    let begun = &server.asked("GET", "/fhir/$export")[1].target;
    assert!(
        begun.contains("_since=2026-10-01T02%3A00%3A00.000Z"),
        "{begun}"
    );
    record.assert_in(&project);
    project.ok(&["pull", "-q"]);
    let begun = &server.asked("GET", "/fhir/$export")[2].target;
    assert!(
        begun.contains("_since=2026-10-02T02%3A00%3A00.000Z"),
        "{begun}"
    );

    // The log tells the story, and nothing of the token or the key is anywhere.
    let log = text(&project, "export.log");
    let events: Vec<String> = log
        .lines()
        .map(|line| serde_json::from_str::<serde_json::Value>(line).unwrap())
        .map(|event| event["eventId"].as_str().unwrap().to_string())
        .collect();
    for event in [
        "kickoff",
        "status_progress",
        "status_page_complete",
        "status_complete",
        "manifest_complete",
        "download_request",
        "download_complete",
        "export_complete",
    ] {
        assert!(events.iter().any(|e| e == event), "{event}");
    }
    assert_eq!(
        events.iter().filter(|e| *e == "download_complete").count(),
        files
    );
    for (name, bytes) in files_below(&project.path("")) {
        let holds = |secret: &str| bytes.windows(secret.len()).any(|w| w == secret.as_bytes());
        assert!(!holds(TOKEN), "{name} holds a token");
        assert!(!holds("sig="), "{name} holds a signed link");
    }
}

#[test]
fn every_form_of_key_signs() {
    let record = Record::new(2, 1, false);
    let keys = [
        ("ec.jwk.json", "", EC, Algorithm::ES384),
        ("rsa.jwk.json", "", RSA, Algorithm::RS384),
        ("rsa.pem", "key_id = \"two\"", RSA, Algorithm::RS384),
    ];
    for (file, more, key, algorithm) in keys {
        let mut export = Export::good(record.files(1_000_000));
        export.key = Some((key, algorithm));
        export.requires_token = true;
        let server = Server::start(export);
        let project = record.project(&server, &auth(file, more));
        project.ok(&["pull", "-q"]);
        record.assert_in(&project);
    }
}

fn deletions(id: &str) -> ServedFile {
    let bundle = format!(
        r#"{{"resourceType":"Bundle","type":"transaction","entry":[{{"request":{{"method":"DELETE","url":"{id}"}}}}]}}"#
    );
    ServedFile {
        role: "deleted",
        ..served("Bundle", bundle.into_bytes())
    }
}

#[test]
fn changes_deletions_and_what_the_server_remarks() {
    let record = Record::new(10, 5, false);
    let server = Server::start(Export::good(record.files(1_000_000)));
    let project = record.project(&server, "types = [\"Patient\", \"Condition\"]\nlevel = \"group:north-1\"\ntype_filters = [\"Condition?category=a,b\"]\nelements = [\"id\", \"code\"]\n");
    project.ok(&["pull", "-q"]);
    let begun = &server.asked("GET", "/fhir/Group/north-1/$export")[0].target;
    for parameter in [
        "_type=Patient%2CCondition",
        "_typeFilter=Condition%3Fcategory%3Da%2Cb",
        "_elements=id%2Ccode",
    ] {
        assert!(begun.contains(parameter), "{begun}");
    }
    let rows = project.number("select count(*) from record.condition");

    // A condition is deleted at the transaction time, as its Bundle names none; another has a newer
    // version than that, and stays.
    let conditions: Vec<serde_json::Value> = record
        .files(1_000_000)
        .iter()
        .filter(|f| f.kind == "Condition")
        .flat_map(|f| {
            f.bytes
                .split(|b| *b == b'\n')
                .map(<[u8]>::to_vec)
                .collect::<Vec<_>>()
        })
        .filter(|line| !line.is_empty())
        .map(|line| serde_json::from_slice(&line).unwrap())
        .collect();
    let id = |n: usize| format!("Condition/{}", conditions[n]["id"].as_str().unwrap());
    let mut newer = conditions[1].clone();
    newer["meta"]["lastUpdated"] = "2026-10-03T00:00:00Z".into();
    let error = ServedFile {
        role: "error",
        ..served(
            "OperationOutcome",
            br#"{"resourceType":"OperationOutcome","issue":[{"severity":"warning","code":"not-found","diagnostics":"9434765919"},{"severity":"information","code":"NHS 9434765919"}]}"#
                .to_vec(),
        )
    };
    server.change(|export| {
        export.files = vec![
            served("Condition", format!("{newer}\n").into_bytes()),
            deletions(&id(0)),
            deletions(&id(1)),
            error,
        ];
        export.transaction_time = "2026-10-02T00:00:00Z".to_string();
    });
    let pulled = project.json(&["pull"]);
    assert_eq!(pulled["deletions"], 2);
    assert_eq!(
        project.number("select count(*) from record.condition"),
        rows - 1
    );
    let types = project.sql("select types from populace.extract where file like '%error%'");
    assert_eq!(
        types,
        [["OperationOutcome information/other 1, OperationOutcome warning/not-found 1"]]
    );
}

#[test]
fn twenty_thousand_tiny_files() {
    let record = Record::new(400, 7, false);
    let mut files = Vec::new();
    for file in record.files(usize::MAX) {
        let lines: Vec<&[u8]> = file.bytes.split_inclusive(|b| *b == b'\n').collect();
        // A line a file up to twenty thousand; the rest in one.
        let single = lines.len().min(20_000usize.saturating_sub(files.len()));
        for line in &lines[..single] {
            files.push(served(&file.kind, line.to_vec()));
        }
        if single < lines.len() {
            files.push(served(&file.kind, lines[single..].concat()));
        }
    }
    assert!(files.len() >= 20_000, "{}", files.len());
    let count = files.len();
    let server = Server::start(Export::good(files));
    let project = record.project(&server, "");
    let pulled = project.json(&["pull"]);
    assert_eq!(pulled["files_read"], count);
    record.assert_in(&project);
    assert_eq!(contents(&project), record.expected);
}

#[test]
fn views_are_those_of_the_servers_version() {
    let record = Record::new(2, 3, false);
    let mut export = Export::good(record.files(1_000_000));
    export.fhir_version = "3.0.2";
    let server = Server::start(export);
    let project = record.project(&server, "views_stu3 = \"pipelines/stu3\"\n");
    let error = project.fails(2, &["pull"]);
    assert!(error.contains("pipelines/stu3 cannot be read"), "{error}");
    let stu3 = project.path("pipelines/stu3");
    std::fs::create_dir(&stu3).unwrap();
    let view = project.path("pipelines/views/patient.json");
    std::fs::copy(view, stu3.join("patient.json")).unwrap();
    project.ok(&["pull", "-q"]);
    let tables: Vec<String> = contents(&project).into_keys().collect();
    assert_eq!(tables, ["patient"]);
}

#[test]
fn the_guides_example_is_good() {
    let guide = std::fs::read_to_string(repository().join("docs/bulk-data.md")).unwrap();
    let example = guide.split("```toml").nth(1).unwrap();
    let example = example.split("```").next().unwrap();
    let record = synth(2, 3, false);
    let project = Project::empty();
    let pipeline = pipeline_over(record.path());
    let (before, after) = pipeline.split_once("[sources.record]").unwrap();
    let (_, after) = after.split_once("[sources.extracts]").unwrap();
    let example = example.replace("file:../bulk-client.pem", "file:bulk-client.pem");
    project.write_pipeline(&format!("{before}{example}[sources.extracts]{after}"));
    let error = project.fails(2, &["check"]);
    assert!(
        error.contains("the client key bulk-client.pem cannot be read"),
        "{error}"
    );
    let keys = repository().join("tests/it/bulk/keys");
    std::fs::copy(keys.join("ec.pem"), project.path("bulk-client.pem")).unwrap();
    project.ok(&["check"]);
}

#[test]
fn documents_over_many_lines_are_read_as_from_a_folder() {
    let pretty = |kind: &str, text: &str, packed: bool| {
        let value: serde_json::Value = serde_json::from_str(text).unwrap();
        let mut bytes = serde_json::to_string_pretty(&value).unwrap().into_bytes();
        if packed {
            use std::io::Write;
            let mut writer = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
            writer.write_all(&bytes).unwrap();
            bytes = writer.finish().unwrap();
        }
        ServedFile {
            count: None,
            ..served(kind, bytes)
        }
    };
    let number =
        r#""identifier":[{"system":"https://fhir.nhs.uk/Id/nhs-number","value":"9990000018"}]"#;
    let patient = format!(r#"{{"resourceType":"Patient","id":"p1",{number},"gender":"female"}}"#);
    // More notes than are looked at to tell a document from lines.
    let note = r#"{"text":"a note of some length, which nobody selects"}"#;
    let bundle = format!(
        r#"{{"resourceType":"Bundle","type":"searchset","entry":[{{"resource":{{"resourceType":"Condition","id":"c1","subject":{{"reference":"Patient/p1"}},"note":[{}]}}}},{{"resource":{{"resourceType":"Condition","id":"c2","subject":{{"reference":"Patient/p1"}}}}}}]}}"#,
        vec![note; 400].join(",")
    );
    let server = Server::start(Export::good(vec![
        pretty("Patient", &patient, false),
        pretty("Condition", &bundle, false),
        pretty(
            "Condition",
            &patient
                .replace("p1", "p2")
                .replace("9990000018", "9990000379"),
            true,
        ),
    ]));
    let record = Record::new(1, 21, false);
    let project = record.project(&server, "");
    project.ok(&["pull"]);
    assert_eq!(
        project.number("select count(*) from populace.reject where source = 'record'"),
        0
    );
    assert_eq!(
        project.number("select count(*) from record.patient where source = 'record'"),
        2
    );
    assert_eq!(
        project.sql(
            "select count(*), count(person_key) from record.condition where source = 'record'"
        ),
        [["2", "2"]]
    );
}
