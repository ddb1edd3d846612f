//! A release that somebody tampered with is found, told and made again: `release`, `nightly` and
//! `populace verify`.

use crate::project::{Project, files_below, pipeline_over, populace, synth, text};
use crate::tampered::Tampered;
use std::collections::BTreeMap;
use std::path::Path;

/// A project with a release, and the release.
fn released() -> (tempfile::TempDir, Project, String) {
    let record = synth(60, 9, false);
    let project = Project::over(record.path());
    let night = project.json(&["nightly"]);
    let release = night["release"]["release"].as_str().unwrap().to_string();
    (record, project, release)
}

type Trick<'a> = (&'a str, Box<dyn Fn(&Tampered) + 'a>, Vec<&'a str>);

/// Does each trick to a copy of the release, and looks that all three commands find it.
fn all_found(project: &Project, release: &str, tricks: Vec<Trick<'_>>) {
    let folder = project.path(&format!("releases/{release}"));
    let whole = files_below(&folder);
    let tampered = Tampered { folder };
    for (number, (trick, play, words)) in tricks.into_iter().enumerate() {
        play(&tampered);
        let said = project.fails(1, &["verify", release]);
        assert!(said.contains("is not as it was made"), "{trick}: {said}");
        for words in &words {
            assert!(said.contains(words), "{trick}: {words}: {said}");
        }
        // A night and a release are one step; each does it in its turn.
        let again = match number % 4 {
            0 => project.run(&["nightly"]),
            _ => project.run(&["release"]),
        };
        let said = text(&again.stderr);
        assert!(again.status.success(), "{trick}: {said}");
        assert!(
            said.contains("made again: it was not as it was made"),
            "{trick}: {said}"
        );
        assert!(said.contains("kept in"), "{trick}: {said}");
        for words in &words {
            assert!(said.contains(words), "{trick}: {words}: {said}");
        }
        assert!(files_below(&tampered.folder) == whole, "{trick}");
        project.ok(&["verify", release]);
        let said = text(&project.run(&["release"]).stderr);
        assert!(
            said.contains("is there already, unchanged"),
            "{trick}: {said}"
        );
    }
}

#[test]
fn six_tampered_releases_are_found() {
    let (_record, project, release) = released();
    let page = "population_profile.html";
    let tricks: Vec<Trick<'_>> = vec![
        (
            "a figure changed together with its checksum",
            Box::new(|r| r.alter(&r.csv(), ",suppressed", ",  suppressed")),
            vec![],
        ),
        (
            "a file dropped with its entry",
            Box::new(|r| r.drop_file(&r.csv())),
            vec!["is missing", "manifest.json lacks files."],
        ),
        (
            "the scheme edited",
            Box::new(|r| r.edit_manifest("\"name\": \"hes2018\"", "\"name\": \"none\"")),
            vec!["manifest.json says scheme.name is none, not hes2018"],
        ),
        (
            "the date edited",
            Box::new(|r| r.edit_manifest("\"as_of\": \"2026-09-30\"", "\"as_of\": \"2030-01-31\"")),
            vec!["manifest.json says as_of is 2030-01-31, not 2026-09-30"],
        ),
        (
            "a file added",
            Box::new(|r| std::fs::write(r.path("true_counts.csv"), "1").unwrap()),
            vec!["true_counts.csv is none of the release's files"],
        ),
        (
            "the words of a report changed",
            Box::new(|r| r.alter(page, "People", "Persons")),
            vec![
                "population_profile.html has",
                "files.population_profile.html.sha256",
            ],
        ),
    ];
    all_found(&project, &release, tricks);
}

