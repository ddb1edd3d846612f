/*
description: >
  Active people who take many medicines, by area and age: how many of them were prescribed five or
  more, and ten or more, different medicines in the 84 days to the as-of date (three prescriptions of
  28 days). Codes that reference.medicine knows as one medicine are one; of the sections of the
  British National Formulary that reference.polypharmacy_exclusion leaves out (creams, antibiotics,
  dressings and their like) only medicines that reference.medicine knows can be told, so that the
  others count. Prescriptions that were cancelled, or are drafts or proposals, do not count.
grain: [area_type, area_code, age_group]
columns:
  area_type: All, ICB, Place, Local authority, PCN or Practice
  area_code: Code of the area, or Not known
  area_name: Name of the area, or Not known
  age_group: 0-17, 18-64, 65+ or Not known
  population: Active people of the area and age group
  people_5: Those with five or more medicines
  share_5: Their share of the population, 0 to 1; null where the population is 0
  lower_5: Lower 95% limit of that share (Wilson)
  upper_5: Upper 95% limit of that share (Wilson)
  people_10: Those with ten or more medicines
  share_10: Their share of the population, 0 to 1; null where the population is 0
  lower_10: Lower 95% limit of that share (Wilson)
  upper_10: Upper 95% limit of that share (Wilson)
checks:
  - unique: [area_type, area_code, age_group]
  - not_null: [area_type, area_code, area_name, age_group, population, people_5, people_10]
  - expect: people_10 <= people_5 and people_5 <= population
topic: needs
*/
with people as (
    select
        person_key,
        age
    from core.person
    where is_active
),

person_areas as (
    select
        person_key,
        area_type,
        area_code,
        area_name
    from intermediate.person_area
),

age_groups as (
    select
        cast(age_group as varchar) as age_group,
        cast(lower_age as int) as lower_age,
        cast(upper_age as int) as upper_age
    from reference.age_group
    union all
    select 'Not known' as age_group, -1 as lower_age, -1 as upper_age
),

exclusions as (
    select
        cast(bnf_section as varchar) as bnf_section,
        excluded
    from reference.polypharmacy_exclusion
),

medicines as (
    select
        cast(medicines.code as varchar) as code,
        medicines.medicine,
        -- The narrowest section that is listed decides.
        coalesce(paragraphs.excluded, sections.excluded, chapters.excluded, 'no') = 'yes' as is_excluded
    from reference.medicine as medicines
    left join exclusions as paragraphs
        on cast(medicines.bnf_section as varchar) = paragraphs.bnf_section
    left join exclusions as sections
        on substring(cast(medicines.bnf_section as varchar), 1, 5) = sections.bnf_section
    left join exclusions as chapters
        on substring(cast(medicines.bnf_section as varchar), 1, 2) = chapters.bnf_section
),

prescriptions as (
    select distinct
        person_key,
        code
    from core.medication
    where code is not null
        and authored_date > $as_of - interval '84' day
        and coalesce(status, 'active') not in ('cancelled', 'draft')
        and coalesce(intent, 'order') <> 'proposal'
),

taken as (
    select
        prescriptions.person_key,
        count(distinct coalesce(medicines.medicine, prescriptions.code)) as medicines
    from medicines
    right join prescriptions
        on medicines.code = prescriptions.code
    where not coalesce(medicines.is_excluded, false)
    group by prescriptions.person_key
),

grouped as (
    select
        people.person_key,
        age_groups.age_group,
        coalesce(taken.medicines, 0) as medicines
    from people
    inner join age_groups
        on coalesce(people.age, -1) between age_groups.lower_age and age_groups.upper_age
    left join taken
        on people.person_key = taken.person_key
),

counted as (
    select
        person_areas.area_type,
        person_areas.area_code,
        max(person_areas.area_name) as area_name,
        count(*) filter (where grouped.age_group = age_groups.age_group) as population,
        age_groups.age_group,
        count(*) filter (where grouped.age_group = age_groups.age_group and grouped.medicines >= 5) as people_5,
        count(*) filter (where grouped.age_group = age_groups.age_group and grouped.medicines >= 10) as people_10
    from grouped
    inner join person_areas
        on grouped.person_key = person_areas.person_key
    cross join age_groups
    group by person_areas.area_type, person_areas.area_code, age_groups.age_group
),

estimated as (
    select
        *,
        proportion(people_5, nullif(population, 0), 1.0) as estimate_5,
        proportion(people_10, nullif(population, 0), 1.0) as estimate_10
    from counted
),

final as (
    select
        area_type,
        area_code,
        area_name,
        age_group,
        population,
        people_5,
        estimate_5['value'] as share_5,
        estimate_5['lower'] as lower_5,
        estimate_5['upper'] as upper_5,
        people_10,
        estimate_10['value'] as share_10,
        estimate_10['lower'] as lower_10,
        estimate_10['upper'] as upper_10
    from estimated
)

select * from final
