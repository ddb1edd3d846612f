//! A red team: what an analyst could write to let a person or a true count out, and what an honest
//! one writes.

mod areas;
mod attempt;
mod daily;
mod declared;
mod honest;
mod people;

use crate::project::{Project, pipeline_over, synth};
use attempt::{Attempt, PLACE, SEX, chosen, modelled};
use std::collections::BTreeSet;
use std::fs;

/// All attempts that are refused before there is data.
fn attempts() -> impl Iterator<Item = &'static Attempt> {
    [declared::ATTEMPTS, areas::PICKED, people::PEOPLE]
        .into_iter()
        .flatten()
}

/// A project that shows no areas and organisations of fewer than 1,000 people.
fn strict(record: &std::path::Path) -> Project {
    let project = Project::over(record);
    let pipeline = pipeline_over(record);
    assert!(pipeline.contains("smallest_area = 0"));
    project.write_pipeline(&pipeline.replace("smallest_area = 0", "smallest_area = 1000"));
    project
}

#[test]
fn every_attempt_is_refused_without_data() {
    let record = synth(30, 1, false);
    let project = strict(record.path());
    let names: BTreeSet<&str> = attempts().map(|attempt| attempt.name).collect();
    assert_eq!(names.len(), attempts().count());
    assert!(names.len() >= 100, "{}", names.len());
    for attempt in attempts() {
        attempt.write(&project);
    }
    describe_columns(&project);
    let said = project.fails(1, &["check"]);
    let mut missed = Vec::new();
    for attempt in attempts() {
        let file = format!("/{}.toml: table t", attempt.name);
        let mut errors = said.split("error: ").filter(|error| error.contains(&file));
        match errors.next() {
            Some(error) if error.contains(&attempt.named(attempt.says)) => {}
            Some(error) => missed.push(format!("{}: {error}", attempt.name)),
            None => missed.push(format!("{}: passed", attempt.name)),
        }
    }
    assert!(missed.is_empty(), "{}", missed.join("\n"));
}

/// Who never runs `check` gets no further: models are built, and nothing is released.
#[test]
fn no_attempt_leaves_by_run_and_release() {
    let record = synth(30, 1, false);
    let project = strict(record.path());
    project.ok(&["pull"]);
    project.ok(&["run"]);
    for attempt in attempts().chain(areas::WRITTEN) {
        attempt.write(&project);
    }
    let unbuilt = without_what_cannot_be_built(&project);
    assert!(unbuilt.len() <= 6, "{unbuilt:?}");
    let built = attempts().filter(|attempt| !unbuilt.contains(attempt.name));
    let said = project.fails(1, &["release"]);
    // Some name no table that was built, and are refused before their plan is looked at.
    let others = built.filter(|t| !said.contains(&format!("/{}.toml: table t", t.name)));
    let others: Vec<&str> = others.map(|t| t.name).collect();
    assert!(others.len() <= 4, "{others:?}\n{said}");
    for name in others {
        project.fails(1, &["release", name]);
    }
    for attempt in areas::WRITTEN {
        let error = project.fails(1, &["release", attempt.name]);
        assert!(error.contains(attempt.says), "{}: {error}", attempt.name);
        assert!(
            error.contains("(sql/red/") || error.contains("reports/"),
            "{error}"
        );
    }
    // There is not even a folder for them.
    assert!(!project.path("releases").exists());
}

/// Builds all models, but for those that the engine itself refuses: these are taken away, and named.
fn without_what_cannot_be_built(project: &Project) -> BTreeSet<String> {
    let mut unbuilt = BTreeSet::new();
    loop {
        let output = project.run(&["run"]);
        if output.status.success() {
            return unbuilt;
        }
        let said = crate::project::text(&output.stderr);
        let name = ["sql/red/", "table red."].iter().find_map(|before| {
            let rest = said.split(before).nth(1)?;
            rest.split(|c: char| !c.is_ascii_alphanumeric() && c != '_')
                .next()
        });
        let name = name.unwrap_or_else(|| panic!("{said}")).to_string();
        fs::remove_file(project.path(&format!("sql/red/{name}.sql"))).unwrap();
        fs::remove_file(project.path(&format!("pipelines/reports/{name}.toml"))).unwrap();
        unbuilt.insert(name);
    }
}

