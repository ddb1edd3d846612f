//! Reports and models that try to let a person or a true count out.

/// An attempt: a model `red.<name>` (none when empty), and a table of a report.
pub struct Trick {
    /// What the trick is.
    pub name: &'static str,
    /// The query of the model.
    pub model: &'static str,
    /// The query of the table.
    pub sql: &'static str,
    /// The dimension, a column of `rows`, and where its values come from.
    pub dimension: (&'static str, &'static str),
    /// The column that is called a count.
    pub count: &'static str,
    /// What the refusal says, the column among it.
    pub says: &'static str,
    /// The query of a model `red.<name>_first` that the other reads as `red.first`; none when empty.
    pub first: &'static str,
}

impl Trick {
    /// The same with a model before its own.
    pub const fn after(mut self, first: &'static str) -> Self {
        self.first = first;
        self
    }

    /// The same with another column that is called a count.
    pub const fn counting(mut self, count: &'static str) -> Self {
        self.count = count;
        self
    }
}

pub const SEX: (&str, &str) = (
    "sex",
    "values = [\"Female\", \"Male\", \"Other or not known\"]",
);
pub const PLACE: (&str, &str) = ("place_name", "from = \"reference.lsoa.place_name\"");
const ANY: &str = "values = [\"1\", \"2\"]";

pub const fn trick(
    name: &'static str,
    model: &'static str,
    sql: &'static str,
    dimension: (&'static str, &'static str),
    says: &'static str,
) -> Trick {
    Trick {
        name,
        model,
        sql,
        dimension,
        count: "people",
        says,
        first: "",
    }
}

