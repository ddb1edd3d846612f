//! Reports and models that count people honestly: they pass.

use super::tricks::Trick;

pub const SEX: (&str, &str) = (
    "sex",
    "values = [\"Female\", \"Male\", \"Other or not known\", \"female\", \"male\", \"other\", \"unknown\"]",
);
pub const PLACE: (&str, &str) = ("place_name", "from = \"reference.lsoa.place_name\"");
const GROUP: (&str, &str) = ("age_group", "from = \"reference.age_group.age_group\"");
const SETTING: (&str, &str) = ("setting", "from = \"reference.setting.setting\"");

pub const fn honest(
    name: &'static str,
    model: &'static str,
    sql: &'static str,
    dimension: (&'static str, &'static str),
) -> Trick {
    Trick {
        name,
        model,
        sql,
        dimension,
        count: "people",
        says: "",
        first: "",
    }
}

/// All of them. `red.it` is the model of the report itself.
pub const HONEST: &[Trick] = &[
    honest(
        "people_by_sex",
        "select sex, count(*) as people from core.person where is_active group by sex",
        "select sex, people from red.it order by sex",
        SEX,
    ),
    honest(
        "people_by_place",
        "select place_name, count(person_key) as people from core.person group by place_name",
        "select place_name, people from red.it",
        PLACE,
    ),
    honest(
        "distinct_people",
        "select p.place_name, count(distinct c.person_key) as people from core.contact as c inner join core.person as p on c.person_key = p.person_key group by p.place_name",
        "select place_name, people from red.it",
        PLACE,
    ),
    honest(
        "contacts_by_setting",
        "select setting, count(*) as people from core.contact where attended group by setting",
        "select setting, people from red.it",
        SETTING,
    ),
    honest(
        "emergency_contacts",
        "select setting, count(*) filter (where emergency) as people from core.contact group by setting",
        "select setting, people from red.it",
        SETTING,
    ),
    honest(
        "an_indicator",
        "select sex, sum(case when age >= 65 then 1 else 0 end) as people from core.person group by sex",
        "select sex, people from red.it",
        SEX,
    ),
    honest(
        "an_indicator_without_else",
        "select sex, sum(case when age >= 65 then 1 end) as people from core.person group by sex",
        "select sex, coalesce(people, 0) as people from red.it",
        SEX,
    ),
    honest(
        "a_truth_as_a_number",
        "select sex, sum(cast(is_active as int)) as people from core.person group by sex",
        "select sex, people from red.it",
        SEX,
    ),
    honest(
        "age_groups_by_range",
        "select g.age_group, count(*) as people from core.person as p inner join reference.age_group as g on p.age between g.lower_age and g.upper_age group by g.age_group",
        "select age_group, people from red.it",
        GROUP,
    ),
    honest(
        "age_groups_by_two_comparisons",
        "select g.age_group, count(*) as people from core.person as p inner join reference.age_group as g on p.age >= g.lower_age and p.age <= g.upper_age group by g.age_group",
        "select age_group, people from red.it",
        GROUP,
    ),
    honest(
        "groups_of_groups",
        "",
        "select sex, sum(people) as people from marts.population_profile group by sex order by sex",
        SEX,
    ),
    honest(
        "groups_in_a_case",
        "",
        "select case when sex = 'Female' then 'Female' else 'Male' end as sex, sum(people) as people from marts.population_profile group by 1",
        SEX,
    ),
    honest(
        "an_empty_group_left_out",
        "",
        "select sex, sum(people) as people from marts.population_profile where people > 0 group by sex having sum(people) > 0",
        SEX,
    ),
    honest(
        "a_count_or_none",
        "",
        "select sex, sum(case when ethnic_group = 'White' then people else 0 end) as people from marts.population_profile group by sex",
        SEX,
    ),
    honest(
        "cast_to_a_whole_number",
        "",
        "select sex, cast(sum(people) as bigint) as people from marts.population_profile group by sex",
        SEX,
    ),
    honest(
        "labels_joined_to_counts",
        "",
        "select b.age_band, sum(p.people) as people from marts.population_profile as p inner join reference.age_band as b on p.age_band = b.age_band group by b.age_band, b.age_band_order order by b.age_band_order",
        ("age_band", "from = \"reference.age_band.age_band\""),
    ),
    honest(
        "all_labels_with_zeros",
        "",
        "select b.age_band, coalesce(sum(p.people), 0) as people from reference.age_band as b left join marts.population_profile as p on b.age_band = p.age_band group by b.age_band",
        ("age_band", "from = \"reference.age_band.age_band\""),
    ),
    honest(
        "parts_in_a_union",
        "",
        "select 'Female' as sex, sum(people) as people from marts.population_profile where sex = 'Female' union all select 'Male' as sex, sum(people) as people from marts.population_profile where sex = 'Male'",
        SEX,
    ),
    honest(
        "two_tables_in_a_union",
        "select 'Dental' as setting, count(*) as people from record.dental_contact union all select 'Pharmacy' as setting, count(*) as people from record.pharmacy_contact",
        "select setting, people from red.it",
        SETTING,
    ),
    honest(
        "conditions_by_name",
        "",
        "select condition_name, sum(people_with_condition) as people from marts.condition_prevalence group by condition_name",
        (
            "condition_name",
            "from = \"reference.condition.condition_name\"",
        ),
    ),
    honest(
        "populations_beside",
        "",
        "select condition_name, sum(population) as people from marts.condition_prevalence group by condition_name",
        (
            "condition_name",
            "from = \"reference.condition.condition_name\"",
        ),
    ),
    honest(
        "contacts_of_all_months",
        "",
        "select setting, sum(contacts) as people from marts.activity_month group by setting",
        SETTING,
    ),
    honest(
        "people_of_each_month",
        "",
        "select month, sum(people) as people from (select month, setting, place_name, people from marts.activity_month where setting = 'Dental') as x group by month, setting, place_name",
        ("month", "from = \"reference.month.month_start\""),
    ),
    honest(
        "average_people",
        "",
        "select place_name, sum(people) as people from marts.emergency_admission_rate group by place_name, financial_year",
        PLACE,
    ),
    honest(
        "the_latest_of_each_person",
        "select setting, count(*) as people from (select person_key, setting, row_number() over (partition by person_key order by started desc, contact_key) as n from core.contact) as x where n = 1 group by setting",
        "select setting, people from red.it",
        SETTING,
    ),
    honest(
        "people_with_many_contacts",
        "select often, count(*) as people from (select person_key, case when count(*) > 3 then 'often' else 'seldom' end as often from core.contact group by person_key) as x group by often",
        "select often, people from red.it",
        ("often", "values = [\"often\", \"seldom\"]"),
    ),
    honest(
        "people_without_contacts",
        "select sex, count(*) as people from core.person as p where not exists (select 1 from core.contact as c where c.person_key = p.person_key) group by sex",
        "select sex, people from red.it",
        SEX,
    ),
    honest(
        "people_in_a_list_of_people",
        "select sex, count(*) as people from core.person where person_key in (select person_key from core.contact) group by sex",
        "select sex, people from red.it",
        SEX,
    ),
    honest(
        "people_in_a_comma_join",
        "select p.sex, count(*) as people from core.person as p, (select distinct person_key from core.contact) as c where p.person_key = c.person_key group by p.sex",
        "select sex, people from red.it",
        SEX,
    ),
    honest(
        "official_population",
        "",
        "select l.place_name, cast(sum(p.persons) as bigint) as people from reference.population as p inner join reference.lsoa as l on p.lsoa21_code = l.lsoa21_code group by l.place_name",
        PLACE,
    ),
    honest(
        "a_yes_or_no",
        "select case when interpreter_required then 'Yes' else 'No' end as needed, count(*) as people from core.person group by 1",
        "select needed, people from red.it",
        ("needed", "values = [\"Yes\", \"No\"]"),
    ),
    honest(
        "frailty",
        "select coalesce(frailty_band, 'Not known') as band, count(*) as people from core.comorbidity group by 1",
        "select band, people from red.it",
        ("band", "values = [\"low\", \"intermediate\", \"high\"]"),
    ),
];
