//! Secrets and pseudonyms stay where they belong: not in core dumps, logs, errors, the environment of
//! other programs, files that others can read, or on terminals as control characters.

use crate::project::{NO_POSTCODES, Project, pipeline, pipeline_over, synth, text};
use std::collections::BTreeSet;
use std::io::Write;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

const DIGITS: &str = "a3f1c0d29b8e47560718293a4b5c6d7e8f90a1b2c3d4e5f60718293a4b5c6d7e";

/// Every file and folder below one, with its permissions.
fn modes(folder: &Path) -> Vec<(PathBuf, u32)> {
    let mut found = Vec::new();
    let mut folders = vec![folder.to_path_buf()];
    while let Some(next) = folders.pop() {
        let mode = |path: &Path| std::fs::metadata(path).unwrap().permissions().mode() & 0o7777;
        found.push((next.clone(), mode(&next)));
        for entry in std::fs::read_dir(&next).unwrap() {
            let path = entry.unwrap().path();
            match path.is_dir() {
                true => folders.push(path),
                false => found.push((path.clone(), mode(&path))),
            }
        }
    }
    found
}

/// Files and folders whose permissions are others than these.
fn others(folder: &Path, of_file: u32, of_folder: u32) -> Vec<String> {
    let wrong = |(path, mode): (PathBuf, u32)| {
        let right = if path.is_dir() { of_folder } else { of_file };
        (mode != right).then(|| format!("{} {mode:o}", path.display()))
    };
    modes(folder).into_iter().filter_map(wrong).collect()
}

/// The project's own folder of pipelines and models is no output of the pull.
fn with_umask(project: &Project, umask: &str, arguments: &[&str]) {
    let command = project.command(arguments);
    let mut shell = Command::new("sh");
    shell
        .arg("-c")
        .arg(format!("umask {umask}; exec \"$0\" \"$@\""))
        .arg(command.get_program())
        .args(command.get_args())
        .current_dir(project.path(""));
    let output = shell.output().unwrap();
    assert!(output.status.success(), "{}", text(&output.stderr));
}

#[test]
fn files_and_folders_are_for_their_owner_and_group_only() {
    let record = synth(60, 21, false);
    let project = Project::over(record.path());
    with_umask(&project, "022", &["nightly", "-q"]);
    for folder in ["lake", "releases"] {
        let wrong = others(&project.path(folder), 0o640, 0o750);
        assert!(wrong.is_empty(), "{wrong:?}");
    }
    let query = "select count(*) from record.patient";
    with_umask(
        &project,
        "022",
        &[
            "sql",
            "--record-level",
            "a test",
            "-o",
            "rows.csv",
            "-c",
            query,
        ],
    );
    let made = std::fs::metadata(project.path("rows.csv")).unwrap();
    assert_eq!(made.permissions().mode() & 0o777, 0o640);

    // A lake of an earlier program, or a copy: closed by the next command that writes.
    for (path, mode) in modes(&project.path("lake")) {
        let open = std::fs::Permissions::from_mode(mode | 0o044 | ((mode & 0o100) >> 6) | 0o002);
        std::fs::set_permissions(&path, open).unwrap();
    }
    let said = project.run(&["pull"]);
    assert!(said.status.success());
    let said = text(&said.stderr);
    assert!(
        said.contains("other accounts could read the lake"),
        "{said}"
    );
    let wrong = modes(&project.path("lake"));
    let wrong: Vec<_> = wrong.iter().filter(|(_, mode)| mode & 0o027 != 0).collect();
    assert!(wrong.is_empty(), "{wrong:?}");

    // A stricter mask of the caller's stays, and so does a stricter setting.
    let text = pipeline_over(record.path());
    project.write_pipeline(&text.replace("url = \"lake\"", "url = \"second\""));
    with_umask(&project, "077", &["pull", "-q"]);
    let wrong = others(&project.path("second"), 0o600, 0o700);
    assert!(wrong.is_empty(), "{wrong:?}");
    let text = text.replace("url = \"lake\"", "url = \"third\"");
    project.write_pipeline(&text.replace("[privacy]\n", "[privacy]\nfiles_for = \"owner\"\n"));
    with_umask(&project, "022", &["pull", "-q"]);
    let wrong = others(&project.path("third"), 0o600, 0o700);
    assert!(wrong.is_empty(), "{wrong:?}");
}

