/*
description: >
  Active people in each population segment (core.segment), by area: how many there are, how old, how
  deprived, and what care they had in the 12 months to the as-of date. Every segment of
  reference.segment_rule has a row for every area, zero included; None is for people who meet no rule.
grain: [area_type, area_code, segment]
columns:
  area_type: All, Region, ICB, Sub-ICB location, Place, Local authority, Neighbourhood, PCN or Practice
  area_code: Code of the area, or Not known
  area_name: Name of the area, or Not known
  segment: Name of the segment
  segment_order: Order of the segment
  people: Active people in the segment
  population: Active people of the area
  share: Share of the population in the segment, 0 to 1
  lower: Lower 95% limit of the share (Wilson)
  upper: Upper 95% limit of the share (Wilson)
  people_0_17: Those aged under 18
  people_18_64: Those aged 18 to 64
  people_65: Those aged 65 or over
  most_deprived: Those who live in the most deprived fifth of areas
  emergency_admissions: Emergency admissions in the 12 months
  emergency_attendances: Emergency department attendances in the 12 months
  general_practice_contacts: Contacts with general practice in the 12 months
checks:
  - unique: [area_type, area_code, segment]
  - not_null: [area_type, area_code, area_name, segment, segment_order, people, population, share]
  - expect: people between 0 and population
topic: needs
*/
with people as (
    select
        person_key,
        age,
        imd_quintile
    from core.person
    where is_active
),

segments as (
    select
        person_key,
        segment
    from core.segment
),

person_areas as (
    select
        person_key,
        area_type,
        area_code,
        area_name
    from intermediate.person_area
),

all_segments as (
    select
        cast(segment as varchar) as segment,
        min(cast(segment_order as int)) as segment_order
    from reference.segment_rule
    group by segment
    union all
    select 'None' as segment, 99 as segment_order
),

contacts as (
    select
        person_key,
        count(*) filter (where setting = 'Emergency admission') as emergency_admissions,
        count(*) filter (where setting = 'Emergency department') as emergency_attendances,
        count(*) filter (where setting = 'General practice') as general_practice_contacts
    from core.contact
    where attended
        and started_date > $as_of - interval '12' month
        and started_date <= $as_of
    group by person_key
),

described as (
    select
        people.person_key,
        people.age,
        people.imd_quintile,
        segments.segment,
        coalesce(contacts.emergency_admissions, 0) as emergency_admissions,
        coalesce(contacts.emergency_attendances, 0) as emergency_attendances,
        coalesce(contacts.general_practice_contacts, 0) as general_practice_contacts
    from people
    inner join segments
        on people.person_key = segments.person_key
    left join contacts
        on people.person_key = contacts.person_key
),

grouped as (
    select
        person_areas.area_type,
        person_areas.area_code,
        max(person_areas.area_name) as area_name,
        described.segment,
        count(*) as people,
        count(*) filter (where described.age < 18) as people_0_17,
        count(*) filter (where described.age between 18 and 64) as people_18_64,
        count(*) filter (where described.age >= 65) as people_65,
        count(*) filter (where described.imd_quintile = '1 (most deprived)') as most_deprived,
        sum(described.emergency_admissions) as emergency_admissions,
        sum(described.emergency_attendances) as emergency_attendances,
        sum(described.general_practice_contacts) as general_practice_contacts
    from described
    inner join person_areas
        on described.person_key = person_areas.person_key
    group by person_areas.area_type, person_areas.area_code, described.segment
),

counted as (
    select
        grouped.area_type,
        grouped.area_code,
        max(grouped.area_name) as area_name,
        all_segments.segment,
        min(all_segments.segment_order) as segment_order,
        coalesce(sum(grouped.people) filter (where grouped.segment = all_segments.segment), 0) as people,
        sum(grouped.people) as population,
        coalesce(sum(grouped.people_0_17) filter (where grouped.segment = all_segments.segment), 0) as people_0_17,
        coalesce(sum(grouped.people_18_64) filter (where grouped.segment = all_segments.segment), 0) as people_18_64,
        coalesce(sum(grouped.people_65) filter (where grouped.segment = all_segments.segment), 0) as people_65,
        coalesce(sum(grouped.most_deprived) filter (where grouped.segment = all_segments.segment), 0) as most_deprived,
        coalesce(sum(grouped.emergency_admissions) filter (where grouped.segment = all_segments.segment), 0)
            as emergency_admissions,
        coalesce(sum(grouped.emergency_attendances) filter (where grouped.segment = all_segments.segment), 0)
            as emergency_attendances,
        coalesce(sum(grouped.general_practice_contacts) filter (where grouped.segment = all_segments.segment), 0)
            as general_practice_contacts
    from grouped
    cross join all_segments
    group by grouped.area_type, grouped.area_code, all_segments.segment
),

estimated as (
    select
        *,
        proportion(people, population, 1.0) as estimate
    from counted
),

final as (
    select
        area_type,
        area_code,
        area_name,
        segment,
        segment_order,
        people,
        population,
        estimate['value'] as share,
        estimate['lower'] as lower,
        estimate['upper'] as upper,
        people_0_17,
        people_18_64,
        people_65,
        most_deprived,
        emergency_admissions,
        emergency_attendances,
        general_practice_contacts
    from estimated
)

select * from final