#[test]
fn neighbours_of_the_six_are_found() {
    let (record, project, release) = released();
    let other = project.json(&["release", "use_of_services"]);
    let other = other["release"].as_str().unwrap().to_string();
    let other = project.path(&format!("releases/{other}/manifest.json"));
    let elsewhere = record.path().join("elsewhere");
    let page = "population_profile.html";
    let tricks: Vec<Trick<'_>> = vec![
        (
            "cut short",
            Box::new(|r| {
                let bytes = std::fs::read(r.path(page)).unwrap();
                std::fs::write(r.path(page), &bytes[..bytes.len() - 1]).unwrap();
            }),
            vec!["population_profile.html has", "bytes in place of"],
        ),
        (
            "one byte changed",
            Box::new(|r| {
                let mut bytes = std::fs::read(r.path(page)).unwrap();
                bytes[100] ^= 1;
                std::fs::write(r.path(page), &bytes).unwrap();
            }),
            vec!["population_profile.html was altered"],
        ),
        (
            "renamed",
            Box::new(|r| std::fs::rename(r.path(page), r.path("profile.html")).unwrap()),
            vec![
                "population_profile.html is missing",
                "profile.html is none of the release's files",
            ],
        ),
        (
            "two files swapped",
            Box::new(|r| {
                let xlsx = "population_profile.xlsx";
                std::fs::rename(r.path(page), r.path("swap")).unwrap();
                std::fs::rename(r.path(xlsx), r.path(page)).unwrap();
                std::fs::rename(r.path("swap"), r.path(xlsx)).unwrap();
            }),
            vec!["population_profile.html has", "population_profile.xlsx has"],
        ),
        (
            "the manifest removed",
            Box::new(|r| std::fs::remove_file(r.path("manifest.json")).unwrap()),
            vec!["manifest.json is missing"],
        ),
        (
            "the manifest of another release",
            Box::new(|r| {
                std::fs::copy(&other, r.path("manifest.json")).unwrap();
            }),
            vec!["manifest.json is that of another release: 2026-09-30-"],
        ),
        (
            "an extra key",
            Box::new(|r| {
                r.edit_manifest("\"program\":", "\"approved_by\": \"x\",\n  \"program\":");
            }),
            vec!["manifest.json has approved_by, which is none of its own"],
        ),
        (
            "a key twice",
            Box::new(|r| {
                r.edit_manifest("\"program\":", "\"program\": \"populace\",\n  \"program\":");
            }),
            vec!["manifest.json has another layout, or a key twice"],
        ),
        (
            "another layout",
            Box::new(|r| r.edit_manifest("\"program\":", "\"program\" :")),
            vec!["manifest.json has another layout"],
        ),
        (
            "the SQL of a model edited",
            Box::new(|r| r.edit_manifest("\"sql_sha256\": \"", "\"sql_sha256\": \"f")),
            vec!["manifest.json says models."],
        ),
        (
            "no JSON",
            Box::new(|r| std::fs::write(r.path("manifest.json"), "{").unwrap()),
            vec!["manifest.json is no JSON"],
        ),
        (
            "a symbolic link in the place of a file",
            Box::new(|r| {
                std::fs::rename(r.path(page), &elsewhere).unwrap();
                std::os::unix::fs::symlink(&elsewhere, r.path(page)).unwrap();
            }),
            vec!["population_profile.html is a symbolic link in place of a file"],
        ),
        (
            "a symbolic link in the place of the manifest",
            Box::new(|r| {
                std::fs::rename(r.path("manifest.json"), record.path().join("m")).unwrap();
                std::os::unix::fs::symlink(record.path().join("m"), r.path("manifest.json"))
                    .unwrap();
            }),
            vec!["manifest.json is a symbolic link in place of a file"],
        ),
        (
            "a pipe that nobody writes to",
            Box::new(|r| {
                std::fs::remove_file(r.path(page)).unwrap();
                let made = std::process::Command::new("mkfifo")
                    .arg(r.path(page))
                    .status();
                assert!(made.unwrap().success());
            }),
            vec!["population_profile.html is a pipe or a device in place of a file"],
        ),
        (
            "a folder added",
            Box::new(|r| {
                std::fs::create_dir(r.path("more")).unwrap();
                std::fs::write(r.path("more/true_counts.csv"), "1").unwrap();
            }),
            vec!["more is none of the release's files"],
        ),
        (
            "a name that would clear the screen",
            Box::new(|r| std::fs::write(r.path("a\u{1b}[2J.csv"), "1").unwrap()),
            vec!["a\u{fffd}[2J.csv is none of the release's files"],
        ),
        (
            "the folder is a symbolic link",
            Box::new(|r| {
                let to = record.path().join("folder");
                std::fs::rename(&r.folder, &to).unwrap();
                std::os::unix::fs::symlink(&to, &r.folder).unwrap();
            }),
            vec!["is a symbolic link in place of a folder"],
        ),
    ];
    all_found(&project, &release, tricks);
}

