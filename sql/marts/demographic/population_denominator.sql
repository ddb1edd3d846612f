/*
description: >
  The people of the record beside published populations, by area, sex and age band: active people, the mid-year
  estimate of the same area of residence, and the published list size of the same practice or network
  (intermediate.published_population). How far a practice of the record is from its published list says whether its extract
  is complete and whether people who left are still in it; rates out of a population that is not the record's own
  are as wrong as the two differ. Bands that none of them has are not here. People of another or no known sex, and of an
  age that is not known, count in the rows of all only.
grain: [area_type, area_code, sex, age_band]
columns:
  area_type: All, Region, ICB, Sub-ICB location, Place, Local authority, Neighbourhood, PCN or Practice
  area_code: Code of the area, or Not known
  area_name: Name of the area, or Not known
  sex: Female, Male, or All
  age_band: Five-year band, 0-4 to 90+, or All
  people: Active people of the record
  mid_year: Mid-year estimate of those who live there; null for practices and networks, and where there is none
  mid_year_dated: Its year
  mid_year_ratio: People of the record for each of the estimate; null where that is 0
  list_size: Published number of registered people; null for areas of residence, and where there is none
  list_size_dated: Extract date of the list, as published
  list_size_ratio: People of the record for each on the list; null where that is 0
  list_difference: People of the record more or fewer than on the list
checks:
  - unique: [area_type, area_code, sex, age_band]
  - not_null: [area_type, area_code, area_name, sex, age_band, people]
  - one_of: {sex: [Female, Male, All]}
  - expect: people >= 0
topic: demographic
*/
with people as (
    select
        person_key,
        age_band,
        case sex
            when 'female' then 'Female'
            when 'male' then 'Male'
            else 'Not known'
        end as sex
    from core.person
    where is_active
),

person_areas as (
    select
        person_key,
        area_type,
        area_code
    from intermediate.person_area
),

published as (
    select
        source,
        area_type,
        area_code,
        sex,
        age_band,
        dated,
        persons
    from intermediate.published_population
),

area_names as (
    select
        area_type,
        area_code,
        area_name
    from intermediate.area_name
),

totals as (
    select false as all_sexes, false as all_bands
    union all
    select false as all_sexes, true as all_bands
    union all
    select true as all_sexes, false as all_bands
    union all
    select true as all_sexes, true as all_bands
),

recorded as (
    select
        person_areas.area_type,
        person_areas.area_code,
        people.sex,
        people.age_band,
        count(*) as people
    from people
    inner join person_areas
        on people.person_key = person_areas.person_key
    group by person_areas.area_type, person_areas.area_code, people.sex, people.age_band
),

counted as (
    select
        area_type,
        area_code,
        sex,
        age_band,
        people,
        cast(null as bigint) as mid_year,
        cast(null as varchar) as mid_year_dated,
        cast(null as bigint) as list_size,
        cast(null as varchar) as list_size_dated
    from recorded
    union all
    select
        area_type,
        area_code,
        sex,
        age_band,
        0 as people,
        case when source = 'mid_year' then persons end as mid_year,
        case when source = 'mid_year' then dated end as mid_year_dated,
        case when source = 'list_size' then persons end as list_size,
        case when source = 'list_size' then dated end as list_size_dated
    from published
),

summed as (
    select
        counted.area_type,
        counted.area_code,
        case when totals.all_sexes then 'All' else counted.sex end as sex,
        case when totals.all_bands then 'All' else counted.age_band end as age_band,
        cast(sum(counted.people) as bigint) as people,
        cast(sum(counted.mid_year) as bigint) as mid_year,
        max(counted.mid_year_dated) as mid_year_dated,
        cast(sum(counted.list_size) as bigint) as list_size,
        max(counted.list_size_dated) as list_size_dated
    from totals
    cross join counted
    where (totals.all_sexes or counted.sex <> 'Not known')
        and (totals.all_bands or counted.age_band <> 'Not known')
    group by
        counted.area_type,
        counted.area_code,
        case when totals.all_sexes then 'All' else counted.sex end,
        case when totals.all_bands then 'All' else counted.age_band end
),

final as (
    select
        summed.area_type,
        summed.area_code,
        case
            when summed.area_type = 'All' then 'All'
            else coalesce(area_names.area_name, summed.area_code)
        end as area_name,
        summed.sex,
        summed.age_band,
        summed.people,
        summed.mid_year,
        summed.mid_year_dated,
        cast(summed.people as double) / nullif(summed.mid_year, 0) as mid_year_ratio,
        summed.list_size,
        summed.list_size_dated,
        cast(summed.people as double) / nullif(summed.list_size, 0) as list_size_ratio,
        summed.people - summed.list_size as list_difference
    from summed
    left join area_names
        on summed.area_type = area_names.area_type
        and summed.area_code = area_names.area_code
)

select * from final
