//! A release says what is so: its date, its parameters and its SQL are those of the tables that it
//! reads, and a table that is out of date is not read.

use crate::project::{Project, files_below, synth};
use calamine::{Reader, open_workbook_auto_from_rs};
use populace::lake::{Change, Lake, Location, TableName};
use sha2::{Digest, Sha256};
use std::io::Cursor;
use std::path::PathBuf;

/// A project that has had a good night, and the record that it pulls.
fn after_a_night() -> (tempfile::TempDir, Project) {
    let record = synth(60, 9, false);
    let project = Project::over(record.path());
    project.ok(&["nightly"]);
    (record, project)
}

/// Puts `to` in the place of `from` in a file of the project, which must hold it.
fn edit(path: &PathBuf, from: &str, to: &str) {
    let text = std::fs::read_to_string(path).unwrap();
    assert!(text.contains(from), "{}", path.display());
    std::fs::write(path, text.replacen(from, to, 1)).unwrap();
}

fn sha256(path: &PathBuf) -> String {
    let digest = Sha256::digest(std::fs::read(path).unwrap());
    digest.iter().map(|byte| format!("{byte:02x}")).collect()
}

/// The manifest of a release.
fn manifest(project: &Project, release: &str) -> serde_json::Value {
    let path = project.path(&format!("releases/{release}/manifest.json"));
    serde_json::from_slice(&std::fs::read(path).unwrap()).unwrap()
}

/// The SHA-256 of a model's SQL file, as a release says.
fn sql_of(manifest: &serde_json::Value, model: &str) -> String {
    let models = manifest["models"].as_array().unwrap().iter();
    let mut found = models.filter(|m| m["name"] == model);
    found.next().unwrap()["sql_sha256"]
        .as_str()
        .unwrap()
        .to_string()
}

/// The reports that a release has.
fn reports(manifest: &serde_json::Value) -> Vec<&String> {
    manifest["reports"].as_object().unwrap().keys().collect()
}

#[test]
fn a_release_does_not_date_septembers_figures_2030() {
    let (_record, project) = after_a_night();
    let before = project.released();
    let said = project.fails(1, &["release", "--set", "as_of=2030-01-31"]);
    for words in [
        "core.person: it was built with as_of = 2026-09-30, not 2030-01-31",
        "`populace run --set as_of=2030-01-31`",
        "`populace release --set as_of=2026-09-30`",
    ] {
        assert!(said.contains(words), "{words}: {said}");
    }
    project.fails(1, &["release", "--dry-run", "--set", "as_of=2030-01-31"]);
    assert_eq!(project.released(), before);
    project.ok(&["release", "--set", "as_of=2026-09-30"]);
    assert_eq!(project.released(), before);
}

#[test]
fn a_run_for_another_day_is_released_for_that_day_only() {
    let (_record, project) = after_a_night();
    project.ok(&["run", "--set", "as_of=2026-08-31"]);
    let said = project.fails(1, &["release"]);
    let words = "it was built with as_of = 2026-08-31, not 2026-09-30";
    assert!(said.contains(words), "{said}");

    let made = project.json(&["release", "--set", "as_of=2026-08-31"]);
    let release = made["release"].as_str().unwrap();
    assert!(release.starts_with("2026-08-31-"), "{release}");
    let manifest = manifest(&project, release);
    assert_eq!(manifest["as_of"], "2026-08-31");
    assert_eq!(manifest["parameters"]["as_of"], "2026-08-31");
    for (name, bytes) in files_below(&project.path(&format!("releases/{release}"))) {
        if name.ends_with(".html") {
            let page = String::from_utf8(bytes).unwrap();
            assert!(page.contains("31 August 2026"), "{name}");
            assert!(!page.contains("30 September 2026"), "{name}");
            assert!(page.contains("<code>as_of</code> = 2026-08-31"), "{name}");
        } else if name.ends_with(".xlsx") {
            let mut book = open_workbook_auto_from_rs(Cursor::new(&bytes)).unwrap();
            let mut lines = Vec::new();
            for sheet in book.sheet_names() {
                let range = book.worksheet_range(&sheet).unwrap();
                lines.extend(range.used_cells().map(|(_, _, cell)| cell.to_string()));
            }
            let has = |words: &str| lines.iter().any(|line| line.contains(words));
            assert!(has("As of 31 August 2026."), "{name}");
            assert!(has("Parameter as_of: 2026-08-31"), "{name}");
            assert!(!has("30 September 2026"), "{name}");
        }
    }
}