#[test]
fn a_release_that_is_gone_or_that_no_lake_made_is_found() {
    let (_record, project, release) = released();
    let folder = project.path(&format!("releases/{release}"));
    // The figures of September, under another date.
    let forged = release.replace("2026-09-30", "2030-01-31");
    let copy = project.path(&format!("releases/{forged}"));
    std::fs::create_dir(&copy).unwrap();
    for (name, bytes) in files_below(&folder) {
        std::fs::write(copy.join(name), bytes).unwrap();
    }
    let said = project.fails(1, &["verify", &forged]);
    assert!(said.contains("is no release that the lake at"), "{said}");
    let words = format!("manifest.json is of the release {release}, not {forged}");
    assert!(said.contains(&words), "{said}");
    let edited = Tampered { folder: copy };
    edited.edit_manifest("\"as_of\": \"2026-09-30\"", "\"as_of\": \"2030-01-31\"");
    edited.edit_manifest(&format!("\"{release}\""), &format!("\"{forged}\""));
    let said = project.fails(1, &["verify", &forged]);
    assert!(said.contains("is no release that the lake at"), "{said}");
    assert!(
        said.contains("do not fit the identifier of the release"),
        "{said}"
    );

    std::fs::remove_dir_all(&folder).unwrap();
    let said = project.fails(1, &["verify", &release]);
    assert!(said.contains(&format!("{release} is not there")), "{said}");
    // Nobody made this one, and nothing is there: a name that was mistyped.
    let said = project.fails(2, &["verify", "2026-09-30-000000000000"]);
    assert!(
        said.contains("there is no release '2026-09-30-000000000000'"),
        "{said}"
    );
}

#[test]
fn a_release_is_verified_by_its_identifier_folder_or_manifest() {
    let (_record, project, release) = released();
    let folder = project.path(&format!("releases/{release}"));
    let files = files_below(&folder).len() - 1;
    let folder = folder.display().to_string();
    let manifest = format!("{folder}/manifest.json");
    let below = format!("releases/{release}");
    let address = format!("file://{folder}");
    for what in [
        &release,
        &folder,
        &manifest,
        &below,
        &format!("{below}/"),
        &address,
    ] {
        let found = project.json(&["verify", what]);
        assert_eq!(found["release"], release.as_str(), "{what}");
        assert_eq!(found["problems"], serde_json::json!([]), "{what}");
        assert_eq!(found["files"], files, "{what}");
        let program = concat!("populace ", env!("CARGO_PKG_VERSION"));
        assert_eq!(found["proof"]["program"], program, "{what}");
    }
    let output = project.run(&["verify", &release]);
    let said = text(&output.stderr);
    assert!(
        said.contains(&format!("is whole: {files} files, as populace")),
        "{said}"
    );
    std::fs::write(format!("{folder}/more.csv"), "1").unwrap();
    let output = project.run(&["verify", &release, "--json"]);
    assert_eq!(output.status.code(), Some(1));
    let found: serde_json::Value = serde_json::from_slice(&output.stdout).unwrap();
    assert_eq!(found["problems"][0]["file"], "more.csv");
    project.fails(2, &["verify", "--pipeline", "no.toml", &release]);
}

/// `populace verify` where there is nothing but the release.
fn without_a_lake(folder: &Path) -> (Option<i32>, String) {
    let nowhere = tempfile::tempdir().unwrap();
    let mut command = populace();
    command
        .current_dir(nowhere.path())
        .arg("verify")
        .arg(folder);
    let output = command.output().unwrap();
    (output.status.code(), text(&output.stderr))
}

#[test]
fn whoever_has_only_the_folder_is_told_what_that_can_prove() {
    let (_record, project, release) = released();
    let folder = project.path(&format!("releases/{release}"));
    let (code, said) = without_a_lake(&folder);
    assert_eq!(code, Some(0), "{said}");
    assert!(said.contains("fits together: "), "{said}");
    assert!(said.contains("nothing proves who made it"), "{said}");

    let whole: BTreeMap<String, Vec<u8>> = files_below(&folder);
    let tampered = Tampered { folder };
    let edit = |r: &Tampered, from: &str, to: &str| {
        let text = r.manifest();
        assert!(text.contains(from), "{from}");
        std::fs::write(r.path("manifest.json"), text.replacen(from, to, 1)).unwrap();
    };
    // Even somebody who makes the certificate fit does not get past the identifier, nor take a file
    // out that a report has.
    let tricks: Vec<Trick<'_>> = vec![
        (
            "scheme",
            Box::new(|r| edit(r, "hes2018", "none")),
            vec!["does not fit its certificate"],
        ),
        (
            "date",
            Box::new(|r| edit(r, "2026-09-30", "2030-01-31")),
            vec!["does not fit its certificate"],
        ),
        (
            "key",
            Box::new(|r| edit(r, "\"program\":", "\"x\": 1,\n  \"program\":")),
            vec!["unknown field"],
        ),
        (
            "date, certified",
            Box::new(|r| r.edit_manifest("\"as_of\": \"2026-09-30\"", "\"as_of\": \"2030-01-31\"")),
            vec!["do not fit the identifier of the release"],
        ),
        (
            "scheme, certified",
            Box::new(|r| r.edit_manifest("\"hes2018\"", "\"none\"")),
            vec!["do not fit the identifier of the release"],
        ),
        (
            "a file dropped, certified",
            Box::new(|r| r.drop_file(&r.csv())),
            vec!["which does not name it"],
        ),
        (
            "a page",
            Box::new(|r| std::fs::write(r.path("population_profile.html"), "x").unwrap()),
            vec!["population_profile.html has 1 bytes in place of"],
        ),
        (
            "a file added",
            Box::new(|r| std::fs::write(r.path("more.csv"), "x").unwrap()),
            vec!["more.csv is none of the release's files"],
        ),
        (
            "no manifest",
            Box::new(|r| std::fs::remove_file(r.path("manifest.json")).unwrap()),
            vec!["manifest.json is missing"],
        ),
    ];
    for (trick, play, words) in tricks {
        play(&tampered);
        let (code, said) = without_a_lake(&tampered.folder);
        assert_eq!(code, Some(1), "{trick}: {said}");
        assert!(said.contains(words[0]), "{trick}: {said}");
        std::fs::remove_dir_all(&tampered.folder).unwrap();
        std::fs::create_dir(&tampered.folder).unwrap();
        for (name, bytes) in &whole {
            std::fs::write(tampered.path(name), bytes).unwrap();
        }
    }
    let (code, said) = without_a_lake(&tampered.path("nothing"));
    assert_eq!(code, Some(1), "{said}");
}

