/*
description: >
  Active people by the number of long-term conditions that they have (registers of
  core.register_status that are long-term), by area, age, sex and deprivation. Each combination of
  area, age, sex and deprivation that has anybody has a row for every number, zero included. A
  person is in one area of each type.
grain: [area_type, area_code, age_band, sex, imd_quintile, condition_count_band]
columns:
  area_type: All, Region, ICB, Sub-ICB location, Place, Local authority, Neighbourhood, PCN or Practice
  area_code: Code of the area, or Not known
  area_name: Name of the area, or Not known
  age_band: Five-year band, 0-4 to 90+, or Not known
  sex: Female, Male, Other or not known
  imd_quintile: Deprivation quintile label, or Not known
  condition_count_band: "Number of long-term conditions: 0, 1, 2, 3 or 4+"
  people: Active people with that number
  population: Active people of the area, age, sex and deprivation
  share: People of the population, 0 to 1
  lower: Lower 95% limit of the share (Wilson)
  upper: Upper 95% limit of the share (Wilson)
checks:
  - unique: [area_type, area_code, age_band, sex, imd_quintile, condition_count_band]
  - not_null: [area_type, area_code, area_name, age_band, sex, imd_quintile, condition_count_band, people, population, share]
  - expect: people between 0 and population
  - one_of: {sex: [Female, Male, Other or not known]}
topic: needs
*/
with people as (
    select
        person_key,
        age_band,
        case
            when sex = 'female' then 'Female'
            when sex = 'male' then 'Male'
            else 'Other or not known'
        end as sex,
        imd_quintile
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

condition_counts as (
    select
        person_key,
        conditions
    from core.long_term_condition_count
),

bands as (
    select cast(condition_count_band as varchar) as condition_count_band
    from reference.condition_count_band
),

counted as (
    select
        person_areas.area_type,
        person_areas.area_code,
        max(person_areas.area_name) as area_name,
        people.age_band,
        people.sex,
        people.imd_quintile,
        count(*) as population,
        count(*) filter (where condition_counts.conditions = 0) as people_0,
        count(*) filter (where condition_counts.conditions = 1) as people_1,
        count(*) filter (where condition_counts.conditions = 2) as people_2,
        count(*) filter (where condition_counts.conditions = 3) as people_3,
        count(*) filter (where condition_counts.conditions >= 4) as people_4
    from people
    inner join condition_counts
        on people.person_key = condition_counts.person_key
    inner join person_areas
        on people.person_key = person_areas.person_key
    group by
        person_areas.area_type,
        person_areas.area_code,
        people.age_band,
        people.sex,
        people.imd_quintile
),

framed as (
    select
        counted.area_type,
        counted.area_code,
        counted.area_name,
        counted.age_band,
        counted.sex,
        counted.imd_quintile,
        bands.condition_count_band,
        case bands.condition_count_band
            when '0' then counted.people_0
            when '1' then counted.people_1
            when '2' then counted.people_2
            when '3' then counted.people_3
            else counted.people_4
        end as people,
        counted.population
    from counted
    cross join bands
),

estimated as (
    select
        *,
        proportion(people, population, 1.0) as estimate
    from framed
),

final as (
    select
        area_type,
        area_code,
        area_name,
        age_band,
        sex,
        imd_quintile,
        condition_count_band,
        people,
        population,
        estimate['value'] as share,
        estimate['lower'] as lower,
        estimate['upper'] as upper
    from estimated
)

select * from final
