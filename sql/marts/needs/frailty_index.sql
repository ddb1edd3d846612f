/*
description: >
  Active people of 65 and over by their electronic frailty index (core.frailty_index), by area and age group. Every area
  and age group with such people has a row for each grade, zero included. There are no rows until a site loads the codes
  of the deficits (reference.efi_code).
grain: [area_type, area_code, age_group, frailty]
columns:
  area_type: All, Region, ICB, Sub-ICB location, Place, Local authority, Neighbourhood, PCN or Practice
  area_code: Code of the area, or Not known
  area_name: Name of the area, or Not known
  age_group: 65-74, 75-84 or 85+
  frailty: fit, mild, moderate or severe
  people: People of that grade
  population: People of all grades
  share: Share of them, 0 to 1
  lower: Lower 95% limit of the share (Wilson)
  upper: Upper 95% limit of the share (Wilson)
checks:
  - unique: [area_type, area_code, age_group, frailty]
  - not_null: [area_type, area_code, area_name, age_group, frailty, people, population, share]
  - expect: people between 0 and population
topic: needs
*/
with people as (
    select
        person_key,
        case
            when age < 75 then '65-74'
            when age < 85 then '75-84'
            else '85+'
        end as age_group
    from core.person
    where is_active
        and age >= 65
),

indices as (
    select
        person_key,
        frailty
    from core.frailty_index
),

person_areas as (
    select
        person_key,
        area_type,
        area_code,
        area_name
    from intermediate.person_area
),

grades as (
    select 'fit' as frailty
    union all
    select 'mild' as frailty
    union all
    select 'moderate' as frailty
    union all
    select 'severe' as frailty
),

graded as (
    select
        person_areas.area_type,
        person_areas.area_code,
        max(person_areas.area_name) as area_name,
        people.age_group,
        indices.frailty,
        count(*) as people
    from people
    inner join indices
        on people.person_key = indices.person_key
    inner join person_areas
        on people.person_key = person_areas.person_key
    group by person_areas.area_type, person_areas.area_code, people.age_group, indices.frailty
),

counted as (
    select
        graded.area_type,
        graded.area_code,
        max(graded.area_name) as area_name,
        graded.age_group,
        grades.frailty,
        cast(coalesce(sum(graded.people) filter (where graded.frailty = grades.frailty), 0) as bigint) as people,
        cast(sum(graded.people) as bigint) as population
    from grades
    cross join graded
    group by graded.area_type, graded.area_code, graded.age_group, grades.frailty
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
        age_group,
        frailty,
        people,
        population,
        estimate['value'] as share,
        estimate['lower'] as lower,
        estimate['upper'] as upper
    from estimated
)

select * from final
