//! A red team: what an analyst could write to let a person or a true count out, and what an honest
//! one writes.

mod honest;
mod tricks;

use crate::project::{Project, pipeline_over, synth};
use std::fs;
use tricks::Trick;

/// Writes the model and the report of a trick.
fn write(project: &Project, trick: &Trick) {
    let own = |sql: &str| sql.replace("red.it", &format!("red.{}", trick.name));
    fs::create_dir_all(project.path("sql/red")).unwrap();
    if !trick.model.is_empty() {
        let model = format!("/*\ndescription: x\n*/\n{}\n", own(trick.model));
        fs::write(project.path(&format!("sql/red/{}.sql", trick.name)), model).unwrap();
    }
    let (column, list) = trick.dimension;
    let report = format!(
        "name = \"{}\"\ntitle = \"T\"\ndescription = \"x\"\naudience = \"x\"\n[[tables]]\nid = \"t\"\ntitle = \"T\"\ndescription = \"x\"\nsql = '''{}'''\nrows = [\"{column}\"]\n[tables.dimensions]\n{column} = {{ {list} }}\n[[tables.measures]]\ncolumn = \"{}\"\nlabel = \"People\"\nkind = \"count\"\n",
        trick.name,
        own(trick.sql),
        trick.count,
    );
    let file = format!("pipelines/reports/{}.toml", trick.name);
    fs::write(project.path(&file), report).unwrap();
}

#[test]
fn every_trick_is_refused_without_data() {
    let record = synth(30, 1, false);
    let project = Project::over(record.path());
    for trick in tricks::TRICKS {
        write(&project, trick);
    }
    let said = project.fails(1, &["check"]);
    let mut missed = Vec::new();
    for trick in tricks::TRICKS {
        let file = format!("/{}.toml: table t", trick.name);
        let mut errors = said.split("error: ").filter(|error| error.contains(&file));
        let says = trick.says.replace("red.it", &format!("red.{}", trick.name));
        match errors.next() {
            Some(error) if error.contains(&says) => {}
            Some(error) => missed.push(format!("{}: {error}", trick.name)),
            None => missed.push(format!("{}: passed", trick.name)),
        }
    }
    assert!(tricks::TRICKS.len() >= 60);
    assert!(missed.is_empty(), "{}", missed.join("\n"));
}

#[test]
fn honest_reports_pass() {
    let record = synth(30, 1, false);
    let project = Project::over(record.path());
    for report in honest::HONEST {
        write(&project, report);
    }
    let output = project.run(&["check"]);
    let said = crate::project::text(&output.stderr);
    assert!(honest::HONEST.len() >= 30);
    assert!(output.status.success(), "{said}");
}

/// What only data can show is refused when it is released, and never says the value.
#[test]
fn values_areas_and_empty_tables_are_refused_at_the_release() {
    let record = synth(400, 3, false);
    let project = Project::over(record.path());
    project.ok(&["pull"]);
    project.ok(&["run"]);
    let table = |name, sql, dimension| Trick {
        name,
        model: "",
        sql,
        dimension,
        count: "people",
        says: "",
    };
    let by_sex =
        "select sex, sum(people) as people from demographic.population_profile group by sex";
    write(
        &project,
        &table("lacks_a_value", by_sex, ("sex", "values = [\"Female\"]")),
    );
    let error = project.fails(1, &["release", "lacks_a_value"]);
    assert!(
        error.contains("`sex`") && error.contains("not in its list"),
        "{error}"
    );
    assert!(!error.contains("Male"), "{error}");

    let by_place = "select place_name, sum(people) as people from demographic.population_profile group by place_name";
    let place = ("place_name", "from = \"reference.lsoa.place_name\"");
    write(&project, &table("places", by_place, place));
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
    let fine = "select ethnic_group || ', ' || age_band as both, sum(people) as people from demographic.population_profile group by 1";
    let bands: Vec<String> = project
        .sql("select distinct ethnic_group || ', ' || age_band from demographic.population_profile")
        .iter()
        .map(|row| format!("\"{}\"", row[0]))
        .collect();
    let list: &'static str = Box::leak(format!("values = [{}]", bands.join(", ")).into_boxed_str());
    write(&project, &table("mostly_suppressed", fine, ("both", list)));
    let error = project.fails(1, &["release", "mostly_suppressed"]);
    assert!(error.contains("would be suppressed in"), "{error}");
}

/// A report says where the values of its dimensions come from.
#[test]
fn a_dimension_without_a_list_is_a_mistake_in_the_report() {
    let record = synth(20, 1, false);
    let project = Project::over(record.path());
    let trick = &tricks::TRICKS[0];
    write(&project, trick);
    let file = project.path(&format!("pipelines/reports/{}.toml", trick.name));
    let text = fs::read_to_string(&file).unwrap();
    for (from, to, says) in [
        (
            "[tables.dimensions]\nn = { values = [\"1\", \"2\"] }\n",
            "",
            "`n` does not say where",
        ),
        ("n = {", "m = {", "`m` is not a dimension"),
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