#[test]
fn honest_tables_pass() {
    let record = synth(30, 1, false);
    let project = strict(record.path());
    for table in honest::HONEST.iter().chain(daily::DAILY) {
        table.write(&project);
    }
    describe_columns(&project);
    let output = project.run(&["check"]);
    let said = crate::project::text(&output.stderr);
    assert!(honest::HONEST.len() + daily::DAILY.len() >= 55);
    assert!(output.status.success(), "{said}");
}

/// Describes the columns that a check misses in the headers of the reports' models.
fn describe_columns(project: &Project) {
    const MISSES: &str = ": the header does not describe columns that the query makes: ";
    let said = crate::project::text(&project.run(&["check"]).stderr);
    for line in said.lines() {
        let Some((file, columns)) = line
            .strip_prefix("error: ")
            .and_then(|error| error.split_once(MISSES))
        else {
            continue;
        };
        let columns: Vec<String> = columns
            .split(", ")
            .map(|column| format!("\"{column}\": what it is"))
            .collect();
        let text = fs::read_to_string(project.path(file)).unwrap();
        let described = format!("/*\ncolumns: {{{}}}\n", columns.join(", "));
        fs::write(project.path(file), text.replacen("/*\n", &described, 1)).unwrap();
    }
}

/// Nothing that another run could answer otherwise is built or released.
#[test]
fn what_changes_with_each_run_is_refused_in_models_checks_and_reports() {
    let record = synth(20, 1, false);
    let project = Project::over(record.path());
    fs::create_dir_all(project.path("sql/red")).unwrap();
    let model = |name: &str, check: &str, query: &str| {
        let header = format!(
            "/*\ndescription: x\ncolumns: {{sex: x, people: x}}\nchecks:\n  - expect: {check}\n*/\n"
        );
        fs::write(project.path(&format!("sql/red/{name}.sql")), header + query).unwrap();
    };
    let people = |condition: &str| {
        format!("select sex, count(*) as people from core.person where {condition} group by sex\n")
    };
    model("by_chance", "people > 0", &people("random() < 0.5"));
    model("by_clock", "people > 0", &people("birth_month < now()"));
    model(
        "by_day",
        "people > 0",
        &people("birth_month < current_date"),
    );
    model(
        "by_moment",
        "people > 0",
        &people("birth_month < current_timestamp"),
    );
    model(
        "by_name",
        "people > 0",
        "select uuid() as id, count(*) as people from core.person\n",
    );
    model(
        "by_check",
        "current_date > date '2020-01-01'",
        &people("true"),
    );
    let sample = "select count(*) as people from core.person tablesample (10 percent)\n";
    model("by_sample", "people > 0", sample);
    let error = project.fails(2, &["check"]);
    for says in [
        "by_chance.sql: random() gives something else each time",
        "by_clock.sql: now() gives something else each time",
        "by_day.sql: current_date() gives something else each time",
        "by_moment.sql: now() gives something else each time",
        "by_name.sql: uuid() gives something else each time",
        "by_check.sql: check `expect: current_date > date '2020-01-01'`: current_date()",
        "by_sample.sql: tablesample is not known",
        "such as $as_of",
    ] {
        assert!(error.contains(says), "{says}: {error}");
    }
}

