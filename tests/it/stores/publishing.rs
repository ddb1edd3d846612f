//! Decisions about releases on object stores.

use super::same::download;
use super::server::Server;
use crate::project::{Project, pipeline_over, synth, text};
use std::process::Stdio;

/// A project whose releases are on a server, after a night; and the release.
fn released(server: &Server, record: &std::path::Path) -> (Project, String) {
    let project = Project::empty().with_variables(&server.variables());
    let on_store = format!("url = \"{}\"", server.url("releases"));
    project.write_pipeline(&pipeline_over(record).replace("url = \"releases\"", &on_store));
    let night = project.json(&["nightly"]);
    let release = night["release"]["release"].as_str().unwrap().to_string();
    (project, release)
}

#[test]
fn several_who_approve_at_once_on_a_store_end_in_one_state() {
    let record = synth(40, 33, false);
    for server in [Server::s3(), Server::azure()].into_iter().flatten() {
        let (project, release) = released(&server, record.path());
        let mut running = Vec::new();
        for by in ["Ann Example", "Ben Example", "Cat Example", "Dan Example"] {
            let mut command = project.command(&["release", "--approve", &release, "--by", by]);
            command.stderr(Stdio::piped()).stdout(Stdio::piped());
            running.push(command.spawn().unwrap());
        }
        let done = running
            .into_iter()
            .map(|child| child.wait_with_output().unwrap());
        let (taken, told): (Vec<_>, Vec<_>) = done.partition(|output| output.status.success());
        for output in told {
            let said = text(&output.stderr);
            assert!(said.contains("somebody else decided about"), "{said}");
        }
        let files = download(&server, "releases");
        let own = format!("publication/{release}.");
        let steps = files.keys().filter(|name| name.starts_with(&own)).count();
        assert_eq!(steps, taken.len());
        let names = files
            .keys()
            .filter(|name| name.starts_with("publication/names/"));
        assert_eq!(names.count(), 1);
        project.ok(&["release", "--publish", &release, "--by", "Ann Example"]);
        let listed = project.json(&["release", "--list"]);
        assert_eq!(listed[0]["release"], release.as_str());
        assert_eq!(listed[0]["state"], "published");
        assert_eq!(listed[0]["there"], true);
        assert_eq!(listed.as_array().unwrap().len(), 1);
        project.ok(&["verify", &release]);
        project.ok(&["status"]);
    }
}

#[test]
fn nothing_is_decided_on_a_store_that_overwrites_silently() {
    let Some(server) = Server::careless() else {
        return;
    };
    let record = synth(40, 33, false);
    let (project, release) = released(&server, record.path());
    for _ in 0..2 {
        let said = project.fails(
            3,
            &["release", "--approve", &release, "--by", "Ann Example"],
        );
        assert!(said.contains("lets a second writer replace"), "{said}");
    }
    let listed = project.json(&["release", "--list"]);
    let listed = listed.as_array().unwrap().iter();
    let own: Vec<_> = listed
        .filter(|one| one["release"] == release.as_str())
        .collect();
    assert_eq!(own[0]["state"], "draft");
}
