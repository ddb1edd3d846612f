//! A lake gets another key: every link stays, and the lake is the one that the new keys would have
//! made.

use crate::project::{Project, pipeline_over, populace, synth, text};
use std::collections::BTreeSet;
use std::time::Instant;

const NEW: &str = "1f1e1d1c1b1a191817161514131211100f0e0d0c0b0a09080706050403020100";

/// The pipeline over a record, with a chain of keys.
fn rotated_pipeline(record: &std::path::Path) -> String {
    pipeline_over(record).replace(
        "key = \"file:test.key\"",
        "key = \"file:new.key\"\nkey_before = [\"file:test.key\"]",
    )
}

fn project(record: &std::path::Path) -> Project {
    let project = Project::over(record);
    std::fs::write(project.path("new.key"), NEW).unwrap();
    project
}

/// All rows of the tables whose pseudonyms matter, sorted.
fn rows(project: &Project) -> Vec<Vec<Vec<String>>> {
    let tables = [
        "patient",
        "encounter",
        "condition",
        "organisation",
        "apc_spell",
    ];
    let ask = |table| {
        project.sql(&format!(
            "select * from record.{table} order by record_key, record_row"
        ))
    };
    let mut all: Vec<_> = tables.map(ask).into();
    all.push(project.sql("select person_key, patient_key from populace.opt_out order by 1, 2"));
    all
}

#[test]
fn a_rotated_lake_is_the_lake_that_the_chain_makes() {
    let record = synth(120, 21, false);
    let rotated = project(record.path());
    rotated.ok(&["nightly"]);
    let before = rows(&rotated);
    let old_name = rotated.released().into_keys().next().unwrap();

    rotated.write_pipeline(&rotated_pipeline(record.path()));
    let error = rotated.fails(2, &["pull"]);
    assert!(
        error.contains("hint: the pipeline file names a newer key"),
        "{error}"
    );
    let proof = rotated.json(&["key", "rotate"]);
    let patients = &proof["tables"]["record.patient"];
    assert_eq!(patients["rows"], before[0].len());
    // Some people are known from extracts alone, or from the opt-outs.
    assert!(proof["people"].as_u64() >= patients["people"].as_u64());
    assert_eq!(
        patients["people"],
        rotated.number("select count(distinct person_key) from record.patient")
    );
    assert!(proof["records"].as_u64().unwrap() > 1000);
    let again = rotated.run(&["key", "rotate"]);
    assert!(text(&again.stderr).contains("the lake has this key already"));

    // A lake that was pulled under both keys from the beginning.
    let fresh = project(record.path());
    fresh.write_pipeline(&rotated_pipeline(record.path()));
    fresh.ok(&["nightly"]);
    let after = rows(&rotated);
    assert_eq!(after, rows(&fresh));
    assert_ne!(after, before);
    // No old pseudonym is in it.
    let old_keys = |keys: &[Vec<String>]| -> BTreeSet<String> {
        let keys = keys.iter().flat_map(|row| row[..3].to_vec());
        // People whose number is not verified have none.
        keys.filter(|key| !key.is_empty()).collect()
    };
    assert!(old_keys(&before[0]).is_disjoint(&old_keys(&after[0])));

    // Nothing has to be read again, and the content is what the chain makes of it.
    assert_eq!(rotated.json(&["pull"])["files_read"], 0);
    rotated.ok(&["nightly"]);
    let mut released = rotated.released();
    let release = old_name.split('/').next().unwrap().to_string();
    released.retain(|name, _| !name.starts_with(&release));
    assert_eq!(released, fresh.released());

    let shown = rotated.ok(&["key", "fingerprint"]);
    let settings = std::fs::read_to_string(rotated.path("lake/populace.json")).unwrap();
    for line in shown.lines() {
        let fingerprint = line.split_whitespace().next_back().unwrap();
        assert!(settings.contains(fingerprint), "{settings}");
    }
    assert_eq!(shown.lines().count(), 3, "{shown}");

    // The old key alone, and the new one alone, are refused.
    rotated.write_pipeline(&pipeline_over(record.path()));
    let error = rotated.fails(2, &["pull"]);
    assert!(error.contains("was made with another key"), "{error}");
    let alone = pipeline_over(record.path()).replace("file:test.key", "file:new.key");
    rotated.write_pipeline(&alone);
    let error = rotated.fails(2, &["pull"]);
    assert!(
        error.contains("name those before this one in key_before"),
        "{error}"
    );
    let error = rotated.fails(2, &["key", "rotate"]);
    assert!(
        error.contains("is not among those that the pipeline file names"),
        "{error}"
    );
}

