//! Damage in what is no data file: state of exports and rotations, logs that lost their newest commits,
//! and tables of what was deleted and emptied.

use crate::project::{NO_POSTCODES, Project, files_below, pipeline, pipeline_over, synth, text};
use std::fs;
use std::path::{Path, PathBuf};

fn after_a_night() -> (tempfile::TempDir, Project) {
    let record = synth(40, 5, false);
    let project = Project::over(record.path());
    project.ok(&["nightly", "-q"]);
    (record, project)
}

/// The commits of a table, the oldest first.
fn commits(project: &Project, table: &str) -> Vec<PathBuf> {
    let log = project
        .path("lake")
        .join(table.replace('.', "/"))
        .join("_delta_log");
    let names = files_below(&log)
        .into_keys()
        .filter(|n| n.ends_with(".json"));
    names.map(|name| log.join(name)).collect()
}

/// Another night that changes every pulled table.
fn another_night(project: &Project, record: &Path) {
    let more = synth(20, 77, false);
    for entry in fs::read_dir(more.path().join("fhir")).unwrap() {
        let path = entry.unwrap().path();
        let name = path.file_name().unwrap().to_string_lossy().into_owned();
        fs::copy(&path, record.join("fhir").join(format!("x{name}"))).unwrap();
    }
    project.ok(&["nightly", "-q"]);
}

#[test]
fn a_log_that_lost_its_newest_commits_is_no_older_table() {
    let (record, project) = after_a_night();
    another_night(&project, record.path());
    let released = project.released();
    let rows = project.record_tables();
    for table in [
        "record.patient",
        "core.person",
        "reference.lsoa",
        "populace.extract",
    ] {
        let all = commits(&project, table);
        let last = all.last().unwrap();
        let bytes = fs::read(last).unwrap();
        if all.len() == 1 {
            // What is left of one commit is no table.
            continue;
        }
        fs::remove_file(last).unwrap();
        let was = all.len() - 1;
        let said = format!(
            "the log of table {table} is damaged: it ends at version {}, and was at version {was}",
            was - 1
        );
        let sql = format!("select count(*) from {table}");
        let error = project.fails(3, &["sql", "-c", &sql]);
        assert!(error.contains(&said), "{error}");
        assert!(
            error.contains("cause: its newest commits are gone"),
            "{error}"
        );
        let status = project.run(&["status"]);
        assert_eq!(status.status.code(), Some(3));
        assert!(text(&status.stderr).contains(&said));
        let verified = project.run(&["verify", "lake"]);
        assert_eq!(
            verified.status.code(),
            Some(3),
            "{}",
            text(&verified.stderr)
        );
        assert!(text(&verified.stderr).contains(table));
        match table {
            // A model is built again.
            "core.person" => {
                let night = text(&project.run(&["nightly"]).stderr);
                assert!(night.contains("rebuilt core.person"), "{night}");
            }
            "reference.lsoa" => drop(project.ok(&["run", "-q"])),
            _ => {
                let error = project.fails(3, &["nightly"]);
                let names = error.contains(&said)
                    || error.contains(&format!("of table {table} is damaged"));
                assert!(names, "{error}");
                // Put back, all is as it was; or everything is read again.
                if table == "record.patient" {
                    project.ok(&["pull", "-q", "--again"]);
                } else {
                    fs::write(last, &bytes).unwrap();
                }
            }
        }
        project.ok(&["nightly", "-q"]);
        assert_eq!(project.record_tables(), rows, "{table}");
        assert_eq!(project.released(), released, "{table}");
    }
    // A whole table that is gone comes back, as ever.
    fs::remove_dir_all(project.path("lake/record/patient")).unwrap();
    project.ok(&["nightly", "-q"]);
    assert_eq!(project.record_tables(), rows);
    project.ok(&["verify", "lake"]);
    // What the newest versions are kept in is no more than a help.
    let kept = project.path("lake/populace.newest");
    let bytes = fs::read(&kept).unwrap();
    for damage in [bytes[..40].to_vec(), Vec::new()] {
        fs::write(&kept, damage).unwrap();
        let night = project.run(&["nightly"]);
        assert!(night.status.success());
        assert!(text(&night.stderr).contains("populace.newest of the lake"));
        assert!(!fs::read(&kept).unwrap().is_empty());
    }
}

