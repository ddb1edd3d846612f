//! `populace verify lake`: what is wrong with the lake's files is found.

use crate::project::{Project, synth};

/// A lake with one small table.
fn small() -> Project {
    let record = synth(30, 3, false);
    let project = Project::over(record.path());
    project.ok(&["pull"]);
    project
}

#[test]
fn a_file_of_the_lake_that_is_gone_or_cut_short_is_found() {
    let project = small();
    let whole = project.json(&["verify", "lake"]);
    assert_eq!(whole["problems"], serde_json::json!([]));
    assert!(whole["files"].as_u64().unwrap() > 3, "{whole}");
    let folder = project.path("lake/populace/extract");
    let file = std::fs::read_dir(&folder)
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .find(|path| path.extension().is_some_and(|e| e == "parquet"))
        .unwrap();
    let bytes = std::fs::read(&file).unwrap();
    std::fs::write(&file, &bytes[..bytes.len() - 1]).unwrap();
    let said = project.fails(3, &["verify", "lake"]);
    assert!(said.contains("is shorter than its table says"), "{said}");
    std::fs::remove_file(&file).unwrap();
    let said = project.fails(3, &["verify", "lake"]);
    assert!(said.contains("is not there"), "{said}");
    assert!(said.contains("populace/extract/"), "{said}");
}