/// How often a rotation is killed; the moments are spread over the time that a whole one takes.
const KILLS: u32 = 6;

#[test]
fn a_killed_rotation_is_finished_by_the_next_and_nothing_uses_the_lake_meanwhile() {
    let record = synth(120, 22, false);
    let undisturbed = project(record.path());
    undisturbed.ok(&["pull"]);
    undisturbed.write_pipeline(&rotated_pipeline(record.path()));
    let started = Instant::now();
    undisturbed.ok(&["key", "rotate"]);
    let whole = started.elapsed();

    let project = project(record.path());
    project.ok(&["pull"]);
    project.write_pipeline(&rotated_pipeline(record.path()));
    let (mut kills, mut half_done) = (0, 0);
    for kill in 1..=KILLS {
        let moment = whole.mul_f64(f64::from(kill) / f64::from(KILLS + 1));
        kills += u32::from(project.killed_after(&["key", "rotate", "-q"], moment));
        let status = project.run(&["status"]);
        if status.status.code() == Some(3) {
            half_done += 1;
            let error = text(&status.stderr);
            assert!(error.contains("a key rotation under way"), "{error}");
            assert!(
                error.contains("hint: finish with `populace key rotate`"),
                "{error}"
            );
            for command in [&["pull"][..], &["sql", "-c", "select 1"], &["nightly"]] {
                project.fails(3, command);
            }
        } else {
            assert!(status.status.success(), "{}", text(&status.stderr));
        }
    }
    project.ok(&["key", "rotate"]);
    assert_eq!(rows(&project), rows(&undisturbed));
    assert!(
        kills >= 2 && half_done >= 1,
        "{kills} of {KILLS} rotations were killed, {half_done} of them half done"
    );
}

#[test]
fn a_rotation_that_switched_nothing_can_be_given_up() {
    let record = synth(40, 23, false);
    let project = project(record.path());
    project.ok(&["pull"]);
    let before = rows(&project);
    let error = project.fails(2, &["key", "rotate", "--abandon"]);
    assert!(
        error.contains("no rotation of a key has been begun"),
        "{error}"
    );

    // Begun, and stopped before it did anything.
    let settings = project.path("lake/populace.json");
    let text = std::fs::read_to_string(&settings).unwrap();
    project.write_pipeline(&rotated_pipeline(record.path()));
    let shown = project.ok(&["key", "fingerprint"]);
    let to = shown.lines().next().unwrap();
    let mut begun: serde_json::Value = serde_json::from_str(&text).unwrap();
    begun.as_object_mut().unwrap().remove("checksum");
    begun["rotating_to"] = to.into();
    let begun = begun.to_string();
    std::fs::write(&settings, &begun).unwrap();
    project.fails(3, &["status"]);
    project.ok(&["key", "rotate", "--abandon"]);
    project.write_pipeline(&pipeline_over(record.path()));
    assert_eq!(rows(&project), before);

    // Begun for another key than the one that is named now.
    let other = begun.replace(to, "0123456789abcdef");
    std::fs::write(&settings, other).unwrap();
    project.write_pipeline(&rotated_pipeline(record.path()));
    let error = project.fails(2, &["key", "rotate"]);
    assert!(
        error.contains("finish with the key that it was begun with"),
        "{error}"
    );
}

/// Takes the note of which columns are pseudonyms out of every table.
fn forget_columns(project: &Project) {
    let lake = project.path("lake/record");
    let mut changed = 0;
    for (name, bytes) in crate::project::files_below(&lake) {
        if name.contains("_delta_log") && name.ends_with(".json") {
            let log = text(&bytes);
            changed += log.matches("populace.columns").count();
            std::fs::write(
                lake.join(name),
                log.replace("populace.columns", "populace.older")
                    // Nor was there a checksum then, or the digest of a state, which came after it.
                    .replace("populace.checksum", "older.checksum")
                    .replace("populace.state", "older.state"),
            )
            .unwrap();
        }
    }
    assert!(changed > 10);
}

