//! Commands that are called wrongly say what to do, before they touch data where they can.

use crate::project::{Project, synth};
use std::fs;

#[test]
fn wrong_uses_are_told_what_to_do() {
    let record = synth(20, 1, false);
    let project = Project::over(record.path());
    project.ok(&["pull"]);
    for (arguments, said, told) in [
        (
            &["sql", "-f", "absent.sql"][..],
            "absent.sql cannot be read",
            "hint: name a text file with one query",
        ),
        (
            &["sql", "select count(*) from record.pateint"],
            "query: there is no table record.pateint",
            "hint: did you mean 'record.patient'?",
        ),
        (
            &["sql", "select 1", "-c", "select 1"],
            "the argument '[SQL]' cannot be used with '--command <SQL>'",
            "Usage: populace sql",
        ),
        (
            &["sql", "-c", "\\d core.persn"],
            "\\d: there is no table core.persn",
            "hint: ",
        ),
        (
            &["sql", "-c", "select rate(1)"],
            "rate cannot be called as rate(Int64)",
            "hint: write rate(x, n",
        ),
        (
            &["sql", "-c", "describe record.pateint"],
            "query: there is no table record.pateint",
            "hint: did you mean 'record.patient'?",
        ),
        (
            &["run", "mart.*"],
            "there is no model 'mart.*'",
            "hint: did you mean 'marts.*'?",
        ),
        (
            &["vacuum", "--keep-days", "-1"],
            "--keep-days",
            "write a whole number from 0 to 65535",
        ),
        (
            &["synth", "-o", "x", "--people", "0"],
            "--people",
            "write a whole number from 1 to 900000",
        ),
        (
            &["synth", "-o", "x", "--from", "1.1.2026"],
            "--from",
            "write a date such as 2026-11-23",
        ),
        (
            &["init", "test.key"],
            "test.key is not a folder",
            "hint: name a folder that is absent or empty",
        ),
    ] {
        let error = project.fails(2, arguments);
        assert!(
            error.contains(said) && error.contains(told),
            "{arguments:?}: {error}"
        );
    }
    fs::write(project.path("empty"), "").unwrap();
    let error = project.fails(2, &["view", "empty", "empty"]);
    assert!(
        error.contains("this is not JSON") && error.contains("hint: a view is"),
        "{error}"
    );
    fs::write(record.path().join("reference/postcode_lsoa.csv"), "").unwrap();
    fs::write(record.path().join("fhir/Patient.901.ndjson"), "{}\n").unwrap();
    let error = project.fails(3, &["pull"]);
    assert!(
        error.contains("hint: give [privacy.lookups] a CSV file"),
        "{error}"
    );
}

/// A header that does not fit its query, and a table that is not there, are found without data.
#[test]
fn check_finds_what_a_run_would() {
    let record = synth(20, 1, false);
    let project = Project::over(record.path());
    for (header, query, said, told) in [
        (
            "grain: persn_key",
            "select person_key from record.patient",
            "the header describes 'persn_key'",
            "did you mean 'person_key'?",
        ),
        (
            "checks: [unique: persn_key]",
            "select person_key from record.patient",
            "check `unique: [persn_key]`",
            "person_key'?",
        ),
        (
            "checks: [expect: person_key >]",
            "select person_key from record.patient",
            "check `expect: person_key >`",
            "hint: ",
        ),
        (
            "grain: person_key",
            "select person_key from record.pateint",
            "table 'record.pateint' not found",
            "did you mean 'record.patient'?",
        ),
    ] {
        let text =
            format!("/*\ndescription: x\ncolumns: {{person_key: x}}\n{header}\n*/\n{query}\n");
        fs::write(project.path("sql/core/wrong.sql"), text).unwrap();
        let error = project.fails(2, &["check"]);
        assert!(error.contains("sql/core/wrong.sql"), "{error}");
        assert!(
            error.contains(said) && error.contains(told),
            "{header}: {error}"
        );
    }
}

