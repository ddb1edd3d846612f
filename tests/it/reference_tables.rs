//! Reference tables and the sidecars that say what their columns are.

use crate::project::{Project, pipeline_over, repository, synth};
use std::collections::BTreeMap;
use std::fs;

/// A project over the samples, whose [reference] also names what `line` says.
fn project_with(line: &str) -> Project {
    let project = Project::over(&repository().join("data-samples"));
    let text = pipeline_over(&repository().join("data-samples"));
    project.write_pipeline(&text.replace("[reference]", &format!("[reference]\n{line}")));
    project
}

fn sidecar(columns: &str) -> String {
    format!(
        "description = \"Wards\"\nsource = \"the trust\"\nversion = \"1\"\nlicence = \"none needed\"\n\n[columns]\n{columns}\n"
    )
}

/// The table in SOURCES.md is what the sidecars say. POPULACE_UPDATE=1 writes it.
#[test]
fn every_shipped_table_has_a_sidecar_and_is_listed_with_its_source() {
    let folder = repository().join("sql/reference");
    let mut rows = BTreeMap::new();
    for entry in fs::read_dir(&folder).unwrap() {
        let path = entry.unwrap().path();
        if path.extension().is_none_or(|e| e != "csv") {
            continue;
        }
        let file = path.file_name().unwrap().to_str().unwrap().to_string();
        let sidecar = fs::read_to_string(path.with_extension("toml"))
            .unwrap_or_else(|_| panic!("{file} has no sidecar"));
        let sidecar: toml::Table = sidecar.parse().unwrap();
        let said = |key: &str| sidecar[key].as_str().unwrap().to_string();
        let row = format!(
            "| `{file}` | {} | {} | {} |\n",
            said("description"),
            said("source"),
            said("licence")
        );
        rows.insert(file, row);
    }
    let sources = folder.join("SOURCES.md");
    let page = fs::read_to_string(&sources).unwrap();
    let head = "| file | what | source | licence |\n|---|---|---|---|\n";
    let (before, rest) = page.split_once(head).unwrap();
    let (listed, after) = rest.split_once("\n\n").unwrap();
    let table: String = rows.into_values().collect();
    if std::env::var_os("POPULACE_UPDATE").is_some() {
        fs::write(&sources, format!("{before}{head}{table}\n{after}")).unwrap();
        return;
    }
    assert_eq!(
        format!("{listed}\n"),
        table,
        "SOURCES.md lists the sidecars"
    );
}

#[test]
fn a_file_without_a_sidecar_is_refused_and_the_sidecar_is_shown() {
    let project = project_with("");
    fs::write(
        project.path("sql/reference/ward.csv"),
        "ward_code,beds,opened\n01,12,2020-04-01\n",
    )
    .unwrap();
    for command in ["check", "test", "run"] {
        let error = project.fails(2, &[command]);
        for part in [
            "sql/reference/ward.csv: nothing declares the types of its columns\n",
            "cause: types of columns are never guessed from values",
            "sql/reference/ward.toml, and check it:",
            "    [columns]\n    ward_code = \"string\"\n    beds = \"integer\"\n    opened = \"date\"\n",
        ] {
            assert!(error.contains(part), "{command}: {part}\n{error}");
        }
    }
    let columns = "ward_code = \"string\"\nbeds = \"integer\"\nopened = \"date\"";
    let written = project.path("sql/reference/ward.toml");
    fs::write(&written, sidecar(columns)).unwrap();
    project.ok(&["check"]);
    // A word more is none to load the table again for; another type is.
    let plain = sidecar(columns);
    fs::write(
        &written,
        plain.replace("\"integer\"", "{ type = \"integer\", optional = true }"),
    )
    .unwrap();
    project.ok(&["check"]);
    fs::write(&written, plain.replace("beds", "bedz")).unwrap();
    let error = project.fails(3, &["check"]);
    assert!(
        error.contains("ward.csv:1: column beds is not declared in"),
        "{error}"
    );
    assert!(error.contains("sql/reference/ward.toml"), "{error}");
}