#[test]
fn a_rotation_killed_while_it_switches_tables_can_only_be_finished() {
    let record = synth(60, 25, false);
    let project = project(record.path());
    project.ok(&["pull"]);
    let before = rows(&project);
    project.write_pipeline(&rotated_pipeline(record.path()));
    let mut rotation = project.command(&["key", "rotate", "-q"]).spawn().unwrap();
    let proof = project.path("lake/populace.rotation/proof.json");
    while !proof.exists() && rotation.try_wait().unwrap().is_none() {
        std::hint::spin_loop();
    }
    rotation.kill().unwrap();
    rotation.wait().unwrap();
    let settings = std::fs::read_to_string(project.path("lake/populace.json")).unwrap();
    assert!(
        settings.contains("rotating_to"),
        "the rotation ended before it could be killed"
    );
    let error = project.fails(1, &["key", "rotate", "--abandon"]);
    assert!(
        error.contains("tables are already under the new key"),
        "{error}"
    );
    project.fails(3, &["sql", "-c", "select count(*) from record.patient"]);
    let done = project.json(&["key", "rotate"]);
    assert!(done.is_null() || done["people"].as_u64() > Some(0));
    let after = rows(&project);
    let sizes = |rows: &[Vec<Vec<String>>]| rows.iter().map(Vec::len).collect::<Vec<_>>();
    assert_eq!(sizes(&after), sizes(&before));
    assert_ne!(after, before);
    assert_eq!(project.json(&["pull"])["files_read"], 0);
}

#[test]
fn a_table_whose_columns_nobody_knows_stops_a_rotation() {
    let record = synth(20, 26, false);
    let project = project(record.path());
    project.ok(&["pull"]);
    let before = rows(&project);
    forget_columns(&project);
    std::fs::remove_file(project.path("pipelines/views/flag.json")).unwrap();
    project.write_pipeline(&rotated_pipeline(record.path()));
    let error = project.fails(3, &["key", "rotate"]);
    assert!(
        error.contains("which columns of table record.flag are pseudonyms is not known"),
        "{error}"
    );
    project.ok(&["key", "rotate", "--abandon"]);
    project.write_pipeline(&pipeline_over(record.path()));
    assert_eq!(rows(&project), before);
}

#[test]
fn a_second_rotation_goes_on_from_the_first() {
    let record = synth(40, 24, false);
    let twice = project(record.path());
    twice.ok(&["pull"]);
    twice.write_pipeline(&rotated_pipeline(record.path()));
    twice.ok(&["key", "rotate"]);
    let third = populace().args(["key", "new"]).output().unwrap();
    assert!(third.status.success());
    let chain = pipeline_over(record.path()).replace(
        "key = \"file:test.key\"",
        "key = \"command:cat third.key\"\nkey_before = [\"file:test.key\", \"env:SECOND\"]",
    );
    let with_second = |project: &Project, arguments: &[&str]| {
        let output = project
            .command(arguments)
            .env("SECOND", NEW)
            .output()
            .unwrap();
        assert!(output.status.success(), "{}", text(&output.stderr));
    };
    twice.write_pipeline(&chain);
    std::fs::write(twice.path("third.key"), &third.stdout).unwrap();
    with_second(&twice, &["key", "rotate"]);

    // In one step from the first key, by tables that do not say which columns are pseudonyms, as those
    // of older programs; and from the beginning.
    let once = project(record.path());
    once.ok(&["pull"]);
    forget_columns(&once);
    std::fs::write(once.path("third.key"), &third.stdout).unwrap();
    once.write_pipeline(&chain);
    with_second(&once, &["key", "rotate"]);
    assert_eq!(rows(&twice), rows(&once));
    let fresh = project(record.path());
    std::fs::write(fresh.path("third.key"), &third.stdout).unwrap();
    fresh.write_pipeline(&chain);
    with_second(&fresh, &["pull"]);
    assert_eq!(rows(&twice), rows(&fresh));
}
