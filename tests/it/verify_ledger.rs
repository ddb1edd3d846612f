//! `populace verify RELEASE --ledger`: a release beside all that its lake has published before it.

use crate::project::{Project, files_below, pipeline_over, synth};
use crate::tampered::Tampered;
use std::collections::BTreeMap;
use std::path::PathBuf;

const DAYS: [&str; 2] = ["as_of=2026-08-31", "as_of=2026-09-30"];

/// A project with a ledger, and two releases of it.
fn two_releases(scheme: &str) -> (tempfile::TempDir, Project, [String; 2]) {
    let record = synth(200, 3, false);
    let project = Project::over(record.path());
    let pipeline = pipeline_over(record.path());
    assert!(pipeline.contains("hold_below = 0"));
    let pipeline = pipeline.replace("hold_below = 0", "hold_below = 8");
    let section = format!("[disclosure]\nscheme = \"{scheme}\"\n");
    project.write_pipeline(&pipeline.replace("[disclosure]\n", &section));
    project.ok(&["pull"]);
    let releases = DAYS.map(|day| {
        project.ok(&["run", "--set", day]);
        let made = project.json(&["release", "--set", day]);
        made["release"].as_str().unwrap().to_string()
    });
    (record, project, releases)
}

fn folder(project: &Project, release: &str) -> PathBuf {
    project.path(&format!("releases/{release}"))
}

#[test]
fn a_release_is_that_of_the_ledger_and_safe_beside_all_before_it() {
    for scheme in ["hes2018", "opensafely"] {
        let (_record, project, [first, second]) = two_releases(scheme);
        let found = project.json(&["verify", &first, "--ledger"]);
        assert_eq!(found["problems"], serde_json::json!([]), "{scheme}");
        assert_eq!(found["ledger"]["earlier_releases"], 0, "{scheme}");
        let found = project.json(&["verify", &second, "--ledger"]);
        assert_eq!(found["problems"], serde_json::json!([]), "{scheme}");
        let ledger = &found["ledger"];
        assert_eq!(ledger["earlier_releases"], 1, "{scheme}");
        // Every count of every file, and more figures than one release has.
        let files = files_below(&folder(&project, &second));
        let csv = files.iter().filter(|(name, _)| name.ends_with(".csv"));
        let counts: usize = csv
            .map(|(_, bytes)| {
                let text = String::from_utf8_lossy(bytes).into_owned();
                text.lines().filter(|line| line.contains(",count,")).count()
            })
            .sum();
        assert_eq!(ledger["figures"], counts, "{scheme}");
        assert!(ledger["attacked"].as_u64().unwrap() > 100, "{ledger}");
        assert!(ledger["equations"].as_u64().unwrap() > 20, "{ledger}");
    }
}

