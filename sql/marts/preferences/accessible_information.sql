/*
description: >
  Active people who need information in another form (Accessible Information Standard), as flags say
  (intermediate.need_by_area), by area. A person may need several forms; Any counts each person once. Every form of
  reference.need_code has a row for every area, zero included. That nothing is recorded does not say
  that nothing is needed.
grain: [area_type, area_code, need]
columns:
  area_type: All, Region, ICB, Sub-ICB location, Place, Local authority, Neighbourhood, PCN or Practice
  area_code: Code of the area, or Not known
  area_name: Name of the area, or Not known
  need: Form of information that is needed, or Any
  people: Active people of whom it is recorded
  population: Active people of the area
  share: People of the population, 0 to 1
  lower: Lower 95% limit of the share (Wilson)
  upper: Upper 95% limit of the share (Wilson)
checks:
  - not_null: [area_type, area_code, area_name, need, people, population, share]
topic: preferences
*/
with counted as (
    select
        area_type,
        area_code,
        area_name,
        need,
        people,
        population
    from intermediate.need_by_area
    where need_kind = 'accessible_information'
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
