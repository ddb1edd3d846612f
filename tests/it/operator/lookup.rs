//! Commands look upwards for their project, as git and cargo do.

use crate::project::{Project, populace, synth, text};
use std::process::Output;

fn in_folder(project: &Project, folder: &str, arguments: &[&str]) -> Output {
    let mut command = populace();
    command.current_dir(project.path(folder)).args(arguments);
    command.output().unwrap()
}

#[test]
fn a_command_below_the_project_finds_it() {
    let record = synth(20, 1, false);
    let project = Project::over(record.path());
    project.ok(&["pull"]);
    std::fs::create_dir_all(project.path("notes/deep")).unwrap();
    let query = [
        "sql",
        "--record-level",
        "a test",
        "--format",
        "csv",
        "-c",
        "select count(*) > 0 as is_there from record.patient",
    ];
    for folder in ["", "sql/core", "pipelines/views", "notes/deep"] {
        let output = in_folder(&project, folder, &query);
        let said = text(&output.stderr);
        assert_eq!(text(&output.stdout), "is_there\ntrue\n", "{folder}: {said}");
        assert_eq!(said, "", "{folder}");
    }
    // Paths of the pipeline file start at the project; nothing is made below the folder.
    let output = in_folder(&project, "notes/deep", &["run"]);
    assert!(output.status.success(), "{}", text(&output.stderr));
    assert_eq!(
        std::fs::read_dir(project.path("notes/deep"))
            .unwrap()
            .count(),
        0
    );
    // Where it was found is said to whoever asks.
    let output = in_folder(&project, "notes/deep", &["plan", "-v"]);
    let said = text(&output.stderr);
    assert!(said.contains("pipelines/nightly.toml"), "{said}");

    // A file that is named wins.
    let output = in_folder(&project, "notes/deep", &["plan", "-p", "absent.toml"]);
    assert_eq!(output.status.code(), Some(2));
    assert!(text(&output.stderr).contains("absent.toml cannot be read"));
    let output = in_folder(
        &project,
        "notes",
        &["plan", "-p", "../pipelines/nightly.toml"],
    );
    assert!(output.status.success(), "{}", text(&output.stderr));
}

#[test]
fn where_there_is_no_project_that_is_said() {
    let folder = tempfile::tempdir().unwrap();
    let mut command = populace();
    let output = command
        .current_dir(folder.path())
        .arg("plan")
        .output()
        .unwrap();
    let said = text(&output.stderr);
    assert_eq!(output.status.code(), Some(2), "{said}");
    assert!(
        said.contains(
            "there is no pipeline file pipelines/nightly.toml in this folder or one above it"
        ),
        "{said}"
    );
    assert!(said.contains("hint: go to the project's folder"), "{said}");
}

/// Settings of somebody else, in a folder above that many can write to, could start programs.
#[cfg(unix)]
#[test]
fn a_project_of_another_account_is_not_taken_by_chance() {
    let record = synth(20, 1, false);
    let project = Project::over(record.path());
    let file = project.path("pipelines/nightly.toml");
    if std::os::unix::fs::chown(&file, Some(65_534), None).is_err() {
        crate::project::missing("chown", "a file cannot be given to another account here");
        return;
    }
    let output = in_folder(&project, "sql", &["plan"]);
    let said = text(&output.stderr);
    assert_eq!(output.status.code(), Some(2), "{said}");
    assert!(said.contains("belongs to another account"), "{said}");
    // In its own folder, and when it is named, it is meant.
    for arguments in [&["check"][..], &["check", "-p", "pipelines/nightly.toml"]] {
        let output = in_folder(&project, "", arguments);
        assert!(!text(&output.stderr).contains("another account"));
    }
}