#[test]
fn a_model_that_uses_no_date_is_released_for_the_day_that_it_was_run_for() {
    let (_record, project) = after_a_night();
    let model = "/*\ndescription: People and their sex\ngrain: record_key\n*/\nselect record_key, person_key, sex from record.patient where person_key is not null\n";
    std::fs::write(project.path("sql/marts/demographic/sexes.sql"), model).unwrap();
    let report = "name = \"sexes\"\ntitle = \"Sexes\"\ndescription = \"d\"\naudience = \"a\"\n[[tables]]\nid = \"t\"\ntitle = \"t\"\ndescription = \"d\"\nof = \"marts.sexes\"\nrows = [\"sex\"]\ndimensions.sex.values = [\"female\", \"male\", \"other\", \"unknown\"]\n[[tables.measures]]\nlabel = \"People\"\nkind = \"people\"\n";
    std::fs::write(project.path("pipelines/reports/sexes.toml"), report).unwrap();
    let said = project.fails(1, &["release", "sexes"]);
    assert!(said.contains("marts.sexes: it was never built"), "{said}");
    project.ok(&["run", "marts.sexes"]);
    let other = ["release", "sexes", "--set", "as_of=2030-01-31"];
    let said = project.fails(1, &other);
    let words = "marts.sexes: it was last run with as_of = 2026-09-30, not 2030-01-31";
    assert!(said.contains(words), "{said}");
    // Nothing has to be built for another day, and yet somebody has said that it is for that day.
    let run = project.json(&["run", "marts.sexes", "--set", "as_of=2030-01-31"]);
    assert_eq!(run["models"][0]["state"], "up_to_date");
    let said = project.fails(1, &["release", "sexes"]);
    assert!(said.contains("last run with as_of = 2030-01-31"), "{said}");

    // A report without a model has nobody who says what day it is for.
    let bare = report
        .replace("marts.sexes", "reference.age_band")
        .replace("name = \"sexes\"", "name = \"bare\"");
    std::fs::write(project.path("pipelines/reports/bare.toml"), bare).unwrap();
    let said = project.fails(1, &["release", "bare"]);
    assert!(said.contains("it reads no model"), "{said}");
}

#[test]
fn sql_that_changed_and_was_not_run_is_never_named_as_what_made_the_figures() {
    let (_record, project) = after_a_night();
    let sql = project.path("sql/core/person_with_condition.sql");
    let first = sha256(&sql);
    let release = project.json(&["release"])["release"].clone();
    let before = project.released();
    assert_eq!(
        sql_of(
            &manifest(&project, release.as_str().unwrap()),
            "core.person_with_condition"
        ),
        first
    );
    edit(
        &sql,
        "where is_active",
        "where is_active and age_band <> '0-4'",
    );
    let said = project.fails(1, &["release", "population_profile"]);
    let words = "core.person_with_condition: its SQL changed";
    assert!(said.contains(words), "{said}");
    assert!(
        said.contains("`populace run`, then release again"),
        "{said}"
    );
    assert_eq!(project.released(), before);
    let plan = project.ok(&["plan", "core.person_with_condition"]);
    assert!(plan.contains("build: its SQL changed"), "{plan}");
    project.ok(&["run"]);
    let release = project.json(&["release"])["release"].clone();
    let changed = manifest(&project, release.as_str().unwrap());
    assert_eq!(sql_of(&changed, "core.person_with_condition"), sha256(&sql));

    // A comment makes no other rows: the tables may be released, as made by the file of the time.
    let built = sha256(&sql);
    edit(
        &sql,
        "with conditions as (",
        "-- a thought\nwith conditions as (",
    );
    let again = project.json(&["release"]);
    assert_eq!(again["release"], release);
    let run = project.json(&["run"]);
    let states = run["models"].as_array().unwrap().iter();
    assert!(
        states.into_iter().all(|m| m["state"] == "up_to_date"),
        "{run}"
    );
    let release = project.json(&["release"])["release"].clone();
    let commented = manifest(&project, release.as_str().unwrap());
    let now = sql_of(&commented, "core.person_with_condition");
    assert_eq!(now, sha256(&sql));
    assert_ne!(now, built);
}

