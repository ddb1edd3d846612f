//! What an author could write to let a person or a true count out: a model, a condition, dimensions. All
//! of it is refused before there is data.

use super::attempt::{Attempt, chosen, modelled};

const SEX: (&str, &str) = ("d", "from = \"reference.sex.sex_name\", by = \"sex\"");
const OWN: (&str, &str) = ("d", "values = [\"1\", \"2\"]");

/// The values of a dimension, as they are written.
const fn d(values: &'static str) -> (&'static str, &'static str) {
    ("d", values)
}

const fn rows(name: &'static str, model: &'static str, says: &'static str) -> Attempt {
    modelled(name, SEX, model, says).rows()
}

/// All of them.
pub const ATTEMPTS: &[Attempt] = &[
    // Which rows are counted.
    chosen(
        "one_key",
        SEX,
        "person_key = 3074457345618258603",
        "depends on a pseudonym",
    ),
    chosen(
        "some_keys",
        SEX,
        "person_key in (1, 2, 3)",
        "depends on a pseudonym",
    ),
    chosen(
        "half_the_keys",
        SEX,
        "person_key % 2 = 0",
        "depends on a pseudonym",
    ),
    chosen(
        "digits_of_a_key",
        SEX,
        "cast(person_key as varchar) like '12%'",
        "depends on a pseudonym",
    ),
    chosen(
        "a_case_of_keys",
        SEX,
        "case when person_key > 0 then is_active else false end",
        "depends on a pseudonym",
    ),
    chosen(
        "practice_after",
        SEX,
        "practice_code > 'Y0'",
        "which rows there are depends on",
    ),
    modelled(
            "few_in_a_place",
            SEX,
            "select p.person_key, p.sex, c.people from core.person as p inner join (select place_name, count(*) as people from core.person group by place_name) as c on p.place_name = c.place_name",
            "depends on a count",
        ).where_("people < 4"),
    modelled(
            "few_in_words",
            SEX,
            "select p.person_key, p.sex, case when c.people < 4 then 'few' else 'many' end as size from core.person as p inner join (select place_name, count(*) as people from core.person group by place_name) as c on p.place_name = c.place_name",
            "depends on a count",
        ).where_("size = 'few'"),
    modelled(
            "first_of_an_area",
            SEX,
            "select person_key, sex, row_number() over (partition by lsoa21_code order by age) as n from core.person",
            "depends on a count",
        ).where_("n = 1"),
    modelled(
        "smallest_key",
        SEX,
        "select person_key, sex from core.person where person_key = (select min(person_key) from core.person)",
        "depends on a pseudonym",
    ),
    modelled(
        "oldest",
        SEX,
        "select person_key, sex from core.person order by age desc limit 1",
        "depends on a count",
    ),
    modelled(
        "smallest_keys_of_areas",
        SEX,
        "select p.person_key, p.sex from core.person as p inner join (select lsoa21_code, min(person_key) as k from core.person group by lsoa21_code) as m on p.person_key = m.k",
        "depends on",
    ),
    modelled(
        "in_a_list_of_keys",
        SEX,
        "select person_key, sex from core.person where person_key in (select person_key from (values (1), (2)) as v(person_key))",
        "depends on a pseudonym",
    ),
    modelled(
        "one_of_each_area",
        SEX,
        "select distinct on (lsoa21_code) person_key, sex from core.person order by lsoa21_code, person_key",
        "depends on a",
    ),
    // What the labels are.
    modelled("a_key", d("values = [\"1\"], column = \"person_key\""), "", "comes from a pseudonym"),
    modelled("a_looked_up_key", d("from = \"reference.age_band.age_label\", by = \"age_band_order\", column = \"person_key\""), "", "pseudonym"),
    modelled("a_month_of_birth", d("from = \"reference.month.month_start\", column = \"birth_month\""), "", "date of birth"),
    modelled("a_digit_of_a_key", OWN, "select person_key, cast(person_key % 10 as varchar) as d from core.person", "comes from a pseudonym"),
    modelled("a_count", OWN, "select p.person_key, c.people as d from core.person as p inner join (select place_name, count(*) as people from core.person group by place_name) as c on p.place_name = c.place_name", "comes from an aggregate"),
    modelled("a_count_in_words", OWN, "select p.person_key, case when c.people = 3 then '1' else '2' end as d from core.person as p inner join (select place_name, count(*) as people from core.person group by place_name) as c on p.place_name = c.place_name", "comes from an aggregate"),
    modelled("a_mean_age", OWN, "select p.person_key, c.age as d from core.person as p inner join (select place_name, cast(avg(age) as int) as age from core.person group by place_name) as c on p.place_name = c.place_name", "comes from an aggregate"),
    modelled("a_number_of_a_row", OWN, "select person_key, row_number() over (order by age) as d from core.person", "comes from"),
    modelled("a_rank_in_a_place", OWN, "select person_key, rank() over (partition by place_name order by age) as d from core.person", "comes from"),
    modelled("areas_by_a_list", OWN, "select person_key, case when lsoa21_code = 'E01990001' then '1' else '2' end as d from core.person", "classifies small areas"),
    modelled("another_list", d("from = \"core.person.sex\", column = \"sex\""), "", "holds values of people"),
    // Whose rows they are.
    modelled(
        "shifted_keys",
        SEX,
        "select person_key + 1 as person_key, sex from core.person",
        "not the pseudonym that was pulled",
    ),
    modelled(
        "keys_of_records",
        SEX,
        "select record_key as person_key, sex from record.patient",
        "not the pseudonym that was pulled",
    ),
    modelled(
        "five_people_each",
        SEX,
        "select p.person_key * 5 + v.n as person_key, p.sex from core.person as p cross join (values (1), (2), (3), (4), (5)) as v(n)",
        "not the pseudonym that was pulled",
    ),
    modelled(
        "no_keys",
        SEX,
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
