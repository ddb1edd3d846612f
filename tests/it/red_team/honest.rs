//! Tables and models that count people honestly: they pass.

use super::attempt::{Attempt, GROUP, PLACE, SETTING, SEX, chosen, modelled};

/// All of them.
pub const HONEST: &[Attempt] = &[
    chosen("people_by_sex", SEX, "is_active", ""),
    chosen("people_by_place", PLACE, "", ""),
    modelled(
        "distinct_people",
        PLACE,
        "select c.person_key, p.place_name from core.contact as c inner join core.person as p on c.person_key = p.person_key",
        "",
    ),
    modelled(
        "contacts_by_setting",
        SETTING,
        "select person_key, setting from core.contact where attended",
        "",
    ),
    modelled(
        "emergency_contacts",
        SETTING,
        "select person_key, setting from core.contact where emergency",
        "",
    ),
    modelled(
        "age_groups_by_range",
        GROUP,
        "select p.person_key, g.age_group from core.person as p inner join reference.age_group as g on p.age between g.lower_age and g.upper_age",
        "",
    ),
    modelled(
        "age_groups_by_two_comparisons",
        GROUP,
        "select p.person_key, g.age_group from core.person as p inner join reference.age_group as g on p.age >= g.lower_age and p.age <= g.upper_age",
        "",
    ),
    modelled(
        "people_without_contacts",
        SEX,
        "select p.person_key, p.sex from core.person as p where not exists (select 1 from core.contact as c where c.person_key = p.person_key)",
        "",
    ),
    modelled(
        "people_in_a_list_of_people",
        SEX,
        "select person_key, sex from core.person where person_key in (select person_key from core.contact)",
        "",
    ),
    modelled(
        "people_in_a_comma_join",
        SEX,
        "select p.person_key, p.sex from core.person as p, (select distinct person_key from core.contact) as c where p.person_key = c.person_key",
        "",
    ),
    modelled(
        "a_yes_or_no",
        ("needed", "values = [\"Yes\", \"No\"]"),
        "select person_key, case when interpreter_required then 'Yes' else 'No' end as needed from core.person",
        "",
    ),
    modelled(
        "frailty",
        ("band", "values = [\"low\", \"intermediate\", \"high\"]"),
        "select person_key, coalesce(frailty_band, 'Not known') as band from core.comorbidity",
        "",
    ),
    chosen("an_indicator", SEX, "age >= 65", ""),
    chosen("a_truth", SEX, "cast(is_active as int) = 1", ""),
    modelled(
        "labels_joined",
        ("age_band", "from = \"reference.age_band.age_band\""),
        "select p.person_key, b.age_band from core.person as p inner join reference.age_band as b on p.age_band = b.age_band",
        "",
    ),
    modelled(
        "two_tables_in_a_union",
        SETTING,
        "select person_key, 'Dental' as setting from record.dental_contact union all select person_key, 'Pharmacy' as setting from record.pharmacy_contact",
        "",
    ),
    modelled(
        "the_latest_of_each_person",
        SETTING,
        "select person_key, setting from (select person_key, setting, row_number() over (partition by person_key order by started desc, contact_key) as n from core.contact) as x where n = 1",
        "",
    ),
    modelled(
        "people_with_many_contacts",
        ("often", "values = [\"often\", \"seldom\"]"),
        "select person_key, case when count(*) > 3 then 'often' else 'seldom' end as often from core.contact group by person_key",
        "",
    ),
    modelled(
        "sex_in_a_case",
        SEX,
        "select person_key, case when sex = 'female' then 'Female' else 'Male' end as sex from core.person",
        "",
    ),
];