#[test]
fn a_parameter_of_the_pipeline_file_that_changed_is_named() {
    let (_record, project) = after_a_night();
    let file = project.path("pipelines/nightly.toml");
    edit(
        &file,
        "period_end = { type = \"date\", default = \"2026-09-30\" }",
        "period_end = { type = \"date\", default = \"2026-06-30\" }",
    );
    let said = project.fails(1, &["release", "use_of_services"]);
    let words = "it was built with period_end = 2026-09-30, not 2026-06-30";
    assert!(said.contains(words), "{said}");
    // The same day as text is another value.
    edit(
        &file,
        "period_end = { type = \"date\", default = \"2026-06-30\" }",
        "period_end = { type = \"text\", default = \"2026-09-30\" }",
    );
    let said = project.fails(1, &["release", "use_of_services"]);
    assert!(said.contains("the parameter period_end changed"), "{said}");
}

#[test]
fn parameters_that_no_table_was_built_with_are_not_printed() {
    let (_record, project) = after_a_night();
    let file = project.path("pipelines/nightly.toml");
    edit(
        &file,
        "[parameters]",
        "[parameters]\nunused = { type = \"text\", default = \"grand\" }",
    );
    let made = project.json(&["release"]);
    let manifest = manifest(&project, made["release"].as_str().unwrap());
    let names: Vec<&String> = manifest["parameters"].as_object().unwrap().keys().collect();
    assert_eq!(
        names,
        [
            "as_of",
            "deprivation_index",
            "geography_basis",
            "period_end",
            "period_start"
        ]
    );
    // The people of the profile are counted on one day.
    let made = project.json(&["release", "population_profile"]);
    let release = made["release"].as_str().unwrap();
    let path = project.path(&format!("releases/{release}/population_profile.html"));
    let page = std::fs::read_to_string(path).unwrap();
    assert!(!page.contains("grand"), "{page}");
}

#[test]
fn rows_that_were_pulled_and_not_run_stop_a_release() {
    let (record, project) = after_a_night();
    let patients = files_below(&record.path().join("fhir"))
        .into_iter()
        .find(|(name, _)| name.starts_with("Patient"))
        .unwrap();
    let text = String::from_utf8(crate::project::plain(&patients.1)).unwrap();
    let mut patient: serde_json::Value =
        serde_json::from_str(text.lines().next().unwrap()).unwrap();
    patient["meta"]["lastUpdated"] = "2026-10-01T00:00:00Z".into();
    patient["gender"] = "other".into();
    let newer = record.path().join("fhir/Patient.900.ndjson");
    std::fs::write(newer, patient.to_string()).unwrap();
    project.ok(&["pull"]);
    let said = project.fails(1, &["release"]);
    assert!(said.contains("record.patient changed"), "{said}");
    project.ok(&["run"]);
    project.ok(&["release"]);
}

