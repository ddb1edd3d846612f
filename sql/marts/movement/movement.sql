/*
description: >
  People who moved between practices, places and integrated care boards, arrived in the record or left
  it, by calendar month of the period. A person counts once in a month for each pair of areas. How
  arrivals, births, departures and deaths are told apart is in intermediate.movement_event.
grain: [area_type, movement, from_code, to_code, month]
columns:
  area_type: Practice, Place or ICB
  month: First day of the calendar month
  movement: Move, Arrival, Birth, Departure or Death
  from_code: Area that people left; Outside for arrivals and births; Not known where it is not known
  from_name: Name of that area
  to_code: Area that people came to; Outside for departures and deaths; Not known where it is not known
  to_name: Name of that area
  people: Different people
checks:
  - unique: [area_type, movement, from_code, to_code, month]
  - not_null: [area_type, month, movement, from_code, from_name, to_code, to_name, people]
  - one_of: {area_type: [Practice, Place, ICB]}
  - one_of: {movement: [Move, Arrival, Birth, Departure, Death]}
  - expect: people > 0
topic: movement
*/
with events as (
    select
        person_key,
        area_type,
        movement,
        from_code,
        to_code,
        cast(date_trunc('month', moved_date) as date) as month
    from intermediate.movement_event
    where moved_date between $period_start and $period_end
),

areas as (
    select
        area_type,
        area_code,
        area_name
    from intermediate.indicator_area
),

person_months as (
    select
        person_key,
        area_type,
        movement,
        from_code,
        to_code,
        month
    from events
    group by person_key, area_type, movement, from_code, to_code, month
),

counted as (
    select
        area_type,
        movement,
        from_code,
        to_code,
        month,
        count(*) as people
    from person_months
    group by area_type, movement, from_code, to_code, month
),

final as (
    select
        counted.area_type,
        counted.month,
        counted.movement,
        counted.from_code,
        coalesce(from_areas.area_name, counted.from_code) as from_name,
        counted.to_code,
        coalesce(to_areas.area_name, counted.to_code) as to_name,
        counted.people
    from counted
    left join areas as from_areas
        on counted.area_type = from_areas.area_type
        and counted.from_code = from_areas.area_code
    left join areas as to_areas
        on counted.area_type = to_areas.area_type
        and counted.to_code = to_areas.area_code
)

select * from final
