//! Tables that say what they count: one set of people has one figure, and thresholds go by people.

use crate::project::{Project, synth};
use std::collections::BTreeMap;
use std::fs;

/// A report with one table.
fn report(name: &str, table: &str) -> String {
    format!(
        "name = \"{name}\"\ntitle = \"T\"\ndescription = \"d\"\naudience = \"a\"\n[[tables]]\nid = \"t\"\ntitle = \"T\"\ndescription = \"d\"\n{table}"
    )
}

fn write(project: &Project, name: &str, text: &str) {
    let file = project.path(&format!("pipelines/reports/{name}.toml"));
    fs::write(file, text).unwrap();
}

/// Adds a model with a header that describes its columns.
fn model(project: &Project, name: &str, columns: &[&str], query: &str) {
    let columns: Vec<String> = columns.iter().map(|c| format!("  {c}: x")).collect();
    let text = format!(
        "/*\ndescription: x\ncolumns:\n{}\n*/\n{query}\n",
        columns.join("\n")
    );
    fs::create_dir_all(project.path("sql/own")).unwrap();
    fs::write(project.path(&format!("sql/own/{name}.sql")), text).unwrap();
}

/// The figures of a released table, by labels and measure.
fn figures(project: &Project, file: &str) -> BTreeMap<String, String> {
    let released = project.released();
    let (_, bytes) = released
        .iter()
        .find(|(name, _)| name.ends_with(file))
        .unwrap_or_else(|| panic!("{file} is not released"));
    let mut reader = csv::Reader::from_reader(bytes.as_slice());
    let headers = reader.headers().unwrap().clone();
    let at = |name: &str| headers.iter().position(|h| h == name).unwrap();
    let (measure, value) = (at("measure"), at("value"));
    // Codes stand beside the names of areas.
    let is_label = |at: usize| at <= measure && !headers[at].ends_with("_code");
    let records = reader.records().map(|record| {
        let record = record.unwrap();
        let labels = record.iter().enumerate().filter(|(at, _)| is_label(*at));
        let labels: Vec<&str> = labels.map(|(_, label)| label).collect();
        (labels.join("|"), record[value].to_string())
    });
    records.collect()
}

const BY_SEX: &str = "of = \"core.person\"\nwhere = \"is_active\"\nrows = [\"sex\"]\ntotals = true\n[tables.dimensions]\nsex = { from = \"reference.sex.sex_name\", by = \"sex\" }\n[[tables.measures]]\nlabel = \"People\"\nkind = \"people\"\n";

#[test]
fn one_set_of_people_has_one_figure() {
    let record = synth(400, 3, false);
    let project = Project::over(record.path());
    project.ok(&["nightly"]);
    let everyone = [
        (
            "population_profile-by_age_and_sex.csv",
            "Total|Total|People",
        ),
        (
            "population_profile-by_place_and_age.csv",
            "Total|Total|People",
        ),
        ("population_profile-by_ethnic_group.csv", "Total|People"),
        ("population_profile-by_deprivation.csv", "Total|People"),
    ];
    let mut seen = Vec::new();
    for (file, cell) in everyone {
        seen.push(figures(&project, file)[cell].clone());
    }
    let active = project.number("select count(*) from core.person where is_active");
    let shown: i64 = seen[0].parse().unwrap();
    assert!((shown - active).abs() <= 4, "{shown}");
    assert_eq!(seen, vec![shown.to_string(); 4]);
    // Age groups of two tables: one divides people by band and sex, the other by place.
    let bands = figures(&project, "population_profile-by_age_and_sex.csv");
    let places = figures(&project, "population_profile-by_place_and_age.csv");
    let oldest = project.number("select count(*) from core.person where is_active and age >= 90");
    assert_eq!(
        bands["90 and over|Total|People"] == "*",
        (1..=7).contains(&oldest)
    );
    assert!(places.contains_key("Total|85 and over|People"));

    // The same people under another condition: one figure still.
    let adults = BY_SEX.replace("is_active", "is_active and true");
    write(&project, "again", &report("again", &adults));
    project.ok(&["release"]);
    let again = figures(&project, "again-t.csv");
    assert_eq!(again["Total|People"], shown.to_string());
    assert_eq!(again["Female|People"], bands["Total|Female|People"]);
}

