/*
description: >
  Years that people can expect to live without two or more long-term conditions, from birth and from 65, by area and
  sex: Sullivan's method, with death rates of the three years to the as-of date (intermediate.mortality_cell) and the
  conditions of active people on that day (core.long_term_condition_count). It goes by what practices record, not by how
  healthy people say that they are, so that it is not the healthy life expectancy of the Office for National Statistics.
  It is null where life expectancy is (marts.life_expectancy), and where a band has no active person.
grain: [area_type, area_code, sex]
columns:
  area_type: All, Region, ICB, Sub-ICB location, Place, Local authority, Neighbourhood, PCN or Practice
  area_code: Code of the area, or Not known
  area_name: Name of the area, or Not known
  sex: All, Female or Male
  population: Active people of a known age
  people: Those of them with fewer than two long-term conditions
  healthy_life_expectancy: Years from birth without two or more
  lower: Lower 95% limit
  upper: Upper 95% limit
  life_expectancy: Years that a newborn can expect to live
  healthy_share: Part of these years, 0 to 1
  statistic: What the figure is, or why there is none
  healthy_life_expectancy_65: Years from 65 without two or more
  lower_65: Lower 95% limit
  upper_65: Upper 95% limit
checks:
  - not_null: [area_type, area_code, area_name, sex, population, people]
  - expect: people <= population
  - expect: healthy_life_expectancy <= life_expectancy + 0.000001
topic: inequality
*/
with people as (
    select
        person_key,
        sex,
        cast(
            case
                when age < 1 then 0
                when age < 5 then 1
                when age >= 90 then 90
                else age - age % 5
            end as int
        ) as age_from
    from core.person
    where is_active
        and age is not null
),

conditions as (
    select
        person_key,
        conditions
    from core.long_term_condition_count
),

person_areas as (
    select
        person_key,
        area_type,
        area_code
    from intermediate.person_area
),

counted as (
    select
        person_areas.area_type,
        person_areas.area_code,
        people.sex,
        people.age_from,
        count(*) as asked,
        count(*) filter (where coalesce(conditions.conditions, 0) < 2) as healthy
    from people
    inner join person_areas
        on people.person_key = person_areas.person_key
    left join conditions
        on people.person_key = conditions.person_key
    group by person_areas.area_type, person_areas.area_code, people.sex, people.age_from
),

by_sex as (
    select area_type, area_code, 'All' as sex, age_from, asked, healthy
    from counted
    union all
    select area_type, area_code, 'Female' as sex, age_from, asked, healthy
    from counted
    where sex = 'female'
    union all
    select area_type, area_code, 'Male' as sex, age_from, asked, healthy
    from counted
    where sex = 'male'
),

asked_bands as (
    select
        area_type,
        area_code,
        sex,
        age_from,
        sum(asked) as asked,
        sum(healthy) as healthy
    from by_sex
    group by area_type, area_code, sex, age_from
),

cells as (
    select
        area_type,
        area_code,
        area_name,
        sex,
        age_from,
        deaths,
        person_years
    from intermediate.mortality_cell
),

bands as (
    select
        cells.area_type,
        cells.area_code,
        cells.area_name,
        cells.sex,
        cells.age_from,
        cells.deaths,
        cells.person_years,
        coalesce(asked_bands.asked, 0) as asked,
        coalesce(asked_bands.healthy, 0) as healthy
    from cells
    left join asked_bands
        on cells.area_type = asked_bands.area_type
        and cells.area_code = asked_bands.area_code
        and cells.sex = asked_bands.sex
        and cells.age_from = asked_bands.age_from
),

estimated as (
    select
        area_type,
        area_code,
        max(area_name) as area_name,
        sex,
        sum(asked) as population,
        sum(healthy) as people,
        healthy_life_expectancy(age_from, person_years, deaths, healthy, asked) as at_birth,
        healthy_life_expectancy(age_from, person_years, deaths, healthy, asked, 65) as at_65
    from bands
    group by area_type, area_code, sex
),

final as (
    select
        area_type,
        area_code,
        area_name,
        sex,
        cast(population as bigint) as population,
        cast(people as bigint) as people,
        at_birth['value'] as healthy_life_expectancy,
        at_birth['lower'] as lower,
        at_birth['upper'] as upper,
        at_birth['life_expectancy'] as life_expectancy,
        at_birth['healthy_share'] as healthy_share,
        at_birth['statistic'] as statistic,
        at_65['value'] as healthy_life_expectancy_65,
        at_65['lower'] as lower_65,
        at_65['upper'] as upper_65
    from estimated
)

select * from final