/// A project whose only source is a FIFO, so that a pull stands still with its temporary folder made.
#[cfg(target_os = "linux")]
#[test]
fn no_core_dump_is_written_and_the_temporary_folder_is_the_owners_alone() {
    let project = Project::empty();
    let sources = "[sources.record]\nkind = \"fhir-folder\"\nurl = \"extracts\"\n";
    std::fs::create_dir(project.path("extracts")).unwrap();
    project.write_pipeline(&pipeline(NO_POSTCODES, sources));
    project.ok(&["pull", "-q"]);
    // A query that is typed in stands still until its input ends.
    let mut child = project
        .command(&["sql"])
        .stdin(Stdio::piped())
        .stdout(Stdio::null())
        .spawn()
        .unwrap();
    let status = format!("/proc/{}/limits", child.id());
    let wait = || {
        #[allow(clippy::disallowed_methods)] // between two looks
        std::thread::sleep(std::time::Duration::from_millis(5));
    };
    let core = |limits: &str| {
        let line = limits.lines().find(|l| l.starts_with("Max core file size"));
        line.map(|l| {
            l.split_whitespace()
                .skip(4)
                .take(2)
                .collect::<Vec<_>>()
                .join(" ")
        })
    };
    let mut limits = None;
    for _ in 0..2_000 {
        limits = core(&std::fs::read_to_string(&status).unwrap_or_default());
        if limits.as_deref() == Some("0 0") {
            break;
        }
        wait();
    }
    assert_eq!(limits.as_deref(), Some("0 0"));
    // Memory that may not be dumped belongs to root in /proc: nobody else reads it.
    use std::os::unix::fs::MetadataExt;
    let mut owner = u32::MAX;
    for _ in 0..2_000 {
        owner = std::fs::metadata(format!("/proc/{}/mem", child.id()))
            .unwrap()
            .uid();
        if owner == 0 {
            break;
        }
        wait();
    }
    assert_eq!(owner, 0);
    drop(child.stdin.take());
    child.wait().unwrap();
    let left = std::fs::read_dir(project.path("tmp")).unwrap().count();
    assert_eq!(left, 0, "the temporary folder is removed");
}

#[test]
fn no_pseudonym_or_value_of_a_record_is_logged_at_any_level() {
    let record = synth(40, 22, false);
    let project = Project::over(record.path());
    let one_person = std::cell::RefCell::new(String::from("0"));
    let mut logs = String::new();
    let mut run = |arguments: &[&str], level: &str| {
        let mut command = project.command(arguments);
        if !level.is_empty() {
            command.env("POPULACE_LOG", level);
        }
        let output = command.output().unwrap();
        logs.push_str(&text(&output.stderr));
    };
    run(&["nightly", "-vvv"], "");
    run(
        &[
            "nightly",
            "--set",
            "as_of=2026-10-01",
            "--set",
            "period_end=2026-10-01",
        ],
        "trace",
    );
    let keys: BTreeSet<String> = ["person_key", "record_key"]
        .iter()
        .flat_map(|column| {
            let sql = format!("select {column} from record.patient union all select {column} from record.encounter union all select {column} from record.observation");
            project.sql(&sql)
        })
        .map(|row| row[0].clone())
        .filter(|key| key.len() > 9)
        .collect();
    assert!(keys.len() > 500, "{}", keys.len());
    one_person.replace(keys.iter().next().unwrap().clone());
    let sql = format!(
        "select code, value_quantity from record.observation where person_key = {} and code <> 'zzz-secret-literal'",
        one_person.borrow()
    );
    for level in [
        "",
        "trace",
        "debug",
        "datafusion=trace,deltalake=trace,warn",
    ] {
        run(
            &[
                "sql",
                "--record-level",
                "a test",
                "--format",
                "csv",
                "-c",
                &sql,
                "-vvv",
                "-o",
                "rows.csv",
            ],
            level,
        );
        run(&["pull", "-vvv"], level);
        run(&["run", "-vvv"], level);
        run(&["status", "-vvv"], level);
        run(&["plan", "-vvv"], level);
        run(&["vacuum", "-vvv"], level);
    }
    assert!(logs.len() > 100_000, "{}", logs.len());
    let words: BTreeSet<&str> = logs.split(|c: char| !c.is_ascii_alphanumeric()).collect();
    let found: Vec<_> = keys
        .iter()
        .filter(|key| words.contains(key.as_str()))
        .collect();
    assert!(
        found.is_empty(),
        "{} of {} keys are logged",
        found.len(),
        keys.len()
    );
    assert!(
        !logs.contains("zzz-secret-literal"),
        "a literal of a query is logged"
    );
    for sql in [
        "select distinct lsoa21_code from record.patient",
        "select distinct code from record.observation",
        "select distinct code from record.condition",
        "select distinct practice_code from record.patient",
    ] {
        for value in project.sql(sql) {
            let value = &value[0];
            // Of shorter ones some are numbers of lines.
            if value.len() > 4 {
                assert!(
                    !words.contains(value.as_str()),
                    "a value of {sql} is logged"
                );
            }
        }
    }
    let long = words
        .iter()
        .filter(|w| w.len() > 15 && w.chars().all(|c| c.is_ascii_digit()));
    assert_eq!(long.count(), 0);
}

