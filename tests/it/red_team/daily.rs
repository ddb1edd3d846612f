//! Reports and models as analysts write them every day: they pass.

use super::honest::{PLACE, SEX, honest};
use super::tricks::Trick;

/// All of them.
pub const DAILY: &[Trick] = &[
    honest(
        "deprivation_decile",
        "select imd_decile, count(*) as people from core.person where is_active group by imd_decile",
        "select imd_decile, people from red.it order by imd_decile",
        (
            "imd_decile",
            "values = [\"1\",\"2\",\"3\",\"4\",\"5\",\"6\",\"7\",\"8\",\"9\",\"10\"]",
        ),
    ),
    honest(
        "icb",
        "select l.icb_name, count(*) as people from core.person as p inner join reference.lsoa as l on p.lsoa21_code = l.lsoa21_code where p.is_active group by l.icb_name",
        "select icb_name, people from red.it",
        ("icb_name", "from = \"reference.lsoa.icb_name\""),
    ),
    honest(
        "icb_filter",
        "select p.sex, count(*) as people from core.person as p inner join reference.lsoa as l on p.lsoa21_code = l.lsoa21_code where l.icb_code = 'E54999999' group by p.sex",
        "select sex, people from red.it",
        SEX,
    ),
    honest(
        "place_filter",
        "select sex, count(*) as people from core.person where place_name = 'Harrowmere' group by sex",
        "select sex, people from red.it",
        SEX,
    ),
    honest(
        "known_place",
        "select sex, count(*) as people from core.person where place_name <> 'Not known' and lsoa21_code is not null group by sex",
        "select sex, people from red.it",
        SEX,
    ),
    honest(
        "default_practice",
        "select sex, count(*) as people from core.person where practice_code not in ('V81997','V81998','V81999') group by sex",
        "select sex, people from red.it",
        SEX,
    ),
    honest(
        "trust",
        "select setting, count(*) as people from core.contact where provider_code = 'RZZ' group by setting",
        "select setting, people from red.it",
        ("setting", "from = \"reference.setting.setting\""),
    ),
    honest(
        "trust_of_site",
        "select setting, count(*) as people from core.contact where left(provider_code, 3) = 'RZZ' group by setting",
        "select setting, people from red.it",
        ("setting", "from = \"reference.setting.setting\""),
    ),
    honest(
        "practice_table",
        "select practice_code, count(*) as people from core.person where is_active and practice_code is not null group by practice_code",
        "select practice_code, people from red.it",
        (
            "practice_code",
            "from = \"reference.organisation.ods_code\"",
        ),
    ),
    honest(
        "pcn",
        "select o.pcn_name, count(*) as people from core.person as p left join reference.organisation as o on p.practice_code = o.ods_code group by o.pcn_name",
        "select coalesce(pcn_name, 'Not known') as pcn_name, people from red.it",
        ("pcn_name", "from = \"reference.organisation.pcn_name\""),
    ),
    honest(
        "pcn_cleaned",
        "select o.pcn_name, count(*) as people from core.person as p left join reference.organisation as o on upper(trim(p.practice_code)) = o.ods_code group by o.pcn_name",
        "select coalesce(pcn_name, 'Not known') as pcn_name, people from red.it",
        ("pcn_name", "from = \"reference.organisation.pcn_name\""),
    ),
    honest(
        "pcn_coalesced",
        "with p as (select person_key, coalesce(practice_code, 'Not known') as practice_code from core.person where is_active) select o.pcn_name, count(*) as people from p left join reference.organisation as o on p.practice_code = o.ods_code group by o.pcn_name",
        "select coalesce(pcn_name, 'Not known') as pcn_name, people from red.it",
        ("pcn_name", "from = \"reference.organisation.pcn_name\""),
    ),
    honest(
        "contacts_month",
        "select cast(date_trunc('month', started) as date) as month, count(*) as people from core.contact group by 1",
        "select month, people from red.it order by month",
        ("month", "from = \"reference.month.month_start\""),
    ),
    honest(
        "people_month",
        "select cast(date_trunc('month', started) as date) as month, count(distinct person_key) as people from core.contact group by 1",
        "select month, people from red.it order by month",
        ("month", "from = \"reference.month.month_start\""),
    ),
    honest(
        "fy_contacts",
        "select m.financial_year, count(*) as people from core.contact as c inner join reference.month as m on cast(date_trunc('month', c.started) as date) = cast(m.month_start as date) group by m.financial_year",
        "select financial_year, people from red.it",
        (
            "financial_year",
            "from = \"reference.month.financial_year\"",
        ),
    ),
    honest(
        "deaths_fy",
        "select m.financial_year, count(*) as people from core.person as p inner join reference.month as m on p.death_month = cast(m.month_start as date) group by m.financial_year",
        "select financial_year, people from red.it",
        (
            "financial_year",
            "from = \"reference.month.financial_year\"",
        ),
    ),
    honest(
        "deaths_period",
        "select sex, count(*) as people from core.person where death_month >= $period_start and death_month <= $period_end group by sex",
        "select sex, people from red.it",
        SEX,
    ),
    honest(
        "readmitted",
        "with a as (select person_key, started, ended, lead(started) over (partition by person_key order by started) as next from core.contact where setting = 'Emergency admission') select case when next is not null and next < ended + interval '30' day then 'Readmitted' else 'Not readmitted' end as outcome, count(*) as people from a group by 1",
        "select outcome, people from red.it",
        ("outcome", "values = [\"Readmitted\",\"Not readmitted\"]"),
    ),
    honest(
        "los_band",
        "select case when date_part('day', ended - started) >= 21 then '21 days and over' else 'Under 21 days' end as stay, count(*) as people from core.contact where ended is not null group by 1",
        "select stay, people from red.it",
        ("stay", "values = [\"21 days and over\",\"Under 21 days\"]"),
    ),
    honest(
        "first_contact",
        "with n as (select person_key, setting, row_number() over (partition by person_key order by started, contact_key) as n from core.contact) select setting, count(*) as people from n where n = 1 group by setting",
        "select setting, people from red.it",
        ("setting", "from = \"reference.setting.setting\""),
    ),
    honest(
        "frequent_attenders",
        "with c as (select person_key, count(*) as attendances from core.contact where setting = 'Emergency department' group by person_key) select case when attendances >= 5 then '5 or more' when attendances >= 2 then '2 to 4' else '1' end as attendances, count(*) as people from c group by 1",
        "select attendances, people from red.it",
        ("attendances", "values = [\"5 or more\",\"2 to 4\",\"1\"]"),
    ),
    honest(
        "age_bands_case",
        "select case when age < 18 then '0 to 17' when age < 65 then '18 to 64' else '65 and over' end as age_group, count(*) as people from core.person where is_active and age is not null group by 1",
        "select age_group, people from red.it",
        (
            "age_group",
            "values = [\"0 to 17\",\"18 to 64\",\"65 and over\"]",
        ),
    ),
    honest(
        "age_band_func",
        "select age_band(age) as age_band, count(*) as people from core.person where age is not null group by 1",
        "select age_band, people from red.it",
        ("age_band", "from = \"reference.age_band.age_band\""),
    ),
    honest(
        "two_measures",
        "",
        "select place_name, sum(admissions) as people, sum(people) as population from marts.emergency_admission_rate where financial_year = '2025/26' group by place_name order by place_name",
        PLACE,
    ),
    honest(
        "joined_population",
        "select p.lsoa21_code, count(*) as people from core.person as p where p.is_active group by p.lsoa21_code",
        "select l.place_name, sum(r.people) as people from red.it as r inner join reference.lsoa as l on r.lsoa21_code = l.lsoa21_code group by l.place_name order by l.place_name",
        PLACE,
    ),
    honest(
        "official_denominator",
        "with n as (select place_name, count(*) as people from core.person where is_active group by place_name), d as (select l.place_name, sum(p.persons) as population from reference.population as p inner join reference.lsoa as l on p.lsoa21_code = l.lsoa21_code where p.year = 2024 group by l.place_name) select n.place_name, n.people, cast(d.population as bigint) as population from n inner join d on n.place_name = d.place_name",
        "select place_name, people, population from red.it",
        PLACE,
    ),
    honest(
        "grid",
        "with n as (select place_name, count(*) as n from core.person where is_active group by place_name), a as (select distinct place_name from reference.lsoa) select a.place_name, coalesce(n.n, 0) as people from a left join n on a.place_name = n.place_name",
        "select place_name, people from red.it",
        PLACE,
    ),
    honest(
        "union_settings",
        "select 'Emergency department' as setting, count(*) as people from core.contact where setting = 'Emergency department' union all select 'Outpatient' as setting, count(*) as people from core.contact where setting = 'Outpatient'",
        "select setting, people from red.it",
        ("setting", "from = \"reference.setting.setting\""),
    ),
    honest(
        "both_settings",
        "with e as (select distinct person_key from core.contact where setting = 'Emergency department'), g as (select distinct person_key from core.contact where setting = 'General practice') select case when g.person_key is null then 'No' else 'Yes' end as seen, count(*) as people from e left join g on e.person_key = g.person_key group by 1",
        "select seen, people from red.it",
        ("seen", "values = [\"Yes\",\"No\"]"),
    ),
    honest(
        "exists_contact",
        "select p.sex, count(*) as people from core.person as p where exists (select 1 from core.contact as c where c.person_key = p.person_key and c.emergency) group by p.sex",
        "select sex, people from red.it",
        SEX,
    ),
    honest(
        "hours",
        "select case when date_part('hour', started) between 8 and 19 then 'Day' else 'Night' end as part, count(*) as people from core.contact where setting = 'Emergency department' group by 1",
        "select part, people from red.it",
        ("part", "values = [\"Day\",\"Night\"]"),
    ),
    honest(
        "weekday",
        "select case date_part('dow', started) when 0 then 'Weekend' when 6 then 'Weekend' else 'Weekday' end as part, count(*) as people from core.contact group by 1",
        "select part, people from red.it",
        ("part", "values = [\"Weekend\",\"Weekday\"]"),
    ),
    honest(
        "local_quintile",
        "with q as (select lsoa21_code, ntile(5) over (order by imd_rank) as quintile from reference.lsoa) select cast(q.quintile as varchar) as quintile, count(*) as people from core.person as p inner join q on p.lsoa21_code = q.lsoa21_code group by 1",
        "select quintile, people from red.it",
        (
            "quintile",
            "values = [\"1\",\"2\",\"3\",\"4\",\"5\",\"6\",\"7\",\"8\",\"9\",\"10\"]",
        ),
    ),
    honest(
        "sex_case",
        "select case sex when 'female' then 'Female' when 'male' then 'Male' else 'Other or not known' end as sex, count(*) as people from core.person group by 1",
        "select sex, people from red.it",
        SEX,
    ),
    honest(
        "rolling",
        "select month, setting, sum(contacts) as people from marts.activity_month group by month, setting",
        "select month, people from red.it where setting = 'Outpatient' order by month",
        ("month", "from = \"reference.month.month_start\""),
    ),
    honest(
        "last_12",
        "",
        "select month, sum(contacts) as people from marts.activity_month where month > $as_of - interval '12' month group by month order by month",
        ("month", "from = \"reference.month.month_start\""),
    ),
    honest(
        "yoy",
        "",
        "select place_name, sum(case when financial_year = '2024/25' then admissions else 0 end) as before, sum(case when financial_year = '2025/26' then admissions else 0 end) as people from marts.emergency_admission_rate group by place_name",
        PLACE,
    ),
    honest(
        "lsoa_count_join",
        "select l.imd_decile, count(*) as people from core.person as p left join reference.lsoa as l using (lsoa21_code) where p.is_active group by l.imd_decile",
        "select imd_decile, people from red.it",
        (
            "imd_decile",
            "values = [\"1\",\"2\",\"3\",\"4\",\"5\",\"6\",\"7\",\"8\",\"9\",\"10\"]",
        ),
    ),
    honest(
        "unshown_order",
        "",
        "select age_band, age_band_order, sum(people) as people from marts.population_profile group by age_band, age_band_order order by age_band_order",
        ("age_band", "from = \"reference.age_band.age_band\""),
    ),
    honest(
        "unshown_total",
        "",
        "select age_band, sum(people) as people, sum(sum(people)) over () as total from marts.population_profile group by age_band",
        ("age_band", "from = \"reference.age_band.age_band\""),
    ),
    honest(
        "having_some",
        "",
        "select age_band, sum(people) as people from marts.population_profile group by age_band having sum(people) >= 1",
        ("age_band", "from = \"reference.age_band.age_band\""),
    ),
    honest(
        "gp_registered_practice",
        "select case when p.practice_code = c.practice_code then 'Own practice' else 'Another' end as which, count(*) as people from core.contact as c inner join core.person as p on c.person_key = p.person_key where c.setting = 'General practice' group by 1",
        "select which, people from red.it",
        ("which", "values = [\"Own practice\",\"Another\"]"),
    ),
    honest(
        "ed_same_provider",
        "select o.kind as sex, count(*) as people from core.contact as c inner join reference.organisation as o on c.provider_code = o.ods_code where o.kind <> 'gp_practice' group by o.kind",
        "select sex, people from red.it",
        ("sex", "from = \"reference.organisation.kind\""),
    ),
    honest(
        "interpreter_place",
        "select place_name, count(*) filter (where interpreter_required) as people from core.person where is_active group by place_name",
        "select place_name, people from red.it",
        PLACE,
    ),
    honest(
        "median_los_beside",
        "select setting, median(date_part('day', ended - started)) as median_days, count(*) as people from core.contact where ended is not null group by setting",
        "select setting, people from red.it",
        ("setting", "from = \"reference.setting.setting\""),
    ),
    honest(
        "latest_practice",
        "with l as (select person_key, first_value(practice_code order by started desc) as practice_code from core.registration group by person_key) select o.pcn_name, count(*) as people from l inner join reference.organisation as o on l.practice_code = o.ods_code group by o.pcn_name",
        "select pcn_name, people from red.it",
        ("pcn_name", "from = \"reference.organisation.pcn_name\""),
    ),
    honest(
        "latest_practice_qualify",
        "with l as (select person_key, practice_code from core.registration qualify row_number() over (partition by person_key order by started desc) = 1) select o.pcn_name, count(*) as people from l inner join reference.organisation as o on l.practice_code = o.ods_code group by o.pcn_name",
        "select pcn_name, people from red.it",
        ("pcn_name", "from = \"reference.organisation.pcn_name\""),
    ),
    honest(
        "distinct_on_latest",
        "with l as (select distinct on (person_key) person_key, practice_code from core.registration order by person_key, started desc) select o.pcn_name, count(*) as people from l inner join reference.organisation as o on l.practice_code = o.ods_code group by o.pcn_name",
        "select pcn_name, people from red.it",
        ("pcn_name", "from = \"reference.organisation.pcn_name\""),
    ),
];
