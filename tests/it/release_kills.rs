//! A release that is killed at any moment, and two that are made at once by two processes.

use crate::project::{Project, pipeline_over, synth, text};
use std::collections::BTreeSet;
use std::process::Stdio;
use std::time::{Duration, Instant};

/// A project with a ledger whose models are built.
fn project() -> (tempfile::TempDir, Project) {
    let record = synth(150, 3, false);
    let project = Project::over(record.path());
    let pipeline = pipeline_over(record.path());
    assert!(pipeline.contains("hold_below = 0"));
    project.write_pipeline(&pipeline.replace("hold_below = 0", "hold_below = 8"));
    project.ok(&["pull"]);
    project.ok(&["run"]);
    (record, project)
}

/// The releases that readers see.
fn releases(project: &Project) -> BTreeSet<String> {
    if !project.path("releases").exists() {
        return BTreeSet::new();
    }
    let released = project.released();
    let folders = released.keys().filter_map(|name| name.split_once('/'));
    let folders = folders.map(|(folder, _)| folder.to_string());
    folders.filter(|name| name != "publication").collect()
}

fn all_are_whole(project: &Project) {
    for release in releases(project) {
        project.ok(&["verify", &release]);
        project.ok(&["verify", &release, "--ledger"]);
    }
}

#[test]
fn a_release_that_is_killed_is_there_whole_or_not_at_all() {
    let (_record, project) = project();
    let began = Instant::now();
    project.ok(&["release", "--dry-run"]);
    let whole = began.elapsed().max(Duration::from_millis(200));
    let mut kills = 0;
    // Early ones too: the dry run may have been the slower one on a busy machine.
    for tenth in [1, 2, 3, 5, 7, 8, 9, 10, 11, 13] {
        kills += u32::from(project.killed_after(&["release"], whole * tenth / 10));
        all_are_whole(&project);
    }
    assert!(kills >= 3, "{kills} releases were killed");
    project.ok(&["release"]);
    all_are_whole(&project);
    assert_eq!(releases(&project).len(), 1);
    let hidden = std::fs::read_dir(project.path("releases")).unwrap();
    let hidden = hidden.map(|entry| entry.unwrap().file_name().into_string().unwrap());
    let hidden: Vec<String> = hidden.filter(|name| name.ends_with(".new")).collect();
    assert!(hidden.is_empty(), "{hidden:?}");
    // Nothing of it is in the ledger twice.
    let twice = "select count(*) from (select counted, labels from populace.ledger group by 1, 2 having count(*) > 1) as twice";
    assert_eq!(project.number(twice), 0);
}

#[test]
fn two_releases_at_once_leave_one_ledger() {
    let (_record, project) = project();
    let names = ["population_profile", "use_of_services"];
    let running: Vec<_> = names
        .iter()
        .map(|name| {
            let mut command = project.command(&["release", name]);
            command.stdout(Stdio::piped()).stderr(Stdio::piped());
            command.spawn().unwrap()
        })
        .collect();
    let mut failed = Vec::new();
    for (name, child) in names.iter().zip(running) {
        let output = child.wait_with_output().unwrap();
        if !output.status.success() {
            // Whoever came second is told, and nothing of theirs is out.
            let error = text(&output.stderr);
            assert_eq!(output.status.code(), Some(3), "{error}");
            let says = "another populace command is writing to the lake";
            assert!(error.contains(says), "{error}");
            failed.push(*name);
        }
    }
    assert!(failed.len() < 2, "both failed");
    all_are_whole(&project);
    assert_eq!(releases(&project).len(), 2 - failed.len());
    for name in failed {
        project.ok(&["release", name]);
    }
    all_are_whole(&project);
    assert_eq!(releases(&project).len(), 2);
    let releases = "select count(distinct release) from populace.ledger";
    assert_eq!(project.number(releases), 2);
    let numbers = "select count(distinct number) from populace.ledger";
    assert_eq!(project.number(numbers), 2);
}
