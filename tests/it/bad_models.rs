//! What an analyst gets wrong in models, and what is said of it: clearly, with no value of a row, and
//! with the old tables in place.

use crate::project::{Project, repository, text};
use std::fs;

fn project() -> Project {
    Project::over(&repository().join("data-samples"))
}

/// Writes a model of the layer `made`; `header` has all but the description.
fn write(project: &Project, name: &str, header: &str, sql: &str) {
    let file = project.path(&format!("sql/made/{name}.sql"));
    fs::create_dir_all(file.parent().unwrap()).unwrap();
    fs::write(
        file,
        format!("/*\ndescription: Of a test.\n{header}\n*/\n{sql}\n"),
    )
    .unwrap();
}

/// What a run that ends with exit code 1 says.
fn failed_run(project: &Project) -> String {
    let output = project.run(&["run", "made.*"]);
    let said = text(&output.stderr);
    assert_eq!(output.status.code(), Some(1), "{said}");
    said
}

const COLUMNS: &str = "columns:\n  person_key: A person\n  practice: Where";

#[test]
fn a_join_that_repeats_rows_breaks_the_grain_and_nothing_is_lost() {
    let project = project();
    let people = "select * from (values (7771, 'P1'), (7772, 'P1'), (7773, 'P2')) as t(person_key, practice)";
    let header = format!("grain: person_key\n{COLUMNS}");
    write(&project, "person", &header, people);
    write(
        &project,
        "count",
        "columns:\n  people: Number",
        "select count(*) as people from made.person",
    );
    project.ok(&["run", "made.*"]);
    assert_eq!(project.number("select people from made.count"), 3);

    // Two names of one practice: each of its people comes twice.
    let fan_out = format!(
        "select p.person_key, p.practice from ({people}) as p left join (values ('P1', 'Secret Lane'), ('P1', 'Secret Row'), ('P2', 'x')) as n(code, name) on n.code = p.practice"
    );
    write(&project, "person", &header, &fan_out);
    let said = failed_run(&project);
    for line in [
        "made.person                              failed its checks; its old table stays",
        "4 rows break `unique: [person_key]`, the grain: a join repeats rows, or the grain lacks a column",
        "made.count                               not tried: made.person failed",
    ] {
        assert!(said.contains(line), "{line}\n{said}");
    }
    assert!(!said.contains("Secret") && !said.contains("777"), "{said}");
    assert_eq!(project.number("select count(*) from made.person"), 3);
    assert_eq!(project.number("select people from made.count"), 3);

    // Who knows of it can say so; the new rows are there, and the warning is.
    let warned = format!("{header}\nchecks:\n  - unique: person_key\n    severity: warn");
    write(&project, "person", &warned, &fan_out);
    let said = text(&project.run(&["run", "made.*"]).stderr);
    assert!(
        said.contains("warning: 4 rows break `unique: [person_key], severity: warn`, the grain"),
        "{said}"
    );
    assert_eq!(project.number("select people from made.count"), 5);
}

#[test]
fn values_that_are_not_allowed_are_counted_and_not_shown() {
    let project = project();
    let rows = "select * from (values ('General practice', 'female', 1), ('Secret', 'it''s', 2), (cast(null as varchar), cast(null as varchar), cast(null as bigint)), ('Outpatient', 'Secret', 9)) as t(setting, sex, person_key)";
    write(
        &project,
        "known",
        "columns:\n  person_key: A person",
        "select * from (values (1), (2)) as t(person_key)",
    );
    for (check, broken) in [
        ("one_of: {setting: reference.setting.setting}", 1),
        ("one_of: {sex: [female, \"it's\"]}", 1),
        ("one_of: {sex: [female]}", 2),
        (
            "one_of: {setting: reference.setting.setting, sex: [female]}",
            3,
        ),
        ("references: {person_key: made.known}", 1),
        (
            "references: {setting: reference.setting, person_key: made.known}",
            2,
        ),
    ] {
        let columns = "columns:\n  setting: a\n  sex: b\n  person_key: c";
        write(
            &project,
            "checked",
            &format!("{columns}\nchecks:\n  - {check}"),
            rows,
        );
        let said = failed_run(&project);
        let check = check.replace("\"it's\"", "it's");
        // In the order of the columns' names.
        let words = check.split(": {").next().unwrap();
        let rows_break = match broken {
            1 => "1 row breaks".to_string(),
            _ => format!("{broken} rows break"),
        };
        let line = format!("           {rows_break} `{words}: {{");
        assert!(said.contains(&line), "{line}\n{said}");
        assert!(!said.contains("Secret"), "{said}");
        // As many as that may break it.
        let tolerated = format!("{columns}\nchecks:\n  - {check}\n    tolerated_share: 0.75");
        let tolerated = tolerated.replace("it's", "\"it's\"");
        write(&project, "checked", &tolerated, rows);
        project.ok(&["run", "made.*"]);
    }
}

