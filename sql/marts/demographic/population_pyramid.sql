/*
description: >
  Population pyramid of active people by area, sex and five-year age band, beside the official
  mid-year estimates of intermediate.published_population (the newest year up to that of the as-of date). Areas of
  residence are compared with the estimate of the same area; practices and networks, which have no
  estimate of their own, with that of all areas of the list. People of a sex or an age that is not known are not in it.
  Every area has a row for every sex and band, zero included.
grain: [area_type, area_code, sex, age_band]
columns:
  area_type: All, Region, ICB, Sub-ICB location, Place, Local authority, Neighbourhood, PCN or Practice
  area_code: Code of the area, or Not known
  area_name: Name of the area, or Not known
  sex: Female or Male
  age_band: Five-year band, 0-4 to 90+
  age_band_order: Order of the age bands, 1 to 19
  people: Active people
  population: Active people of the area in all bands and both sexes
  share: People of that population, 0 to 1; null where it is 0
  benchmark_people: People in the official estimate that the area is compared with
  benchmark_population: Those of all bands and both sexes
  benchmark_share: Their share, 0 to 1; null where there is no estimate
checks:
  - unique: [area_type, area_code, sex, age_band]
  - not_null: [area_type, area_code, area_name, sex, age_band, age_band_order, people, population, benchmark_people, benchmark_population]
  - expect: people between 0 and population
  - one_of: {sex: [Female, Male]}
topic: demographic
*/
with people as (
    select
        person_key,
        age_band,
        sex
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

age_bands as (
    select
        cast(age_band as varchar) as age_band,
        cast(age_band_order as int) as age_band_order
    from reference.age_band
),

sexes as (
    select 'Female' as sex
    union all
    select 'Male' as sex
),

estimates as (
    select
        area_type,
        area_code,
        sex,
        age_band,
        persons
    from intermediate.published_population
    where source = 'mid_year'
),

areas as (
    select
        person_areas.area_type,
        person_areas.area_code,
        max(person_areas.area_name) as area_name
    from people
    inner join person_areas
        on people.person_key = person_areas.person_key
    group by person_areas.area_type, person_areas.area_code
),

rows_of_all as (
    select
        areas.area_type,
        areas.area_code,
        areas.area_name,
        sexes.sex,
        age_bands.age_band,
        0 as people,
        0 as benchmark_people
    from areas
    cross join sexes
    cross join age_bands
    union all
    select
        person_areas.area_type,
        person_areas.area_code,
        person_areas.area_name,
        case when people.sex = 'female' then 'Female' else 'Male' end as sex,
        people.age_band,
        1 as people,
        0 as benchmark_people
    from people
    inner join person_areas
        on people.person_key = person_areas.person_key
    where people.sex in ('female', 'male')
        and people.age_band <> 'Not known'
    union all
    select
        areas.area_type,
        areas.area_code,
        areas.area_name,
        estimates.sex,
        estimates.age_band,
        0 as people,
        estimates.persons as benchmark_people
    from areas
    inner join estimates
        on case when areas.area_type in ('PCN', 'Practice') then 'All' else areas.area_type end = estimates.area_type
        and case when areas.area_type in ('PCN', 'Practice') then 'All' else areas.area_code end = estimates.area_code
),

counted as (
    select
        area_type,
        area_code,
        max(area_name) as area_name,
        sex,
        age_band,
        cast(sum(people) as bigint) as people,
        cast(sum(benchmark_people) as bigint) as benchmark_people
    from rows_of_all
    group by area_type, area_code, sex, age_band
),

whole as (
    select
        *,
        sum(people) over (partition by area_type, area_code) as population,
        sum(benchmark_people) over (partition by area_type, area_code) as benchmark_population
    from counted
),

final as (
    select
        whole.area_type,
        whole.area_code,
        whole.area_name,
        whole.sex,
        whole.age_band,
        age_bands.age_band_order,
        whole.people,
        whole.population,
        cast(whole.people as double) / nullif(whole.population, 0) as share,
        whole.benchmark_people,
        whole.benchmark_population,
        cast(whole.benchmark_people as double) / nullif(whole.benchmark_population, 0) as benchmark_share
    from age_bands
    inner join whole
        on age_bands.age_band = whole.age_band
)

select * from final