#[test]
fn a_reference_file_that_was_edited_and_not_loaded_stops_a_release() {
    let (record, project) = after_a_night();
    let before = project.released();
    let lsoa = record.path().join("reference/lsoa.csv");
    let text = std::fs::read_to_string(&lsoa).unwrap();
    std::fs::write(&lsoa, format!("{text}\n")).unwrap();
    let said = project.fails(1, &["release"]);
    let words = "reference.lsoa: its file changed and was not loaded";
    assert!(said.contains(words), "{said}");
    std::fs::write(&lsoa, &text).unwrap();
    project.ok(&["release"]);
    assert_eq!(project.released(), before);

    // A code list that a function reads is an input too.
    let list = project.path("sql/reference/charlson_code.csv");
    let whole = std::fs::read_to_string(&list).unwrap();
    let used = project.path("sql/core/person_with_condition.sql");
    edit(
        &used,
        "select * from final",
        "select final.* from final cross join (select charlson(code) as score from (values ('I21')) as given (code))",
    );
    project.ok(&["run"]);
    project.ok(&["release"]);
    let shorter: Vec<&str> = whole.lines().take(40).collect();
    std::fs::write(&list, shorter.join("\n") + "\n").unwrap();
    let said = project.fails(1, &["release"]);
    let words = "reference.charlson_code: its file changed and was not loaded";
    assert!(said.contains(words), "{said}");
    std::fs::write(&list, whole).unwrap();

    // A file that is gone leaves a table of which nothing says where it is from.
    edit(
        &project.path("pipelines/nightly.toml"),
        "\nlsoa = \"",
        "\nlsoa_of_old = \"",
    );
    let said = project.fails(1, &["release"]);
    assert!(said.contains("reference.lsoa: its file is gone"), "{said}");
}

#[test]
fn a_table_whose_sql_file_was_deleted_is_not_read() {
    let (_record, project) = after_a_night();
    let sql = project.path("sql/core/person_with_condition.sql");
    let text = std::fs::read_to_string(&sql).unwrap();
    std::fs::remove_file(&sql).unwrap();
    let words = "core.person_with_condition: the SQL file that made it is gone";
    // The other report is none the worse for it.
    let said = project.fails(1, &["release"]);
    assert!(said.contains(words), "{said}");
    let said = project.fails(1, &["release", "population_profile"]);
    assert!(said.contains("nothing can be released"), "{said}");
    assert!(said.contains("restore the files that are gone"), "{said}");
    project.ok(&["release", "use_of_services"]);

    // Nor through another model.
    std::fs::write(&sql, text).unwrap();
    std::fs::remove_file(project.path("sql/core/person.sql")).unwrap();
    let said = project.fails(1, &["release", "population_profile"]);
    assert!(
        said.contains("core.person: the SQL file that made it is gone"),
        "{said}"
    );
}

#[test]
fn a_failed_check_stops_the_reports_that_read_its_model_and_only_those() {
    let (_record, project) = after_a_night();
    let model = project.path("sql/core/person_with_condition.sql");
    edit(&model, "checks:", "checks:\n  - expect: condition = 'none'");
    let said = project.fails(1, &["run"]);
    assert!(said.contains("its old table stays"), "{said}");

    // Right after it, in a command of its own.
    let output = project.run(&["release", "--json"]);
    assert_eq!(output.status.code(), Some(1));
    let made: serde_json::Value = serde_json::from_slice(&output.stdout).unwrap();
    assert_eq!(made["refused"][0]["report"], "population_profile");
    assert_eq!(made["refused"].as_array().unwrap().len(), 1);
    let because = made["refused"][0]["because"].to_string();
    assert!(
        because.contains("rows break `expect: condition = 'none'`"),
        "{because}"
    );
    let released = manifest(&project, made["release"].as_str().unwrap());
    assert_eq!(reports(&released), ["use_of_services"]);
    let said = project.fails(1, &["release", "population_profile"]);
    assert!(
        said.contains("mend the data or the model whose checks failed"),
        "{said}"
    );

    // In a night as well, and its log says so.
    let said = project.fails(1, &["nightly"]);
    assert!(
        said.contains("checks of models failed; not released: population_profile"),
        "{said}"
    );
    let log =
        project.sql("select step, outcome, detail from populace.night order by ended desc limit 2");
    assert_eq!((log[0][0].as_str(), log[0][1].as_str()), ("end", "failed"));
    assert!(
        log[0][2].contains("not released: population_profile"),
        "{log:?}"
    );
    assert_eq!(
        (log[1][0].as_str(), log[1][1].as_str()),
        ("release", "failed")
    );
    assert!(
        log[1][2].contains("report population_profile refused"),
        "{log:?}"
    );

    // Mended, both are there again.
    edit(&model, "\n  - expect: condition = 'none'", "");
    project.ok(&["nightly"]);
    let made = project.json(&["release"]);
    assert_eq!(made["refused"], serde_json::json!([]));
    let released = manifest(&project, made["release"].as_str().unwrap());
    assert_eq!(
        reports(&released),
        ["population_profile", "use_of_services"]
    );
}