#[test]
fn a_check_that_cannot_run_is_found_without_data() {
    let project = project();
    for (check, says, hint) in [
        (
            "one_of: {setting: reference.settings.setting}",
            "reference.settings",
            "",
        ),
        (
            "one_of: {setting: reference.setting.settings}",
            "sql/made/checked.sql: check `one_of: {setting: reference.setting.settings}`",
            "",
        ),
        (
            "one_of: {setting: reference.setting}",
            "sql/made/checked.sql:6: ",
            "",
        ),
        ("one_of: {}", "a check names no column", ""),
        ("references: {}", "a check names no column", ""),
        (
            "references: {setting: reference.absent}",
            "reference.absent",
            "",
        ),
        (
            "one_of: {sitting: reference.setting.setting}",
            "sitting",
            "",
        ),
        (
            "one_off: {setting: reference.setting.setting}",
            "unknown field `one_off`",
            "did you mean 'one_of'?",
        ),
    ] {
        write(
            &project,
            "checked",
            &format!("columns:\n  setting: a\nchecks:\n  - {check}"),
            "select 'Outpatient' as setting",
        );
        let said = project.fails(2, &["check"]);
        assert!(said.contains(says), "{check}: {says}\n{said}");
        assert!(said.contains(hint), "{check}: {said}");
    }
}

/// `check` names all of them at once, and judges reports all the same; a night goes on.
#[test]
fn a_column_that_is_not_described_and_a_mart_without_a_topic_are_refused() {
    let project = project();
    project.ok(&["check"]);
    write(
        &project,
        "few",
        "columns:\n  one: The first",
        "select 1 as one, 2 as two, 3 as three",
    );
    write(&project, "none", "", "select 1 as lonely");
    let said = project.fails(2, &["check"]);
    for part in [
        "sql/made/few.sql: the header does not describe columns that the query makes: two, three\n",
        "hint: add them to `columns`, such as `two: what it is`",
        "sql/made/none.sql: the header does not describe columns that the query makes: lonely\n",
    ] {
        assert!(said.contains(part), "{part}\n{said}");
    }
    project.ok(&["run", "made.*"]);
    assert_eq!(project.number("select three from made.few"), 3);

    fs::remove_dir_all(project.path("sql/made")).unwrap();
    let model = "/*\ndescription: Of a test.\ncolumns:\n  one: The first\n*/\nselect 1 as one\n";
    let mart = project.path("sql/marts/adrift.sql");
    fs::write(&mart, model).unwrap();
    let said = project.fails(2, &["check"]);
    assert!(
        said.contains("sql/marts/adrift.sql: a mart without a topic"),
        "{said}"
    );
    fs::write(&mart, model.replace("columns:", "topic: needs\ncolumns:")).unwrap();
    project.ok(&["check"]);
    fs::remove_file(&mart).unwrap();
    fs::write(project.path("sql/marts/needs/adrift.sql"), model).unwrap();
    project.ok(&["check"]);
}

