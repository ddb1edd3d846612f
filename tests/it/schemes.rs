//! The shipped reports under every scheme, from the pipeline file to the files of a release.

use crate::project::{Project, files_below, pipeline_over, repository};
use std::fs::{self, Permissions};
use std::os::unix::fs::PermissionsExt;

/// A table of perturbations that is as good as public.
const TABLE: &str = "count,released,probability
1,0,0.5\n1,2,0.5\n2,0,0.1\n2,2,0.7\n2,3,0.2\n3,2,0.4\n3,3,0.3\n3,4,0.2\n3,5,0.1
4,2,0.15\n4,3,0.2\n4,4,0.3\n4,5,0.2\n4,6,0.15\n";

/// The settings of each scheme, with a sentence of its page and the word for its counts.
const SCHEMES: [(&str, &str, &str); 8] = [
    (
        "\"hes2018\"",
        "All other counts are rounded to the nearest 5.",
        "rounded",
    ),
    (
        "\"hes2018_api\"",
        "A count from 1 to 7 is shown as 5",
        "rounded",
    ),
    (
        "\"opensafely\"",
        "Redacted counts are not in them",
        "rounded",
    ),
    (
        "\"midpoint6\"",
        "Counts are rounded to the midpoint of steps of six",
        "rounded",
    ),
    (
        "\"threshold10\"",
        "It may or may not stand for zero.",
        "exact",
    ),
    (
        "\"legacy_1_5\"",
        "An asterisk (*) stands for a count from 1 to 5",
        "exact",
    ),
    (
        "\"exact\"\nthreshold = 6",
        "An asterisk (*) stands for a count from 1 to 5",
        "exact",
    ),
    (
        "\"cell_key\"\nkey = \"file:site.key\"\nperturbation_table = \"file:table.csv\"",
        "Every count other than zero has been changed by a small random number",
        "perturbed",
    ),
];

/// A project over the samples whose section `[disclosure]` begins with `scheme`.
fn project(scheme: &str) -> Project {
    let project = Project::empty();
    for (name, text) in [
        ("site.key", "ab".repeat(32)),
        ("table.csv", TABLE.to_string()),
    ] {
        fs::write(project.path(name), text).unwrap();
        fs::set_permissions(project.path(name), Permissions::from_mode(0o600)).unwrap();
    }
    let pipeline = pipeline_over(&repository().join("data-samples"));
    let section = format!("[disclosure]\nscheme = {scheme}\n");
    project.write_pipeline(&pipeline.replace("[disclosure]\n", &section));
    project
}

#[test]
fn shipped_reports_are_made_under_every_scheme() {
    let base = project(SCHEMES[0].0);
    base.ok(&["pull"]);
    base.ok(&["run"]);
    let lake = files_below(&base.path("lake"));
    for (scheme, says, status) in SCHEMES {
        // A lake has one scheme, so that each gets a copy.
        let project = project(scheme);
        for (name, bytes) in &lake {
            let file = project.path("lake").join(name);
            fs::create_dir_all(file.parent().unwrap()).unwrap();
            fs::write(file, bytes).unwrap();
        }
        let made = project.json(&["release"]);
        assert!(
            made["cells_shown"].as_u64().unwrap() > 200,
            "{scheme}: {made}"
        );
        let files = project.released();
        for (name, bytes) in &files {
            let text = String::from_utf8_lossy(bytes);
            if name.ends_with(".html") {
                assert!(text.contains(says), "{scheme}: {name}");
            }
            if name.ends_with(".csv") {
                let counts = text.lines().filter(|line| line.contains(",count,"));
                let words: Vec<&str> = counts.filter_map(|line| line.rsplit(',').next()).collect();
                let own = [status, "zero", "suppressed"];
                assert!(
                    words.iter().all(|word| own.contains(word)),
                    "{scheme}: {name}"
                );
            }
        }
        assert!(files.keys().any(|name| name.ends_with(".csv")), "{scheme}");
    }
}
