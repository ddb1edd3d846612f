/*
description: >
  Personal goals of active people by what they are about (reference.goal_code), by area. A person may have
  several; Any counts people once. Goals in words only, and codes that the table does not have,
  are Other. Every subject has a row for every area, zero included.
grain: [area_type, area_code, goal]
columns:
  area_type: All, Region, ICB, Sub-ICB location, Place, Local authority, Neighbourhood, PCN or Practice
  area_code: Code of the area, or Not known
  area_name: Name of the area, or Not known
  goal: What the goal is about, Other, or Any
  people: Active people with such a goal that was not cancelled
  people_reached: Those with one that was completed
  people_overdue: Those with one that goes on and was due before the as-of date
  population: Active people of the area
  share: People of the population, 0 to 1
  lower: Lower 95% limit of the share (Wilson)
  upper: Upper 95% limit of the share (Wilson)
checks:
  - unique: [area_type, area_code, goal]
  - not_null: [area_type, area_code, area_name, goal, people, people_reached, people_overdue, population, share]
  - expect: people_reached <= people and people_overdue <= people and people <= population
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

goal_codes as (
    select
        cast(code as varchar) as code,
        goal
    from reference.goal_code
),

all_goals as (
    select distinct goal from goal_codes
    union all
    select 'Other' as goal
    union all
    select 'Any' as goal
),

goals as (
    select
        goals.person_key,
        coalesce(goal_codes.goal, 'Other') as goal,
        goals.status,
        goals.due
    from staging.goal as goals
    inner join people
        on goals.person_key = people.person_key
    left join goal_codes
        on goals.code = goal_codes.code
    where goals.status <> 'cancelled'
),

either as (
    select person_key, goal, status, due from goals
    union all
    select person_key, 'Any' as goal, status, due from goals
),

person_goals as (
    select
        person_key,
        goal,
        max(case when status = 'completed' then 1 else 0 end) as is_reached,
        max(case when status <> 'completed' and due < $as_of then 1 else 0 end) as is_overdue
    from either
    group by person_key, goal
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
        all_goals.goal,
        0 as people,
        0 as is_reached,
        0 as is_overdue,
        populations.population
    from populations
    cross join all_goals
    union all
    select
        person_areas.area_type,
        person_areas.area_code,
        person_areas.area_name,
        person_goals.goal,
        1 as people,
        person_goals.is_reached,
        person_goals.is_overdue,
        0 as population
    from person_goals
    inner join person_areas
        on person_goals.person_key = person_areas.person_key
),

counted as (
    select
        area_type,
        area_code,
        max(area_name) as area_name,
        goal,
        cast(sum(people) as bigint) as people,
        cast(sum(is_reached) as bigint) as people_reached,
        cast(sum(is_overdue) as bigint) as people_overdue,
        cast(sum(population) as bigint) as population
    from rows_of_both
    group by area_type, area_code, goal
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
        goal,
        people,
        people_reached,
        people_overdue,
        population,
        estimate['value'] as share,
        estimate['lower'] as lower,
        estimate['upper'] as upper
    from estimated
)

select * from final
