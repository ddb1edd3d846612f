//! Only what makes pseudonyms needs the key.

use crate::project::{Project, synth};

#[test]
fn only_pull_nightly_and_key_need_the_pseudonymisation_key() {
    let record = synth(20, 1, false);
    let project = Project::over(record.path());
    project.ok(&["nightly"]);
    let pipeline = std::fs::read_to_string(project.path("pipelines/nightly.toml")).unwrap();
    std::fs::remove_file(project.path("test.key")).unwrap();
    let unset = pipeline.replace("file:test.key", "env:POPULACE_KEY");
    // A program that gives the key is not even started.
    let asked = pipeline.replace("file:test.key", "command:touch asked-for-key");
    for text in [&pipeline, &unset, &asked] {
        project.write_pipeline(text);
        for arguments in [
            &["run"][..],
            &["run", "--set", "as_of=2026-08-31"],
            &["run"],
            &["check"],
            &["plan"],
            &["release"],
            &["sql", "-c", "select count(*) from core.person"],
            &["status"],
            &["vacuum"],
        ] {
            project.ok(arguments);
        }
        for arguments in [&["pull"][..], &["key", "fingerprint"], &["key", "rotate"]] {
            let error = project.fails(2, arguments);
            assert!(error.contains("key"), "{arguments:?}: {error}");
        }
    }
    project.write_pipeline(&unset);
    let error = project.fails(2, &["nightly"]);
    assert!(error.contains("POPULACE_KEY holds no key"), "{error}");
}

#[test]
fn a_lake_that_is_not_there_is_not_made_without_its_key() {
    let record = synth(20, 1, false);
    let project = Project::over(record.path());
    std::fs::remove_file(project.path("test.key")).unwrap();
    for command in ["run", "release", "vacuum", "status"] {
        let error = project.fails(3, &[command]);
        assert!(error.contains("there is no lake at"), "{command}: {error}");
        assert!(
            error.contains("hint: run `populace pull`"),
            "{command}: {error}"
        );
    }
    assert!(!project.path("lake").exists());
}
