//! `populace sql` prints rows of people only where somebody asks for them, with a reason that is
//! logged.

use crate::project::{Project, RECORD_LEVEL, repository, text};
use std::collections::BTreeMap;

fn project() -> Project {
    let project = Project::over(&repository().join("data-samples"));
    project.ok(&["nightly", "-q"]);
    project
}

/// The rows of a query that is not asked at record level, as CSV without its header.
fn counts(project: &Project, sql: &str) -> BTreeMap<String, String> {
    let csv = project.ok(&["sql", "--format", "csv", "-c", sql]);
    let lines = csv.lines().skip(1);
    lines
        .filter_map(|line| line.rsplit_once(','))
        .map(|(label, count)| (label.to_string(), count.to_string()))
        .collect()
}

/// A count as the scheme of the samples, hes2018, shows it.
fn hes2018(count: i64) -> String {
    match count {
        0 => "0".to_string(),
        1..=7 => "*".to_string(),
        n => ((n + 2) / 5 * 5).to_string(),
    }
}

#[test]
fn rows_of_people_are_refused_and_the_way_is_named() {
    let project = project();
    for sql in [
        "select * from record.patient",
        "select sex from core.person",
        "select 1 from core.person",
        "select distinct sex from core.person",
        "select person_key, count(*) as n from core.contact group by person_key",
        "select record_key, count(*) as n from record.observation group by record_key",
        "select sex, avg(age) as age from core.person group by sex",
        "select max(age) as age from core.person",
        "select sum(age) as age from core.person",
        "select sex, count(*) * 5 as n from core.person group by sex",
        "select sex, count(*) as n from core.person group by sex order by n",
        "select sex, count(*) as n from core.person group by sex order by n desc limit 1",
        "select sex, count(*) as n from core.person group by sex having count(*) < 8",
        "select count(*) as n from core.person where person_key = 5",
        "select count(*) as n, row_number() over (order by count(*)) as place from core.person group by sex",
        "select a.n, b.n from (select count(*) as n from core.person) as a cross join (select max(age) as n from core.person) as b",
        "select birth_month, count(*) as n from record.patient group by birth_month",
        "select string_agg(sex, ',') as all_of_them from core.person",
        "select array_agg(age) as ages from core.person",
        "explain select count(*) from core.person",
        "explain analyze select count(*) from core.person",
        "select * from populace.opt_out",
        "select count(*) as n from populace.opt_out",
        "select (select count(*) from core.person) as n",
        "select count(*) > 20 as many from core.person",
        "select case when count(*) = 3 then 'three' else 'not' end as n from core.person",
        "with recursive r as (select 1 as n union all select n + 1 from r where n < (select count(*) from core.person)) select max(n) as n from r",
    ] {
        let output = project.run(&["sql", "-o", "rows.csv", "-c", sql]);
        let said = text(&output.stderr);
        assert_eq!(output.status.code(), Some(1), "{sql}: {said}");
        assert!(said.contains("--record-level \"REASON\""), "{sql}: {said}");
        assert!(!project.path("rows.csv").exists(), "{sql}");
        assert!(output.stdout.is_empty(), "{sql}");
        let output = project.run(&["sql", "-c", sql]);
        assert!(output.stdout.is_empty(), "{sql}");
    }
    // With a reason the same are printed.
    let [option, reason] = RECORD_LEVEL;
    let rows = project.ok(&["sql", option, reason, "-c", "select sex from core.person"]);
    assert!(rows.lines().count() > 20, "{rows}");
}

