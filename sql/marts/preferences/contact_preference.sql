/*
description: >
  How active people prefer to be contacted, as flags and answers to questionnaires say
  (intermediate.need_by_area), by area. A person may have several preferences; Not recorded are those without
  any. Every way of reference.need_code has a row for every area, zero included. Beside them stand those who were
  contacted during the period, by the Communications that were sent to them, and whether in that way
  (reference.communication_medium).
grain: [area_type, area_code, need]
columns:
  area_type: All, Region, ICB, Sub-ICB location, Place, Local authority, Neighbourhood, PCN or Practice
  area_code: Code of the area, or Not known
  area_name: Name of the area, or Not known
  need: Way of contact that is preferred, or Not recorded
  people: Active people of whom it is recorded
  population: Active people of the area
  share: People of the population, 0 to 1
  lower: Lower 95% limit of the share (Wilson)
  upper: Upper 95% limit of the share (Wilson)
  people_contacted: Those of the people to whom something was sent in a way that is known
  people_contacted_so: Those of them to whom something was sent in the way that they prefer; 0 for Not recorded
checks:
  - not_null: [area_type, area_code, area_name, need, people, population, share, people_contacted, people_contacted_so]
  - expect: people_contacted_so <= people_contacted and people_contacted <= people
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

people as (
    select person_key
    from core.person
    where is_active
),

preferences as (
    select
        person_key,
        need
    from intermediate.person_need
    where need_kind = 'contact_preference'
),

people_or_none as (
    select
        people.person_key,
        coalesce(preferences.need, 'Not recorded') as need
    from people
    left join preferences
        on people.person_key = preferences.person_key
),

media as (
    select
        cast(code_system as varchar) as code_system,
        cast(code as varchar) as code,
        need
    from reference.communication_medium
),

ways as (
    select distinct
        communications.person_key,
        media.need
    from media
    inner join staging.communication as communications
        on media.code_system = communications.medium_system
        and media.code = communications.medium
    where communications.sent_date between $period_start and least($period_end, $as_of)
),

contacted as (
    select
        people_or_none.person_key,
        people_or_none.need,
        bool_or(people_or_none.need = ways.need) as is_contacted_so
    from people_or_none
    inner join ways
        on people_or_none.person_key = ways.person_key
    group by people_or_none.person_key, people_or_none.need
),

contacted_by_area as (
    select
        person_areas.area_type,
        person_areas.area_code,
        contacted.need,
        count(*) as people_contacted,
        count(*) filter (where contacted.is_contacted_so) as people_contacted_so
    from contacted
    inner join intermediate.person_area as person_areas
        on contacted.person_key = person_areas.person_key
    group by person_areas.area_type, person_areas.area_code, contacted.need
),

estimated as (
    select
        counted.*,
        coalesce(contacted_by_area.people_contacted, 0) as people_contacted,
        coalesce(contacted_by_area.people_contacted_so, 0) as people_contacted_so,
        proportion(counted.people, counted.population, 1.0) as estimate
    from counted
    left join contacted_by_area
        on counted.area_type = contacted_by_area.area_type
        and counted.area_code = contacted_by_area.area_code
        and counted.need = contacted_by_area.need
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
        estimate['upper'] as upper,
        people_contacted,
        people_contacted_so
    from estimated
)

select * from final
