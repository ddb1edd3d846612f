use super::sample;
use crate::disclosure::Scheme;
use crate::release::{File, MANIFEST, Manifest, Outcome, Reason, render, write};
use std::fs;

fn release() -> (Vec<File>, Manifest) {
    let about = sample::about();
    let report = sample::report("population_profile");
    let data = sample::population_profile();
    let rendered = render(&report, &data, Scheme::Hes2018, &about).unwrap();
    let mut manifest = Manifest::new("2026-03-31", &about, Scheme::Hes2018);
    manifest.add(&rendered, "name = …", &about);
    (rendered.files, manifest)
}

#[test]
fn a_release_is_written_once_and_repaired_when_damaged() {
    let parent = tempfile::tempdir().unwrap();
    let (files, manifest) = release();
    let write = |manifest: &Manifest| write(parent.path(), "2026-03-31", &files, manifest).unwrap();
    assert_eq!(write(&manifest), Outcome::Written);
    assert_eq!(write(&manifest), Outcome::Unchanged);
    let place = parent.path().join("2026-03-31");
    assert_eq!(fs::read_dir(&place).unwrap().count(), files.len() + 1);

    let name = "population_profile-by_deprivation.csv";
    fs::write(place.join(name), "altered").unwrap();
    fs::write(place.join("left.over"), "").unwrap();
    let damaged = vec!["left.over".to_owned(), name.to_owned()];
    assert_eq!(
        write(&manifest),
        Outcome::Replaced(Reason::Damaged(damaged))
    );
    assert_eq!(write(&manifest), Outcome::Unchanged);
    fs::remove_file(place.join(name)).unwrap();
    assert_eq!(
        write(&manifest),
        Outcome::Replaced(Reason::Damaged(vec![name.to_owned()]))
    );

    let mut other = manifest.clone();
    other.program_version = "0.2.0".to_owned();
    assert_eq!(write(&other), Outcome::Replaced(Reason::Different));
    // Nothing is left beside it.
    assert_eq!(fs::read_dir(parent.path()).unwrap().count(), 1);
}

#[test]
fn a_release_cannot_leave_its_folder() {
    let parent = tempfile::tempdir().unwrap();
    let (files, manifest) = release();
    assert!(write(parent.path(), "../out", &files, &manifest).is_err());
    let file = File {
        name: "../out".to_owned(),
        bytes: Vec::new(),
    };
    assert!(write(parent.path(), "in", &[file], &manifest).is_err());
}

#[test]
fn the_manifest_lists_every_file_and_no_figure() {
    let (files, manifest) = release();
    let json: serde_json::Value = serde_json::from_slice(&manifest.to_bytes().unwrap()).unwrap();
    assert_eq!(json["files"].as_array().unwrap().len(), files.len());
    assert_eq!(json["scheme"]["name"], "hes2018");
    assert_eq!(json["scheme"]["settings"]["suppressed"], "1 to 7");
    let table = &json["reports"]["population_profile"]["tables"]["by_ethnic_group"];
    assert_eq!(table["cells_suppressed"], 2);
    assert_ne!(MANIFEST, "");
}