#[test]
fn a_key_that_stands_where_its_place_should_is_never_printed() {
    let project = Project::empty();
    let sources = "[sources.record]\nkind = \"fhir-folder\"\nurl = \"extracts\"\n";
    std::fs::create_dir(project.path("extracts")).unwrap();
    let text_of =
        |key: &str| pipeline(NO_POSTCODES, sources).replace("key = \"file:test.key\"", key);
    for setting in [
        format!("key = \"env:{DIGITS}\""),
        format!("key = \"file:{DIGITS}\""),
        format!("key = \"command:{DIGITS}\""),
        format!("key = \"command:{DIGITS} --now\""),
        format!("key = \"command:'{DIGITS}\""),
        format!("key = \"{DIGITS}\""),
        format!("key = \"hex:{DIGITS}\""),
        format!("key = [\"{DIGITS}\"]"),
        format!("key = \"file:test.key\"\nkey_before = \"{DIGITS}\""),
        format!("key = \"file:test.key\"\nkey_before = [\"env:{DIGITS}\"]"),
        format!("key = \"file:test.key\"\nkey_{DIGITS} = 1"),
        format!("key = \"file:test.key\"\nopen_pseudonymiser_salt = \"env:{DIGITS}\""),
        format!("key = \"file:test.key\"\nfiles_for = \"{DIGITS}\""),
        format!("key = {DIGITS}"),
    ] {
        project.write_pipeline(&text_of(&setting));
        for command in [
            &["pull", "-vvv"][..],
            &["pull", "--json"],
            &["key", "fingerprint"],
            &["nightly", "-vvv"],
            &["check", "-vvv"],
            &["plan"],
        ] {
            let output = project.run(command);
            let said = text(&output.stdout) + &text(&output.stderr);
            assert!(
                !said.contains(&DIGITS[..12]),
                "{setting} {command:?}: {said}"
            );
            assert!(!said.contains("panicked"), "{setting} {command:?}: {said}");
        }
        assert_eq!(project.run(&["pull"]).status.code(), Some(2), "{setting}");
    }
    // What is a name is still told.
    project.write_pipeline(&text_of("key = \"env:POPULACE_KEY\""));
    let error = project.fails(2, &["pull"]);
    assert!(
        error.contains("the environment variable POPULACE_KEY holds no key"),
        "{error}"
    );
}

#[test]
fn addresses_are_shown_without_their_secrets() {
    let project = Project::empty();
    for url in [
        "s3://AKIAHUNTER:hunter2@bucket/lake",
        "az://care/lake?sv=2024&sig=hunter2",
        "https://me:hunter2@host/lake",
        "s3://bucket/lake#hunter2",
    ] {
        let text =
            pipeline(NO_POSTCODES, "").replace("url = \"lake\"", &format!("url = \"{url}\""));
        project.write_pipeline(&text);
        for command in [&["pull", "-vvv"][..], &["status", "--json"]] {
            let output = project.run(command);
            let said = text_of(&output);
            assert_eq!(output.status.code(), Some(2), "{url}: {said}");
            assert!(!said.contains("hunter2"), "{url}: {said}");
        }
    }
}

fn text_of(output: &std::process::Output) -> String {
    text(&output.stdout) + &text(&output.stderr)
}

