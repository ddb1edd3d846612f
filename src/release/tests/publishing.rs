use super::sample;
use crate::disclosure::Scheme;
use crate::error::Result;
use crate::figures::FIGURES;
use crate::lake::Location;
use crate::release::inspect::Alteration;
use crate::release::manifest::{FileOptions, ReportText};
use crate::release::publish::{Published, publish};
use crate::release::{File, MANIFEST, Manifest};
use std::fs;
use std::path::Path;

const ID: &str = "2026-03-31-0123456789ab";

fn release() -> (Vec<File>, Manifest) {
    let about = sample::about();
    let report = sample::report("population_profile");
    let data = sample::population_profile();
    let rendered = sample::render(
        &report,
        &data,
        &Scheme::Hes2018,
        &about,
        &FileOptions::default(),
    )
    .unwrap();
    let report = ReportText {
        name: "population_profile",
        text: "name = …",
        for_each: &[],
    };
    let reports = [(report, &about)];
    let mut manifest = Manifest::of(
        &Scheme::Hes2018,
        &Default::default(),
        Default::default(),
        reports,
    )
    .unwrap();
    manifest.add(&rendered);
    let mut files = rendered.files;
    let all = File {
        name: FIGURES.to_owned(),
        bytes: rendered.figures.write().unwrap(),
    };
    manifest.add_files(std::slice::from_ref(&all));
    files.push(all);
    (files, manifest)
}

/// Puts a release into `parent`.
fn put(parent: &Path, id: &str, files: &[File], manifest: &Manifest) -> Result<Published> {
    let releases = Location::parse(&parent.display().to_string(), parent).unwrap();
    let bytes = manifest.to_bytes().unwrap();
    futures::executor::block_on(publish(&releases, id, files, &bytes))
}

#[test]
fn a_release_is_written_once_and_repaired_when_damaged() {
    let parent = tempfile::tempdir().unwrap();
    let (files, manifest) = release();
    let write = || {
        let put = put(parent.path(), ID, &files, &manifest).unwrap();
        let altered = put.altered.iter().map(Alteration::to_string);
        (put.written, altered.collect::<Vec<_>>())
    };
    let text = |words: &[&str]| words.iter().map(|w| (*w).to_owned()).collect::<Vec<_>>();
    assert_eq!(write(), (true, vec![]));
    assert_eq!(write(), (false, vec![]));
    let place = parent.path().join(ID);
    assert_eq!(fs::read_dir(&place).unwrap().count(), files.len() + 1);

    let name = "population_profile-by_deprivation.csv";
    let mut bytes = fs::read(place.join(name)).unwrap();
    bytes[0] ^= 1;
    fs::write(place.join(name), bytes).unwrap();
    fs::write(place.join("left.over"), "").unwrap();
    let altered = [
        "population_profile-by_deprivation.csv was altered",
        "left.over is none of the release's files",
    ];
    assert_eq!(write(), (true, text(&altered)));
    assert_eq!(write(), (false, vec![]));
    fs::remove_file(place.join(name)).unwrap();
    let missing = ["population_profile-by_deprivation.csv is missing"];
    assert_eq!(write(), (true, text(&missing)));
    // What was there is kept each time, and nothing else is left beside it.
    let mut beside: Vec<String> = fs::read_dir(parent.path())
        .unwrap()
        .map(|entry| entry.unwrap().file_name().into_string().unwrap())
        .collect();
    beside.sort();
    let aside = |n: u32| format!(".{ID}.altered-{n}");
    assert_eq!(beside, [aside(1), aside(2), ID.to_owned()]);
}

#[test]
fn a_release_cannot_leave_its_folder() {
    let parent = tempfile::tempdir().unwrap();
    let (files, manifest) = release();
    assert!(put(parent.path(), "../out", &files, &manifest).is_err());
    let file = File {
        name: "../out".to_owned(),
        bytes: Vec::new(),
    };
    assert!(put(parent.path(), "in", &[file], &manifest).is_err());
}

#[test]
fn a_manifest_is_certified_and_read_back() {
    let (_, manifest) = release();
    let bytes = manifest.to_bytes().unwrap();
    let read = Manifest::read(&bytes).unwrap();
    assert!(read.certified(&bytes));
    assert_eq!(read.identifier().unwrap(), read.release);
    let text = String::from_utf8(bytes).unwrap();
    // As whoever has only the file can work it out.
    let start = text.rfind("\": \"").unwrap() + 4;
    let certificate = &text[start..start + 64];
    let without = text.replace(certificate, "");
    assert_eq!(
        crate::release::manifest::sha256(without.as_bytes()),
        certificate
    );
    for (from, to) in [
        ("hes2018", "hes2019"),
        ("\"format_version\": 5", "\"format_version\":  5"),
        ("2026", "2030"),
    ] {
        let edited = text.replacen(from, to, 1);
        assert_ne!(edited, text);
        let read = Manifest::read(edited.as_bytes()).unwrap();
        assert!(!read.certified(edited.as_bytes()), "{from}");
    }
    let other = text.replace("\"format_version\": 5", "\"format_version\": 6");
    assert!(
        Manifest::read(other.as_bytes())
            .unwrap_err()
            .contains("form 5")
    );
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
    // How many totals were moved would tell that the others were not.
    let said: Vec<&String> = table.as_object().unwrap().keys().collect();
    let known = [
        "across",
        "cells_shown",
        "cells_suppressed",
        "kinds",
        "measures",
        "rows",
        "totals_across",
        "totals_of_rows",
    ];
    assert_eq!(said.len(), known.len());
    assert!(known.iter().all(|name| table.get(name).is_some()));
    assert_ne!(MANIFEST, "");
}