#[test]
fn status_shows_what_it_can_and_names_damaged_tables() {
    let (_record, project) = after_a_night();
    for table in ["record.condition", "populace.extract", "core.person"] {
        let last = commits(&project, table).pop().unwrap();
        let bytes = fs::read(&last).unwrap();
        fs::write(&last, &bytes[..bytes.len() / 2]).unwrap();
    }
    let output = project.run(&["status"]);
    assert_eq!(output.status.code(), Some(3));
    let (shown, said) = (text(&output.stdout), text(&output.stderr));
    assert!(
        shown.contains("record.patient ") && shown.contains("Last releases"),
        "{shown}"
    );
    let files = files_below(&project.path("sql"));
    let models = files.keys().filter(|name| name.ends_with(".sql")).count();
    let built = format!("{models} of {models} models built");
    assert!(shown.contains(&built), "{shown}");
    for table in ["record.condition", "populace.extract", "core.person"] {
        assert!(!shown.contains(&format!("{table} ")), "{shown}");
        assert!(
            said.contains(&format!("the log of table {table} cannot be read")),
            "{said}"
        );
    }
    let output = project.run(&["status", "--json"]);
    assert_eq!(output.status.code(), Some(3));
    let status: serde_json::Value = serde_json::from_slice(&output.stdout).unwrap();
    assert_eq!(status["damaged"].as_array().unwrap().len(), 3, "{status}");
    assert_eq!(status["exit_code"], 3);
}

#[test]
fn a_release_leaves_out_only_the_reports_that_read_a_damaged_table() {
    let (_record, project) = after_a_night();
    let reports: Vec<PathBuf> = fs::read_dir(project.path("pipelines/reports"))
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .collect();
    let reading: Vec<String> = reports
        .iter()
        .filter(|path| {
            fs::read_to_string(path)
                .unwrap()
                .contains("core.attended_contact")
        })
        .map(|path| path.file_stem().unwrap().to_string_lossy().into_owned())
        .collect();
    assert!(!reading.is_empty() && reading.len() < reports.len());
    let table = "core/attended_contact";
    let log = commits(&project, "core.attended_contact").pop().unwrap();
    let data = files_below(&project.path("lake").join(table));
    let data = data.keys().find(|name| name.ends_with(".parquet")).unwrap();
    let data = project.path("lake").join(table).join(data);
    for (file, says) in [
        (log, "the log of its table is damaged"),
        (data, "is damaged"),
    ] {
        let bytes = fs::read(&file).unwrap();
        let mut damaged = bytes.clone();
        damaged[bytes.len() / 2] ^= 4;
        damaged.truncate(bytes.len() - 30);
        fs::write(&file, &damaged).unwrap();
        fs::remove_dir_all(project.path("releases")).unwrap();
        let output = project.run(&["release", "--json"]);
        let said = text(&output.stderr);
        assert_eq!(output.status.code(), Some(3), "{said}");
        let made: serde_json::Value = serde_json::from_slice(&output.stdout).unwrap();
        let refused: Vec<&str> = made["refused"]
            .as_array()
            .unwrap()
            .iter()
            .map(|one| one["report"].as_str().unwrap())
            .collect();
        assert_eq!(refused, reading, "{made}");
        assert!(
            made["refused"][0]["because"].to_string().contains(says),
            "{made}"
        );
        assert!(!made["files"].as_array().unwrap().is_empty(), "{made}");
        // Of that report alone nothing is left.
        let error = project.fails(3, &["release", &reading[0]]);
        assert!(error.contains("are damaged or out of date"), "{error}");
        fs::write(&file, bytes).unwrap();
    }
    project.ok(&["release", "-q"]);
}

#[test]
fn a_rotation_whose_state_is_damaged_makes_no_other_lake() {
    let record = synth(30, 21, false);
    let project = Project::over(record.path());
    fs::write(project.path("new.key"), "1f".repeat(32)).unwrap();
    project.ok(&["pull", "-q"]);
    let chained = "key = \"file:new.key\"\nkey_before = [\"file:test.key\"]";
    project
        .write_pipeline(&pipeline_over(record.path()).replace("key = \"file:test.key\"", chained));
    let lake = project.path("lake");
    let before = files_below(&lake);
    let state = lake.join("populace.rotation");
    // Killed while tables are written anew, or when they are switched.
    let mut found = false;
    for wait in 0..60 {
        let moment = std::time::Duration::from_millis(40 + 25 * wait);
        project.killed_after(&["key", "rotate", "-q"], moment);
        let kept = files_below(&state_or_empty(&state));
        if kept.is_empty() {
            if !fs::read_to_string(lake.join("populace.json"))
                .unwrap()
                .contains("rotating_to\": \"")
            {
                restore(&lake, &before);
            }
            continue;
        }
        found = true;
        // A file that was only begun has nothing to damage.
        for (name, bytes) in kept.iter().filter(|(_, bytes)| !bytes.is_empty()) {
            let mut damaged = bytes.clone();
            damaged[bytes.len() / 2] ^= 1;
            fs::write(state.join(name), damaged).unwrap();
        }
        let output = project.run(&["key", "rotate", "-q"]);
        if !output.status.success() {
            // The proof was there: tables may have been switched.
            let said = text(&output.stderr);
            assert!(said.contains("populace.rotation/"), "{said}");
            assert!(said.contains("it is damaged"), "{said}");
            for (name, bytes) in &kept {
                fs::write(state.join(name), bytes).unwrap();
            }
            project.ok(&["key", "rotate", "-q"]);
        }
        break;
    }
    assert!(found, "no rotation was killed in its midst");
    project.ok(&["verify", "lake"]);
    let rotated = project.record_tables();
    let fresh = Project::over(record.path());
    fs::write(fresh.path("new.key"), "1f".repeat(32)).unwrap();
    fresh.write_pipeline(&pipeline_over(record.path()).replace("key = \"file:test.key\"", chained));
    fresh.ok(&["pull", "-q"]);
    assert_eq!(fresh.record_tables(), rotated);
}

