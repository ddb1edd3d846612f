/*
description: >
  Active people who take many medicines, by area and age: how many of them were prescribed five or
  more, and ten or more, different medicines in the 84 days to the as-of date (three prescriptions of
  28 days). Codes that reference.medicine knows as one medicine are one; of the sections of the
  British National Formulary that reference.polypharmacy_exclusion leaves out (creams, antibiotics,
  dressings and their like) only medicines that reference.medicine knows can be told, so that the
  others count. Opioids and the anticholinergic burden, 3 or more of which weighs on older people, are those of
  medicines that reference.medicine marks, creams and their like included. Prescriptions that were cancelled, or are drafts or proposals, do not count.
grain: [area_type, area_code, age_group]
columns:
  area_type: All, Region, ICB, Sub-ICB location, Place, Local authority, Neighbourhood, PCN or Practice
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
  people_opioid: Those who were prescribed an opioid
  share_opioid: Their share of the population, 0 to 1; null where the population is 0
  lower_opioid: Lower 95% limit of that share (Wilson)
  upper_opioid: Upper 95% limit of that share (Wilson)
  people_burden_3: Those whose medicines have an anticholinergic burden of three or more together
  share_burden_3: Their share of the population, 0 to 1; null where the population is 0
  lower_burden_3: Lower 95% limit of that share (Wilson)
  upper_burden_3: Upper 95% limit of that share (Wilson)
checks:
  - not_null: [area_type, area_code, area_name, age_group, population, people_5, people_10, people_opioid, people_burden_3]
  - expect: people_opioid <= population and people_burden_3 <= population
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
        medicines.opioid = 'yes' as is_opioid,
        coalesce(cast(medicines.anticholinergic_burden as int), 0) as burden,
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

-- Codes of one medicine are one.
prescribed as (
    select
        prescriptions.person_key,
        coalesce(medicines.medicine, prescriptions.code) as medicine,
        max(case when medicines.is_excluded then 0 else 1 end) as counts,
        max(case when medicines.is_opioid then 1 else 0 end) as is_opioid,
        max(coalesce(medicines.burden, 0)) as burden
    from medicines
    right join prescriptions
        on medicines.code = prescriptions.code
    group by prescriptions.person_key, coalesce(medicines.medicine, prescriptions.code)
),

taken as (
    select
        person_key,
        sum(counts) as medicines,
        max(is_opioid) = 1 as takes_opioid,
        sum(burden) as burden
    from prescribed
    group by person_key
),

grouped as (
    select
        people.person_key,
        age_groups.age_group,
        coalesce(taken.medicines, 0) as medicines,
        coalesce(taken.takes_opioid, false) as takes_opioid,
        coalesce(taken.burden, 0) as burden
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
        grouped.age_group,
        count(*) as population,
        count(*) filter (where grouped.medicines >= 5) as people_5,
        count(*) filter (where grouped.medicines >= 10) as people_10,
        count(*) filter (where grouped.takes_opioid) as people_opioid,
        count(*) filter (where grouped.burden >= 3) as people_burden_3
    from grouped
    inner join person_areas
        on grouped.person_key = person_areas.person_key
    group by person_areas.area_type, person_areas.area_code, grouped.age_group
),

areas as (
    select
        person_areas.area_type,
        person_areas.area_code,
        max(person_areas.area_name) as area_name
    from people
    inner join person_areas
        on people.person_key = person_areas.person_key
    group by person_areas.area_type, person_areas.area_code
),

-- Age groups in which an area has nobody are 0.
framed as (
    select
        areas.area_type,
        areas.area_code,
        areas.area_name,
        age_groups.age_group,
        coalesce(counted.population, 0) as population,
        coalesce(counted.people_5, 0) as people_5,
        coalesce(counted.people_10, 0) as people_10,
        coalesce(counted.people_opioid, 0) as people_opioid,
        coalesce(counted.people_burden_3, 0) as people_burden_3
    from areas
    cross join age_groups
    left join counted
        on areas.area_type = counted.area_type
        and areas.area_code = counted.area_code
        and age_groups.age_group = counted.age_group
),

estimated as (
    select
        *,
        proportion(people_5, nullif(population, 0), 1.0) as estimate_5,
        proportion(people_10, nullif(population, 0), 1.0) as estimate_10,
        proportion(people_opioid, nullif(population, 0), 1.0) as estimate_opioid,
        proportion(people_burden_3, nullif(population, 0), 1.0) as estimate_burden_3
    from framed
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
        estimate_10['upper'] as upper_10,
        people_opioid,
        estimate_opioid['value'] as share_opioid,
        estimate_opioid['lower'] as lower_opioid,
        estimate_opioid['upper'] as upper_opioid,
        people_burden_3,
        estimate_burden_3['value'] as share_burden_3,
        estimate_burden_3['lower'] as lower_burden_3,
        estimate_burden_3['upper'] as upper_burden_3
    from estimated
)

select * from final