#[test]
fn two_models_of_one_name_are_refused_whatever_their_topics() {
    let project = project();
    let sql = fs::read_to_string(project.path("sql/marts/demographic/population_profile.sql"));
    fs::create_dir_all(project.path("sql/marts/another")).unwrap();
    fs::write(
        project.path("sql/marts/another/population_profile.sql"),
        sql.unwrap(),
    )
    .unwrap();
    for command in ["check", "run", "test", "plan"] {
        let said = project.fails(2, &[command]);
        for part in [
            "sql/marts/another/population_profile.sql and ",
            "sql/marts/demographic/population_profile.sql both make marts.population_profile",
            "hint: rename one of the files: a topic is no part of a table's name",
        ] {
            assert!(said.contains(part), "{command}: {part}\n{said}");
        }
    }
}

#[test]
fn a_parameter_of_the_wrong_type_is_named() {
    let project = project();
    let pipeline = fs::read_to_string(project.path("pipelines/nightly.toml")).unwrap();
    project.write_pipeline(&format!(
        "{pipeline}\nleast_people = {{ type = \"integer\", default = 5 }}\n"
    ));
    write(
        &project,
        "odd",
        "columns:\n  people: Number",
        "select people from (values (1), (7)) as t(people) where people >= $least_people",
    );
    project.ok(&["run", "made.*"]);
    assert_eq!(project.number("select count(*) from made.odd"), 1);
    for (set, says, hint) in [
        (
            "least_people=many",
            "--set least_people: 'many' is not a whole number",
            "write a whole number, such as 5",
        ),
        (
            "least_people=1.5",
            "--set least_people: '1.5' is not a whole number",
            "write a whole number, such as 5",
        ),
        (
            "as_of=2026-02-30",
            "--set as_of: '2026-02-30' is not a date",
            "dates are written 2026-11-22",
        ),
        (
            "as_of=5",
            "--set as_of: '5' is not a date",
            "dates are written 2026-11-22",
        ),
    ] {
        let said = project.fails(2, &["run", "made.*", "--set", set]);
        assert!(said.contains(says), "{set}: {said}");
        assert!(said.contains(&format!("hint: {hint}")), "{set}: {said}");
    }
    assert_eq!(project.number("select count(*) from made.odd"), 1);
    project.write_pipeline(&format!(
        "{pipeline}\nleast_people = {{ type = \"integer\", default = \"few\" }}\n"
    ));
    let said = project.fails(2, &["run", "made.*"]);
    assert!(said.contains("'few' is not a whole number"), "{said}");
}

/// A lookup that lacks areas and organisations: their people are of a place that is not known, and are
/// counted all the same.
#[test]
fn a_lookup_with_gaps_loses_nobody() {
    let project = project();
    let samples = repository().join("data-samples/reference");
    let pipeline = fs::read_to_string(project.path("pipelines/nightly.toml")).unwrap();
    let lsoa = fs::read_to_string(samples.join("lsoa.csv")).unwrap();
    project.ok(&["pull"]);
    project.ok(&["run", "core.person", "marts.population_profile"]);
    let places =
        "select place_name, sum(people) as n from marts.population_profile group by 1 order by 1";
    let people = project.number("select sum(people) from marts.population_profile");
    let before = project.sql(places);
    let known = |rows: &[Vec<String>]| -> i64 {
        let known = rows.iter().filter(|row| row[0] != "Not known");
        known.map(|row| row[1].parse::<i64>().unwrap()).sum()
    };

    let half: Vec<&str> = lsoa.lines().step_by(2).collect();
    fs::write(project.path("gaps.csv"), half.join("\n") + "\n").unwrap();
    let line = pipeline
        .lines()
        .find(|line| line.starts_with("lsoa ="))
        .unwrap();
    project.write_pipeline(&pipeline.replace(line, "lsoa = \"gaps.csv\""));
    project.ok(&["run", "core.person", "marts.population_profile"]);
    let after = project.sql(places);
    assert_eq!(
        project.number("select sum(people) from marts.population_profile"),
        people
    );
    assert!(known(&after) < known(&before), "{after:?}");
    assert!(known(&after) > 0, "{after:?}");
    let unknown = after.iter().find(|row| row[0] == "Not known").unwrap();
    assert_eq!(unknown[1].parse::<i64>().unwrap() + known(&after), people);
}
