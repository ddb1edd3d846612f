//! Tables and models as analysts write them every day: they pass.

use super::attempt::{Attempt, PLACE, SETTING, SEX, chosen, modelled};

/// All of them.
pub const DAILY: &[Attempt] = &[
    chosen(
        "deprivation_decile",
        (
            "imd_decile",
            "values = [\"1\",\"2\",\"3\",\"4\",\"5\",\"6\",\"7\",\"8\",\"9\",\"10\"]",
        ),
        "is_active",
        "",
    ),
    modelled(
        "icb",
        ("icb_name", "from = \"reference.lsoa.icb_name\""),
        "select p.person_key, l.icb_name from core.person as p inner join reference.lsoa as l on p.lsoa21_code = l.lsoa21_code where p.is_active",
        "",
    ),
    modelled(
        "icb_filter",
        SEX,
        "select p.person_key, p.sex from core.person as p inner join reference.lsoa as l on p.lsoa21_code = l.lsoa21_code where l.icb_code = 'E54999999'",
        "",
    ),
    chosen("place_filter", SEX, "place_name = 'Harrowmere'", ""),
    chosen(
        "known_place",
        SEX,
        "place_name <> 'Not known' and lsoa21_code is not null",
        "",
    ),
    chosen(
        "default_practice",
        SEX,
        "practice_code not in ('V81997','V81998','V81999')",
        "",
    ),
    modelled(
        "trust",
        SETTING,
        "select person_key, setting from core.contact where provider_code = 'RZZ'",
        "",
    ),
    modelled(
        "trust_of_site",
        SETTING,
        "select person_key, setting from core.contact where left(provider_code, 3) = 'RZZ'",
        "",
    ),
    chosen(
        "practice_table",
        (
            "practice_code",
            "from = \"reference.organisation.ods_code\"",
        ),
        "is_active and practice_code is not null",
        "",
    ),
    modelled(
        "pcn",
        ("pcn_name", "from = \"reference.organisation.pcn_name\""),
        "select p.person_key, o.pcn_name from core.person as p left join reference.organisation as o on p.practice_code = o.ods_code",
        "",
    ),
    modelled(
        "pcn_cleaned",
        ("pcn_name", "from = \"reference.organisation.pcn_name\""),
        "select p.person_key, o.pcn_name from core.person as p left join reference.organisation as o on upper(trim(p.practice_code)) = o.ods_code",
        "",
    ),
    modelled(
        "contacts_month",
        ("month", "from = \"reference.month.month_start\""),
        "select person_key, cast(date_trunc('month', started) as date) as month from core.contact",
        "",
    ),
    modelled(
        "people_month",
        ("month", "from = \"reference.month.month_start\""),
        "select person_key, cast(date_trunc('month', started) as date) as month from core.contact",
        "",
    ),
    modelled(
        "fy_contacts",
        (
            "financial_year",
            "from = \"reference.month.financial_year\"",
        ),
        "select c.person_key, m.financial_year from core.contact as c inner join reference.month as m on cast(date_trunc('month', c.started) as date) = cast(m.month_start as date)",
        "",
    ),
    modelled(
        "deaths_fy",
        (
            "financial_year",
            "from = \"reference.month.financial_year\"",
        ),
        "select p.person_key, m.financial_year from core.person as p inner join reference.month as m on p.death_month = cast(m.month_start as date)",
        "",
    ),
    chosen(
        "deaths_period",
        SEX,
        "death_month >= $period_start and death_month <= $period_end",
        "",
    ),
    modelled(
        "readmitted",
        ("outcome", "values = [\"Readmitted\",\"Not readmitted\"]"),
        "with a as (select person_key, started, ended, lead(started) over (partition by person_key order by started) as next from core.contact where setting = 'Emergency admission') select person_key, case when next is not null and next < ended + interval '30' day then 'Readmitted' else 'Not readmitted' end as outcome from a",
        "",
    ),
    modelled(
        "los_band",
        ("stay", "values = [\"21 days and over\",\"Under 21 days\"]"),
        "select person_key, case when date_part('day', ended - started) >= 21 then '21 days and over' else 'Under 21 days' end as stay from core.contact where ended is not null",
        "",
    ),
    modelled(
        "first_contact",
        SETTING,
        "with n as (select person_key, setting, row_number() over (partition by person_key order by started, contact_key) as n from core.contact) select person_key, setting from n where n = 1",
        "",
    ),
    modelled(
        "frequent_attenders",
        ("attendances", "values = [\"5 or more\",\"2 to 4\",\"1\"]"),
        "with c as (select person_key, count(*) as attendances from core.contact where setting = 'Emergency department' group by person_key) select person_key, case when attendances >= 5 then '5 or more' when attendances >= 2 then '2 to 4' else '1' end as attendances from c",
        "",
    ),
    modelled(
        "age_bands_case",
        (
            "age_group",
            "values = [\"0 to 17\",\"18 to 64\",\"65 and over\"]",
        ),
        "select person_key, case when age < 18 then '0 to 17' when age < 65 then '18 to 64' else '65 and over' end as age_group from core.person where is_active and age is not null",
        "",
    ),
    modelled(
        "age_band_func",
        ("age_band", "from = \"reference.age_band.age_band\""),
        "select person_key, age_band(age) as age_band from core.person where age is not null",
        "",
    ),
    modelled(
        "both_settings",
        ("seen", "values = [\"Yes\",\"No\"]"),
        "with e as (select distinct person_key from core.contact where setting = 'Emergency department'), g as (select distinct person_key from core.contact where setting = 'General practice') select e.person_key, case when g.person_key is null then 'No' else 'Yes' end as seen from e left join g on e.person_key = g.person_key",
        "",
    ),
    modelled(
        "exists_contact",
        SEX,
        "select p.person_key, p.sex from core.person as p where exists (select 1 from core.contact as c where c.person_key = p.person_key and c.emergency)",
        "",
    ),
    modelled(
        "hours",
        ("part", "values = [\"Day\",\"Night\"]"),
        "select person_key, case when date_part('hour', started) between 8 and 19 then 'Day' else 'Night' end as part from core.contact where setting = 'Emergency department'",
        "",
    ),
    modelled(
        "weekday",
        ("part", "values = [\"Weekend\",\"Weekday\"]"),
        "select person_key, case date_part('dow', started) when 0 then 'Weekend' when 6 then 'Weekend' else 'Weekday' end as part from core.contact",
        "",
    ),
    modelled(
        "local_quintile",
        (
            "quintile",
            "values = [\"1\",\"2\",\"3\",\"4\",\"5\",\"6\",\"7\",\"8\",\"9\",\"10\"]",
        ),
        "with q as (select lsoa21_code, ntile(5) over (order by imd_rank) as quintile from reference.lsoa) select p.person_key, cast(q.quintile as varchar) as quintile from core.person as p inner join q on p.lsoa21_code = q.lsoa21_code",
        "",
    ),
    modelled(
        "sex_case",
        SEX,
        "select person_key, case sex when 'female' then 'Female' when 'male' then 'Male' else 'Other or not known' end as sex from core.person",
        "",
    ),
    modelled(
        "lsoa_count_join",
        (
            "imd_decile",
            "values = [\"1\",\"2\",\"3\",\"4\",\"5\",\"6\",\"7\",\"8\",\"9\",\"10\"]",
        ),
        "select p.person_key, l.imd_decile from core.person as p left join reference.lsoa as l using (lsoa21_code) where p.is_active",
        "",
    ),
    modelled(
        "gp_registered_practice",
        ("which", "values = [\"Own practice\",\"Another\"]"),
        "select c.person_key, case when p.practice_code = c.practice_code then 'Own practice' else 'Another' end as which from core.contact as c inner join core.person as p on c.person_key = p.person_key where c.setting = 'General practice'",
        "",
    ),
    modelled(
        "ed_same_provider",
        ("sex", "from = \"reference.organisation.kind\""),
        "select c.person_key, o.kind as sex from core.contact as c inner join reference.organisation as o on c.provider_code = o.ods_code where o.kind <> 'gp_practice'",
        "",
    ),
    chosen(
        "interpreter_place",
        PLACE,
        "is_active and interpreter_required",
        "",
    ),
    modelled(
        "latest_practice",
        ("pcn_name", "from = \"reference.organisation.pcn_name\""),
        "with l as (select person_key, first_value(practice_code order by started desc) as practice_code from core.registration group by person_key) select person_key, o.pcn_name from l inner join reference.organisation as o on l.practice_code = o.ods_code",
        "",
    ),
    modelled(
        "latest_practice_qualify",
        ("pcn_name", "from = \"reference.organisation.pcn_name\""),
        "with l as (select person_key, practice_code from core.registration qualify row_number() over (partition by person_key order by started desc) = 1) select person_key, o.pcn_name from l inner join reference.organisation as o on l.practice_code = o.ods_code",
        "",
    ),
    modelled(
        "distinct_on_latest",
        ("pcn_name", "from = \"reference.organisation.pcn_name\""),
        "with l as (select distinct on (person_key) person_key, practice_code from core.registration order by person_key, started desc) select person_key, o.pcn_name from l inner join reference.organisation as o on l.practice_code = o.ods_code",
        "",
    ),
    modelled(
        "pcn_coalesced",
        ("pcn_name", "from = \"reference.organisation.pcn_name\""),
        "with p as (select person_key, coalesce(practice_code, 'Not known') as practice_code from core.person where is_active) select p.person_key, o.pcn_name from p left join reference.organisation as o on p.practice_code = o.ods_code",
        "",
    ),
    modelled(
        "last_12",
        ("month", "from = \"reference.month.month_start\""),
        "select person_key, cast(date_trunc('month', started) as date) as month from core.contact where started > $as_of - interval '12' month",
        "",
    ),
    modelled(
        "one_setting_by_month",
        ("month", "from = \"reference.month.month_start\""),
        "select person_key, cast(date_trunc('month', started) as date) as month from core.contact where setting = 'Outpatient'",
        "",
    ),
    modelled(
        "places_by_lookup",
        PLACE,
        "select p.person_key, l.place_name from core.person as p inner join reference.lsoa as l on p.lsoa21_code = l.lsoa21_code where p.is_active",
        "",
    ),
];
