//! Questions that make something of counts: labels, choices of rows, numbers that are no counts.

use super::{SqlQuestion, question};

/// All of them.
pub(super) const COUNTS: &[SqlQuestion] = &[
    question("count_in_a_text", "select place_name || ' (' || cast(sum(people) as varchar) || ' true)' as place_name, sum(people) as people from marts.population_profile group by place_name", "`place_name` of `rows` comes from an aggregate"),
    question("count_in_words", "select case when people = 3 then 'three' else 'more' end as word, people from marts.population_profile", "`word` of `rows` comes from an aggregate"),
    question("digits_of_a_count", "select chr(48 + people % 10) as digit, people from marts.population_profile", "`digit` of `rows` comes from an aggregate"),
    question("count_through_a_window", "select sum(people) over () as n, people from marts.population_profile", "`n` of `rows` comes from an aggregate"),
    question("count_in_a_struct", "select named_struct('n', people)['n'] as n, people from marts.population_profile", "`n` of `rows` comes from an aggregate"),
    question("count_as_a_projection", "select place_name, people from red.it", "`people` of `rows`")
    .over("select place_name, project_demand('a', people, 1, 'demographic', 'p', 1, 1, 1)[1]['baseline'] as people from (select place_name, sum(people) as people from marts.population_profile group by place_name) as places group by place_name"),
    question("projection_as_a_label", "select projection['principal'] as n, count(*) as people from red.it group by projection['principal']", "`n` of `rows` comes from an aggregate")
    .over("select place_name, unnest(project_demand('a', people, 1, 'demographic', 'p', 1, 1, 1)) as projection from (select place_name, sum(people) as people from marts.population_profile group by place_name) as places group by place_name"),
    question("count_in_a_list", "select unnest(all_people) as n, people from red.it", "`n` of `rows` comes from an aggregate")
    .over("select place_name, array_agg(people) as all_people, sum(people) as people from marts.population_profile group by place_name"),
    question("count_in_a_scalar_subquery", "select (select cast(sum(people) as varchar) from marts.population_profile) as n, sum(people) as people from marts.population_profile", "`n` of `rows` comes from an aggregate"),
    question("count_as_a_date", "select cast(to_timestamp(people) as varchar) as d, people from marts.population_profile", "`d` of `rows` comes from an aggregate"),
    question("grouped_by_a_count", "select 'x' as sex, people from red.it", "depends on a count")
    .over("select people as size, count(*) as groups, sum(people) as people from marts.population_profile group by people"),
    question("rank_of_a_count", "select rank() over (order by people) as place, people from marts.population_profile", "`place` of `rows` comes from"),
    question("row_number_as_a_label", "select row_number() over (order by place_name) as n, people from marts.population_profile", "`n` of `rows` comes from"),
    question("average_as_a_label", "select mean_age, people from red.it", "`mean_age` of `rows` comes from an aggregate")
    .over("select sex, cast(avg(age) as int) as mean_age, count(*) as people from core.person group by sex"),
    question("rows_of_few", "select sex, sum(people) as people from marts.population_profile where people < 4 group by sex", "which rows there are depends on a count"),
    question("having_three", "select sex, sum(people) as people from marts.population_profile group by sex having sum(people) = 3", "which rows there are depends on a count"),
    question("a_case_on_a_count", "select sex, sum(case when people > 7 then people else 0 end) as people from marts.population_profile group by sex", "`people` of `rows`"),
    question("counted_when_few", "select sex, count(*) filter (where people < 3) as people from marts.population_profile group by sex", "`people` of `rows`"),
    question("ordered_by_a_count", "select sex, sum(people) as people from marts.population_profile group by sex order by people", "the order of the rows depends on a count"),
    question("model_ordered_by_a_count", "select sex, people from red.it", "the order of the rows depends on a count")
    .over("select sex, sum(people) as people from marts.population_profile group by sex order by 2"),
    question("the_smallest_with_a_limit", "select sex, people from (select sex, sum(people) as people from marts.population_profile group by sex order by people limit 1) as x", "depends on a count"),
    question("any_limit", "select sex, people from red.it", "depends on a count")
    .over("select sex, count(*) as people from (select sex from core.person limit 3) as x group by sex"),
    question("exists_with_having", "select sex, sum(people) as people from marts.population_profile as a where exists (select 1 from marts.population_profile as b where a.sex = b.sex group by b.sex having sum(b.people) = 5) group by sex", "depends on a count"),
    question("in_a_list_of_counts", "select sex, sum(people) as people from marts.population_profile where people in (select n from (values (1), (2), (3)) as g(n)) group by sex", "depends on a count"),
    question("joined_on_a_count", "select p.sex, sum(p.people) as people from marts.population_profile as p inner join reference.setting as s on p.people = s.setting_order group by p.sex", "depends on a count"),
    question("compared_with_a_scalar", "select sex, sum(people) as people from marts.population_profile where people = (select min(people) from marts.population_profile) group by sex", "depends on a count"),
    question("distinct_counts", "select distinct sex, people from marts.population_profile", "people"),
    question("intersected_counts", "select sex, people from marts.population_profile intersect select sex, people from marts.population_profile", "people"),
    question("distinct_on_a_count", "select distinct on (people) sex, people from marts.population_profile", "people"),
    question("null_when_three", "select sex, sum(people) as people from marts.population_profile where nullif(people, 3) is null group by sex", "depends on a count"),
    question("offset_tells_a_number", "select sex, people from red.it", "depends on a count")
    .over("select sex, count(*) as people from core.person where exists (select 1 from core.person as p offset 4) group by sex"),
    question("five_times", "select sex, 5 * sum(people) as people from marts.population_profile group by sex", "`people` of `rows`"),
    question("five_times_in_a_model", "select sex, people from red.it", "`people` of `rows`")
    .over("select sex, count(*) * 5 + 10 as people from core.person group by sex"),
    question("people_and_people", "select sex, sum(people + people) as people from marts.population_profile group by sex", "`people` of `rows`"),
    question("shifted_bits", "select sex, sum(people) << 3 as people from marts.population_profile group by sex", "`people` of `rows`"),
    question("exclusive_or", "select sex, cast(sum(people) as bigint) ^ 8 as people from marts.population_profile group by sex", "`people` of `rows`"),
    question("absolute", "select sex, abs(sum(people) - 100000) as people from marts.population_profile group by sex", "`people` of `rows`"),
    question("sum_of_keys", "select sex, people from red.it", "`people` of `rows`")
    .over("select sex, sum(person_key) as people from core.person group by sex"),
    question("median_of_keys", "select sex, people from red.it", "`people` of `rows`")
    .over("select sex, cast(median(person_key) as bigint) as people from core.person group by sex"),
    question("sum_of_ages", "select sex, people from red.it", "`people` of `rows`")
    .over("select sex, sum(age) as people from core.person group by sex"),
    question("oldest", "select sex, people from red.it", "`people` of `rows`")
    .over("select sex, max(age) as people from core.person group by sex"),
    question("smallest_count", "select sex, min(people) as people from marts.population_profile group by sex", "`people` of `rows`"),
    question("counted_as_text_and_back", "select sex, cast(cast(sum(people) as varchar) || '0' as bigint) as people from marts.population_profile group by sex", "`people` of `rows`"),
    question("a_union_with_a_constant", "select sex, sum(people) as people from (select sex, people from marts.population_profile union all select sex, 10 as people from marts.population_profile) as x group by sex", "`people` of `rows`"),
    question("constant_beside_people", "select sex, 10 as people from red.it", "no measure counts the people")
    .over("select distinct sex, ethnic_group from core.person"),
    question("five_rows_each", "select sex, people from red.it", "`people` of `rows`")
    .over("select sex, count(*) as people from core.person cross join (values (1), (2), (3), (4), (5)) as v(n) group by sex"),
    question("counts_in_five_rows", "select sex, sum(people) as people from marts.population_profile cross join (values (1), (2), (3), (4), (5)) as v(n) group by sex", "`people` of `rows`"),
    question("members_of_a_list", "select sex, people from red.it", "`people` of `rows`")
    .over("select sex, count(*) as people from (select sex, unnest([1, 2, 3, 4, 5]) as n from core.person) as x group by sex"),
    question("a_generated_series", "select sex, people from red.it", "`people` of `rows`")
    .over("select sex, count(*) as people from (select sex, unnest(generate_series(1, 5)) as n from core.person) as x group by sex"),
    question("joined_by_sex", "select sex, people from red.it", "`people` of `rows`")
    .over("select a.sex, count(*) as people from core.person as a inner join core.person as b on a.sex = b.sex group by a.sex"),
    question("the_same_twice", "select sex, sum(people) as people from (select sex, people from marts.population_profile union all select sex, people from marts.population_profile) as x group by sex", "`people` of `rows`"),
    question("people_twice", "select sex, people from red.it", "`people` of `rows`")
    .over("select sex, count(*) as people from (select sex from core.person union all select sex from core.person) as x group by sex"),
    question("months_of_people", "select place_name, people from red.it", "`people` of `rows`")
    .over("select place_name, count(*) as people from core.person_month group by place_name"),
    question("people_of_all_months", "select place_name, sum(people) as people from marts.activity_month group by place_name", "`people` of `rows`"),
    question("distinct_people_added_up", "select place_name, sum(people) as people from red.it group by place_name", "`people` of `rows`")
    .over("select place_name, date_trunc('month', started) as m, count(distinct c.person_key) as people from core.contact as c inner join core.person as p on c.person_key = p.person_key group by 1, 2"),
    question("keys_made_up", "select sex, people from red.it", "`people` of `rows`")
    .over("select sex, count(distinct k) as people from (select sex, person_key + n as k from core.person cross join (values (1), (2), (3)) as v(n)) as x group by sex"),
    question("grouping_sets_added_up", "select sex, sum(people) as people from red.it group by sex", "`people` of `rows`")
    .over("select sex, count(*) as people from core.person group by rollup (sex, ethnic_group)"),
    question("a_lateral_count", "select sex, people from red.it", "people")
    .over("select p.sex, sum(l.n) as people from core.person as p cross join lateral (select count(*) as n from core.person as q where q.sex = p.sex) as l group by p.sex"),
    question("a_recursive_query", "select sex, people from red.it", "people")
    .over("select sex, sum(people) as people from (with recursive r as (select sex, people, 1 as n from marts.population_profile union all select sex, people, n + 1 as n from r where n < 5) select sex, people from r) as x group by sex"),
    question("keys_as_labels", "select person_key, people from red.it", "its rows are not counts")
    .over("select person_key, sex, count(*) as people from core.person group by person_key, sex"),
    question("a_key_by_another_name", "select k, people from red.it", "`k` of `rows` comes from a pseudonym")
    .over("select k, count(*) as people from (select unnest(array_agg(person_key)) as k, sex from core.person group by sex) as x group by k"),
    question("a_key_as_a_time", "select cast(t as varchar) as t, people from red.it", "`t` of `rows` comes from a pseudonym")
    .over("select sex, max(to_timestamp(person_key)) as t, count(*) as people from core.person group by sex"),
    question("all_keys_in_one_label", "select k, people from red.it", "`k` of `rows` comes from a pseudonym")
    .over("select sex, string_agg(cast(person_key as varchar), ',') as k, count(*) as people from core.person group by sex"),
    question("keys_in_a_scalar_subquery", "select k, people from red.it", "`k` of `rows` comes from a pseudonym")
    .over("select (select string_agg(cast(person_key as varchar), ',') from core.person) as k, count(*) as people from core.person"),
    question("a_key_of_a_key", "select k, people from red.it", "its rows are not counts")
    .over("select person_key % 1000 as k, count(*) as people from core.person group by 1"),
    question("one_person_by_key", "select sex, people from red.it", "depends on a pseudonym")
    .over("select sex, count(*) as people from core.person where person_key % 97 = 3 group by sex"),
    question("keys_in_grouping_sets", "select k, people from red.it", "its rows are not counts")
    .over("select person_key as k, count(*) as people from core.person group by grouping sets ((person_key), ())"),
    question("births_by_month", "select born, people from red.it", "`born` of `rows` comes from a date of birth or death")
    .over("select cast(birth_month as varchar) as born, count(*) as people from core.person group by birth_month"),
    question("deaths_by_month", "select death_month, people from red.it", "`death_month` of `rows`")
    .over("select death_month, lsoa21_code, count(*) as people from core.person group by death_month, lsoa21_code"),
    question("distinct_people_without_a_count", "select sex, count(*) as people from red.it group by sex", "`people` of `rows`")
    .over("select distinct birth_month, sex, lsoa21_code from core.person"),
    question("people_by_chance", "select sex, count(*) as people from core.person where random() < 0.5 group by sex", "random() takes other people each time"),
    question("labels_by_chance", "select case when random() < 0.5 then sex end as sex, count(*) as people from core.person group by 1", "random() takes other people each time"),
    question("chance_in_a_subquery", "select sex, count(*) as people from core.person where age in (select age from core.person where uuid() < '8') group by sex", "uuid() takes other people each time"),
];