#[test]
fn what_waits_for_a_failed_model_is_not_released_either() {
    let (_record, project) = after_a_night();
    edit(
        &project.path("sql/core/contact.sql"),
        "checks:",
        "checks:\n  - expect: started < timestamp '1990-01-01'",
    );
    project.fails(1, &["run"]);
    let output = project.run(&["release", "--json"]);
    assert_eq!(output.status.code(), Some(1));
    let made: serde_json::Value = serde_json::from_slice(&output.stdout).unwrap();
    assert_eq!(made["refused"][0]["report"], "use_of_services");
    let because = made["refused"][0]["because"].to_string();
    assert!(because.contains("core.contact: "), "{because}");
    assert!(because.contains("it waits for core.contact"), "{because}");
}

#[test]
fn a_model_that_failed_before_it_was_ever_built_is_not_released() {
    let record = synth(60, 9, false);
    let project = Project::over(record.path());
    edit(
        &project.path("sql/core/person_with_condition.sql"),
        "checks:",
        "checks:\n  - expect: condition = 'none'",
    );
    let said = project.fails(1, &["nightly"]);
    assert!(said.contains("not released: population_profile"), "{said}");
    let released = project.released();
    assert!(released.keys().any(|name| name.contains("use_of_services")));
    assert!(
        !released
            .keys()
            .any(|name| name.contains("population_profile"))
    );
    let said = project.fails(1, &["release", "population_profile"]);
    assert!(said.contains("it was never built"), "{said}");

    // When no report is left, the night says that too.
    edit(
        &project.path("sql/core/person.sql"),
        "checks:",
        "checks:\n  - expect: age > 1000",
    );
    let said = project.fails(1, &["nightly"]);
    assert!(
        said.contains("checks of models failed, and nothing was released"),
        "{said}"
    );
    assert_eq!(project.released(), released);
}

#[test]
fn tables_of_an_earlier_program_are_built_again_before_they_are_released() {
    let (_record, project) = after_a_night();
    let before = project.released();
    let runtime = tokio::runtime::Runtime::new().unwrap();
    runtime.block_on(async {
        let location = Location::parse("lake", &project.path("")).unwrap();
        let lake = Lake::open(location).await.unwrap();
        let name = TableName::new("core", "person_with_condition");
        let table = lake.table(&name).await.unwrap().unwrap();
        let mut properties = table.properties.clone();
        properties
            .remove(populace::lake::properties::BUILT)
            .unwrap();
        properties.retain(|name, _| name.starts_with("populace."));
        let (schema, files) = (table.schema.clone(), table.files.clone());
        let change = Change::replacing(Some(&table), schema, properties, files);
        lake.commit(&name, Some(&table), change).await.unwrap();
    });
    let said = project.fails(1, &["release", "population_profile"]);
    assert!(said.contains("an earlier Populace built it"), "{said}");
    assert!(
        said.contains("`populace run`, then release again"),
        "{said}"
    );
    let run = project.json(&["run"]);
    let mut models = run["models"].as_array().unwrap().iter();
    assert!(models.any(|m| m["state"] == "changed"), "{run}");
    project.ok(&["release"]);
    assert_eq!(project.released(), before);
}
