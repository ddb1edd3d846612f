//! What an author of a table that declares what it counts could write to let a person or a true count
//! out: a model, a condition, dimensions. All of it is refused before there is data.

use super::strict;
use crate::project::{Project, synth, text};
use std::fs;

/// An attempt.
struct Attempt {
    name: &'static str,
    /// The query of the model `red.it`, which is counted; `core.person` where it is empty.
    model: &'static str,
    /// The condition of the table.
    condition: &'static str,
    /// What the dimension `d` says.
    dimension: &'static str,
    /// What is counted: `people` or `rows`.
    kind: &'static str,
    /// What the refusal says.
    says: &'static str,
}

const SEX: &str = "from = \"reference.sex.sex_name\", by = \"sex\"";
const OWN: &str = "values = [\"1\", \"2\"]";

const fn chosen(name: &'static str, condition: &'static str, says: &'static str) -> Attempt {
    Attempt {
        name,
        model: "",
        condition,
        dimension: SEX,
        kind: "people",
        says,
    }
}

const fn modelled(name: &'static str, model: &'static str, says: &'static str) -> Attempt {
    Attempt {
        name,
        model,
        condition: "",
        dimension: SEX,
        kind: "people",
        says,
    }
}

const fn labelled(
    name: &'static str,
    model: &'static str,
    dimension: &'static str,
    says: &'static str,
) -> Attempt {
    Attempt {
        dimension,
        ..modelled(name, model, says)
    }
}

const fn rows(name: &'static str, model: &'static str, says: &'static str) -> Attempt {
    Attempt {
        kind: "rows",
        ..modelled(name, model, says)
    }
}

const fn where_(attempt: Attempt, condition: &'static str) -> Attempt {
    Attempt {
        condition,
        ..attempt
    }
}

const ATTEMPTS: &[Attempt] = &[
    // Which rows are counted.
    chosen(
        "one_key",
        "person_key = 3074457345618258603",
        "depends on a pseudonym",
    ),
    chosen(
        "some_keys",
        "person_key in (1, 2, 3)",
        "depends on a pseudonym",
    ),
    chosen(
        "half_the_keys",
        "person_key % 2 = 0",
        "depends on a pseudonym",
    ),
    chosen(
        "digits_of_a_key",
        "cast(person_key as varchar) like '12%'",
        "depends on a pseudonym",
    ),
    chosen(
        "a_case_of_keys",
        "case when person_key > 0 then is_active else false end",
        "depends on a pseudonym",
    ),
    chosen(
        "area_like",
        "lsoa21_code like '%0001'",
        "which rows there are depends on",
    ),
    chosen(
        "area_between",
        "lsoa21_code between 'E01990001' and 'E01990002'",
        "which rows there are depends on",
    ),
    chosen(
        "area_starts",
        "starts_with(lsoa21_code, 'E01990001')",
        "which rows there are depends on",
    ),
    chosen(
        "practice_after",
        "practice_code > 'Y0'",
        "which rows there are depends on",
    ),
    where_(
        modelled(
            "few_in_a_place",
            "select p.person_key, p.sex, c.people from core.person as p inner join (select place_name, count(*) as people from core.person group by place_name) as c on p.place_name = c.place_name",
            "depends on a count",
        ),
        "people < 4",
    ),
    where_(
        modelled(
            "few_in_words",
            "select p.person_key, p.sex, case when c.people < 4 then 'few' else 'many' end as size from core.person as p inner join (select place_name, count(*) as people from core.person group by place_name) as c on p.place_name = c.place_name",
            "depends on a count",
        ),
        "size = 'few'",
    ),
    where_(
        modelled(
            "first_of_an_area",
            "select person_key, sex, row_number() over (partition by lsoa21_code order by age) as n from core.person",
            "depends on a count",
        ),
        "n = 1",
    ),
    modelled(
        "smallest_key",
        "select person_key, sex from core.person where person_key = (select min(person_key) from core.person)",
        "depends on a pseudonym",
    ),
    modelled(
        "oldest",
        "select person_key, sex from core.person order by age desc limit 1",
        "depends on a count",
    ),
    modelled(
        "smallest_keys_of_areas",
        "select p.person_key, p.sex from core.person as p inner join (select lsoa21_code, min(person_key) as k from core.person group by lsoa21_code) as m on p.person_key = m.k",
        "depends on",
    ),
    modelled(
        "in_a_list_of_keys",
        "select person_key, sex from core.person where person_key in (select person_key from (values (1), (2)) as v(person_key))",
        "depends on a pseudonym",
    ),
    modelled(
        "one_of_each_area",
        "select distinct on (lsoa21_code) person_key, sex from core.person order by lsoa21_code, person_key",
        "depends on a",
    ),
    // What the labels are.
    labelled(
        "a_key",
        "",
        "values = [\"1\"], column = \"person_key\"",
        "comes from a pseudonym",
    ),
    labelled(
        "a_looked_up_key",
        "",
        "from = \"reference.age_band.age_label\", by = \"age_band_order\", column = \"person_key\"",
        "pseudonym",
    ),
    labelled(
        "a_month_of_birth",
        "",
        "from = \"reference.month.month_start\", column = \"birth_month\"",
        "date of birth",
    ),
    labelled(
        "a_digit_of_a_key",
        "select person_key, cast(person_key % 10 as varchar) as d from core.person",
        OWN,
        "comes from a pseudonym",
    ),
    labelled(
        "a_count",
        "select p.person_key, c.people as d from core.person as p inner join (select place_name, count(*) as people from core.person group by place_name) as c on p.place_name = c.place_name",
        OWN,
        "comes from an aggregate",
    ),
    labelled(
        "a_count_in_words",
        "select p.person_key, case when c.people = 3 then '1' else '2' end as d from core.person as p inner join (select place_name, count(*) as people from core.person group by place_name) as c on p.place_name = c.place_name",
        OWN,
        "comes from an aggregate",
    ),
    labelled(
        "a_mean_age",
        "select p.person_key, c.age as d from core.person as p inner join (select place_name, cast(avg(age) as int) as age from core.person group by place_name) as c on p.place_name = c.place_name",
        OWN,
        "comes from an aggregate",
    ),
    labelled(
        "a_number_of_a_row",
        "select person_key, row_number() over (order by age) as d from core.person",
        OWN,
        "comes from",
    ),
    labelled(
        "a_rank_in_a_place",
        "select person_key, rank() over (partition by place_name order by age) as d from core.person",
        OWN,
        "comes from",
    ),
    labelled(
        "areas_by_a_list",
        "select person_key, case when lsoa21_code = 'E01990001' then '1' else '2' end as d from core.person",
        OWN,
        "classifies small areas",
    ),
    labelled(
        "another_list",
        "",
        "from = \"core.person.sex\", column = \"sex\"",
        "holds values of people",
    ),
    // Whose rows they are.
    modelled(
        "shifted_keys",
        "select person_key + 1 as person_key, sex from core.person",
        "not the pseudonym that was pulled",
    ),
    modelled(
        "keys_of_records",
        "select record_key as person_key, sex from record.patient",
        "not the pseudonym that was pulled",
    ),
    modelled(
        "five_people_each",
        "select p.person_key * 5 + v.n as person_key, p.sex from core.person as p cross join (values (1), (2), (3), (4), (5)) as v(n)",
        "not the pseudonym that was pulled",
    ),
    modelled(
        "no_keys",
        "select sex, count(*) as people from core.person group by sex",
        "has no person_key",
    ),
    // How often they are counted.
    rows(
        "five_rows_each",
        "select p.person_key, p.sex from core.person as p cross join (values (1), (2), (3), (4), (5)) as v(n)",
        "honest count",
    ),
    rows(
        "unnested_rows",
        "select person_key, sex, unnest([1, 2, 3, 4, 5]) as n from core.person",
        "honest count",
    ),
    rows(
        "a_row_twice",
        "select person_key, sex from core.person union all select person_key, sex from core.person",
        "honest count",
    ),
    rows(
        "rows_of_a_band",
        "select p.person_key, p.sex from core.person as p inner join reference.age_band as b on p.age >= b.lower_age",
        "honest count",
    ),
    rows(
        "rows_by_the_count",
        "select p.person_key, p.sex from core.person as p inner join (select place_name, count(*) as people from core.person group by place_name) as c on p.place_name = c.place_name and p.age < c.people",
        "depends on a count",
    ),
];

