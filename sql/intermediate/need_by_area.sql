/*
description: >
  Active people with each need of access or preference of contact (intermediate.person_need), by area. A
  person may have several of a kind; Any counts each person once. Every need of reference.need_code, and
  Other of reasonable adjustments, has a row for every area, zero included.
grain: [need_kind, area_type, area_code, need]
columns:
  need_kind: accessible_information, contact_preference, interpreter or reasonable_adjustment
  area_type: All, Region, ICB, Sub-ICB location, Place, Local authority, Neighbourhood, PCN or Practice
  area_code: Code of the area, or Not known
  area_name: Name of the area, or Not known
  need: What is needed or preferred, Other, or Any
  people: Active people of whom it is recorded
  population: Active people of the area
checks:
  - not_null: [need_kind, area_type, area_code, area_name, need, people, population]
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
        need_kind,
        need
    from intermediate.person_need
),

need_codes as (
    select distinct
        need_kind,
        need
    from reference.need_code
),

all_needs as (
    select need_kind, need
    from need_codes
    union
    select 'reasonable_adjustment' as need_kind, 'Other' as need
    union
    select 'reasonable_adjustment' as need_kind, 'Any' as need
    union
    select need_kind, 'Any' as need
    from need_codes
),

person_needs as (
    select person_key, need_kind, need
    from recorded
    union all
    select distinct person_key, need_kind, 'Any' as need
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

counts as (
    select
        person_areas.area_type,
        person_areas.area_code,
        person_needs.need_kind,
        person_needs.need,
        count(*) as people
    from person_needs
    inner join person_areas
        on person_needs.person_key = person_areas.person_key
    group by person_areas.area_type, person_areas.area_code, person_needs.need_kind, person_needs.need
),

final as (
    select
        all_needs.need_kind,
        populations.area_type,
        populations.area_code,
        populations.area_name,
        all_needs.need,
        coalesce(counts.people, 0) as people,
        populations.population
    from populations
    cross join all_needs
    left join counts
        on populations.area_type = counts.area_type
        and populations.area_code = counts.area_code
        and all_needs.need_kind = counts.need_kind
        and all_needs.need = counts.need
)

select * from final
