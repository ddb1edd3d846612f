//! What fuzzing found and what it began with, decoded again: an input that once broke something is
//! tested for ever.

#[path = "../../fuzz/src/targets.rs"]
mod targets;

use std::path::Path;

/// Runs every input of a target.
pub fn each(target: &str, run: impl Fn(&[u8])) {
    let mut inputs = 0;
    for folder in ["corpus", "seeds"] {
        let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("fuzz");
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
