/*
description: >
  Population pyramid of active people by area, sex and five-year age band, beside the official
  mid-year estimates of reference.population (the newest year up to that of the as-of date). Areas of
  residence are compared with the estimate of the same area; practices and networks, which have no
  estimate of their own, with that of all areas of the list. People of a sex or an age that is not known are not in it.
  Every area has a row for every sex and band, zero included.
grain: [area_type, area_code, sex, age_band]
columns:
  area_type: All, ICB, Place, Local authority, PCN or Practice
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
        cast(age_band_order as int) as age_band_order,
        cast(lower_age as int) as lower_age,
        cast(upper_age as int) as upper_age
    from reference.age_band
),

sexes as (
    select 'Female' as sex
    union all
    select 'Male' as sex
),

area_types as (
    select cast(area_type as varchar) as area_type
    from reference.area_type
),

newest_year as (
    select max(cast(year as int)) as year
    from reference.population
    where cast(year as int) <= extract(year from $as_of)
),

estimates as (
    select
        populations.lsoa21_code,
        lower(populations.sex) as sex,
        age_bands.age_band,
        sum(cast(populations.persons as bigint)) as persons
    from newest_year
    inner join reference.population as populations
        on newest_year.year = cast(populations.year as int)
    inner join age_bands
        on cast(populations.age as int) between age_bands.lower_age and age_bands.upper_age
    group by populations.lsoa21_code, lower(populations.sex), age_bands.age_band
),

estimated_areas as (
    select
        area_types.area_type,
        case area_types.area_type
            when 'ICB' then coalesce(areas.icb_code, 'Not known')
            when 'Place' then coalesce(areas.place_code, 'Not known')
            when 'Local authority' then coalesce(areas.ltla_code, 'Not known')
            else 'All'
        end as benchmark_code,
        estimates.sex,
        estimates.age_band,
        sum(estimates.persons) as persons
    from core.area as areas
    inner join estimates
        on areas.lsoa21_code = estimates.lsoa21_code
    cross join area_types
    group by area_types.area_type, benchmark_code, estimates.sex, estimates.age_band
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
        case when estimated_areas.sex = 'female' then 'Female' else 'Male' end as sex,
        estimated_areas.age_band,
        0 as people,
        estimated_areas.persons as benchmark_people
    from areas
    inner join estimated_areas
        on areas.area_type = estimated_areas.area_type
        and case
            when areas.area_type in ('ICB', 'Place', 'Local authority') then areas.area_code
            else 'All'
        end = estimated_areas.benchmark_code
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