/// What a tired operator types: each ends with the code of its kind, and says what is wrong and what
/// to do.
#[test]
fn every_mistake_has_a_cause_and_a_cure() {
    let record = synth(20, 1, false);
    let project = Project::over(record.path());
    project.ok(&["nightly"]);
    fs::write(project.path("file"), "").unwrap();
    fs::write(project.path("empty.sql"), " -- nothing\n").unwrap();
    for (code, arguments, said, told) in [
        (
            2,
            &["pull", "recrod"][..],
            "there is no source 'recrod'",
            "did you mean 'record'?",
        ),
        (
            2,
            &["pull", "fhir"],
            "there is no source 'fhir'",
            "there are extracts, record",
        ),
        (
            2,
            &["release", "population_profil"],
            "there is no report",
            "'population_profile'?",
        ),
        (
            2,
            &["release", "absent"],
            "there is no report 'absent'",
            "there are population_profile",
        ),
        (
            2,
            &["run", "core"],
            "'core' is a layer, and no model",
            "write 'core.*'",
        ),
        (
            2,
            &["run", "core.persn"],
            "there is no model",
            "did you mean 'core.person'?",
        ),
        (
            2,
            &["run", "nothing.alike"],
            "there is no model",
            "hint: there are core.area, core.attended_contact",
        ),
        (
            2,
            &["plan", "nowhere.*"],
            "there is no model",
            "there are core.*",
        ),
        (
            2,
            &["nightly", "--set", "as_of=2026-13-01"],
            "'2026-13-01' is not a date",
            "2026-11-22",
        ),
        (
            2,
            &["nightly", "--set", "as_of"],
            "--set as_of cannot be read",
            "--set name=value",
        ),
        (
            2,
            &["nightly", "--set", "as_off=2026-01-01"],
            "no parameter 'as_off'",
            "'as_of'?",
        ),
        (
            2,
            &["run", "--set", "period_start=2027-01-01"],
            "is after period_end",
            "both count",
        ),
        (
            2,
            &["nightly", "--memory-limit", "lots"],
            "--memory-limit",
            "such as 2GB",
        ),
        (
            2,
            &["nightly", "--memory-limit", "1"],
            "--memory-limit",
            "the least is 64MB",
        ),
        (
            2,
            &["nightly", "--threads", "0"],
            "--threads",
            "from 1 to 1024",
        ),
        (
            2,
            &["nightly", "-p", "absent.toml"],
            "absent.toml cannot be read",
            "--pipeline",
        ),
        (
            2,
            &["check", "-p", "pipelines"],
            "pipelines cannot be read",
            "--pipeline",
        ),
        (
            2,
            &["check", "-p", "file"],
            "missing field `lake`",
            "add `lake`",
        ),
        (
            2,
            &["sql", "-c", ""],
            "query: there is no query",
            "a single select",
        ),
        (
            2,
            &["sql", "-f", "empty.sql"],
            "empty.sql: there is no query",
            "a single select",
        ),
        (
            2,
            &["sql", "-c", "select 1; select 2"],
            "this is not one query",
            "a single select",
        ),
        (
            2,
            &["sql", "-c", "delete from core.person"],
            "this is not a query",
            "only select",
        ),
        (
            2,
            &["sql", "-c", "select 1 from person"],
            "has no layer",
            "did you mean 'core.person'?",
        ),
        (
            2,
            &["sql", "-c", "select 1 from core.persn"],
            "no table core.persn",
            "'core.person'?",
        ),
        (
            2,
            &["sql", "-c", "select sexx from core.person"],
            "column 'sexx' not found",
            "hint: ",
        ),
        (
            2,
            &["sql", "-c", "\\x"],
            "there is no command \\x",
            "\\d TABLE describes one",
        ),
        (
            2,
            &["sql", "-c", "\\h age_bnad"],
            "no function age_bnad",
            "did you mean 'age_band'?",
        ),
        (
            2,
            &["sql", "-c", "select 1", "-o", "rows.xyz"],
            "does not say how rows",
            ".parquet",
        ),
        (
            3,
            &["sql", "-c", "select 1", "-o", "absent/rows.csv"],
            "cannot write",
            "name a file in",
        ),
        (
            2,
            &["sql", "-c", "select 1", "--format", "parquet"],
            "Parquet cannot",
            "--output",
        ),
        (
            2,
            &["sql", "-c", "select 1", "-f", "x.sql"],
            "cannot be used with",
            "Usage: ",
        ),
        (
            2,
            &["sql", "--as-of-version", "soon", "-c", "select 1"],
            "--as-of-version",
            "a moment",
        ),
        (
            2,
            &[
                "sql",
                "--as-of-version",
                "core.person=99",
                "-c",
                "select 1 from core.person",
            ],
            "has no version 99",
            "`populace status`",
        ),
        (
            2,
            &["view", "absent.json", "file"],
            "absent.json cannot be read",
            "the ViewDefinition first",
        ),
        (
            2,
            &["view", "pipelines/views/patient.json", "absent.ndjson"],
            "absent.ndjson cannot be read",
            "in NDJSON",
        ),
        (
            2,
            &["synth", "-o", "sql"],
            "is not empty",
            "give -o a folder",
        ),
        (
            2,
            &[
                "synth",
                "-o",
                "x",
                "--from",
                "2026-01-01",
                "--to",
                "2025-01-01",
            ],
            "is too short",
            "at least 90 days",
        ),
        (
            2,
            &["synth", "-o", "file/x", "--people", "5"],
            "cannot write a record to file/x",
            "a folder that does not exist yet",
        ),
        (2, &["init", "sql"], "is not empty", "absent or empty"),
        (3, &["init", "file/x"], "cannot make the project", "hint: "),
        (
            2,
            &["key", "rotate", "--abandon"],
            "no rotation",
            "there is nothing to give up",
        ),
        (
            2,
            &["vacuum", "--keep-days", "x"],
            "--keep-days",
            "from 0 to 65535",
        ),
        (
            2,
            &["status", "extra"],
            "unexpected argument 'extra'",
            "Usage: ",
        ),
        (3, &["plan", "--sql", "file/x"], "cannot write", "--sql"),
    ] {
        let error = project.fails(code, arguments);
        assert!(
            error.contains(said) && error.contains(told),
            "{arguments:?}: {error}"
        );
        assert!(!error.contains("panicked"), "{arguments:?}: {error}");
    }
}