/// What only data can show is refused when it is released, and never says the value.
#[test]
fn values_areas_and_empty_tables_are_refused_at_the_release() {
    let record = synth(400, 3, false);
    let project = Project::over(record.path());
    project.ok(&["pull"]);
    project.ok(&["run"]);
    let one_sex = ("sex", "values = [\"female\"]");
    chosen("lacks_a_value", one_sex, "is_active", "").write(&project);
    let error = project.fails(1, &["release", "lacks_a_value"]);
    assert!(
        error.contains("`sex`") && error.contains("not in its list"),
        "{error}"
    );
    assert!(!error.contains("male"), "{error}");

    chosen("places", PLACE, "is_active", "").write(&project);
    project.ok(&["release", "places"]);
    let strict = |text: &str, from: &str, to: &str| {
        assert!(text.contains(from));
        project.write_pipeline(&text.replace(from, to));
    };
    let pipeline = pipeline_over(record.path());
    strict(&pipeline, "smallest_area = 0", "smallest_area = 1000");
    // The release that is there was made under another limit.
    let error = project.fails(1, &["release", "places"]);
    assert!(
        error.contains("dimension `place_name` shows an area") && error.contains("1000 people"),
        "{error}"
    );
    strict(
        &pipeline,
        "largest_suppressed_share = 1.0",
        "largest_suppressed_share = 0.5",
    );
    let bands: Vec<String> = project
        .sql("select distinct ethnic_group || ', ' || age_band from core.person where is_active")
        .iter()
        .map(|row| format!("\"{}\"", row[0]))
        .collect();
    let list: &'static str = Box::leak(format!("values = [{}]", bands.join(", ")).into_boxed_str());
    let fine = "select person_key, ethnic_group || ', ' || age_band as bands from core.person where is_active";
    modelled("mostly_suppressed", ("bands", list), fine, "").write(&project);
    project.ok(&["run", "red.mostly_suppressed"]);
    let error = project.fails(1, &["release", "mostly_suppressed"]);
    assert!(error.contains("would be suppressed in"), "{error}");
}

/// A report says where the values of its dimensions come from.
#[test]
fn a_dimension_without_a_list_is_a_mistake_in_the_report() {
    let record = synth(20, 1, false);
    let project = Project::over(record.path());
    let two = ("sex", "values = [\"1\", \"2\"]");
    chosen("of_two", two, "is_active", "").write(&project);
    let file = project.path("pipelines/reports/of_two.toml");
    let text = fs::read_to_string(&file).unwrap();
    for (from, to, says) in [
        (
            "[tables.dimensions]\nsex = { values = [\"1\", \"2\"] }\n",
            "",
            "`sex` does not say where",
        ),
        ("sex = {", "age = {", "`age` is not a dimension"),
        ("{ values =", "{ valeus =", "did you mean 'values'?"),
        (
            "{ values = [\"1\", \"2\"] }",
            "{ from = \"lsoa\" }",
            "names no column",
        ),
        ("[\"1\", \"2\"]", "[\"9434765919\"]", "looks like a number"),
    ] {
        assert!(text.contains(from), "{from}");
        fs::write(&file, text.replace(from, to)).unwrap();
        let error = project.fails(2, &["check"]);
        assert!(error.contains(says), "{error}");
    }
}

/// A table of SQL is refused by one error, however it is written and whoever asks.
#[test]
fn sql_in_a_table_is_refused_by_check_release_and_nightly() {
    // Of thirty people the shipped reports themselves cannot be released safely.
    let record = synth(60, 1, false);
    let project = Project::over(record.path());
    project.ok(&["nightly"]);
    fs::remove_dir_all(project.path("releases")).unwrap();
    chosen("of_sql", SEX, "is_active", "").write(&project);
    let file = project.path("pipelines/reports/of_sql.toml");
    let text = fs::read_to_string(&file).unwrap();
    let of = "of = \"core.person\"\n";
    let five = "select sex, 5 * sum(people) as people from marts.population_profile group by sex";
    let kind = "kind = \"people\"";
    for (from, to) in [
        (of, format!("sql = \"{five}\"\n")),
        (of, format!("sql = \"{five}\"\n{of}")),
        (of, format!("\"sql\" = '''\n{five}'''\n{of}")),
        (of, format!("{of}sql.text = \"{five}\"\n")),
        (kind, format!("{kind}\n[[tables]]\nsql = \"{five}\"")),
        (
            kind,
            format!("kind = \"count\"\n[[tables]]\nsql = \"{five}\""),
        ),
    ] {
        assert!(text.contains(from), "{from}");
        fs::write(&file, text.replace(from, &to)).unwrap();
        for command in [
            &["check"][..],
            &["release"],
            &["release", "of_sql"],
            &["nightly"],
        ] {
            let said = project.fails(2, command);
            let what = "it has `sql`, and a table says what it counts";
            assert!(said.contains(what), "{command:?}: {said}");
            assert!(said.contains("of = \"core.person\""), "{said}");
        }
    }
    assert!(!project.path("releases").exists());
}