#[test]
fn thresholds_go_by_people() {
    let record = synth(400, 3, false);
    let project = Project::over(record.path());
    project.ok(&["nightly"]);
    let cells = figures(&project, "use_of_services-contacts_by_place.csv");
    let truth = project.sql(
        "select setting, area_name, count(*), count(distinct person_key) from core.attended_contact group by 1, 2",
    );
    let mut many_of_few = 0;
    for row in &truth {
        let (rows, people): (i64, i64) = (row[2].parse().unwrap(), row[3].parse().unwrap());
        let shown = &cells[&format!("{}|{}|Contacts", row[0], row[1])];
        if people <= 7 {
            assert_eq!(shown, "*", "{row:?}");
            many_of_few += i64::from(rows > 7);
        } else {
            let shown: i64 = shown.parse().unwrap();
            assert!((shown - rows).abs() <= 4, "{row:?}: {shown}");
        }
    }
    assert!(many_of_few > 0, "no contacts of few people: {truth:?}");
}

/// What an author can get wrong, and what somebody could try.
#[test]
fn what_cannot_be_counted_is_refused() {
    let record = synth(60, 9, false);
    let project = Project::over(record.path());
    let cases = [
        (
            2,
            "no_model",
            ("core.person", "core.persons"),
            "there is no model core.persons",
        ),
        (
            1,
            "a_table",
            ("core.person", "record.patient"),
            "`of` names record.patient, which is no model",
        ),
        (
            1,
            "no_people",
            ("core.person", "marts.population_profile"),
            "marts.population_profile has no person_key",
        ),
        (
            2,
            "no_column",
            ("by = \"sex\"", "by = \"sex\", column = \"sexes\""),
            "core.person has no column 'sexes'",
        ),
        (
            2,
            "no_list",
            ("sex_name\"", "name\""),
            "column 'name' not found",
        ),
        (
            2,
            "two_conditions",
            ("is_active", "is_active) or (true"),
            "more than one condition",
        ),
        (
            2,
            "a_query",
            (
                "is_active",
                "person_key in (select person_key from core.contact)",
            ),
            "has a query of its own",
        ),
        (
            1,
            "one_person",
            ("is_active", "person_key = 3"),
            "depends on a pseudonym",
        ),
        (
            1,
            "by_a_key",
            ("is_active", "person_key % 2 = 0"),
            "depends on a pseudonym",
        ),
        (
            1,
            "a_birth",
            ("by = \"sex\"", "by = \"sex\", column = \"birth_month\""),
            "birth_month",
        ),
        (
            2,
            "sql_too",
            ("of =", "sql = \"select 1\"\nof ="),
            "it has `sql`, and a table says what it counts",
        ),
        (
            2,
            "a_sum",
            ("kind = \"people\"", "kind = \"count\"\ncolumn = \"n\""),
            "unknown variant `count`",
        ),
        (
            2,
            "an_expression",
            (
                "label = \"People\"",
                "label = \"People\"\nexpression = \"5 * count(*)\"",
            ),
            "unknown field",
        ),
    ];
    for (code, name, (from, to), says) in cases {
        assert!(BY_SEX.contains(from), "{name}");
        write(&project, name, &report(name, &BY_SEX.replace(from, to)));
        let error = project.fails(code, &["check"]);
        assert!(error.contains(says), "{name}: {error}");
        fs::remove_file(project.path(&format!("pipelines/reports/{name}.toml"))).unwrap();
    }
    project.ok(&["check"]);
}