#[test]
fn a_release_that_comes_out_otherwise_is_not_put_in_the_place_of_the_first() {
    let (_record, project, release) = released();
    let folder = project.path(&format!("releases/{release}"));
    let first = files_below(&folder);
    let by = ["--by", "Ann Example"];
    project.ok(&[&["release", "--approve", &release], &by[..]].concat());
    // A table of the lake holds other rows under the same fingerprint, as after damage that nothing
    // else finds.
    let runtime = tokio::runtime::Runtime::new().unwrap();
    runtime.block_on(async {
        use populace::lake::{Change, Lake, Location, TableName, encode};
        let location = Location::parse("lake", &project.path("")).unwrap();
        let lake = Lake::open(location).await.unwrap();
        let name = TableName::new("core", "attended_contact");
        let table = lake.table(&name).await.unwrap().unwrap();
        let rows = lake.read_table(&table, None).await.unwrap();
        let twice = [rows[0].clone(), rows[0].clone()];
        let encoded = encode(&table.schema, &twice, &[]).unwrap();
        let file = lake.write_file(&name, None, 0, encoded).await.unwrap();
        let properties = table.properties.clone().into_iter();
        let properties = properties.filter(|(name, _)| name.starts_with("populace."));
        let schema = table.schema.clone();
        let change = Change::replacing(Some(&table), schema, properties.collect(), vec![file]);
        lake.commit(&name, Some(&table), change).await.unwrap();
    });
    // The release that is there is still the one that was made.
    project.ok(&["release"]);
    project.ok(&["verify", &release]);
    // A file is lost: what would come in its place has other figures.
    std::fs::remove_file(folder.join("use_of_services.html")).unwrap();
    let said = project.fails(3, &["release"]);
    assert!(
        said.contains("comes out otherwise than when it was first made"),
        "{said}"
    );
    assert!(said.contains("populace verify lake"), "{said}");
    assert!(!folder.join("use_of_services.html").exists());
    project.fails(3, &["nightly"]);
    // What somebody has approved is not replaced.
    let said = project.fails(1, &["release", "--replace"]);
    assert!(
        said.contains("is approved, and would get other figures"),
        "{said}"
    );
    let back = [
        "release",
        "--return",
        &release,
        "--reason",
        "its figures were wrong",
    ];
    project.ok(&[&back, &by[..]].concat());
    // Somebody has looked, and decides.
    project.ok(&["release", "--replace"]);
    let second = files_below(&folder);
    assert!(second != first && second.len() == first.len());
    project.ok(&["verify", &release]);
}

