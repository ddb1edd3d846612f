//! Two pulls at once.

use super::same::{contents, names};
use super::server::Server;
use crate::project::{Project, pipeline_over, synth, text};
use populace::lake::{Change, Lake, TableName};
use std::process::Stdio;

#[test]
fn two_pulls_at_once_corrupt_nothing() {
    let Some(server) = Server::s3() else { return };
    let record = synth(80, 31, false);
    let alone = Project::over(record.path());
    alone.ok(&["pull"]);
    let expected = contents(
        populace::lake::Location::parse(
            &alone.path("lake").display().to_string(),
            std::path::Path::new(""),
        )
        .unwrap(),
    );
    let mut refused = 0;
    for round in 0..3 {
        let project = Project::empty().with_variables(&server.variables());
        let lake = format!("lake-{round}");
        project.write_pipeline(&pipeline_over(record.path()).replace(
            "url = \"lake\"",
            &format!("url = \"{}\"", server.url(&lake)),
        ));
        let start = || {
            let mut command = project.command(&["pull", "-q"]);
            command
                .stdout(Stdio::null())
                .stderr(Stdio::piped())
                .spawn()
                .unwrap()
        };
        let (one, two) = (start(), start());
        let outputs = [
            one.wait_with_output().unwrap(),
            two.wait_with_output().unwrap(),
        ];
        for output in &outputs {
            let stderr = text(&output.stderr);
            match output.status.code() {
                Some(0) => {}
                Some(3) => {
                    refused += 1;
                    assert!(stderr.contains("another command"), "{stderr}");
                    assert!(stderr.contains("run again"), "{stderr}");
                }
                other => panic!("{other:?}: {stderr}"),
            }
        }
        project.ok(&["pull"]);
        assert_eq!(contents(server.location(&lake)), expected);
        let pulled = project.json(&["pull"]);
        assert_eq!(pulled["files_read"], 0, "nothing is left to do");
    }
    assert!(refused > 0, "at least one of six pulls met another");
}

#[test]
fn a_pull_that_was_killed_while_it_committed_is_finished_by_the_next() {
    use object_store::{ObjectStoreExt, path::Path};
    let Some(server) = Server::s3() else { return };
    let record = synth(40, 32, false);
    let project = Project::empty().with_variables(&server.variables());
    project.write_pipeline(&pipeline_over(record.path()).replace(
        "url = \"lake\"",
        &format!("url = \"{}\"", server.url("lake")),
    ));
    project.ok(&["pull"]);
    let expected = contents(server.location("lake"));
    let versions = || project.json(&["status"])["tables"].clone();
    let before = versions();
    // As a killed pull leaves it: a turn that was claimed and not ended.
    let store = server.store("lake");
    let runtime = super::server::runtime();
    runtime
        .block_on(store.put(
            &Path::from("populace.turn/00000000000000000002"),
            "x".into(),
        ))
        .unwrap();
    let patient = TableName::new("record", "patient");
    let lake = runtime
        .block_on(Lake::open(server.location("lake")))
        .unwrap();
    let read_before = runtime.block_on(lake.table(&patient)).unwrap().unwrap();
    project.ok(&["pull"]);
    assert_eq!(contents(server.location("lake")), expected);
    // If it was only slow, its commit comes too late.
    let late = Change {
        schema: read_before.schema.clone(),
        sharded: true,
        properties: Default::default(),
        add: Vec::new(),
        remove: Vec::new(),
    };
    let late = lake.try_commit(&patient, Some(&read_before), late);
    assert_eq!(runtime.block_on(late).unwrap(), None);
    // Its tables moved on by one version, so that a commit of the killed one could not follow.
    let moved = versions();
    let version = |tables: &serde_json::Value| -> i64 {
        let tables = tables.as_array().unwrap();
        let patient = tables
            .iter()
            .find(|t| t["table"] == "record.patient")
            .unwrap();
        patient["version"].as_i64().unwrap()
    };
    assert_eq!(version(&moved), version(&before) + 1);
    project.ok(&["pull"]);
    assert_eq!(version(&versions()), version(&moved), "once is enough");
}

#[test]
fn a_pull_that_is_killed_at_any_moment_is_finished_by_the_next() {
    let Some(server) = Server::s3() else { return };
    let record = synth(40, 33, false);
    let over = |lake: &str| {
        let project = Project::empty().with_variables(&server.variables());
        let url = format!("url = \"{}\"", server.url(lake));
        project.write_pipeline(&pipeline_over(record.path()).replace("url = \"lake\"", &url));
        project
    };
    over("whole").ok(&["pull"]);
    let expected = contents(server.location("whole"));

    let project = over("killed");
    // As soon as this is there, in the order in which a pull makes it.
    let moments = ["populace.turn/", "record/", "record/patient/_delta_log/"];
    let mut kills = 0;
    for moment in moments {
        let reached = || {
            names(&server, "killed")
                .iter()
                .any(|name| name.starts_with(moment))
        };
        kills += u32::from(project.killed_when(&["pull", "-q"], reached));
    }
    assert!(kills >= 2, "{kills} of {} pulls were killed", moments.len());
    project.ok(&["pull"]);
    assert_eq!(contents(server.location("killed")), expected);
}