fn state_or_empty(state: &Path) -> PathBuf {
    fs::create_dir_all(state).unwrap();
    state.to_path_buf()
}

fn restore(folder: &Path, files: &std::collections::BTreeMap<String, Vec<u8>>) {
    fs::remove_dir_all(folder).unwrap();
    for (name, bytes) in files {
        let path = folder.join(name);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, bytes).unwrap();
    }
}

fn flag(id: &str, updated: &str, code: Option<&str>) -> String {
    let code = code.map_or(String::new(), |code| {
        format!(r#""code":{{"coding":[{{"code":"{code}"}}]}},"#)
    });
    format!(
        r#"{{"resourceType":"Flag","id":"{id}","meta":{{"lastUpdated":"{updated}"}},"status":"active",{code}"subject":{{"reference":"Patient/p"}}}}"#
    )
}

fn patient(day: u32, link: bool) -> String {
    let link = match link {
        true => r#""link":[{"other":{"reference":"Patient/q"},"type":"seealso"}],"#,
        false => "",
    };
    format!(
        r#"{{"resourceType":"Patient","id":"p","meta":{{"lastUpdated":"2026-01-{day:02}T00:00:00Z"}},"identifier":[{{"system":"https://fhir.nhs.uk/Id/nhs-number","value":"9434765919"}}],{link}"gender":"female"}}"#
    )
}

#[test]
fn what_was_deleted_stays_deleted_after_damage_of_what_keeps_it() {
    let project = Project::empty();
    let source =
        "[sources.record]\nkind = \"fhir-folder\"\nurl = \"fhir\"\naccept_test_numbers = true";
    project.write_pipeline(&pipeline(NO_POSTCODES, source));
    fs::create_dir(project.path("fhir")).unwrap();
    let write = |name: &str, text: &str| fs::write(project.path("fhir").join(name), text).unwrap();
    write(
        "a.ndjson",
        &[
            flag("kept", "2026-01-02T00:00:00Z", Some("1")),
            flag("gone", "2026-01-02T00:00:00Z", Some("2")),
        ]
        .join("\n"),
    );
    project.ok(&["pull", "-q"]);
    let deletion = r#"{"resourceType":"Bundle","type":"transaction","meta":{"lastUpdated":"2026-01-03T00:00:00Z"},"entry":[{"request":{"method":"DELETE","url":"Flag/gone"}}]}"#;
    write("b.ndjson", &[deletion, &patient(2, true)].join("\n"));
    project.ok(&["pull", "-q"]);
    let links = |project: &Project| project.number("select count(*) from record.patient_link");
    assert_eq!(links(&project), 1);
    write("b2.ndjson", &patient(5, false));
    project.ok(&["pull", "-q"]);
    let codes = |project: &Project| project.sql("select code from record.flag order by code");
    assert_eq!(
        (codes(&project), links(&project)),
        (vec![vec!["1".to_string()]], 0)
    );
    assert_eq!(project.number("select count(*) from populace.emptied"), 1);
    for (what, table) in [
        ("data", "populace.deleted"),
        ("log", "populace.deleted"),
        ("data", "populace.emptied"),
        ("log", "populace.emptied"),
    ] {
        let folder = project.path("lake").join(table.replace('.', "/"));
        let file = match what {
            "log" => commits(&project, table).pop().unwrap(),
            _ => {
                let files = files_below(&folder);
                folder.join(files.keys().find(|n| n.ends_with(".parquet")).unwrap())
            }
        };
        let bytes = fs::read(&file).unwrap();
        fs::write(&file, &bytes[..bytes.len() / 2]).unwrap();
        write(
            "c.ndjson",
            &flag("other", "2026-01-02T00:00:00Z", Some("3")),
        );
        let error = project.fails(3, &["pull"]);
        assert!(
            error.contains(table) && error.contains("pull --again"),
            "{error}"
        );
        project.ok(&["pull", "-q", "--again"]);
        // An older version that arrives later does not bring it back.
        let late = flag("gone", "2026-01-01T00:00:00Z", Some("9"));
        write("d.ndjson", &[late, patient(4, true)].join("\n"));
        project.ok(&["pull", "-q"]);
        assert_eq!(codes(&project), [["1"], ["3"]], "{what} {table}");
        assert_eq!(links(&project), 0, "{what} {table}");
        fs::remove_file(project.path("fhir/d.ndjson")).unwrap();
    }
}