/// Somebody alters a figure or a label, and makes length, checksum and certificate fit.
#[test]
fn what_no_scheme_releases_is_found_from_the_files_alone() {
    let (_record, project, release) = released();
    let folder = project.path(&format!("releases/{release}"));
    let whole: BTreeMap<String, Vec<u8>> = files_below(&folder);
    let tampered = Tampered { folder };
    let csv = String::from_utf8(whole[&tampered.csv()].clone()).unwrap();
    let line = |end: &str| {
        let mut lines = csv.lines();
        let found = lines.find(|line| line.ends_with(end) && line.contains(",count,"));
        found.unwrap().to_string()
    };
    let suppressed = line(",*,,,suppressed");
    let total = csv
        .lines()
        .find(|line| line.starts_with("Total,Total,"))
        .unwrap();
    let people: u64 = total.split(',').nth(4).unwrap().parse().unwrap();
    let moved = total.replace(&format!(",{people},"), &format!(",{},", people + 40));
    let shown = line("rounded");
    let label = shown.split(',').next().unwrap();
    let tricks: Vec<(&str, String, String, &str)> = vec![
        (
            "a cell unsuppressed",
            suppressed.clone(),
            suppressed.replace(",*,,,suppressed", ",3,,,rounded"),
            "the scheme does not allow",
        ),
        (
            "a cell unsuppressed as a figure of the scheme",
            suppressed.clone(),
            suppressed.replace(",*,,,suppressed", ",10,,,rounded"),
            "figures shown and",
        ),
        (
            "a figure beside a word for another",
            suppressed.clone(),
            suppressed.replace(",*,", ",10,"),
            "says another thing of its figure",
        ),
        (
            "a total altered",
            total.to_string(),
            moved,
            "says another thing than line",
        ),
        (
            "a label with a number in it",
            shown.clone(),
            shown.replacen(label, &format!("{label} (3)"), 1),
            "has a number that could be a count",
        ),
        (
            "a line twice",
            shown.clone(),
            format!("{shown}\n{shown}"),
            "has the labels of line",
        ),
    ];
    for (trick, from, to, words) in tricks {
        tampered.alter(&tampered.csv(), &from, &to);
        let (code, said) = without_a_lake(&tampered.folder);
        assert_eq!(code, Some(1), "{trick}: {said}");
        assert!(said.contains(words), "{trick}: {said}");
        // Nothing else gave it away.
        assert!(!said.contains("certificate"), "{trick}: {said}");
        assert!(!said.contains("was altered"), "{trick}: {said}");
        for (name, bytes) in &whole {
            std::fs::write(tampered.path(name), bytes).unwrap();
        }
    }
    let (code, said) = without_a_lake(&tampered.folder);
    assert_eq!(code, Some(0), "{said}");
}

/// Somebody shows a figure of a release in which counts are exact and others are withheld to hide it.
#[test]
fn a_suppressed_figure_that_another_gives_away_is_found_from_the_files_alone() {
    let record = synth(300, 9, false);
    let project = Project::over(record.path());
    let legacy = "[disclosure]\nscheme = \"legacy_1_5\"\n";
    let pipeline = pipeline_over(record.path());
    project.write_pipeline(&pipeline.replace("[disclosure]\n", legacy));
    let night = project.json(&["nightly"]);
    let release = night["release"]["release"].as_str().unwrap();
    let folder = project.path(&format!("releases/{release}"));
    let whole: BTreeMap<String, Vec<u8>> = files_below(&folder);
    let (code, said) = without_a_lake(&folder);
    assert_eq!(code, Some(0), "{said}");
    let tampered = Tampered { folder };
    let csv = String::from_utf8(whole[&tampered.csv()].clone()).unwrap();
    let truth = |band: &str, sex: &str| {
        let (from, to) = band.split_once(" to ")?;
        let sex = sex.to_lowercase();
        Some(project.number(&format!(
            "select count(*) from core.person where is_active and age between {from} and {to} and sex = '{sex}'"
        )))
    };
    // A row of which one figure is shown that was withheld, so that the other follows.
    let cells = csv.lines().filter(|line| line.ends_with(",*,,,suppressed"));
    let cells: Vec<Vec<&str>> = cells.map(|line| line.split(',').collect()).collect();
    let mut found = 0;
    for cell in &cells {
        let of_row = cells.iter().filter(|other| other[0] == cell[0]);
        let is_two = of_row.count() == 2;
        if !is_two || cell[1] == "Total" || cell[0] == "Total" || cell[1].starts_with("Other") {
            continue;
        }
        let Some(count) = truth(cell[0], cell[1]).filter(|count| *count > 5) else {
            continue;
        };
        let before = cell.join(",");
        let after = before.replace(",*,,,suppressed", &format!(",{count},,,exact"));
        tampered.alter(&tampered.csv(), &before, &after);
        tampered.retally("by_age_and_sex");
        let (code, said) = without_a_lake(&tampered.folder);
        assert_eq!(code, Some(1), "{before}: {said}");
        let words = "the suppressed count follows from the other figures of the release";
        assert!(said.contains(words), "{before}: {said}");
        assert!(!said.contains("figures shown and"), "{before}: {said}");
        found += 1;
        for (name, bytes) in &whole {
            std::fs::write(tampered.path(name), bytes).unwrap();
        }
    }
    assert!(found > 0, "no row has two withheld figures: {csv}");
}