/// Settings that name what is not there, or what cannot be what they say.
#[test]
fn every_wrong_setting_has_a_cause_and_a_cure() {
    let record = synth(20, 1, false);
    let project = Project::over(record.path());
    project.ok(&["nightly"]);
    fs::write(project.path("file"), "").unwrap();
    let good = fs::read_to_string(project.path("pipelines/nightly.toml")).unwrap();
    for (code, before, after, command, said, told) in [
        (
            3,
            "url = \"lake\"",
            "url = \"file\"",
            "pull",
            "cannot make the folder file",
            "a file is where",
        ),
        (
            3,
            "url = \"lake\"",
            "url = \"file\"",
            "status",
            "",
            "hint: ",
        ),
        (
            2,
            "url = \"lake\"",
            "url = \"gopher://x\"",
            "status",
            "'gopher://'",
            "s3://BUCKET",
        ),
        (
            3,
            "url = \"lake\"",
            "url = \"elsewhere\"",
            "status",
            "there is no lake",
            "populace pull",
        ),
        (
            3,
            "url = \"releases\"",
            "url = \"file\"",
            "release",
            "the release file/",
            "a file is where",
        ),
        (
            2,
            "\"file:test.key\"",
            "\"test.key\"",
            "pull",
            "names no place",
            "\"file:PATH\"",
        ),
        (
            2,
            "\"file:test.key\"",
            "\"file:absent\"",
            "pull",
            "names no file that is there",
            "\"file:PATH\"",
        ),
        (
            2,
            "\"file:test.key\"",
            "\"command:absent-program\"",
            "pull",
            "absent-program",
            "PATH",
        ),
        (
            2,
            "\"csv-folder\"",
            "\"csv-foldr\"",
            "check",
            "unknown variant `csv-foldr`",
            "'csv-folder'?",
        ),
        (
            2,
            "kind = \"csv-folder\"\n",
            "",
            "check",
            "missing field `kind`",
            "add `kind`",
        ),
        (
            2,
            "shards = 4",
            "shards = \"four\"",
            "check",
            "invalid type",
            "a whole number",
        ),
        (
            2,
            "shards = 4",
            "shards = 5",
            "check",
            "power of two",
            "use 16",
        ),
        (
            2,
            "type = \"date\"",
            "type = \"daet\"",
            "check",
            "unknown variant `daet`",
            "'date'?",
        ),
        (
            3,
            "/opt-outs.txt",
            "/absent.txt",
            "pull",
            "absent.txt",
            "opt_outs",
        ),
    ] {
        assert!(good.contains(before), "{before}");
        project.write_pipeline(&good.replacen(before, after, 1));
        let error = project.fails(code, &[command]);
        let what = format!("{after} {command}: {error}");
        assert!(error.contains(said) && error.contains(told), "{what}");
        assert!(error.contains("\nhint: "), "{what}");
    }
}

/// A lake that may only be read can be read; what writes says what is in the way.
#[cfg(target_os = "linux")]
#[test]
fn a_lake_that_cannot_be_written_to() {
    use std::process::Command;
    let record = synth(20, 1, false);
    let project = Project::over(record.path());
    project.ok(&["nightly"]);
    let lake = project.path("lake");
    let mount = |arguments: &[&str]| {
        let done = Command::new("mount").args(arguments).arg(&lake).output();
        done.is_ok_and(|o| o.status.success())
    };
    let shown = lake.display().to_string();
    if !mount(&["--bind", &shown]) || !mount(&["-o", "remount,ro,bind"]) {
        let _ = Command::new("umount").arg(&lake).output();
        let why = "a folder cannot be mounted to be read only here";
        crate::project::missing("mount", why);
        return;
    }
    let read = project.run(&["sql", "-c", "select count(*) from core.person"]);
    let status = project.run(&["status"]);
    let written: Vec<_> = ["nightly", "pull", "run", "vacuum"]
        .map(|command| (command, project.run(&[command])))
        .into();
    assert!(
        Command::new("umount")
            .arg(&lake)
            .status()
            .unwrap()
            .success()
    );
    assert!(read.status.success() && status.status.success());
    for (command, output) in written {
        let error = String::from_utf8_lossy(&output.stderr).into_owned();
        assert_eq!(output.status.code(), Some(3), "{command}: {error}");
        assert!(
            error.contains("Read-only file system"),
            "{command}: {error}"
        );
        assert!(
            error.contains("hint: name a place that can be written to"),
            "{command}: {error}"
        );
        let is_said = error.contains("this night is not in the log of nights");
        assert_eq!(is_said, command == "nightly", "{error}");
    }
}
