/*
description: >
  How active people prefer to be contacted, as flags say (intermediate.need_by_area), by area. A person may
  have several preferences; Not recorded are those without any. Every way of reference.need_code has a row
  for every area, zero included. Views have no other place for a preference: what is in a Communication or
  a Consent is not in the lake.
grain: [area_type, area_code, need]
columns:
  area_type: All, ICB, Place, Local authority, PCN or Practice
  area_code: Code of the area, or Not known
  area_name: Name of the area, or Not known
  need: Way of contact that is preferred, or Not recorded
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
        case when need = 'Any' then 'Not recorded' else need end as need,
        case when need = 'Any' then population - people else people end as people,
        population
    from intermediate.need_by_area
    where need_kind = 'contact_preference'
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
