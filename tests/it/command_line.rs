//! The command line's own words: help, versions, formats.

use crate::project::{Project, populace, repository, synth, text};

/// docs/command-line.md is what `--help` says. POPULACE_UPDATE=1 writes it.
#[test]
fn the_reference_of_the_command_line_is_up_to_date() {
    let mut page = String::from(
        "# The command line\n\nMade from `populace --help`; `POPULACE_UPDATE=1 cargo test --test it command_line` writes it again.\n",
    );
    let mut commands = vec![String::new()];
    while let Some(command) = commands.pop() {
        let mut run = populace();
        run.args(command.split_whitespace())
            .arg("--help")
            .env("COLUMNS", "100");
        let help = text(&run.output().unwrap().stdout);
        let below = help.lines().skip_while(|line| *line != "Commands:").skip(1);
        let mut below: Vec<String> = below
            .map_while(|line| line.split_whitespace().next())
            .filter(|name| *name != "help")
            .map(|name| format!("{command} {name}").trim().to_string())
            .collect();
        below.reverse();
        commands.extend(below);
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
    let query = "select 1 as one, 'a,b' as text, cast(null as int) as none";
    assert_eq!(
        project.ok(&["sql", "--format", "csv", "-c", query]),
        "one,text,none\n1,\"a,b\",\n"
    );
    assert_eq!(
        project.ok(&["sql", "--format", "json", "-c", query]),
        "{\"one\":1,\"text\":\"a,b\",\"none\":null}\n"
    );
    assert!(
        project
            .ok(&["sql", "-c", query])
            .contains("| one | text | none |")
    );
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
    assert_eq!(
        project.sql("describe record.patient")[0][..3],
        ["person_key", "Int64", "YES"]
    );
    let tables = project.ok(&["sql", "-c", "show tables"]);
    assert!(tables.contains("| record "), "{tables}");
    assert_eq!(
        project.number("select count(*) from information_schema.columns where table_schema = 'record' and table_name = 'patient' and column_name = 'person_key'"),
        1
    );
    let error = project.fails(2, &["sql", "-c", "select 1 from patient"]);
    assert!(
        error.contains("query: table 'patient' has no layer"),
        "{error}"
    );
    let error = project.fails(2, &["sql", "-c", "selct 1"]);
    assert!(
        error.contains("query:1:1: Expected: an SQL statement, found: selct\n"),
        "{error}"
    );
    assert!(
        error.contains("hint: is something missing, misspelt or too much"),
        "{error}"
    );
    let error = project.fails(2, &["sql", "-c", "select persn_key from record.patient"]);
    assert!(
        error.contains("hint: did you mean 'record.patient.person_key'?"),
        "{error}"
    );
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
