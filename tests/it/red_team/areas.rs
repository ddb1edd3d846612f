//! Attempts to tell the people of a small area or organisation from all others.

use super::attempt::{Attempt, SETTING, SEX, chosen, modelled};

/// By codes that are picked out: refused before there is data.
pub const PICKED: &[Attempt] = &[
    chosen("area_like", SEX, "lsoa21_code like '%0001'", "picks out"),
    chosen("area_between", SEX, "lsoa21_code between 'E01990001' and 'E01990002'", "picks out"),
    modelled("area_ref_limit", SEX, "select p.person_key, p.sex from core.person as p inner join (select lsoa21_code from reference.lsoa order by imd_rank limit 1) as v on p.lsoa21_code = v.lsoa21_code", "picks out"),
    modelled("area_ref_min", SEX, "select person_key, sex from core.person where lsoa21_code = (select min(lsoa21_code) from reference.lsoa)", "picks out"),
    modelled("area_ref_nth", SEX, "select p.person_key, p.sex from core.person as p inner join (select lsoa21_code, row_number() over (order by lsoa21_code) as n from reference.lsoa) as v on p.lsoa21_code = v.lsoa21_code where v.n = 3", "picks out"),
    modelled("area_ref_arbitrary", SEX, "select p.person_key, p.sex from core.person as p inner join (select lsoa21_code, row_number() over (partition by place_name) as n from reference.lsoa) as v on p.lsoa21_code = v.lsoa21_code where v.n = 1", "picks out"),
    modelled("area_distinct_on", SEX, "select p.person_key, p.sex from core.person as p inner join (select distinct on (place_name) lsoa21_code from reference.lsoa order by place_name, lsoa21_code) as v on p.lsoa21_code = v.lsoa21_code", "picks out"),
    chosen("area_starts", SEX, "starts_with(lsoa21_code, 'E01990001')", "picks out"),
    modelled("area_exists_values", SEX, "select p.person_key, p.sex from core.person as p where exists (select 1 from (values ('E01990001')) as v(c) where v.c = p.lsoa21_code)", "picks out"),
    chosen("area_regexp", SEX, "regexp_like(practice_code, '^W99001$')", "picks out"),
    chosen("area_array_has", SEX, "array_has(['E01990001'], lsoa21_code)", "picks out"),
    chosen("area_chr", SEX, "lsoa21_code = concat(chr(69), '0199000', 1)", "picks out"),
    chosen("area_case_text", SEX, "case when true then 'E01990001' else place_name end = lsoa21_code", "picks out"),
    chosen("area_coalesce", SEX, "coalesce(nullif(place_name, place_name), 'E01990001') = lsoa21_code", "picks out"),
    chosen("area_replace", SEX, "replace(lsoa21_code, 'E01990001', '') <> ''", "picks out"),
    chosen("area_is_null", SEX, "nullif(lsoa21_code, 'E01990001') is null", "picks out"),
    chosen("area_try_cast", SEX, "try_cast(replace(lsoa21_code, 'E01990001', '1') as int) is not null", "picks out"),
    modelled("area_median_rank", SEX, "select p.person_key, p.sex from core.person as p inner join reference.lsoa as l on p.lsoa21_code = l.lsoa21_code where l.imd_rank = (select median(imd_rank) from reference.lsoa)", "picks out"),
    modelled("area_rank_range", SEX, "select p.person_key, p.sex from core.person as p inner join reference.lsoa as l on p.lsoa21_code = l.lsoa21_code where l.imd_rank < 500", "picks out"),
    modelled("area_rank_zero", SEX, "select p.person_key, p.sex from core.person as p inner join reference.lsoa as l on p.lsoa21_code = l.lsoa21_code where l.imd_rank - 443 = 0", "picks out"),
    modelled("area_ntile", SEX, "select p.person_key, p.sex from core.person as p inner join (select lsoa21_code, ntile(5000) over (order by imd_rank) as n from reference.lsoa) as v on p.lsoa21_code = v.lsoa21_code where v.n = 1", "picks out"),
    modelled("area_running", SEX, "select p.person_key, p.sex from core.person as p inner join (select lsoa21_code, count(*) over (rows unbounded preceding) as n from reference.lsoa) as v on p.lsoa21_code = v.lsoa21_code where v.n = 3", "picks out"),
    modelled("area_lag", SEX, "select p.person_key, p.sex from core.person as p inner join (select lsoa21_code, lag(lsoa21_code) over (order by imd_rank) as n from reference.lsoa) as v on p.lsoa21_code = v.lsoa21_code where v.n is null", "picks out"),
    modelled("area_not_in", SEX, "select person_key, sex from core.person where lsoa21_code not in (select max(lsoa21_code) from reference.lsoa)", "picks out"),
    modelled("area_ref_model", SEX, "select p.person_key, p.sex from core.person as p inner join red.first as v on p.lsoa21_code = v.lsoa21_code", "picks out")
    .after("select lsoa21_code from reference.lsoa where imd_rank = (select min(imd_rank) from reference.lsoa)"),
    modelled("area_lit_model", SEX, "select p.person_key, p.sex from core.person as p inner join red.first as v on p.lsoa21_code = v.code", "picks out")
    .after("select 'E01990001' as code"),
    modelled("area_setcmp", SEX, "select person_key, sex from core.person where lsoa21_code = any(select min(lsoa21_code) from reference.lsoa)", "picks out"),
    modelled("area_recursive", SEX, "with recursive r as (select 'E01990001' as c, 0 as n union all select c, n + 1 from r where n < 1) select p.person_key, p.sex from core.person as p where p.lsoa21_code in (select c from r)", "picks out"),
    chosen("area_struct", SEX, "named_struct('a', lsoa21_code) = named_struct('a', 'E01990001')", "picks out"),
    chosen("area_array_eq", SEX, "[lsoa21_code] = ['E01990001']", "picks out"),
    chosen("area_levenshtein", SEX, "levenshtein(lsoa21_code, 'E01990001') = 0", "picks out"),
    modelled("area_ref_offset", SEX, "select p.person_key, p.sex from core.person as p where lsoa21_code in (select lsoa21_code from reference.lsoa order by 1 offset 11)", "picks out"),
    modelled("area_group_flag", ("flag", "values = [\"Yes\",\"No\"]"), "select person_key, lsoa21_code = 'E01990001' as flag from core.person", "classifies small areas"),
    modelled("area_lateral", SEX, "select p.person_key, l.part as sex from core.person as p cross join lateral (select max(v.part) as part from (values ('E01990001','Female'),('E01990002','Male')) as v(code,part) where v.code = p.lsoa21_code) as l", "`sex` of `rows`"),
    modelled("area_values_join", SEX, "select p.person_key, p.sex from core.person as p inner join (values ('E01990001')) as v(code) on p.lsoa21_code = v.code", "picks out"),
    chosen("area_nullif", SEX, "nullif(lsoa21_code, 'E01990001') is not null", "picks out"),
    modelled("area_qualify", SEX, "select person_key, sex from core.person where lsoa21_code in (select lsoa21_code from reference.lsoa qualify row_number() over (order by imd_rank) = 1)", "picks out"),
    modelled("area_unnest_remove", SEX, "select person_key, sex, unnest(array_remove([lsoa21_code], 'E01990001')) as one from core.person", "picks out"),
    modelled("area_having_min", SEX, "select person_key, sex from core.person where place_name in (select place_name from core.person group by place_name having min(lsoa21_code) = 'E01990001')", "depends on"),
    modelled("area_in_agg", SEX, "select p.person_key, case when a.b then 'Female' else 'Male' end as sex from core.person as p inner join (select sex, bool_or(lsoa21_code = 'E01990001') as b from core.person group by sex) as a on p.sex = a.sex", "`sex` of `rows`"),
];

