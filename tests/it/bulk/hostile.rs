//! Servers that are wrong for good, or mean harm: a clear error, nothing committed, no token lost.

use super::export::{Export, Framing};
use super::good::{EC, auth};
use super::grants::TOKEN;
use super::record::{Record, contents, failed_pull, given_up};
use super::server::Server;
use crate::project::Project;
use jsonwebtoken::Algorithm;
use serde_json::json;
use std::io::Read;
use std::net::TcpListener;
use std::sync::LazyLock;
use std::sync::atomic::{AtomicUsize, Ordering};

static RECORD: LazyLock<Record> = LazyLock::new(|| Record::new(5, 34, false));

/// Pulls from a server that `change` has changed; gives the error.
fn fails(more: &str, change: impl FnOnce(&mut Export)) -> (Server, Project, String) {
    let (server, project, error) = failed_pull(&RECORD, more, change);
    for secret in ["SECRET", TOKEN, "sig="] {
        assert!(!error.contains(secret), "{error}");
    }
    let log = std::fs::read_to_string(project.path("export.log")).unwrap_or_default();
    assert!(!log.contains("SECRET") && !log.contains("sig="), "{log}");
    (server, project, error)
}

#[test]
fn counts_that_differ() {
    let (server, project, error) = fails("", |export| {
        export.files[2].count = export.files[2].count.map(|n| n + 1);
    });
    assert!(error.contains("did not arrive whole"), "{error}");
    assert!(error.contains("the manifest says"), "{error}");
    assert!(given_up(&server, &project));
    let (_, _, error) = fails("", |export| {
        export.files[2].count = export.files[2].count.map(|n| n - 1);
    });
    assert!(error.contains("did not arrive whole"), "{error}");
    // The next pull asks for a new export, which is good.
    server.change(|export| export.files = RECORD.files(1_000_000));
    project.ok(&["pull", "-q"]);
    RECORD.assert_in(&project);
}

#[test]
fn a_file_without_count_or_length_that_ends_in_a_line() {
    let (server, project, error) = fails("", |export| {
        export.framing = Framing::Close;
        export.ranges = false;
        let file = &mut export.files[1];
        let length = file.bytes.len() - 30;
        file.bytes = file.bytes[..length].to_vec().into();
        file.count = None;
    });
    assert!(error.contains("ends in the middle of a line"), "{error}");
    assert!(given_up(&server, &project));
}

#[test]
fn an_outcome_in_the_place_of_records() {
    let (server, project, error) = fails("", |export| {
        let outcome = br#"{"resourceType":"OperationOutcome","issue":[{"severity":"error","code":"exception"}]}"#;
        export.files[1].bytes = outcome.to_vec().into();
        export.files[1].count = None;
    });
    assert!(error.contains("cannot be read to its end"), "{error}");
    assert!(given_up(&server, &project));
}

#[test]
fn an_export_that_never_ends() {
    let (server, project, error) = fails("export_limit_seconds = 3\n", |export| {
        export.status = Some((202, "Thu, 01 Jan 2099 00:00:00 GMT"));
    });
    assert!(error.contains("has not ended after 3 seconds"), "{error}");
    assert!(error.contains("export_limit_seconds"), "{error}");
    assert!(given_up(&server, &project));
}

#[test]
fn an_export_that_fails() {
    let (server, project, error) = fails("", |export| export.status = Some((500, "too-costly")));
    assert!(error.contains("error/too-costly"), "{error}");
    assert!(given_up(&server, &project));
    let (_, _, error) = fails("", |export| export.status = Some((404, "not-found")));
    assert!(error.contains("forgot the export"), "{error}");
}

#[test]
fn a_type_that_had_files_and_has_none() {
    let record = &*RECORD;
    let server = Server::start(Export::good(record.files(1_000_000)));
    let project = record.project(&server, "");
    project.ok(&["pull", "-q"]);
    let before = contents(&project);
    server.change(|export| export.files.retain(|f| f.kind != "Observation"));
    // Without changes in between there is no reason to ask for everything; with another setting there is.
    let elements = "elements = [\"id\"]\n";
    project.write_pipeline(&record.pipeline(&server, elements));
    let error = project.fails(3, &["pull"]);
    assert!(error.contains("no file of Observation"), "{error}");
    assert!(
        error.contains("accept_missing_types = [\"Observation\"]"),
        "{error}"
    );
    assert_eq!(contents(&project), before);
    let accepted = format!("{elements}accept_missing_types = [\"Observation\"]\n");
    project.write_pipeline(&record.pipeline(&server, &accepted));
    project.ok(&["pull", "-q"]);
}