#[test]
fn a_file_of_a_site_says_its_types_beside_it_or_in_the_pipeline_file() {
    let project = project_with("ward = \"wards.csv\"");
    fs::write(project.path("wards.csv"), "ward_code,beds\n01,12\n02,\n").unwrap();
    let error = project.fails(2, &["check"]);
    assert!(
        error.contains("wards.csv: nothing declares the types of its columns"),
        "{error}"
    );
    let hint =
        "ward = { file = \"FILE.csv\", types = { ward_code = \"string\", beds = \"integer\" } }";
    assert!(error.contains(hint), "{error}");

    let text = fs::read_to_string(project.path("pipelines/nightly.toml")).unwrap();
    let typed =
        "ward = { file = \"wards.csv\", types = { ward_code = \"string\", beds = \"integer\" } }";
    project.write_pipeline(&text.replace("ward = \"wards.csv\"", typed));
    project.ok(&["pull"]);
    project.ok(&["run", "staging.patient"]);
    let rows = "select ward_code, beds, arrow_typeof(beds) from reference.ward order by ward_code";
    assert_eq!(
        project.sql(rows),
        [["01", "12", "Int64"], ["02", "", "Int64"]]
    );

    project.write_pipeline(&text);
    let columns = "ward_code = \"string\"\nbeds = \"decimal\"";
    fs::write(project.path("wards.toml"), sidecar(columns)).unwrap();
    project.ok(&["run", "staging.patient"]);
    assert_eq!(
        project.sql(rows),
        [["01", "12.0", "Float64"], ["02", "", "Float64"]]
    );

    let typed = "ward = { file = \"wards.csv\", types = { beds = \"integr\" } }";
    project.write_pipeline(&text.replace("ward = \"wards.csv\"", typed));
    let error = project.fails(2, &["check"]);
    assert!(error.contains("did you mean 'integer'?"), "{error}");
}

#[test]
fn a_value_that_does_not_fit_stops_the_load_and_is_not_shown() {
    let project = project_with("ward = \"wards.csv\"");
    let columns = "ward_code = \"string\"\nbeds = \"integer\"";
    fs::write(project.path("wards.toml"), sidecar(columns)).unwrap();
    fs::write(project.path("wards.csv"), "ward_code,beds\n01,12\n").unwrap();
    project.ok(&["pull"]);
    project.ok(&["run", "staging.patient"]);
    for (rows, says) in [
        (
            "ward_code,beds\n01,12\n02,dozen\n",
            "wards.csv:3: column beds is no whole number",
        ),
        (
            "ward_code,beds\n01,012\n",
            "wards.csv:2: column beds begins with a zero, which a number would lose",
        ),
        ("ward_code\n01\n", "wards.csv:1: there is no column beds"),
        (
            "ward_code,beds,note\n01,1,dozen\n",
            "wards.csv:1: column note is not declared in",
        ),
    ] {
        fs::write(project.path("wards.csv"), rows).unwrap();
        for command in ["check", "run"] {
            let error = project.fails(3, &[command]);
            assert!(error.contains(says), "{says}\n{error}");
            assert!(error.contains("\nhint: "), "{error}");
            assert!(!error.contains("dozen"), "{error}");
        }
    }
    // What was loaded stays.
    assert_eq!(project.sql("select * from reference.ward"), [["01", "12"]]);
}

/// A new project has no official files yet: their sidecars say what columns they will have.
#[test]
fn a_new_project_can_be_checked_and_tested_before_its_files_are_there() {
    let project = Project::empty();
    assert!(!project.path("reference").exists());
    let output = project.run(&["check"]);
    let said = crate::project::text(&output.stderr);
    assert!(output.status.success(), "{said}");
    assert!(
        said.contains("not here, so only their columns are checked: ")
            && said.contains("reference.lsoa"),
        "{said}"
    );
    let summary = project.json(&["test"]);
    assert_eq!(summary["failed"], serde_json::json!([]));
    assert_eq!(summary["cases"], summary["passed"]);
    // A model that reads a column which the file will not have is found all the same.
    let model = project.path("sql/core/person.sql");
    let text = fs::read_to_string(&model).unwrap();
    assert!(text.contains("imd_decile"));
    fs::write(&model, text.replace("imd_decile", "imd_vigintile")).unwrap();
    let error = project.fails(2, &["check"]);
    assert!(error.contains("imd_vigintile"), "{error}");
}

