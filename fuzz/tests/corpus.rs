//! What fuzzing found and what it began with, read again: an input that once broke something is tested
//! for ever.

use populace_fuzz::{manifests, targets};
use std::path::Path;

/// Runs every input of a target.
fn each(target: &str, run: impl Fn(&[u8])) {
    let mut inputs = 0;
    for folder in ["corpus", "seeds"] {
        let root = Path::new(env!("CARGO_MANIFEST_DIR"));
        for file in std::fs::read_dir(root.join(folder).join(target)).unwrap() {
            run(&std::fs::read(file.unwrap().path()).unwrap());
            inputs += 1;
        }
    }
    assert!(inputs > 5, "{target}: {inputs} inputs");
}

fn text(run: impl Fn(&str)) -> impl Fn(&[u8]) {
    move |bytes| {
        if let Ok(text) = std::str::from_utf8(bytes) {
            run(text);
        }
    }
}

#[test]
fn ndjson() {
    each("ndjson", targets::ndjson);
}

#[test]
fn csv() {
    each("csv", targets::csv);
}

#[test]
fn view() {
    each("view", text(targets::view));
}

#[test]
fn fhirpath() {
    each("fhirpath", text(targets::fhirpath));
}

#[test]
fn manifest() {
    each("manifest", manifests::manifest);
}