/// Somebody alters a release in all files together, within what the scheme allows: the ledger tells.
#[test]
fn a_figure_that_the_ledger_does_not_have_is_found() {
    let (_record, project, [first, second]) = two_releases("hes2018");
    let step = |line: &str| {
        let figure = line.split(',').nth(4).unwrap();
        let next = figure.parse::<u64>().unwrap() + 5;
        line.replace(&format!(",{figure},"), &format!(",{next},"))
    };
    let word = |line: &str| {
        let status = line.rsplit(',').next().unwrap();
        let word = match line.split(',').nth(4).unwrap() {
            "0" => "zero",
            "*" => "suppressed",
            _ => "rounded",
        };
        line.replace(status, word)
    };
    let held = |line: &str| line.replace("rounded", "held from 2026-07-31");
    let shown = |line: &str| line.replace(",*,,,suppressed", ",10,,,rounded");
    let later = |line: &str| line.replace("2026-08-31", "2026-07-31");
    type Change<'a> = &'a dyn Fn(&str) -> String;
    let tricks: [(&str, &str, &str, Change<'_>); 5] = [
        ("a figure moved by a step", &first, ",rounded", &step),
        ("a mark put on", &first, ",rounded", &held),
        ("a figure shown", &first, ",suppressed", &shown),
        ("a mark taken away", &second, "held from 2026-08-31", &word),
        ("another date", &second, "held from 2026-08-31", &later),
    ];
    for (trick, release, end, change) in tricks {
        let tampered = Tampered {
            folder: folder(&project, release),
        };
        let whole: BTreeMap<String, Vec<u8>> = files_below(&tampered.folder);
        let name = tampered.csv();
        let csv = String::from_utf8(whole[&name].clone()).unwrap();
        let is_wanted = |line: &&str| line.contains(",count,") && line.ends_with(end);
        let line = csv.lines().find(is_wanted);
        let line = line.unwrap_or_else(|| panic!("{trick}: {csv}"));
        tampered.alter(&name, line, &change(line));
        let said = project.fails(1, &["verify", release, "--ledger"]);
        let words = "is not the figure that the ledger has for it";
        assert!(said.contains(words), "{trick}: {said}");
        for (name, bytes) in &whole {
            std::fs::write(tampered.path(name), bytes).unwrap();
        }
        project.ok(&["verify", release, "--ledger"]);
    }
}

#[test]
fn a_row_that_the_ledger_has_and_no_file_is_found() {
    let (_record, project, [first, _]) = two_releases("hes2018");
    let tampered = Tampered {
        folder: folder(&project, &first),
    };
    let name = tampered.csv();
    let csv = std::fs::read_to_string(tampered.path(&name)).unwrap();
    let band = csv.lines().nth(1).unwrap().split(',').next().unwrap();
    let start = csv.find('\n').unwrap() + 1;
    let last = csv.rfind(&format!("\n{band},")).unwrap() + 1;
    let end = last + csv[last..].find('\n').unwrap() + 1;
    tampered.alter(&name, &csv[start..end], "");
    let said = project.fails(1, &["verify", &first, "--ledger"]);
    assert!(said.contains("2 figures in none of its files"), "{said}");
}

/// A month later some people are a year older, and have a day more. Where nothing is held, sums say so.
#[test]
fn a_sum_that_changed_by_the_amounts_of_few_is_found() {
    let record = synth(300, 3, false);
    for (hold_below, fails) in [("1", true), ("8", false)] {
        let project = Project::over(record.path());
        let pipeline = pipeline_over(record.path());
        let setting = format!("hold_below = {hold_below}");
        project.write_pipeline(&pipeline.replace("hold_below = 0", &setting));
        let files = [
            (
                "sql/own/stay.sql",
                "/*\ndescription: x\ngrain: person_key\ncolumns:\n  person_key: x\n  sex: x\n  nights: x\n*/\nselect person_key, sex, cast(age % 17 as bigint) as nights from core.person where age is not null\n",
            ),
            (
                "pipelines/reports/stays.toml",
                "name = \"stays\"\ntitle = \"T\"\ndescription = \"d\"\naudience = \"a\"\n[[tables]]\nid = \"t\"\ntitle = \"T\"\ndescription = \"d\"\nof = \"own.stay\"\nrows = [\"sex\"]\n[tables.dimensions]\nsex.from = \"reference.sex.sex\"\n[[tables.measures]]\ncolumn = \"nights\"\nlabel = \"Nights\"\nkind = \"sum\"\namount = \"nights\"\n",
            ),
        ];
        for (name, text) in files {
            let path = project.path(name);
            std::fs::create_dir_all(path.parent().unwrap()).unwrap();
            std::fs::write(path, text).unwrap();
        }
        project.ok(&["pull"]);
        let releases = DAYS.map(|day| {
            project.ok(&["run", "--set", day]);
            let made = project.json(&["release", "stays", "--set", day]);
            made["release"].as_str().unwrap().to_string()
        });
        project.ok(&["verify", &releases[0], "--ledger"]);
        if fails {
            let said = project.fails(1, &["verify", &releases[1], "--ledger"]);
            assert!(
                said.contains(
                    "one or two people may be most of the change since an earlier release: sex"
                ),
                "{said}"
            );
        } else {
            project.ok(&["verify", &releases[1], "--ledger"]);
        }
    }
}

#[test]
fn the_ledger_needs_its_lake() {
    let (_record, project, [first, _]) = two_releases("hes2018");
    let said = project.fails(2, &["verify", "lake", "--ledger"]);
    assert!(said.contains("--ledger is for a release"), "{said}");
    // A release that nobody would note: beside the others it says what few people changed.
    let pipeline = std::fs::read_to_string(project.path("pipelines/nightly.toml")).unwrap();
    let unheld = pipeline.replace("hold_below = 8", "hold_below = 0");
    project.write_pipeline(&unheld);
    project.ok(&["run"]);
    let releases = files_below(&project.path("releases")).len();
    let said = project.fails(1, &["release"]);
    assert!(
        said.contains("are in its ledger, and [disclosure] has hold_below = 0"),
        "{said}"
    );
    assert_eq!(files_below(&project.path("releases")).len(), releases);
    project.write_pipeline(&pipeline);
    project.ok(&["release"]);
    // The lake of the release is gone, and so is what it was beside.
    let copy = project.path("elsewhere");
    std::fs::create_dir(&copy).unwrap();
    for (name, bytes) in files_below(&folder(&project, &first)) {
        let place = copy.join(&first);
        std::fs::create_dir_all(&place).unwrap();
        std::fs::write(place.join(name), bytes).unwrap();
    }
    std::fs::rename(project.path("lake"), project.path("away")).unwrap();
    let place = copy.join(&first).display().to_string();
    let said = project.fails(2, &["verify", &place, "--ledger"]);
    assert!(said.contains("--ledger needs the lake"), "{said}");
}

#[test]
fn a_release_from_before_the_ledger_is_not_in_it() {
    let record = synth(200, 3, false);
    let project = Project::over(record.path());
    let unheld = pipeline_over(record.path());
    project.write_pipeline(&unheld);
    project.ok(&["pull"]);
    project.ok(&["run", "--set", DAYS[0]]);
    let made = project.json(&["release", "--set", DAYS[0]]);
    let release = made["release"].as_str().unwrap();
    project.write_pipeline(&unheld.replace("hold_below = 0", "hold_below = 8"));
    project.ok(&["run", "--set", DAYS[1]]);
    project.ok(&["release", "--set", DAYS[1]]);
    project.ok(&["verify", release]);
    let said = project.fails(1, &["verify", release, "--ledger"]);
    assert!(
        said.contains("that is not in the ledger of the lake"),
        "{said}"
    );
}