/// All of them. `red.it` is the model of the trick itself.
pub const TRICKS: &[Trick] = &[
    // True counts as labels.
    trick(
        "count_as_a_number",
        "",
        "select people as n, people from marts.population_profile",
        ("n", ANY),
        "`n` of `rows` comes from an aggregate",
    ),
    trick(
        "count_in_a_text",
        "",
        "select place_name || ' (' || cast(sum(people) as varchar) || ' true)' as place_name, sum(people) as people from marts.population_profile group by place_name",
        PLACE,
        "`place_name` of `rows` comes from an aggregate",
    ),
    trick(
        "count_in_words",
        "",
        "select case when people = 3 then 'three' else 'more' end as word, people from marts.population_profile",
        ("word", ANY),
        "`word` of `rows` comes from an aggregate",
    ),
    trick(
        "digits_of_a_count",
        "",
        "select chr(48 + people % 10) as digit, people from marts.population_profile",
        ("digit", ANY),
        "`digit` of `rows` comes from an aggregate",
    ),
    trick(
        "count_through_a_window",
        "",
        "select sum(people) over () as n, people from marts.population_profile",
        ("n", ANY),
        "`n` of `rows` comes from an aggregate",
    ),
    trick(
        "count_in_a_struct",
        "",
        "select named_struct('n', people)['n'] as n, people from marts.population_profile",
        ("n", ANY),
        "`n` of `rows` comes from an aggregate",
    ),
    // With a ratio of 1 a projection gives back what it was given.
    trick(
        "count_as_a_projection",
        "select place_name, project_demand('a', people, 1, 'demographic', 'p', 1, 1, 1)[1]['baseline'] as people from (select place_name, sum(people) as people from marts.population_profile group by place_name) as places group by place_name",
        "select place_name, people from red.it",
        PLACE,
        "is computed from a count",
    ),
    trick(
        "projection_as_a_label",
        "select place_name, unnest(project_demand('a', people, 1, 'demographic', 'p', 1, 1, 1)) as projection from (select place_name, sum(people) as people from marts.population_profile group by place_name) as places group by place_name",
        "select projection['principal'] as n, count(*) as people from red.it group by projection['principal']",
        ("n", ANY),
        "`n` of `rows` comes from an aggregate",
    ),
    trick(
        "count_in_a_list",
        "select place_name, array_agg(people) as all_people, sum(people) as people from marts.population_profile group by place_name",
        "select unnest(all_people) as n, people from red.it",
        ("n", ANY),
        "`n` of `rows` comes from an aggregate",
    ),
    trick(
        "count_in_a_scalar_subquery",
        "",
        "select (select cast(sum(people) as varchar) from marts.population_profile) as n, sum(people) as people from marts.population_profile",
        ("n", ANY),
        "`n` of `rows` comes from an aggregate",
    ),
    trick(
        "count_as_a_date",
        "",
        "select cast(to_timestamp(people) as varchar) as d, people from marts.population_profile",
        ("d", ANY),
        "`d` of `rows` comes from an aggregate",
    ),
    trick(
        "grouped_by_a_count",
        "select people as size, count(*) as groups, sum(people) as people from marts.population_profile group by people",
        "select 'x' as sex, people from red.it",
        SEX,
        "depends on a count",
    ),
    trick(
        "rank_of_a_count",
        "",
        "select rank() over (order by people) as place, people from marts.population_profile",
        ("place", ANY),
        "`place` of `rows` comes from",
    ),
    trick(
        "row_number_as_a_label",
        "",
        "select row_number() over (order by place_name) as n, people from marts.population_profile",
        ("n", ANY),
        "`n` of `rows` comes from",
    ),
    trick(
        "average_as_a_label",
        "select sex, cast(avg(age) as int) as mean_age, count(*) as people from core.person group by sex",
        "select mean_age, people from red.it",
        ("mean_age", ANY),
        "`mean_age` of `rows` comes from an aggregate",
    ),
    // Which rows there are.
    trick(
        "rows_of_few",
        "",
        "select sex, sum(people) as people from marts.population_profile where people < 4 group by sex",
        SEX,
        "which rows there are depends on a count",
    ),
    trick(
        "having_three",
        "",
        "select sex, sum(people) as people from marts.population_profile group by sex having sum(people) = 3",
        SEX,
        "which rows there are depends on a count",
    ),
    trick(
        "a_case_on_a_count",
        "",
        "select sex, sum(case when people > 7 then people else 0 end) as people from marts.population_profile group by sex",
        SEX,
        "`people` of the measures",
    ),
    trick(
        "counted_when_few",
        "",
        "select sex, count(*) filter (where people < 3) as people from marts.population_profile group by sex",
        SEX,
        "`people` of the measures",
    ),
    trick(
        "ordered_by_a_count",
        "",
        "select sex, sum(people) as people from marts.population_profile group by sex order by people",
        SEX,
        "the order of the rows depends on a count",
    ),
    trick(
        "model_ordered_by_a_count",
        "select sex, sum(people) as people from marts.population_profile group by sex order by 2",
        "select sex, people from red.it",
        SEX,
        "the order of the rows depends on a count",
    ),
    trick(
        "the_smallest_with_a_limit",
        "",
        "select sex, people from (select sex, sum(people) as people from marts.population_profile group by sex order by people limit 1) as x",
        SEX,
        "depends on a count",
    ),
    trick(
        "any_limit",
        "select sex, count(*) as people from (select sex from core.person limit 3) as x group by sex",
        "select sex, people from red.it",
        SEX,
        "depends on a count",
    ),
    trick(
        "exists_with_having",
        "",
        "select sex, sum(people) as people from marts.population_profile as a where exists (select 1 from marts.population_profile as b where a.sex = b.sex group by b.sex having sum(b.people) = 5) group by sex",
        SEX,
        "depends on a count",
    ),
    trick(
        "in_a_list_of_counts",
        "",
        "select sex, sum(people) as people from marts.population_profile where people in (select n from (values (1), (2), (3)) as g(n)) group by sex",
        SEX,
        "depends on a count",
    ),
    trick(
        "joined_on_a_count",
        "",
        "select p.sex, sum(p.people) as people from marts.population_profile as p inner join reference.setting as s on p.people = s.setting_order group by p.sex",
        SEX,
        "depends on a count",
    ),
    trick(
        "compared_with_a_scalar",
        "",
        "select sex, sum(people) as people from marts.population_profile where people = (select min(people) from marts.population_profile) group by sex",
        SEX,
        "depends on a count",
    ),
    trick(
        "distinct_counts",
        "",
        "select distinct sex, people from marts.population_profile",
        SEX,
        "people",
    ),
    trick(
        "intersected_counts",
        "",
        "select sex, people from marts.population_profile intersect select sex, people from marts.population_profile",
        SEX,
        "people",
    ),
    trick(
        "distinct_on_a_count",
        "",
        "select distinct on (people) sex, people from marts.population_profile",
        SEX,
        "people",
    ),
    trick(
        "null_when_three",
        "",
        "select sex, sum(people) as people from marts.population_profile where nullif(people, 3) is null group by sex",
        SEX,
        "depends on a count",
    ),
    trick(
        "offset_tells_a_number",
        "select sex, count(*) as people from core.person where exists (select 1 from core.person as p offset 4) group by sex",
        "select sex, people from red.it",
        SEX,
        "depends on a count",
    ),
    // Counts that are none.
    trick(
        "five_times",
        "",
        "select sex, 5 * sum(people) as people from marts.population_profile group by sex",
        SEX,
        "`people` of the measures",
    ),
    trick(
        "five_times_in_a_model",
        "select sex, count(*) * 5 + 10 as people from core.person group by sex",
        "select sex, people from red.it",
        SEX,
        "`people` of the measures",
    ),
    trick(
        "people_and_people",
        "",
        "select sex, sum(people + people) as people from marts.population_profile group by sex",
        SEX,
        "`people` of the measures",
    ),
    trick(
        "shifted_bits",
        "",
        "select sex, sum(people) << 3 as people from marts.population_profile group by sex",
        SEX,
        "`people` of the measures",
    ),
    trick(
        "exclusive_or",
        "",
        "select sex, cast(sum(people) as bigint) ^ 8 as people from marts.population_profile group by sex",
        SEX,
        "`people` of the measures",
    ),
    trick(
        "absolute",
        "",
        "select sex, abs(sum(people) - 100000) as people from marts.population_profile group by sex",
        SEX,
        "`people` of the measures",
    ),
    trick(
        "sum_of_keys",
        "select sex, sum(person_key) as people from core.person group by sex",
        "select sex, people from red.it",
        SEX,
        "`people` of the measures",
    ),
    trick(
        "median_of_keys",
        "select sex, cast(median(person_key) as bigint) as people from core.person group by sex",
        "select sex, people from red.it",
        SEX,
        "`people` of the measures",
    ),
    trick(
        "sum_of_ages",
        "select sex, sum(age) as people from core.person group by sex",
        "select sex, people from red.it",
        SEX,
        "`people` of the measures",
    ),
    trick(
        "oldest",
        "select sex, max(age) as people from core.person group by sex",
        "select sex, people from red.it",
        SEX,
        "`people` of the measures",
    ),
    trick(
        "smallest_count",
        "",
        "select sex, min(people) as people from marts.population_profile group by sex",
        SEX,
        "`people` of the measures",
    ),
    trick(
        "counted_as_text_and_back",
        "",
        "select sex, cast(cast(sum(people) as varchar) || '0' as bigint) as people from marts.population_profile group by sex",
        SEX,
        "`people` of the measures",
    ),
    trick(
        "a_union_with_a_constant",
        "",
        "select sex, sum(people) as people from (select sex, people from marts.population_profile union all select sex, 10 as people from marts.population_profile) as x group by sex",
        SEX,
        "`people` of the measures",
    ),
    trick(
        "constant_beside_people",
        "select distinct sex, ethnic_group from core.person",
        "select sex, 10 as people from red.it",
        SEX,
        "`people` of the measures",
    ),
    // People counted more than once.
    trick(
        "five_rows_each",
        "select sex, count(*) as people from core.person cross join (values (1), (2), (3), (4), (5)) as v(n) group by sex",
        "select sex, people from red.it",
        SEX,
        "`people` of the measures",
    ),
    trick(
        "counts_in_five_rows",
        "",
        "select sex, sum(people) as people from marts.population_profile cross join (values (1), (2), (3), (4), (5)) as v(n) group by sex",
        SEX,
        "`people` of the measures",
    ),
    trick(
        "members_of_a_list",
        "select sex, count(*) as people from (select sex, unnest([1, 2, 3, 4, 5]) as n from core.person) as x group by sex",
        "select sex, people from red.it",
        SEX,
        "`people` of the measures",
    ),
    trick(
        "a_generated_series",
        "select sex, count(*) as people from (select sex, unnest(generate_series(1, 5)) as n from core.person) as x group by sex",
        "select sex, people from red.it",
        SEX,
        "`people` of the measures",
    ),
    trick(
        "joined_by_sex",
        "select a.sex, count(*) as people from core.person as a inner join core.person as b on a.sex = b.sex group by a.sex",
        "select sex, people from red.it",
        SEX,
        "`people` of the measures",
    ),
    trick(
        "the_same_twice",
        "",
        "select sex, sum(people) as people from (select sex, people from marts.population_profile union all select sex, people from marts.population_profile) as x group by sex",
        SEX,
        "`people` of the measures",
    ),
    trick(
        "people_twice",
        "select sex, count(*) as people from (select sex from core.person union all select sex from core.person) as x group by sex",
        "select sex, people from red.it",
        SEX,
        "`people` of the measures",
    ),
    trick(
        "months_of_people",
        "select place_name, count(*) as people from core.person_month group by place_name",
        "select place_name, people from red.it",
        PLACE,
        "`people` of the measures",
    ),
    trick(
        "people_of_all_months",
        "",
        "select place_name, sum(people) as people from marts.activity_month group by place_name",
        PLACE,
        "`people` of the measures",
    ),
    trick(
        "distinct_people_added_up",
        "select place_name, date_trunc('month', started) as m, count(distinct c.person_key) as people from core.contact as c inner join core.person as p on c.person_key = p.person_key group by 1, 2",
        "select place_name, sum(people) as people from red.it group by place_name",
        PLACE,
        "`people` of the measures",
    ),
    trick(
        "keys_made_up",
        "select sex, count(distinct k) as people from (select sex, person_key + n as k from core.person cross join (values (1), (2), (3)) as v(n)) as x group by sex",
        "select sex, people from red.it",
        SEX,
        "`people` of the measures",
    ),
    trick(
        "grouping_sets_added_up",
        "select sex, count(*) as people from core.person group by rollup (sex, ethnic_group)",
        "select sex, sum(people) as people from red.it group by sex",
        SEX,
        "`people` of the measures",
    ),
    trick(
        "a_lateral_count",
        "select p.sex, sum(l.n) as people from core.person as p cross join lateral (select count(*) as n from core.person as q where q.sex = p.sex) as l group by p.sex",
        "select sex, people from red.it",
        SEX,
        "people",
    ),
    trick(
        "a_recursive_query",
        "select sex, sum(people) as people from (with recursive r as (select sex, people, 1 as n from marts.population_profile union all select sex, people, n + 1 as n from r where n < 5) select sex, people from r) as x group by sex",
        "select sex, people from red.it",
        SEX,
        "people",
    ),
    // People themselves.
    trick(
        "keys_as_labels",
        "select person_key, sex, count(*) as people from core.person group by person_key, sex",
        "select person_key, people from red.it",
        ("person_key", ANY),
        "red.it.person_key",
    ),
    trick(
        "a_key_by_another_name",
        "select k, count(*) as people from (select unnest(array_agg(person_key)) as k, sex from core.person group by sex) as x group by k",
        "select k, people from red.it",
        ("k", ANY),
        "`k` of `rows` comes from a pseudonym",
    ),
    trick(
        "a_key_as_a_time",
        "select sex, max(to_timestamp(person_key)) as t, count(*) as people from core.person group by sex",
        "select cast(t as varchar) as t, people from red.it",
        ("t", ANY),
        "`t` of `rows` comes from a pseudonym",
    ),
    trick(
        "all_keys_in_one_label",
        "select sex, string_agg(cast(person_key as varchar), ',') as k, count(*) as people from core.person group by sex",
        "select k, people from red.it",
        ("k", ANY),
        "`k` of `rows` comes from a pseudonym",
    ),
    trick(
        "keys_in_a_scalar_subquery",
        "select (select string_agg(cast(person_key as varchar), ',') from core.person) as k, count(*) as people from core.person",
        "select k, people from red.it",
        ("k", ANY),
        "`k` of `rows` comes from a pseudonym",
    ),
    trick(
        "a_key_of_a_key",
        "select person_key % 1000 as k, count(*) as people from core.person group by 1",
        "select k, people from red.it",
        ("k", ANY),
        "red.it.k",
    ),
    trick(
        "one_person_by_key",
        "select sex, count(*) as people from core.person where person_key % 97 = 3 group by sex",
        "select sex, people from red.it",
        SEX,
        "depends on a pseudonym",
    ),
    trick(
        "keys_in_grouping_sets",
        "select person_key as k, count(*) as people from core.person group by grouping sets ((person_key), ())",
        "select k, people from red.it",
        ("k", ANY),
        "red.it.k",
    ),
    trick(
        "births_by_month",
        "select cast(birth_month as varchar) as born, count(*) as people from core.person group by birth_month",
        "select born, people from red.it",
        ("born", "from = \"reference.month.month_start\""),
        "`born` of `rows` comes from a date of birth or death",
    ),
    trick(
        "deaths_by_month",
        "select death_month, lsoa21_code, count(*) as people from core.person group by death_month, lsoa21_code",
        "select death_month, people from red.it",
        ("death_month", "from = \"reference.month.month_start\""),
        "`death_month` of `rows`",
    ),
    trick(
        "small_areas_by_other_names",
        "select case lsoa21_code when 'E01990001' then 'one' else 'two' end as part, count(*) as people from core.person group by 1",
        "select part, people from red.it",
        ("part", "values = [\"one\", \"two\"]"),
        "`part` of `rows` classifies small areas",
    ),
    trick(
        "distinct_people_without_a_count",
        "select distinct birth_month, sex, lsoa21_code from core.person",
        "select sex, count(*) as people from red.it group by sex",
        SEX,
        "`people` of the measures",
    ),
    // Tables that are not for reports.
    trick(
        "reads_people",
        "",
        "select sex, count(*) as people from core.person group by sex",
        SEX,
        "record-level column core.person.",
    ),
    trick(
        "reads_a_pulled_table",
        "",
        "select sex, count(*) as people from record.patient group by sex",
        SEX,
        "record-level column record.patient.",
    ),
    trick(
        "reads_people_in_a_subquery",
        "",
        "select sex, sum(people) as people from marts.population_profile where exists (select 1 from core.contact) group by sex",
        SEX,
        "record-level column core.contact.",
    ),
    trick(
        "lists_values_of_people",
        "",
        "select sex, sum(people) as people from marts.population_profile group by sex",
        ("sex", "from = \"core.person.sex\""),
        "core.person.sex holds values of people",
    ),
    trick(
        "lists_values_that_were_counted",
        "",
        "select sex, sum(people) as people from marts.population_profile group by sex",
        ("sex", "from = \"marts.population_profile.sex\""),
        "marts.population_profile.sex holds values of people",
    ),
];
