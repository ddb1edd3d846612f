//! Questions that count people honestly: they are answered.

use super::{SqlQuestion, question};

/// All of them.
pub(super) const HONEST: &[SqlQuestion] = &[
    question("people_by_sex", "select sex, people from red.it order by sex", "")
    .over("select sex, count(*) as people from core.person where is_active group by sex"),
    question("people_by_place", "select place_name, people from red.it", "")
    .over("select place_name, count(person_key) as people from core.person group by place_name"),
    question("distinct_people", "select place_name, people from red.it", "")
    .over("select p.place_name, count(distinct c.person_key) as people from core.contact as c inner join core.person as p on c.person_key = p.person_key group by p.place_name"),
    question("contacts_by_setting", "select setting, people from red.it", "")
    .over("select setting, count(*) as people from core.contact where attended group by setting"),
    question("emergency_contacts", "select setting, people from red.it", "")
    .over("select setting, count(*) filter (where emergency) as people from core.contact group by setting"),
    question("an_indicator", "select sex, people from red.it", "")
    .over("select sex, sum(case when age >= 65 then 1 else 0 end) as people from core.person group by sex"),
    question("an_indicator_without_else", "select sex, coalesce(people, 0) as people from red.it", "")
    .over("select sex, sum(case when age >= 65 then 1 end) as people from core.person group by sex"),
    question("a_truth_as_a_number", "select sex, people from red.it", "")
    .over("select sex, sum(cast(is_active as int)) as people from core.person group by sex"),
    question("age_groups_by_range", "select age_group, people from red.it", "")
    .over("select g.age_group, count(*) as people from core.person as p inner join reference.age_group as g on p.age between g.lower_age and g.upper_age group by g.age_group"),
    question("age_groups_by_two_comparisons", "select age_group, people from red.it", "")
    .over("select g.age_group, count(*) as people from core.person as p inner join reference.age_group as g on p.age >= g.lower_age and p.age <= g.upper_age group by g.age_group"),
    question("groups_of_groups", "select sex, sum(people) as people from marts.population_profile group by sex order by sex", ""),
    question("groups_in_a_case", "select case when sex = 'Female' then 'Female' else 'Male' end as sex, sum(people) as people from marts.population_profile group by 1", ""),
    question("an_empty_group_left_out", "select sex, sum(people) as people from marts.population_profile where people > 0 group by sex having sum(people) > 0", ""),
    question("a_count_or_none", "select sex, sum(case when ethnic_group = 'White' then people else 0 end) as people from marts.population_profile group by sex", ""),
    question("cast_to_a_whole_number", "select sex, cast(sum(people) as bigint) as people from marts.population_profile group by sex", ""),
    question("labels_joined_to_counts", "select b.age_band, sum(p.people) as people from marts.population_profile as p inner join reference.age_band as b on p.age_band = b.age_band group by b.age_band, b.age_band_order order by b.age_band_order", ""),
    question("all_labels_with_zeros", "select b.age_band, coalesce(sum(p.people), 0) as people from reference.age_band as b left join marts.population_profile as p on b.age_band = p.age_band group by b.age_band", ""),
    question("parts_in_a_union", "select 'Female' as sex, sum(people) as people from marts.population_profile where sex = 'Female' union all select 'Male' as sex, sum(people) as people from marts.population_profile where sex = 'Male'", ""),
    question("two_tables_in_a_union", "select setting, people from red.it", "")
    .over("select 'Dental' as setting, count(*) as people from record.dental_contact union all select 'Pharmacy' as setting, count(*) as people from record.pharmacy_contact"),
    question("conditions_by_name", "select condition_name, sum(people_with_condition) as people from marts.condition_prevalence group by condition_name", ""),
    question("populations_beside", "select condition_name, sum(population) as people from marts.condition_prevalence group by condition_name", ""),
    question("contacts_of_all_months", "select setting, sum(contacts) as people from marts.activity_month group by setting", ""),
    question("people_of_each_month", "select month, sum(people) as people from (select month, setting, place_name, people from marts.activity_month where setting = 'Dental') as x group by month, setting, place_name", ""),
    question("average_people", "select place_name, sum(people) as people from marts.emergency_admission_rate group by place_name, financial_year", ""),
    question("the_latest_of_each_person", "select setting, people from red.it", "")
    .over("select setting, count(*) as people from (select person_key, setting, row_number() over (partition by person_key order by started desc, contact_key) as n from core.contact) as x where n = 1 group by setting"),
    question("people_with_many_contacts", "select often, people from red.it", "")
    .over("select often, count(*) as people from (select person_key, case when count(*) > 3 then 'often' else 'seldom' end as often from core.contact group by person_key) as x group by often"),
    question("people_without_contacts", "select sex, people from red.it", "")
    .over("select sex, count(*) as people from core.person as p where not exists (select 1 from core.contact as c where c.person_key = p.person_key) group by sex"),
    question("people_in_a_list_of_people", "select sex, people from red.it", "")
    .over("select sex, count(*) as people from core.person where person_key in (select person_key from core.contact) group by sex"),
    question("people_in_a_comma_join", "select sex, people from red.it", "")
    .over("select p.sex, count(*) as people from core.person as p, (select distinct person_key from core.contact) as c where p.person_key = c.person_key group by p.sex"),
    question("official_population", "select l.place_name, cast(sum(p.persons) as bigint) as people from reference.population as p inner join reference.lsoa as l on p.lsoa21_code = l.lsoa21_code group by l.place_name", ""),
    question("a_yes_or_no", "select needed, people from red.it", "")
    .over("select case when interpreter_required then 'Yes' else 'No' end as needed, count(*) as people from core.person group by 1"),
    question("frailty", "select band, people from red.it", "")
    .over("select coalesce(frailty_band, 'Not known') as band, count(*) as people from core.comorbidity group by 1"),
    question("deprivation_decile", "select imd_decile, people from red.it order by imd_decile", "")
    .over("select imd_decile, count(*) as people from core.person where is_active group by imd_decile"),
    question("icb", "select icb_name, people from red.it", "")
    .over("select l.icb_name, count(*) as people from core.person as p inner join reference.lsoa as l on p.lsoa21_code = l.lsoa21_code where p.is_active group by l.icb_name"),
    question("icb_filter", "select sex, people from red.it", "")
    .over("select p.sex, count(*) as people from core.person as p inner join reference.lsoa as l on p.lsoa21_code = l.lsoa21_code where l.icb_code = 'E54999999' group by p.sex"),
    question("place_filter", "select sex, people from red.it", "")
    .over("select sex, count(*) as people from core.person where place_name = 'Harrowmere' group by sex"),
    question("known_place", "select sex, people from red.it", "")
    .over("select sex, count(*) as people from core.person where place_name <> 'Not known' and lsoa21_code is not null group by sex"),
    question("default_practice", "select sex, people from red.it", "")
    .over("select sex, count(*) as people from core.person where practice_code not in ('V81997','V81998','V81999') group by sex"),
    question("trust", "select setting, people from red.it", "")
    .over("select setting, count(*) as people from core.contact where provider_code = 'RZZ' group by setting"),
    question("trust_of_site", "select setting, people from red.it", "")
    .over("select setting, count(*) as people from core.contact where left(provider_code, 3) = 'RZZ' group by setting"),
    question("practice_table", "select practice_code, people from red.it", "")
    .over("select practice_code, count(*) as people from core.person where is_active and practice_code is not null group by practice_code"),
    question("pcn", "select coalesce(pcn_name, 'Not known') as pcn_name, people from red.it", "")
    .over("select o.pcn_name, count(*) as people from core.person as p left join reference.organisation as o on p.practice_code = o.ods_code group by o.pcn_name"),
    question("pcn_cleaned", "select coalesce(pcn_name, 'Not known') as pcn_name, people from red.it", "")
    .over("select o.pcn_name, count(*) as people from core.person as p left join reference.organisation as o on upper(trim(p.practice_code)) = o.ods_code group by o.pcn_name"),
    question("pcn_coalesced", "select coalesce(pcn_name, 'Not known') as pcn_name, people from red.it", "")
    .over("with p as (select person_key, coalesce(practice_code, 'Not known') as practice_code from core.person where is_active) select o.pcn_name, count(*) as people from p left join reference.organisation as o on p.practice_code = o.ods_code group by o.pcn_name"),
    question("contacts_month", "select month, people from red.it order by month", "")
    .over("select cast(date_trunc('month', started) as date) as month, count(*) as people from core.contact group by 1"),
    question("people_month", "select month, people from red.it order by month", "")
    .over("select cast(date_trunc('month', started) as date) as month, count(distinct person_key) as people from core.contact group by 1"),
    question("fy_contacts", "select financial_year, people from red.it", "")
    .over("select m.financial_year, count(*) as people from core.contact as c inner join reference.month as m on cast(date_trunc('month', c.started) as date) = cast(m.month_start as date) group by m.financial_year"),
    question("deaths_fy", "select financial_year, people from red.it", "")
    .over("select m.financial_year, count(*) as people from core.person as p inner join reference.month as m on p.death_month = cast(m.month_start as date) group by m.financial_year"),
    question("deaths_period", "select sex, people from red.it", "")
    .over("select sex, count(*) as people from core.person where death_month >= $period_start and death_month <= $period_end group by sex"),
    question("readmitted", "select outcome, people from red.it", "")
    .over("with a as (select person_key, started, ended, lead(started) over (partition by person_key order by started) as next from core.contact where setting = 'Emergency admission') select case when next is not null and next < ended + interval '30' day then 'Readmitted' else 'Not readmitted' end as outcome, count(*) as people from a group by 1"),
    question("los_band", "select stay, people from red.it", "")
    .over("select case when date_part('day', ended - started) >= 21 then '21 days and over' else 'Under 21 days' end as stay, count(*) as people from core.contact where ended is not null group by 1"),
    question("first_contact", "select setting, people from red.it", "")
    .over("with n as (select person_key, setting, row_number() over (partition by person_key order by started, contact_key) as n from core.contact) select setting, count(*) as people from n where n = 1 group by setting"),
    question("frequent_attenders", "select attendances, people from red.it", "")
    .over("with c as (select person_key, count(*) as attendances from core.contact where setting = 'Emergency department' group by person_key) select case when attendances >= 5 then '5 or more' when attendances >= 2 then '2 to 4' else '1' end as attendances, count(*) as people from c group by 1"),
    question("age_bands_case", "select age_group, people from red.it", "")
    .over("select case when age < 18 then '0 to 17' when age < 65 then '18 to 64' else '65 and over' end as age_group, count(*) as people from core.person where is_active and age is not null group by 1"),
    question("age_band_func", "select age_band, people from red.it", "")
    .over("select age_band(age) as age_band, count(*) as people from core.person where age is not null group by 1"),
    question("two_measures", "select place_name, sum(admissions) as people, sum(people) as population from marts.emergency_admission_rate where financial_year = '2025/26' group by place_name order by place_name", ""),
    question("joined_population", "select l.place_name, sum(r.people) as people from red.it as r inner join reference.lsoa as l on r.lsoa21_code = l.lsoa21_code group by l.place_name order by l.place_name", "")
    .over("select p.lsoa21_code, count(*) as people from core.person as p where p.is_active group by p.lsoa21_code"),
    question("official_denominator", "select place_name, people, population from red.it", "")
    .over("with n as (select place_name, count(*) as people from core.person where is_active group by place_name), d as (select l.place_name, sum(p.persons) as population from reference.population as p inner join reference.lsoa as l on p.lsoa21_code = l.lsoa21_code where p.year = 2024 group by l.place_name) select n.place_name, n.people, cast(d.population as bigint) as population from n inner join d on n.place_name = d.place_name"),
    question("grid", "select place_name, people from red.it", "")
    .over("with n as (select place_name, count(*) as n from core.person where is_active group by place_name), a as (select distinct place_name from reference.lsoa) select a.place_name, coalesce(n.n, 0) as people from a left join n on a.place_name = n.place_name"),
    question("union_settings", "select setting, people from red.it", "")
    .over("select 'Emergency department' as setting, count(*) as people from core.contact where setting = 'Emergency department' union all select 'Outpatient' as setting, count(*) as people from core.contact where setting = 'Outpatient'"),
    question("both_settings", "select seen, people from red.it", "")
    .over("with e as (select distinct person_key from core.contact where setting = 'Emergency department'), g as (select distinct person_key from core.contact where setting = 'General practice') select case when g.person_key is null then 'No' else 'Yes' end as seen, count(*) as people from e left join g on e.person_key = g.person_key group by 1"),
    question("exists_contact", "select sex, people from red.it", "")
    .over("select p.sex, count(*) as people from core.person as p where exists (select 1 from core.contact as c where c.person_key = p.person_key and c.emergency) group by p.sex"),
    question("hours", "select part, people from red.it", "")
    .over("select case when date_part('hour', started) between 8 and 19 then 'Day' else 'Night' end as part, count(*) as people from core.contact where setting = 'Emergency department' group by 1"),
    question("weekday", "select part, people from red.it", "")
    .over("select case date_part('dow', started) when 0 then 'Weekend' when 6 then 'Weekend' else 'Weekday' end as part, count(*) as people from core.contact group by 1"),
    question("local_quintile", "select quintile, people from red.it", "")
    .over("with q as (select lsoa21_code, ntile(5) over (order by imd_rank) as quintile from reference.lsoa) select cast(q.quintile as varchar) as quintile, count(*) as people from core.person as p inner join q on p.lsoa21_code = q.lsoa21_code group by 1"),
    question("sex_case", "select sex, people from red.it", "")
    .over("select case sex when 'female' then 'Female' when 'male' then 'Male' else 'Other or not known' end as sex, count(*) as people from core.person group by 1"),
    question("rolling", "select month, people from red.it where setting = 'Outpatient' order by month", "")
    .over("select month, setting, sum(contacts) as people from marts.activity_month group by month, setting"),
    question("last_12", "select month, sum(contacts) as people from marts.activity_month where month > $as_of - interval '12' month group by month order by month", ""),
    question("yoy", "select place_name, sum(case when financial_year = '2024/25' then admissions else 0 end) as before, sum(case when financial_year = '2025/26' then admissions else 0 end) as people from marts.emergency_admission_rate group by place_name", ""),
    question("lsoa_count_join", "select imd_decile, people from red.it", "")
    .over("select l.imd_decile, count(*) as people from core.person as p left join reference.lsoa as l using (lsoa21_code) where p.is_active group by l.imd_decile"),
    question("unshown_order", "select age_band, age_band_order, sum(people) as people from marts.population_profile group by age_band, age_band_order order by age_band_order", ""),
    question("unshown_total", "select age_band, sum(people) as people, sum(sum(people)) over () as total from marts.population_profile group by age_band", ""),
    question("having_some", "select age_band, sum(people) as people from marts.population_profile group by age_band having sum(people) >= 1", ""),
    question("gp_registered_practice", "select which, people from red.it", "")
    .over("select case when p.practice_code = c.practice_code then 'Own practice' else 'Another' end as which, count(*) as people from core.contact as c inner join core.person as p on c.person_key = p.person_key where c.setting = 'General practice' group by 1"),
    question("ed_same_provider", "select sex, people from red.it", "")
    .over("select o.kind as sex, count(*) as people from core.contact as c inner join reference.organisation as o on c.provider_code = o.ods_code where o.kind <> 'gp_practice' group by o.kind"),
    question("interpreter_place", "select place_name, people from red.it", "")
    .over("select place_name, count(*) filter (where interpreter_required) as people from core.person where is_active group by place_name"),
    question("median_los_beside", "select setting, people from red.it", "")
    .over("select setting, median(date_part('day', ended - started)) as median_days, count(*) as people from core.contact where ended is not null group by setting"),
    question("latest_practice", "select pcn_name, people from red.it", "")
    .over("with l as (select person_key, first_value(practice_code order by started desc) as practice_code from core.registration group by person_key) select o.pcn_name, count(*) as people from l inner join reference.organisation as o on l.practice_code = o.ods_code group by o.pcn_name"),
    question("latest_practice_qualify", "select pcn_name, people from red.it", "")
    .over("with l as (select person_key, practice_code from core.registration qualify row_number() over (partition by person_key order by started desc) = 1) select o.pcn_name, count(*) as people from l inner join reference.organisation as o on l.practice_code = o.ods_code group by o.pcn_name"),
    question("distinct_on_latest", "select pcn_name, people from red.it", "")
    .over("with l as (select distinct on (person_key) person_key, practice_code from core.registration order by person_key, started desc) select o.pcn_name, count(*) as people from l inner join reference.organisation as o on l.practice_code = o.ods_code group by o.pcn_name"),
];
