//! What Prometheus' textfile collector reads.

use super::{break_a_model, project};
use crate::project::{Project, synth};
use std::collections::BTreeMap;

const SETTINGS: &str = "[notify]\nname = \"north\"\n[notify.textfile]\nfolder = \"metrics\"\n";

/// The samples of a file, by metric; each has its help and its type in front.
fn samples(project: &Project, command: &str) -> BTreeMap<String, f64> {
    let file = project.path(&format!("metrics/populace_north_{command}.prom"));
    let text = std::fs::read_to_string(file).unwrap();
    assert!(text.ends_with('\n'));
    let labels = format!("{{command=\"{command}\",installation=\"north\"}}");
    let lines: Vec<&str> = text.lines().collect();
    let threes = lines.chunks(3).map(|three| {
        let (name, value) = three[2].split_once(&labels).unwrap();
        assert!(
            three[0].starts_with(&format!("# HELP {name} ")),
            "{three:?}"
        );
        assert_eq!(three[1], format!("# TYPE {name} gauge"));
        (name.to_string(), value.trim().parse().unwrap())
    });
    threes.collect()
}

#[test]
fn the_textfile_keeps_the_last_success_through_a_refusal() {
    let record = synth(30, 7, false);
    let project = project(record.path(), SETTINGS);
    std::fs::create_dir(project.path("metrics")).unwrap();
    project.ok(&["nightly"]);
    let good = samples(&project, "nightly");
    assert_eq!(good["populace_last_run_exit_code"], 0.0);
    assert_eq!(good["populace_last_run_releases"], 1.0);
    assert!(
        good["populace_last_run_models_built"] > 10.0
            && good["populace_last_run_figures_shown"] > 0.0,
        "{good:?}"
    );
    assert!(good["populace_last_run_duration_seconds"] > 0.0);
    assert_eq!(
        good["populace_last_run_lake_rows"] % 1000.0,
        0.0,
        "rows are told in thousands"
    );
    let success = good["populace_last_success_timestamp_seconds"];
    assert_eq!(success, good["populace_last_run_timestamp_seconds"]);

    break_a_model(&project);
    project.fails(1, &["nightly"]);
    let refused = samples(&project, "nightly");
    assert_eq!(refused["populace_last_run_exit_code"], 1.0);
    assert_eq!(refused["populace_last_run_models_failed"], 1.0);
    assert_eq!(refused["populace_last_success_timestamp_seconds"], success);
    assert!(refused["populace_last_run_timestamp_seconds"] > success);
    let names: Vec<_> = std::fs::read_dir(project.path("metrics"))
        .unwrap()
        .collect();
    assert_eq!(names.len(), 1, "nothing half written stays: {names:?}");
}

#[test]
fn a_folder_that_is_gone_is_said_and_the_night_is_good() {
    let record = synth(5, 7, false);
    let project = project(record.path(), SETTINGS);
    let output = project.run(&["nightly"]);
    let said = crate::project::text(&output.stderr);
    assert_eq!(output.status.code(), Some(0), "{said}");
    assert!(
        said.contains("not told: the metrics") && said.contains("make the folder"),
        "{said}"
    );
}
