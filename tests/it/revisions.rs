//! Figures of a published period that have another value are marked as revised, and stay so.

use crate::project::{Project, files_below, synth};
use crate::publishing::{decided, listed, released};
use serde_json::Value;

/// The figures of a release that are marked as revised: table, period and value.
fn revised(project: &Project, release: &str) -> Vec<(String, String, f64)> {
    use polars_io::prelude::{ParquetReader, SerReader};
    let file = project.path(&format!("releases/{release}/figures.parquet"));
    let frame = ParquetReader::new(std::fs::File::open(file).unwrap())
        .finish()
        .unwrap();
    let text = |name: &str, at: usize| {
        let column = frame.column(name).unwrap().str().unwrap();
        column.get(at).unwrap_or_default().to_string()
    };
    let values = frame.column("value").unwrap().f64().unwrap();
    let rows = (0..frame.height()).filter(|at| text("flags", *at) == "r");
    rows.map(|at| {
        (
            text("table", at),
            text("period", at),
            values.get(at).unwrap(),
        )
    })
    .collect()
}

#[test]
fn figures_of_a_published_period_that_differ_are_marked_as_revised() {
    let (_record, project, first) = released();
    decided(&project, "--approve", &first);
    let name = decided(&project, "--publish", &first)["name"]
        .as_str()
        .unwrap()
        .to_string();
    assert_eq!(revised(&project, &first), []);
    // More people arrive, so that months which were published have other figures.
    let more = synth(90, 11, false);
    project.write_pipeline(&crate::project::pipeline_over(more.path()));
    let night = project.json(&["nightly"]);
    let second = night["release"]["release"].as_str().unwrap();
    assert_ne!(second, first);
    let marked = revised(&project, second);
    assert!(!marked.is_empty());
    assert!(marked.iter().all(|(_, period, _)| !period.is_empty()));
    let folder = project.path("releases").join(second);
    let manifest: Value =
        serde_json::from_slice(&std::fs::read(folder.join("manifest.json")).unwrap()).unwrap();
    assert_eq!(manifest["revised_since"]["release"], first.as_str());
    assert_eq!(manifest["revised_since"]["name"], name.as_str());
    let whole = files_below(&folder);
    let pages = whole.iter().filter(|(file, _)| file.ends_with(".html"));
    let said = format!("another value was published for the same period in {name}");
    assert!(
        pages
            .filter(|(_, page)| crate::project::text(page).contains(&said))
            .count()
            > 0
    );
    let signs = |page: &Vec<u8>| {
        crate::project::text(page)
            .matches("title=\"revised\"")
            .count()
    };
    let pages = whole.iter().filter(|(file, _)| file.ends_with(".html"));
    assert_eq!(
        pages.map(|(_, page)| signs(page)).sum::<usize>(),
        marked.len()
    );
    let lines = whole.iter().filter(|(file, _)| file.ends_with(".csv"));
    let lines = lines.map(|(_, csv)| crate::project::text(csv).matches(" (revised)\n").count());
    assert_eq!(lines.sum::<usize>(), marked.len());
    project.ok(&["verify", second]);
    let report = project.json(&["release", "--check", second]);
    assert_eq!(report["revised_since"], name.as_str());
    assert!(report["compared"]["figures"]["changed"].as_u64() > Some(0));

    // What readers have by then is something else: made again, it comes out as it was.
    project.ok(&[
        "release",
        "--withdraw",
        &name,
        "--by",
        "Ann Example",
        "--reason",
        "a test",
    ]);
    std::fs::remove_file(folder.join("figures.parquet")).unwrap();
    project.ok(&["release"]);
    assert!(files_below(&folder) == whole);
    project.ok(&["verify", second]);
    // Approving it and replacing its figures wait for one another, and neither is lost.
    let lock = project.path("lake/populace.decision.lock");
    let lock = std::fs::File::options().write(true).open(lock).unwrap();
    fs4::FileExt::lock(&lock).unwrap();
    let deciding = "is deciding about a release, or replacing one";
    let said = project.fails(3, &["release", "--approve", second, "--by", "Ann Example"]);
    assert!(said.contains(deciding), "{said}");
    std::fs::remove_file(folder.join("figures.parquet")).unwrap();
    let said = project.fails(3, &["release", "--replace"]);
    assert!(said.contains(deciding), "{said}");
    drop(lock);
    assert_eq!(listed(&project, second)["state"], "draft");
    project.ok(&["release"]);
    // Without the release that it was compared with it cannot be made again.
    std::fs::remove_dir_all(project.path("releases").join(&first)).unwrap();
    std::fs::remove_file(folder.join("figures.parquet")).unwrap();
    let said = project.fails(3, &["release"]);
    assert!(
        said.contains(&format!("compared with those of {name}")),
        "{said}"
    );
}
