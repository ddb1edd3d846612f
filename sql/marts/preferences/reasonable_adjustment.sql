/*
description: >
  Active people with a flag for a reasonable adjustment (intermediate.person_need), by area. A person may
  need several; Any counts each person once, and Other are codes that reference.need_code does not have.
  Every adjustment of that table has a row for every area, zero included. That nothing is recorded does
  not say that nothing is needed.
grain: [area_type, area_code, need]
columns:
  area_type: All, ICB, Place, Local authority, PCN or Practice
  area_code: Code of the area, or Not known
  area_name: Name of the area, or Not known
  need: Adjustment that is needed, Other, or Any
  people: Active people of whom it is recorded
  population: Active people of the area
  share: People of the population, 0 to 1
  lower: Lower 95% limit of the share (Wilson)
  upper: Upper 95% limit of the share (Wilson)
checks:
  - unique: [area_type, area_code, need]
  - not_null: [area_type, area_code, area_name, need, people, population, share]
  - expect: people between 0 and population
topic: preferences
*/
with people as (
    select person_key
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

recorded as (
    select
        person_key,
        need
    from intermediate.person_need
    where need_kind = 'reasonable_adjustment'
),

all_needs as (
    select distinct need
    from reference.need_code
    where need_kind = 'reasonable_adjustment'
    union all
    select 'Other' as need
    union all
    select 'Any' as need
),

person_needs as (
    select person_key, need
    from recorded
    union all
    select distinct person_key, 'Any' as need
    from recorded
),

populations as (
    select
        person_areas.area_type,
        person_areas.area_code,
        max(person_areas.area_name) as area_name,
        count(*) as population
    from people
    inner join person_areas
        on people.person_key = person_areas.person_key
    group by person_areas.area_type, person_areas.area_code
),

rows_of_both as (
    select
        populations.area_type,
        populations.area_code,
        populations.area_name,
        all_needs.need,
        0 as people,
        populations.population
    from populations
    cross join all_needs
    union all
    select
        person_areas.area_type,
        person_areas.area_code,
        person_areas.area_name,
        person_needs.need,
        1 as people,
        0 as population
    from person_needs
    inner join person_areas
        on person_needs.person_key = person_areas.person_key
),

counted as (
    select
        area_type,
        area_code,
        max(area_name) as area_name,
        need,
        cast(sum(people) as bigint) as people,
        cast(sum(population) as bigint) as population
    from rows_of_both
    group by area_type, area_code, need
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
        need,
        people,
        population,
        estimate['value'] as share,
        estimate['lower'] as lower,
        estimate['upper'] as upper
    from estimated
)

select * from final