/// What only data can show.
#[test]
fn what_the_data_do_not_allow_is_refused() {
    let record = synth(60, 9, false);
    let project = Project::over(record.path());
    model(
        &project,
        "nobodys",
        &["person_key", "sex"],
        "select case when age > 200 then person_key end as person_key, sex from core.person",
    );
    // Each person as five: five times as many rows say exactly how many people there are.
    model(
        &project,
        "five_times",
        &["person_key", "sex", "n"],
        "select p.person_key, p.sex, v.n from core.person as p cross join (values (1), (2), (3), (4), (5)) as v(n)",
    );
    // Pseudonyms of one's own making.
    model(
        &project,
        "made_up",
        &["person_key", "sex"],
        "select person_key + 1 as person_key, sex from core.person",
    );
    project.ok(&["pull"]);
    project.ok(&["run"]);
    let of = |name: &str, of: &str, kind: &str| {
        let table = BY_SEX
            .replace("where = \"is_active\"\n", "")
            .replace("core.person", of)
            .replace("kind = \"people\"", &format!("kind = \"{kind}\""));
        write(&project, name, &report(name, &table));
        let error = project.fails(1, &["release", name]);
        fs::remove_file(project.path(&format!("pipelines/reports/{name}.toml"))).unwrap();
        error
    };
    let error = of("five", "own.five_times", "rows");
    assert!(
        error.contains("not proved to be an honest count"),
        "{error}"
    );
    let error = of("made", "own.made_up", "people");
    assert!(
        error.contains("not the pseudonym that was pulled"),
        "{error}"
    );
    let error = of("nobody", "own.nobodys", "people");
    assert!(error.contains("person_key"), "{error}");

    // A word with two meanings would count its people twice.
    let words = project.path("sql/reference/sex.csv");
    let text = fs::read_to_string(&words).unwrap();
    fs::write(&words, format!("{text}female,5,Male\n")).unwrap();
    project.ok(&["run"]);
    let error = project.fails(1, &["release", "population_profile"]);
    assert!(
        error.contains("puts a value of `sex` into two of `sex_name`")
            && error.contains("such as female"),
        "{error}"
    );
}

/// A later release shows another figure only where enough people entered or left; made again, it comes
/// out as it did.
#[test]
fn figures_are_held_until_enough_people_changed() {
    let record = synth(200, 3, false);
    let project = Project::over(record.path());
    let pipeline = crate::project::pipeline_over(record.path());
    assert!(pipeline.contains("hold_below = 0"));
    project.write_pipeline(&pipeline.replace("hold_below = 0", "hold_below = 8"));
    project.ok(&["pull"]);
    let file = "population_profile-by_place_and_age.csv";
    let released = |day: &str| {
        let day = format!("as_of={day}");
        project.ok(&["run", "--set", &day]);
        let made = project.json(&["release", "--set", &day]);
        let folder = made["folder"].as_str().unwrap().to_string();
        let folder = project.path(&folder);
        let bytes = fs::read(folder.join(file)).unwrap();
        let mut reader = csv::Reader::from_reader(bytes.as_slice());
        let rows = reader.records().map(|row| {
            let row = row.unwrap();
            let (value, status) = (row[5].to_string(), row[8].to_string());
            (format!("{}|{}", &row[0], &row[2]), (value, status))
        });
        (folder, rows.collect::<BTreeMap<String, (String, String)>>())
    };
    let (_, before) = released("2026-08-31");
    assert!(before.values().all(|(_, status)| !status.contains("held")));
    let (folder, after) = released("2026-09-30");
    let held = |status: &str| status == "held from 2026-08-31";
    let stands = after.iter().filter(|(_, (_, status))| held(status));
    assert!(stands.clone().count() > 5, "{after:?}");
    for (cell, (value, _)) in stands {
        assert_eq!(
            before.get(cell).map(|(value, _)| value),
            Some(value),
            "{cell}"
        );
    }
    let files = crate::project::files_below(&folder);
    fs::remove_dir_all(project.path("releases")).unwrap();
    project.ok(&["release"]);
    assert_eq!(crate::project::files_below(&folder), files);
}
