//! The key of a lake on an object store is rotated, with kills on the way.

use super::same::{contents, names};
use super::server::Server;
use crate::project::{Project, pipeline_over, synth};
use populace::lake::Location;
use std::os::unix::process::ExitStatusExt;
use std::path::Path;
use std::process::Stdio;

const NEW: &str = "1f1e1d1c1b1a191817161514131211100f0e0d0c0b0a09080706050403020100";

#[test]
fn a_rotation_on_a_store_makes_the_lake_that_the_chain_makes() {
    let record = synth(60, 35, false);
    let chain = |pipeline: &str| {
        pipeline.replace(
            "key = \"file:test.key\"",
            "key = \"file:new.key\"\nkey_before = [\"file:test.key\"]",
        )
    };
    let fresh = Project::over(record.path());
    std::fs::write(fresh.path("new.key"), NEW).unwrap();
    fresh.write_pipeline(&chain(&pipeline_over(record.path())));
    fresh.ok(&["pull"]);
    let folder = fresh.path("lake").display().to_string();
    let expected = contents(Location::parse(&folder, Path::new("")).unwrap());

    for server in [Server::s3(), Server::azure()].into_iter().flatten() {
        let project = Project::empty().with_variables(&server.variables());
        std::fs::write(project.path("new.key"), NEW).unwrap();
        let lake = format!("url = \"{}\"", server.url("lake"));
        let pipeline = pipeline_over(record.path()).replace("url = \"lake\"", &lake);
        project.write_pipeline(&pipeline);
        project.ok(&["pull"]);
        let before = contents(server.location("lake"));
        project.write_pipeline(&chain(&pipeline));

        // Killed while it writes tables anew, and again while it makes them the lake's own.
        let (mut kills, mut half_done) = (0, 0);
        for moment in ["populace.rotation/", "populace.rotation/proof.json"] {
            let reached = || {
                let names = names(&server, "lake");
                names.iter().any(|name| name.starts_with(moment))
            };
            let mut rotation = project
                .command(&["key", "rotate", "-q"])
                .stdout(Stdio::null())
                .stderr(Stdio::null())
                .spawn()
                .unwrap();
            while rotation.try_wait().unwrap().is_none() && !reached() {
                std::thread::yield_now();
            }
            rotation.kill().unwrap();
            kills += u32::from(rotation.wait().unwrap().signal() == Some(9));
            half_done += usize::from(reached());
        }
        assert!(
            kills >= 1 && half_done > 0,
            "{kills} kills, {half_done} half done"
        );
        project.json(&["key", "rotate"]);
        let after = contents(server.location("lake"));
        assert_eq!(after, expected);
        assert_ne!(after, before);
        assert!(names(&server, "lake/populace.rotation").is_empty());
        assert_eq!(project.json(&["pull"])["files_read"], 0);
        project.write_pipeline(&pipeline);
        let error = project.fails(2, &["pull"]);
        assert!(error.contains("was made with another key"), "{error}");
    }
}