fn write(project: &Project, attempt: &Attempt) {
    let name = attempt.name;
    let of = match attempt.model {
        "" => "core.person".to_string(),
        _ => format!("red.{name}"),
    };
    if !attempt.model.is_empty() {
        let model = format!("/*\ndescription: x\n*/\n{}\n", attempt.model);
        fs::create_dir_all(project.path("sql/red")).unwrap();
        fs::write(project.path(&format!("sql/red/{name}.sql")), model).unwrap();
    }
    let condition = match attempt.condition {
        "" => String::new(),
        text => format!("where = '''{text}'''\n"),
    };
    let report = format!(
        "name = \"{name}\"\ntitle = \"T\"\ndescription = \"x\"\naudience = \"x\"\n[[tables]]\nid = \"t\"\ntitle = \"T\"\ndescription = \"x\"\nof = \"{of}\"\n{condition}rows = [\"d\"]\n[tables.dimensions]\nd = {{ {} }}\n[[tables.measures]]\nlabel = \"People\"\nkind = \"{}\"\n",
        attempt.dimension, attempt.kind,
    );
    fs::write(
        project.path(&format!("pipelines/reports/{name}.toml")),
        report,
    )
    .unwrap();
}

#[test]
fn every_attempt_is_refused_without_data() {
    let record = synth(30, 1, false);
    let project = strict(record.path());
    for attempt in ATTEMPTS {
        write(&project, attempt);
    }
    super::describe_columns(&project);
    let output = project.run(&["check"]);
    let said = text(&output.stderr);
    assert!(!output.status.success());
    let mut missed = Vec::new();
    for attempt in ATTEMPTS {
        let file = format!("/{}.toml: table t", attempt.name);
        let found = said.split("error: ").find(|error| error.contains(&file));
        match found {
            Some(error) if error.contains(attempt.says) => {}
            Some(error) => missed.push(format!("{}: {error}", attempt.name)),
            None => missed.push(format!("{}: passed", attempt.name)),
        }
    }
    assert!(ATTEMPTS.len() >= 36, "{}", ATTEMPTS.len());
    assert!(missed.is_empty(), "{}", missed.join("\n"));
}
