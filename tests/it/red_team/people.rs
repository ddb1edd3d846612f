//! Attempts that reach for one person, or for dates of birth and death.

use super::attempt::{Attempt, PLACE, SEX, chosen, modelled};

/// All of them.
pub const PEOPLE: &[Attempt] = &[
    modelled("key_eq_self", SEX, "select a.person_key, a.sex from core.person as a where a.person_key = (select min(person_key) from core.person)", "depends on a pseudonym"),
    modelled("key_min_of_area", SEX, "select p.person_key, p.sex from core.person as p inner join (select lsoa21_code, min(person_key) as k from core.person group by lsoa21_code) as m on p.person_key = m.k", "depends on"),
    modelled("key_in_values", SEX, "select a.person_key, a.sex from core.person as a where a.person_key in (1,2,3)", "depends on a pseudonym"),
    modelled("key_eq_limit", SEX, "select a.person_key, a.sex from core.person as a where a.person_key in (select person_key from core.person order by age desc limit 1)", "depends on a count"),
    modelled("key_between", SEX, "select a.person_key, a.sex from core.person as a where a.person_key between 0 and 1000000000000000", "depends on a pseudonym"),
    modelled("oldest_person", SEX, "select a.person_key, a.sex from core.person as a where a.age = (select max(age) from core.person)", "depends on a count"),
    modelled("births_by_comma", ("born", "from = \"reference.month.month_start\""), "select p.person_key, m.month_start as born from core.person as p, reference.month as m where p.birth_month = cast(m.month_start as date)", "`born` of `rows` comes from a date of birth or death"),
    modelled("birth_join", ("born", "from = \"reference.month.month_start\""), "select p.person_key, m.month_start as born from core.person as p inner join reference.month as m on p.birth_month = cast(m.month_start as date)", "`born` of `rows` comes from a date of birth or death"),
    modelled("birth_range", ("born", "from = \"reference.month.month_start\""), "select p.person_key, m.month_start as born from core.person as p inner join reference.month as m on p.death_month between cast(m.month_start as date) and cast(m.month_end as date)", "`born` of `rows` comes from a date of birth or death"),
    modelled("births_by_lateral", ("born", "from = \"reference.month.month_start\""), "select p.person_key, l.m as born from core.person as p cross join lateral (select max(m.month_start) as m from reference.month as m where cast(m.month_start as date) = p.birth_month) as l", "`born` of `rows`"),
    chosen("hash_bucket", SEX, "abs(person_key) % 7 = 0", "depends on a pseudonym"),
    modelled("ref_model_of_data", ("sex", "from = \"red.first.ethnic_group\""), "select person_key, ethnic_group as sex from core.person", "red.it_first.ethnic_group holds values of people")
    .after("select distinct ethnic_group from core.person"),
    modelled("list_union_model", ("sex", "from = \"red.first.v\""), "select person_key, ethnic_group as sex from core.person", "red.it_first.v holds values of people")
    .after("select ethnic_group as v from reference.ethnic_category union all select place_name as v from core.person"),
    modelled("list_semi_model", ("sex", "from = \"red.first.v\""), "select person_key, ethnic_group as sex from core.person", "red.it_first.v holds values of people")
    .after("select ethnic_group as v from reference.ethnic_category where ethnic_group in (select ethnic_group from core.person)"),
    modelled("key_union_literal", SEX, "select p.person_key, p.sex from core.person as p where p.person_key in (select person_key from (select person_key from core.person where age > 200 union all select 3074457345618258603 as person_key) as x)", "depends on a pseudonym"),
    modelled("key_distinct_on", SEX, "select distinct on (lsoa21_code) sex, person_key from core.person order by lsoa21_code, person_key", "depends on a"),
    modelled("row_n_person", SEX, "select person_key, sex from (select person_key, sex, row_number() over (order by birth_month) as n from core.person) as x where n = 1", "depends on a count"),
    modelled("lag_other", SEX, "select person_key, sex from (select person_key, sex, lag(age) over (order by person_key) as n from core.person) as x where n = 10", "depends on a pseudonym"),
    modelled("rangeframe", SEX, "select person_key, sex from (select person_key, sex, count(*) over (order by age range between 1 preceding and 1 following) as n from core.person) as x where n = 1", "depends on a count"),
    modelled("first_val_window_person", SEX, "select person_key, first_value(ethnic_group) over (partition by lsoa21_code order by age desc) as sex from core.person", "`sex` of `rows`"),
    modelled("births_by_values", SEX, "select p.person_key, v.l as sex from core.person as p inner join (values (date '1980-01-01','Female'),(date '1980-02-01','Male')) as v(m,l) on p.birth_month = v.m", "`sex` of `rows` comes from a date of birth or death"),
    modelled("union_lab", SEX, "select person_key, 'Female' as sex from core.person union all select person_key, cast(birth_month as varchar) as sex from core.person", "`sex` of `rows` comes from a date of birth or death"),
    modelled("union_branch", SEX, "select person_key, 'Female' as sex from core.person union all select person_key, cast(person_key as varchar) as sex from core.person", "`sex` of `rows` comes from a pseudonym"),
    modelled("recursive_key", SEX, "with recursive r as (select person_key, 'x' as k, 0 as n from core.person union all select r.person_key, cast(r.person_key as varchar) as k, r.n + 1 as n from r where r.n < 1) select person_key, k as sex from r", "pseudonym"),
    modelled("struct_key", SEX, "select person_key, cast(named_struct('k', person_key)['k'] as varchar) as sex from core.person", "`sex` of `rows` comes from a pseudonym"),
    modelled("cte_shadow_ref", PLACE, "with lsoa as (select person_key, lsoa21_code, cast(person_key as varchar) as place_name from core.person) select person_key, place_name from lsoa", "`place_name` of `rows` comes from a pseudonym"),
    modelled("keys_made_up", SEX, "select person_key + n as person_key, sex from core.person cross join (values (1), (2), (3)) as v(n)", "not the pseudonym that was pulled"),
    modelled("a_key_by_another_name", SEX, "select unnest(array_agg(person_key)) as person_key, sex from core.person group by sex", "person_key"),
    modelled("count_in_a_lateral", SEX, "select p.person_key, cast(l.n as varchar) as sex from core.person as p cross join lateral (select count(*) as n from core.person as q where q.sex = p.sex) as l", "`sex` of `rows`"),
    modelled("people_of_their_area", SEX, "select p.person_key, p.sex from core.person as p inner join core.person as q on p.lsoa21_code = q.lsoa21_code where q.person_key = 3", "depends on a pseudonym"),
];