#[test]
fn a_table_that_may_be_absent_is_empty_and_another_is_missed() {
    let record = synth(20, 1, false);
    let project = Project::over(record.path());
    let text = fs::read_to_string(project.path("pipelines/nightly.toml")).unwrap();
    let without = |name: &str| {
        let lines = text.lines().filter(|line| !line.starts_with(name));
        lines.collect::<Vec<_>>().join("\n")
    };
    project.write_pipeline(&without("population ="));
    project.ok(&["pull"]);
    project.ok(&["run", "core.person"]);
    assert_eq!(
        project.number("select count(*) from reference.population"),
        0
    );
    let columns = "select arrow_typeof(persons) from reference.population union all select 'x'";
    assert_eq!(project.sql(columns), [["x"]]);

    project.write_pipeline(&without("lsoa ="));
    let error = Project::over(record.path());
    error.write_pipeline(&without("lsoa ="));
    error.ok(&["pull"]);
    let error = error.fails(1, &["run", "core.area", "core.registration"]);
    assert!(
        error.contains("reference.lsoa: there is no table reference.lsoa"),
        "{error}"
    );
    assert!(
        error.contains("hint: add lsoa = \"FILE.csv\" under [reference]; sql/reference/lsoa.toml says which columns it has"),
        "{error}"
    );
}

/// One file that is not there holds up what reads it, and nothing else.
#[test]
fn only_the_models_that_read_an_absent_table_wait_for_it() {
    let record = synth(20, 1, false);
    let project = Project::over(record.path());
    project.ok(&["pull"]);
    project.ok(&["run", "core.person", "core.registration"]);
    let before = project.number("select count(*) from core.person");
    let text = fs::read_to_string(project.path("pipelines/nightly.toml")).unwrap();
    let line = text
        .lines()
        .find(|line| line.starts_with("lsoa ="))
        .unwrap();
    project.write_pipeline(&text.replace(line, "lsoa = \"gone/lsoa.csv\""));
    fs::write(
        project.path("sql/staging/simple.sql"),
        "/*\ndescription: One row\ngrain: a\ncolumns:\n  a: One\n*/\nselect 1 as a\n",
    )
    .unwrap();

    let wanted = ["core.person", "core.registration", "staging.simple"];
    let said = project.fails(1, &[&["run"], &wanted[..]].concat());
    for expected in [
        "reference.lsoa: the reference file",
        "gone/lsoa.csv is not there",
        "hint: put it there, or correct lsoa under [reference] in",
        "not tried: reference.lsoa is not there",
    ] {
        assert!(said.contains(expected), "{expected}: {said}");
    }
    let waiting = said.lines().filter(|line| line.contains("not tried"));
    let waiting: Vec<&str> = waiting
        .map(|line| line.split_whitespace().next().unwrap())
        .collect();
    assert_eq!(waiting, ["core.area", "core.person"], "{said}");
    assert_eq!(project.number("select count(*) from staging.simple"), 1);
    // The old table stays.
    assert_eq!(project.number("select count(*) from core.person"), before);

    let planned = project.ok(&["plan", "core.person"]);
    for expected in ["waits for reference.lsoa", "waits for core.area"] {
        assert!(planned.contains(expected), "{expected}: {planned}");
    }
    project.write_pipeline(&text);
    project.ok(&[&["run"], &wanted[..]].concat());
}

/// Labels come in the order of their table's sidecar.
#[test]
fn labels_are_ordered_by_the_sidecar() {
    let project = project_with("");
    let shown = || -> Vec<String> {
        let files = project.released();
        let file = files
            .iter()
            .find(|(name, _)| name.ends_with("population_profile-by_ethnic_group.csv"));
        let csv = crate::project::text(file.unwrap().1);
        let labels = csv
            .lines()
            .skip(1)
            .map(|line| line.split(',').next().unwrap());
        let mut labels: Vec<String> = labels.map(str::to_string).collect();
        // A row for each measure.
        labels.dedup();
        labels
    };
    project.ok(&["nightly"]);
    let by_code = [
        "White",
        "Mixed",
        "Asian or Asian British",
        "Black or Black British",
        "Other Ethnic Groups",
        "Not known",
    ];
    assert_eq!(shown()[..6], by_code);

    // Another order in the sidecar is another version of the table, and another release.
    let sidecar = project.path("sql/reference/ethnic_category.toml");
    let said = fs::read_to_string(&sidecar).unwrap();
    assert!(said.contains("order = \"ethnic_category\""));
    fs::write(
        &sidecar,
        said.replace("order = \"ethnic_category\"", "order = \"ethnic_group\""),
    )
    .unwrap();
    fs::remove_dir_all(project.path("releases")).unwrap();
    project.ok(&["run"]);
    project.ok(&["release"]);
    let mut by_name = by_code[..5].to_vec();
    by_name.sort_unstable();
    by_name.push("Not known");
    assert_eq!(shown()[..6], by_name);
}