#[test]
fn counts_are_under_the_scheme() {
    let project = project();
    for sql in [
        "select age_band, count(*) as people from core.person group by age_band",
        "select age_band, count(distinct person_key) as people from core.person group by age_band",
        "select age_band, sum(case when sex = 'female' then 1 else 0 end) as people from core.person group by age_band",
        "select age_band, count(*) filter (where sex = 'male') as people from core.person group by age_band",
        "select 'all' as label, count(*) as people from core.person union all select 'none', count(*) from core.person where sex = 'x'",
        "with p as (select * from core.person where age > 40) select sex, count(*) as people from p group by sex order by sex",
    ] {
        let shown = counts(&project, sql);
        let truth = project.sql(sql);
        assert!(!shown.is_empty());
        // A label that is written in the query tells of nobody; one from the data does, so that its row is
        // there only with a count.
        let is_written = sql.contains("'all' as label");
        for row in truth {
            let [label, count] = &row[..] else {
                panic!("{row:?}")
            };
            let released = hes2018(count.parse().unwrap());
            let is_counted = !["0", "*"].contains(&released.as_str());
            let expected = (is_written || is_counted).then_some(released);
            assert_eq!(shown.get(label), expected.as_ref(), "{sql}: {label}");
        }
    }
    let output = project.run(&[
        "sql",
        "-c",
        "select age_band, count(*) as people from core.person group by age_band",
    ]);
    let said = text(&output.stderr);
    assert!(said.contains("under the scheme hes2018"), "{said}");
}

#[test]
fn the_threshold_goes_by_people_where_records_are_counted() {
    let project = project();
    // Who has many contacts, and how many people that is.
    let sql = "select setting, date_trunc('month', started_date) as month, count(*) as n, count(distinct person_key) as people from core.contact group by 1, 2";
    let truth = project.sql(sql);
    let few = truth.iter().filter(|row| {
        let (n, people): (i64, i64) = (row[2].parse().unwrap(), row[3].parse().unwrap());
        n > 7 && people <= 7
    });
    let few: Vec<&Vec<String>> = few.collect();
    assert!(!few.is_empty(), "the samples have such a group");
    let asked = "select setting, date_trunc('month', started_date) as month, count(*) as n from core.contact group by 1, 2";
    let csv = project.ok(&["sql", "--format", "csv", "-c", asked]);
    for row in few {
        let line = format!("{},{},", row[0], row[1]);
        assert!(!csv.lines().any(|l| l.starts_with(&line)), "{line}: {csv}");
    }
    for row in truth
        .iter()
        .filter(|row| row[3].parse::<i64>().unwrap() > 7)
    {
        let line = format!("{},{},{}", row[0], row[1], hes2018(row[2].parse().unwrap()));
        assert!(csv.lines().any(|l| l == line), "{line}: {csv}");
    }
}

#[test]
fn a_suppressed_count_is_null_where_a_column_has_a_type() {
    let project = project();
    let sql = "select age_band, count(*) as people, count(*) filter (where age >= 86) as oldest from core.person where is_active group by age_band";
    let json = project.ok(&["sql", "--format", "json", "-c", sql]);
    let mut suppressed = 0;
    for line in json.lines() {
        let row: serde_json::Value = serde_json::from_str(line).unwrap();
        let people = row["people"].as_u64().unwrap();
        assert!(people >= 10 && people.is_multiple_of(5), "{line}");
        match row["oldest"].as_u64() {
            None => {
                assert!(row["oldest"].is_null(), "{line}");
                suppressed += 1;
            }
            Some(n) => assert!(n == 0 || n >= 10 && n % 5 == 0, "{line}"),
        }
    }
    assert!(suppressed > 0);
    project.ok(&["sql", "-o", "rows.parquet", "-c", sql]);
    assert!(project.path("rows.parquet").exists());
}

/// Labels of few people are rows of people, whatever is counted beside them.
#[test]
fn labels_without_a_count_that_is_shown_are_left_out() {
    let project = project();
    let by = "age, sex, ethnic_category, imd_decile, place_name";
    for count in [
        "count(*)",
        "count(*) filter (where age < 0)",
        "sum(case when false then 1 else 0 end)",
    ] {
        let sql =
            format!("select {by}, {count} as n from core.person where age > 85 group by {by}");
        let output = project.run(&["sql", "--format", "csv", "-c", &sql]);
        let csv = String::from_utf8(output.stdout).unwrap();
        assert!(csv.lines().count() <= 1, "{count}: {csv}");
    }
}

