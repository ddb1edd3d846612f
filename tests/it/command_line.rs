//! The command line's own words: help, versions, formats.

use crate::project::{Project, populace, repository, synth, text};

/// docs/command-line.md is what `--help` says. POPULACE_UPDATE=1 writes it.
#[test]
fn the_reference_of_the_command_line_is_up_to_date() {
    let commands = [
        "", "nightly", "pull", "run", "release", "plan", "check", "sql", "status", "view", "synth",
        "key", "init",
    ];
    let mut page = String::from(
        "# The command line\n\nMade from `populace --help`; `POPULACE_UPDATE=1 cargo test --test it command_line` writes it again.\n",
    );
    for command in commands {
        let mut run = populace();
        run.args(command.split_whitespace())
            .arg("--help")
            .env("COLUMNS", "100");
        let help = text(&run.output().unwrap().stdout);
        let lines: Vec<&str> = help.lines().map(str::trim_end).collect();
        page.push_str(
            &format!(
                "\n## populace {command}\n\n```text\n{}\n```\n",
                lines.join("\n").trim_end()
            )
            .replace("populace \n", "populace\n"),
        );
    }
    let file = repository().join("docs/command-line.md");
    if std::env::var_os("POPULACE_UPDATE").is_some() {
        std::fs::write(&file, &page).unwrap();
    }
    let kept = std::fs::read_to_string(&file).unwrap_or_default();
    assert!(kept == page, "docs/command-line.md is not what --help says");
}

#[test]
fn wrong_use_is_exit_code_2() {
    let output = populace().arg("nigtly").output().unwrap();
    assert_eq!(output.status.code(), Some(2));
    assert!(
        text(&output.stderr).contains("nightly"),
        "{}",
        text(&output.stderr)
    );
    assert!(output.stdout.is_empty());
    let version = populace().arg("--version").output().unwrap();
    assert_eq!(
        text(&version.stdout),
        concat!("populace ", env!("CARGO_PKG_VERSION"), "\n")
    );
}

#[test]
fn rows_in_every_format() {
    let record = synth(20, 1, false);
    let project = Project::over(record.path());
    project.ok(&["pull"]);
    let query = "select 1 as one, 'a,b' as text";
    assert_eq!(
        project.ok(&["sql", "--format", "csv", "-c", query]),
        "one,text\n1,\"a,b\"\n"
    );
    assert_eq!(
        project.ok(&["sql", "--format", "json", "-c", query]),
        "{\"one\":1,\"text\":\"a,b\"}\n"
    );
    assert!(project.ok(&["sql", "-c", query]).contains("| one | text |"));
    let file = project.path("rows.parquet");
    project.ok(&[
        "sql",
        "--format",
        "parquet",
        "-c",
        query,
        "-o",
        file.to_str().unwrap(),
    ]);
    assert!(std::fs::read(file).unwrap().starts_with(b"PAR1"));
    assert!(
        project
            .ok(&["sql", "-c", "show functions"])
            .contains("age_band")
    );
    let error = project.fails(2, &["sql", "-c", "drop table record.patient"]);
    assert!(error.contains("this is not a query"), "{error}");
    let error = project.fails(2, &["sql", "-c", "select nothing from record.patient"]);
    assert!(error.contains("query:1:8"), "{error}");
    assert_eq!(
        project.ok(&["sql", "--format", "csv", "-c", "select $as_of as day"]),
        "day\n2026-09-30\n"
    );
    assert!(project.ok(&["key", "fingerprint"]).trim().len() == 16);
}