#[test]
fn a_key_command_gets_no_secrets_in_its_environment() {
    let project = Project::empty();
    let script = project.path("give-key");
    let mut file = std::fs::File::create(&script).unwrap();
    writeln!(
        file,
        "#!/bin/sh\nenv > seen.txt\nulimit -c >> seen.txt\ncat test.key"
    )
    .unwrap();
    drop(file);
    std::fs::set_permissions(&script, std::fs::Permissions::from_mode(0o755)).unwrap();
    let text_of = pipeline(NO_POSTCODES, "");
    let text_of = text_of.replace("file:test.key", &format!("command:{}", script.display()));
    project.write_pipeline(&text_of);
    let mut command = project.command(&["key", "fingerprint"]);
    let secrets = [
        "AWS_SECRET_ACCESS_KEY",
        "AZURE_STORAGE_SAS_TOKEN",
        "POPULACE_KEY",
        "VAULT_TOKEN",
        "HTTPS_PROXY",
    ];
    for name in secrets {
        command.env(name, "hunter2");
    }
    command.env("VAULT_ADDR", "https://vault.example");
    let output = command.output().unwrap();
    assert!(output.status.success(), "{}", text(&output.stderr));
    let seen = std::fs::read_to_string(project.path("seen.txt")).unwrap();
    assert!(!seen.contains("hunter2"), "{seen}");
    assert!(
        seen.contains("PATH=") && seen.contains("VAULT_ADDR="),
        "{seen}"
    );
    assert!(seen.ends_with("\n0\n"), "no core dump of its own: {seen}");
}

/// Runs a command with a terminal for its output; None, said on standard error, where there is no
/// program to make one.
fn on_a_terminal(project: &Project, arguments: &[&str]) -> Option<String> {
    let command = project.command(arguments);
    let quoted =
        |part: &std::ffi::OsStr| format!("'{}'", part.to_str().unwrap().replace('\'', "'\\''"));
    let mut line = quoted(command.get_program());
    for argument in command.get_args() {
        line = format!("{line} {}", quoted(argument));
    }
    let made = Command::new("script")
        .args(["-qec", &line, "/dev/null"])
        .current_dir(project.path(""))
        .stdin(Stdio::null())
        .output();
    match made {
        Ok(output) => Some(text(&output.stdout)),
        Err(_) => {
            crate::project::missing("script", "there is no `script` to make a terminal with");
            None
        }
    }
}

#[test]
fn control_characters_of_record_data_never_reach_a_terminal() {
    let project = Project::empty();
    std::fs::create_dir(project.path("extracts")).unwrap();
    let odd = "\u{1b}]0;title\u{7}\u{9b}31m\u{202e}end";
    std::fs::write(
        project.path("extracts/Patient.ndjson"),
        format!(
            "{}\n",
            serde_json::json!({
                "resourceType": "Patient", "id": "a",
                "identifier": [{ "system": "https://fhir.nhs.uk/Id/nhs-number", "value": "9434765919" }],
                "communication": [{ "language": { "coding": [{ "code": odd }] } }],
            })
        ),
    )
    .unwrap();
    let sources =
        "[sources.record]\nkind = \"fhir-folder\"\nurl = \"extracts\"\nreject_threshold = 1.0\n";
    project.write_pipeline(&pipeline(NO_POSTCODES, sources));
    // The name of a file is data as well.
    std::fs::write(project.path("extracts/odd\u{1b}[31m.txt"), "x").unwrap();
    let pulled = project.run(&["pull"]);
    assert!(pulled.status.success(), "{}", text(&pulled.stderr));
    let said = text(&pulled.stderr);
    assert!(
        !said.contains('\u{1b}') && said.contains("odd\u{fffd}[31m.txt"),
        "{said}"
    );
    let acts = |text: &str| text.contains(['\u{1b}', '\u{7}', '\u{9b}', '\u{202e}']);
    let query = "select language, language as \"odd\u{1b}name\" from record.patient";
    let stored = project.sql("select language from record.patient");
    assert_eq!(stored[0][0], odd, "data is untouched in a file or a pipe");
    let table = project.ok(&["sql", "--record-level", "a test", "-c", query]);
    assert!(!acts(&table), "{table:?}");
    assert!(
        table.contains("\\u{1b}]0;title\\u{7}\\u{9b}31m\\u{202e}end"),
        "{table}"
    );
    for format in ["table", "csv", "json"] {
        let Some(shown) = on_a_terminal(
            &project,
            &[
                "sql",
                "--record-level",
                "a test",
                "--format",
                format,
                "-c",
                query,
            ],
        ) else {
            return;
        };
        assert!(
            !acts(&shown) && shown.contains("title"),
            "{format}: {shown:?}"
        );
    }
    let wrong = format!("select {odd}");
    let error = project.run(&["sql", "--record-level", "a test", "-c", &wrong]);
    assert!(!acts(&text(&error.stderr)), "{:?}", text(&error.stderr));
}