/// By codes that are written out: refused once their populations are known.
pub const WRITTEN: &[Attempt] = &[
    chosen(
        "area_eq",
        SEX,
        "lsoa21_code = 'E01990001'",
        "picks out an area or organisation that is not known to have 1000 people",
    ),
    chosen(
        "area_ne",
        SEX,
        "lsoa21_code <> 'E01990001'",
        "picks out an area or organisation that is not known to have 1000 people",
    ),
    chosen(
        "area_in",
        SEX,
        "lsoa21_code in ('E01990001','E01990002')",
        "picks out an area or organisation that is not known to have 1000 people",
    ),
    chosen(
        "area_filter",
        SEX,
        "practice_code = 'W99001'",
        "picks out an area or organisation that is not known to have 1000 people",
    ),
    modelled(
        "area_ref_row",
        SEX,
        "select p.person_key, p.sex from core.person as p inner join (select lsoa21_code from reference.lsoa where lsoa21_name = 'Harrowmere 001A') as v on p.lsoa21_code = v.lsoa21_code",
        "picks out an area or organisation that is not known to have 1000 people",
    ),
    modelled(
        "area_flag_model",
        SEX,
        "select person_key, sex from red.first where flag",
        "picks out an area or organisation that is not known to have 1000 people",
    )
    .after("select person_key, sex, lsoa21_code = 'E01990001' as flag from core.person"),
    modelled(
        "area_rank_col",
        SEX,
        "select p.person_key, p.sex from core.person as p inner join reference.lsoa as l on p.lsoa21_code = l.lsoa21_code where l.imd_rank = 443",
        "picks out an area or organisation that is not known to have 1000 people",
    ),
    modelled(
        "area_except",
        SEX,
        "select person_key, sex from core.person where lsoa21_code in (select lsoa21_code from reference.lsoa except select 'E01990001')",
        "picks out an area or organisation that is not known to have 1000 people",
    ),
    chosen(
        "area_concat",
        SEX,
        "lsoa21_code || '' = 'E01990001'",
        "picks out an area or organisation that is not known to have 1000 people",
    ),
    modelled(
        "area_left_null",
        SEX,
        "select p.person_key, p.sex from core.person as p left join (select lsoa21_code from reference.lsoa where lsoa21_name = 'Harrowmere 001A') as v on p.lsoa21_code = v.lsoa21_code where v.lsoa21_code is null",
        "picks out an area or organisation that is not known to have 1000 people",
    ),
    chosen(
        "area_digest",
        SEX,
        "substr(lsoa21_code, 9, 1) = '1'",
        "picks out an area or organisation that is not known to have 1000 people",
    ),
    chosen(
        "area_case",
        SEX,
        "case lsoa21_code when 'E01990001' then true else false end",
        "picks out an area or organisation that is not known to have 1000 people",
    ),
    modelled(
        "area_max_agg",
        SEX,
        "select sex, person_key from (select sex, max(case when lsoa21_code = 'E01990001' then 1 else 0 end) as f, person_key from core.person group by sex, person_key) as x where f = 1",
        "picks out areas or organisations by their codes",
    ),
    modelled(
        "area_having",
        SEX,
        "select person_key, sex from core.person where place_name in (select place_name from core.person group by place_name, lsoa21_code having lsoa21_code = 'E01990001')",
        "picks out an area or organisation that is not known to have 1000 people",
    ),
    modelled(
        "area_mult",
        SEX,
        "select person_key, sex from core.person where 1 * cast(lsoa21_code = 'E01990001' as int) = 1",
        "picks out areas or organisations by their codes",
    ),
    modelled(
        "area_provider",
        SETTING,
        "select person_key, setting from core.contact where provider_code = 'W99001'",
        "picks out an area or organisation that is not known to have 1000 people",
    ),
];
