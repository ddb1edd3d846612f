/*
description: >
  Published populations by area, sex and five-year age band, as denominators beside the record's own. mid_year are the
  estimates of the Office for National Statistics (reference.population, the newest year up to that of the as-of
  date) of people who live in the areas of the site's list; list_size are people registered with the practices of
  the site's list of organisations, as published (reference.list_size). Areas of residence have the one, practices and
  networks the other, and the whole area has both. An area and band of which nothing is published has no row.
grain: [source, area_type, area_code, sex, age_band]
columns:
  source: mid_year or list_size
  area_type: All, Region, ICB, Sub-ICB location, Place, Local authority, Neighbourhood, PCN or Practice
  area_code: Code of the area, or Not known
  sex: Female or Male
  age_band: Five-year band, 0-4 to 90+
  dated: Year of the estimates, or extract date of the lists, as published
  dates: Different extract dates of the lists; 1
  persons: People
checks:
  - unique: [source, area_type, area_code, sex, age_band]
  - not_null: [source, area_type, area_code, sex, age_band, persons]
  - one_of: {source: [mid_year, list_size]}
  - one_of: {sex: [Female, Male]}
  - expect: dates = 1
  - expect: persons >= 0
topic: demographic
*/
with age_bands as (
    select
        cast(age_band as varchar) as age_band,
        cast(lower_age as int) as lower_age,
        cast(upper_age as int) as upper_age
    from reference.age_band
),

area_types as (
    select cast(area_type as varchar) as area_type
    from reference.area_type
),

areas as (
    select
        lsoa21_code,
        region_code,
        icb_code,
        sub_icb_code,
        place_code,
        ltla_code,
        neighbourhood_code
    from core.area
),

practices as (
    select
        organisation_code,
        pcn_code
    from core.organisation
),

estimates as (
    select
        cast(year as int) as year,
        lsoa21_code,
        cast(age as int) as age,
        case lower(sex) when 'female' then 'Female' else 'Male' end as sex,
        cast(persons as bigint) as persons
    from reference.population
    where lower(sex) in ('female', 'male')
),

lists as (
    select
        extract_date,
        practice_code,
        cast(age as int) as age,
        case lower(sex) when 'female' then 'Female' else 'Male' end as sex,
        cast(persons as bigint) as persons
    from reference.list_size
    where lower(sex) in ('female', 'male')
),

newest_year as (
    select max(year) as year
    from estimates
    where year <= extract(year from $as_of)
),

lived as (
    select
        estimates.lsoa21_code,
        estimates.sex,
        age_bands.age_band,
        max(estimates.year) as year,
        sum(estimates.persons) as persons
    from newest_year
    inner join estimates
        on newest_year.year = estimates.year
    inner join age_bands
        on estimates.age between age_bands.lower_age and age_bands.upper_age
    group by estimates.lsoa21_code, estimates.sex, age_bands.age_band
),

registered as (
    select
        lists.practice_code,
        lists.sex,
        age_bands.age_band,
        lists.extract_date,
        sum(lists.persons) as persons
    from lists
    inner join age_bands
        on lists.age between age_bands.lower_age and age_bands.upper_age
    group by lists.practice_code, lists.sex, age_bands.age_band, lists.extract_date
),

placed as (
    select
        'mid_year' as source,
        area_types.area_type,
        case area_types.area_type
            when 'All' then 'All'
            when 'Region' then coalesce(areas.region_code, 'Not known')
            when 'ICB' then coalesce(areas.icb_code, 'Not known')
            when 'Sub-ICB location' then coalesce(areas.sub_icb_code, 'Not known')
            when 'Place' then coalesce(areas.place_code, 'Not known')
            when 'Local authority' then coalesce(areas.ltla_code, 'Not known')
            when 'Neighbourhood' then coalesce(areas.neighbourhood_code, 'Not known')
            else 'Not known'
        end as area_code,
        lived.sex,
        lived.age_band,
        cast(lived.year as varchar) as dated,
        lived.persons
    from areas
    inner join lived
        on areas.lsoa21_code = lived.lsoa21_code
    cross join area_types
    where area_types.area_type not in ('PCN', 'Practice')
    union all
    select
        'list_size' as source,
        area_types.area_type,
        case area_types.area_type
            when 'All' then 'All'
            when 'PCN' then coalesce(practices.pcn_code, 'Not known')
            when 'Practice' then practices.organisation_code
        end as area_code,
        registered.sex,
        registered.age_band,
        registered.extract_date as dated,
        registered.persons
    from practices
    inner join registered
        on practices.organisation_code = registered.practice_code
    cross join area_types
    where area_types.area_type in ('All', 'PCN', 'Practice')
),

final as (
    select
        source,
        area_type,
        area_code,
        sex,
        age_band,
        max(dated) as dated,
        count(distinct dated) as dates,
        cast(sum(persons) as bigint) as persons
    from placed
    group by source, area_type, area_code, sex, age_band
)

select * from final
