//! Questions that let a true count out by what fails, by which rows there are, or as something else.

use super::{SqlQuestion, question};

/// All of them.
pub(super) const SIGNALS: &[SqlQuestion] = &[
    question("unshown_div", "select sex, sum(people) as people, 1 % (sum(people)-3) as x from marts.population_profile group by sex", "`x` of `rows`"),
    question("unshown_cast", "select sex, sum(people) as people, cast('x' || cast(sum(people) as varchar) as int) as x from marts.population_profile group by sex", "`x` of `rows`"),
    question("unshown_arrow", "select sex, sum(people) as people, arrow_cast(sum(people), 'Int8') as x from marts.population_profile group by sex", "`x` of `rows`"),
    question("unshown_window", "select sex, people, 1 % (lag(people) over (order by sex) - 3) as x from (select sex, sum(people) as people from marts.population_profile group by sex) as y", "`x` of `rows`"),
    question("coalesce_div", "select sex, coalesce(sum(people), 1 % (sum(people)-3)) as people from marts.population_profile group by sex", "`people` of `rows`"),
    question("case_fail", "select sex, case when true then sum(people) else 1 % (sum(people)-3) end as people from marts.population_profile group by sex", "`people` of `rows`"),
    question("unnest_rows", "select sex, people from (select sex, people, unnest(case when people = 3 then [1] else [] end) as u from (select sex, sum(people) as people from marts.population_profile group by sex) as y) as x", "depends on a count"),
    question("unnest_range", "select sex, people from (select sex, people, unnest(range(0, people)) as u from (select sex, sum(people) as people from marts.population_profile group by sex) as y) as x", "depends on a count"),
    question("unnest_string", "select sex, people from (select sex, people, unnest(string_to_array(cast(people as varchar), '3')) as u from (select sex, sum(people) as people from marts.population_profile group by sex) as y) as x", "depends on a count"),
    question("lag_by", "select lag(sex, people) over (order by sex) as sex, people from (select sex, sum(people) as people from marts.population_profile group by sex) as y", "`sex` of `rows`"),
    question("ntile_by", "select cast(ntile(people) over (order by sex) as varchar) as sex, people from (select sex, sum(people) as people from marts.population_profile group by sex) as y", "`sex` of `rows`"),
    question("nth_by", "select nth_value(sex, people) over (order by sex) as sex, people from (select sex, sum(people) as people from marts.population_profile group by sex) as y", "`sex` of `rows`"),
    question("first_ordered", "select first_value(sex) over (order by people) as sex, people from (select sex, sum(people) as people from marts.population_profile group by sex) as y", "`sex` of `rows`"),
    question("lead_part", "select lead(sex) over (partition by people order by sex) as sex, people from (select sex, sum(people) as people from marts.population_profile group by sex) as y", "`sex` of `rows`"),
    question("window_filter", "select sex, people from (select sex, sum(people) as people, count(*) over (partition by sex) as c from marts.population_profile group by sex) as y where c = 1", "depends on a count"),
    question("window_count_people", "select sex, people from (select sex, people, count(*) filter (where people = 3) over () as c from (select sex, sum(people) as people from marts.population_profile group by sex) as z) as y where c > 0", "depends on a count"),
    question("minmax_label", "select e as sex, people from red.it", "`sex` of `rows`")
    .over("select sex, min(ethnic_group) as e, count(*) as people from core.person group by sex"),
    question("first_label", "select first_value(place_name order by people desc) as place_name, sum(people) as people from marts.population_profile", "`place_name` of `rows`"),
    question("string_agg", "select string_agg(distinct sex, ',') as sex, sum(people) as people from marts.population_profile group by place_name", "`sex` of `rows`"),
    question("date_plus", "select cast(date '2020-01-01' + cast(people as int) as varchar) as d, people from marts.population_profile", "`d` of `rows`"),
    question("grouping_lbl", "select cast(g as varchar) as g, people from red.it", "`g` of `rows`")
    .over("select sex, grouping(sex) as g, count(*) as people from core.person group by rollup(sex)"),
    question("pctl", "select a, people from red.it", "`a` of `rows`")
    .over("select sex, cast(percentile_cont(0.5) within group (order by age) as varchar) as a, count(*) as people from core.person group by sex"),
    question("approx", "select sex, people from red.it", "`people` of `rows`")
    .over("select sex, approx_distinct(person_key) as people from core.person group by sex"),
    question("approx_med", "select sex, people from red.it", "`people` of `rows`")
    .over("select sex, cast(approx_median(age) as bigint) as people from core.person group by sex"),
    question("bitand", "select sex, people from red.it", "`people` of `rows`")
    .over("select sex, bit_and(person_key) as people from core.person group by sex"),
    question("boolor", "select sex, people from red.it", "`people` of `rows`")
    .over("select sex, sum(cast(b as int)) as people from (select sex, place_name, bool_or(age > 95) as b from core.person group by sex, place_name) as x group by sex"),
    question("arrow_typeof", "select arrow_typeof(people) as sex, people from marts.population_profile", "`sex` of `rows`"),
    question("information_schema", "select table_name as sex, sum(people) as people from marts.population_profile cross join information_schema.tables group by 1", "`people` of `rows`"),
    question("shadow", "with population_profile as (select sex, 3 as people from reference.age_band cross join (select distinct sex from marts.population_profile) as x) select sex, sum(people) as people from population_profile group by sex", "`people` of `rows`"),
    question("swapcase", "select sex, people from red.it", "`people` of `rows`")
    .over("select sex, count(*) as \"PEOPLE\", max(age) as people from core.person group by sex"),
    question("values_ent", "select a.sex, a.people from red.it as a inner join (values ('Female', 3), ('Male', 4)) as v(sex, n) on a.sex = v.sex and a.people = v.n", "depends on a count")
    .over("select sex, count(*) as people from core.person group by sex"),
    question("measure_from_values", "select a.sex, v.n as people from red.it as a inner join (values ('female', 13), ('male', 44)) as v(sex, n) on a.sex = v.sex", "no measure counts the people")
    .over("select sex, count(*) as people from core.person group by sex"),
    question("measure_from_ref", "select a.sex, s.setting_order as people from red.it as a inner join reference.setting as s on length(a.sex) = s.setting_order", "no measure counts the people")
    .over("select sex, count(*) as people from core.person group by sex"),
    question("measure_ref_on_count", "select a.sex, s.setting_order as people from red.it as a left join reference.setting as s on a.people = s.setting_order", "no measure counts the people")
    .over("select sex, count(*) as people from core.person group by sex"),
    question("measure_times", "select sex, sum(people) as people, sum(p.persons) * 757 as b from marts.population_profile cross join (select sum(persons) as persons from reference.population) as p group by sex", "`b` of `rows`"),
    question("kind_of_pivot", "select 'Female' as sex, sum(case when sex='Female' then people end) - sum(case when sex='Male' then people end) as people from marts.population_profile", "`people` of `rows`"),
    question("greatest", "select sex, greatest(sum(people), 100) as people from marts.population_profile group by sex", "`people` of `rows`"),
    question("least", "select sex, least(sum(people), 8) as people from marts.population_profile group by sex", "`people` of `rows`"),
    question("rate_label", "select cast(round(sum(people) / 100.0) as varchar) as sex, sum(people) as people from marts.population_profile group by sex", "`sex` of `rows`"),
    question("nested_agg", "select sex, people from red.it", "`people` of `rows`")
    .over("select sex, max(n) as people from (select sex, lsoa21_code, count(*) as n from core.person group by sex, lsoa21_code) as x group by sex"),
    question("map_col", "select cast(element_at(m, 'k')[1] as varchar) as sex, people from red.it", "`sex` of `rows`")
    .over("select sex, map(['k'], [count(*)]) as m, count(*) as people from core.person group by sex"),
    question("array_len", "select cast(array_length(l) as varchar) as sex, people from red.it", "`sex` of `rows`")
    .over("select sex, array_agg(1) as l, count(*) as people from core.person group by sex"),
    question("len_str", "select cast(length(repeat('x', cast(sum(people) as bigint))) as varchar) as sex, sum(people) as people from marts.population_profile group by sex", "`sex` of `rows`"),
    question("not_known_mask", "select sex, people from red.it", "`sex` of `rows`")
    .over("select nullif(sex, case when count(*) = 3 then sex end) as sex, count(*) as people from core.person group by sex"),
    question("null_measure", "select sex, nullif(sum(people), 3) as people from marts.population_profile group by sex", "`people` of `rows`"),
    question("filter_null", "select sex, sum(people) filter (where people <> 3) as people from marts.population_profile group by sex", "`people` of `rows`"),
    question("self_join_counts", "select a.sex, a.people from (select sex, sum(people) as people from marts.population_profile group by sex) as a inner join (select sex, sum(people) as people from marts.population_profile group by sex) as b on a.people <= b.people + 3 and a.sex <> b.sex", "depends on a count"),
    question("outer_count", "select a.sex, sum(a.people) as people from marts.population_profile as a where (select sum(b.people) from marts.population_profile as b where b.sex = a.sex) > 100 group by a.sex", "depends on a count"),
    question("union_hidden", "select sex, people from (select sex, sum(people) as people from marts.population_profile group by sex union all select 'Male' as sex, 500 as people) as x", "`people` of `rows`"),
    question("nullif_label", "select nullif(sex, case when sum(people) = 3 then sex end) as sex, sum(people) as people from marts.population_profile group by sex", "`sex` of `rows`"),
    question("coalesce_order", "select coalesce(case when sum(people) > 5 then sex end, 'Male') as sex, sum(people) as people from marts.population_profile group by sex", "`sex` of `rows`"),
    question("share_label", "select case when 1.0 * sum(people) / sum(sum(people)) over () > 0.5 then 'Female' else 'Male' end as sex, sum(people) as people from marts.population_profile group by sex", "`sex` of `rows`"),
    question("having_max_age", "select sex, people from red.it", "depends on a count")
    .over("select place_name as sex, count(*) as people from core.person group by place_name having max(age) > 100"),
    question("filter_order", "select sex, people from red.it", "`people` of `rows`")
    .over("select sex, count(*) filter (where age > (select avg(age) from core.person)) as people from core.person group by sex"),
];