/// Somewhere that nothing must come to.
fn elsewhere() -> (String, &'static AtomicUsize) {
    let visits: &'static AtomicUsize = Box::leak(Box::default());
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = format!("http://{}", listener.local_addr().unwrap());
    std::thread::spawn(move || {
        for mut stream in listener.incoming().map_while(Result::ok) {
            visits.fetch_add(1, Ordering::Relaxed);
            let _ = stream.read(&mut [0u8; 1024]);
        }
    });
    (address, visits)
}

#[test]
fn redirects_and_links_to_other_hosts_are_not_followed() {
    let (other, visits) = elsewhere();
    let key = auth("ec.pem", "key_id = \"one\"");
    let secured = |export: &mut Export| {
        export.key = Some((EC, Algorithm::ES384));
        export.requires_token = true;
    };
    let (_, _, error) = fails(&key, |export| {
        secured(export);
        export.redirect_files = Some(other.clone());
    });
    assert!(error.contains("redirects to another host"), "{error}");
    let manifest = |url: String, token: bool| {
        Some(
            json!({ "transactionTime": "2026-10-01T00:00:00Z", "requiresAccessToken": token,
            "output": [{ "type": "Patient", "url": url }], "error": [] }),
        )
    };
    for token in [true, false] {
        let (server, project, error) = fails(&key, |export| {
            secured(export);
            export.manifest = manifest(format!("{other}/SECRET?sig=1"), token);
        });
        assert!(error.contains("leads to another host"), "{error}");
        assert!(given_up(&server, &project));
    }
    let (_, _, error) = fails(&key, |export| {
        secured(export);
        let mut next = manifest("files/1".to_string(), true).unwrap();
        next["link"] = json!([{ "relation": "next", "url": format!("{other}/2") }]);
        export.manifest = Some(next);
    });
    assert!(
        error.contains("next page of the manifest leads to another host"),
        "{error}"
    );
    assert_eq!(visits.load(Ordering::Relaxed), 0, "nobody came");
}

#[test]
fn manifests_that_are_no_manifests() {
    let good = json!({ "transactionTime": "2026-10-01T00:00:00Z", "requiresAccessToken": false, "output": [] });
    let with = |key: &str, value: serde_json::Value| {
        let mut manifest = good.clone();
        manifest[key] = value;
        manifest
    };
    let file = |url: &str| json!([{ "type": "Patient", "url": url }]);
    for (manifest, says) in [
        (json!([]), "cannot be read"),
        (json!({ "output": "SECRET" }), "cannot be read"),
        (
            with("requiresAccessToken", json!("SECRET")),
            "cannot be read",
        ),
        (
            with("transactionTime", json!("SECRET")),
            "transactionTime is not an instant",
        ),
        (with("output", file("file:///etc/passwd")), "is not https"),
        (with("output", file("gopher://127.0.0.1/")), "is not https"),
        (
            with("output", file("../../../admin")),
            "climbs out of its folder",
        ),
        (
            with("output", file("files/%2e%2e/%2e%2e/admin")),
            "climbs out of its folder",
        ),
        (
            with("output", file("http://x@127.0.0.1/SECRET")),
            "holds a user or password",
        ),
        (
            with("output", file("files/1\r\nAuthorization: SECRET")),
            "characters that no address has",
        ),
        (
            with("output", json!([{ "type": "SECRET/..", "url": "files/1" }])),
            "not a resource type",
        ),
        (
            with(
                "output",
                json!([{ "type": "Patient", "url": "files/1", "count": -1 }]),
            ),
            "cannot be read",
        ),
    ] {
        let (server, project, error) = fails("", |export| export.manifest = Some(manifest));
        assert!(error.contains("the manifest is not usable"), "{error}");
        assert!(error.contains(says), "{says}: {error}");
        assert!(given_up(&server, &project));
    }
}

#[test]
fn keys_and_clients_that_are_not_known() {
    let (_, project, error) = fails(&auth("rsa.pem", "key_id = \"x\""), |export| {
        export.key = Some((EC, Algorithm::ES384));
    });
    assert!(error.contains("gives no access token"), "{error}");
    assert!(error.contains("invalid_client"), "{error}");
    let secret = "[sources.record.auth]\nclient_id = \"x\"\nkey = \"SECRET\"\n";
    let server = Server::start(Export::good(Vec::new()));
    project.write_pipeline(&RECORD.pipeline(&server, secret));
    for command in ["pull", "check"] {
        let error = project.fails(2, &[command]);
        assert!(
            error.contains("names no place") && !error.contains("SECRET"),
            "{error}"
        );
    }
    let plain = RECORD
        .pipeline(&server, "")
        .replace("http://127.0.0.1", "http://192.0.2.1");
    project.write_pipeline(&plain);
    let error = project.fails(2, &["check"]);
    assert!(error.contains("its url is not https"), "{error}");
    let level = RECORD.pipeline(&server, "level = \"group:../x\"\n");
    project.write_pipeline(&level);
    let error = project.fails(2, &["check"]);
    assert!(error.contains("is no level"), "{error}");
}