/// A model that counted records does not say of how many people they are.
#[test]
fn counts_of_records_in_marts_are_records() {
    let project = project();
    let sql = "select setting, sum(contacts) as n from marts.activity_month group by setting";
    let error = project.fails(1, &["sql", "-c", sql]);
    assert!(error.contains("count the records themselves"), "{error}");
    let sql = "select sex, sum(people) as n from marts.population_profile group by sex";
    project.ok(&["sql", "-c", sql]);
}

/// What a table holds is not what its inputs would hold now.
#[test]
fn a_table_that_was_built_from_another_text_of_its_input_proves_nothing() {
    let project = project();
    let model = |name: &str, sql: &str| {
        let text = format!(
            "/*\ndescription: A trick.\ngrain: label\ncolumns:\n  label: A label\n  n: People\ntopic: needs\n*/\n{sql}\n"
        );
        std::fs::write(project.path(&format!("sql/marts/{name}.sql")), text).unwrap();
    };
    let keys = "select 'p' || cast(person_key as varchar) as label, count(*) as n from core.person group by 1";
    model("low", keys);
    model(
        "high",
        "select label, sum(n) as n from marts.low group by label",
    );
    project.ok(&["run", "marts.low", "marts.high"]);
    let asked = ["sql", "-c", "select label, n from marts.high"];
    project.fails(1, &asked);
    model(
        "low",
        "select 'all' as label, count(*) as n from core.person",
    );
    project.ok(&["run", "marts.low"]);
    let error = project.fails(1, &asked);
    assert!(error.contains("`populace run` builds it again"), "{error}");
    project.ok(&["run", "marts.high"]);
    project.ok(&asked);
}

#[test]
fn what_tells_of_nobody_is_printed_as_it_is() {
    let project = project();
    let before = project.number("select count(*) from populace.audit");
    for sql in [
        "select 1 as one",
        "select count(*) from reference.lsoa",
        "select lsoa21_code, place_name from reference.lsoa limit 3",
        "select step, outcome from populace.night",
        "select * from populace.extract",
        "select source, reason, count(*) as lines from populace.reject group by 1, 2",
        "select * from populace.audit",
        "explain select count(*) from reference.lsoa",
        "show tables",
        "show functions",
        "describe core.person",
        "select table_name from information_schema.tables",
    ] {
        project.ok(&["sql", "-c", sql]);
    }
    // Nobody asked for records but the count itself, and its end.
    assert_eq!(
        project.number("select count(*) from populace.audit"),
        before
    );
    project.ok(&["plan", "--sql", "plans"]);
}

#[test]
fn a_model_whose_file_was_changed_proves_nothing() {
    let project = project();
    let sql = "select age_band, count(*) as people from core.person group by age_band";
    project.ok(&["sql", "-c", sql]);
    let file = project.path("sql/core/person.sql");
    let text = std::fs::read_to_string(&file).unwrap();
    std::fs::write(&file, format!("{text}\n-- a remark\n")).unwrap();
    project.ok(&["sql", "-c", sql]);
    std::fs::write(&file, text.replacen("select", "select distinct", 1)).unwrap();
    let said = project.fails(1, &["sql", "-c", sql]);
    assert!(
        said.contains("core.person was built from other SQL"),
        "{said}"
    );
    assert!(said.contains("`populace run`"), "{said}");
}

#[test]
fn a_reason_is_needed_each_time_and_names_nobody() {
    let project = project();
    let sql = "select sex from core.person";
    for reason in ["", "..", "patient 943 476 5919"] {
        let said = project.fails(2, &["sql", "--record-level", reason, "-c", sql]);
        assert!(said.contains("the reason of --record-level"), "{said}");
        assert!(!said.contains("943"), "{said}");
    }
    let pipeline = std::fs::read_to_string(project.path("pipelines/nightly.toml")).unwrap();
    let reason = "[disclosure]\nrecord_level = \"always\"\n";
    project.write_pipeline(&pipeline.replace("[disclosure]\n", reason));
    let said = project.fails(2, &["sql", "-c", sql]);
    assert!(said.contains("record_level"), "{said}");
}
