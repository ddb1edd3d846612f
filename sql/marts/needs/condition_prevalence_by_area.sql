/*
description: >
  Active people with each long-term condition of reference.condition (intermediate.person_condition),
  by area, with the crude prevalence and the one that the area would have with the ages of the
  European Standard Population 2013. People whose age is not known are in the crude prevalence, and
  not in the standardised one. Every condition has a row for every area, zero included.
  marts.condition_prevalence has the same by age group.
grain: [area_type, area_code, condition]
columns:
  area_type: All, Region, ICB, Sub-ICB location, Place, Local authority, Neighbourhood, PCN or Practice
  area_code: Code of the area, or Not known
  area_name: Name of the area, or Not known
  condition: Short name of the condition
  condition_name: Name of the condition for readers
  people: Active people with the condition
  population: Active people of the area
  prevalence: Share of the population with the condition, 0 to 1
  lower: Lower 95% limit of the prevalence (Wilson)
  upper: Upper 95% limit of the prevalence (Wilson)
  standardised: Directly standardised prevalence, 0 to 1; null below 10 people with the condition, or where an age band has nobody
  standardised_lower: Its lower 95% limit (Dobson)
  standardised_upper: Its upper 95% limit (Dobson)
checks:
  - unique: [area_type, area_code, condition]
  - not_null: [area_type, area_code, area_name, condition, condition_name, people, population, prevalence]
  - expect: people between 0 and population
  - expect: people >= 10 or standardised is null
topic: needs
*/
with people as (
    select
        person_key,
        age_band
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

person_conditions as (
    select
        person_key,
        condition
    from intermediate.person_condition
),

conditions as (
    select distinct
        condition,
        condition_name
    from reference.condition
),

standard as (
    select
        age_band,
        weight
    from reference.european_standard_population_19
),

areas as (
    select
        person_areas.area_type,
        person_areas.area_code,
        person_areas.area_name,
        people.age_band,
        count(*) as population
    from people
    inner join person_areas
        on people.person_key = person_areas.person_key
    group by person_areas.area_type, person_areas.area_code, person_areas.area_name, people.age_band
),

rows_of_both as (
    select
        areas.area_type,
        areas.area_code,
        areas.area_name,
        conditions.condition,
        areas.age_band,
        0 as people,
        areas.population
    from areas
    cross join conditions
    union all
    select
        person_areas.area_type,
        person_areas.area_code,
        person_areas.area_name,
        person_conditions.condition,
        people.age_band,
        1 as people,
        0 as population
    from person_conditions
    inner join people
        on person_conditions.person_key = people.person_key
    inner join person_areas
        on person_conditions.person_key = person_areas.person_key
),

banded as (
    select
        area_type,
        area_code,
        max(area_name) as area_name,
        condition,
        age_band,
        sum(people) as people,
        sum(population) as population
    from rows_of_both
    group by area_type, area_code, condition, age_band
),

standardised as (
    select
        banded.area_type,
        banded.area_code,
        max(banded.area_name) as area_name,
        banded.condition,
        cast(sum(banded.people) as bigint) as people,
        cast(sum(banded.population) as bigint) as population,
        count(standard.weight) as age_bands,
        dsr(banded.people, banded.population, standard.weight, 1.0)
            filter (where standard.weight is not null) as estimate
    from banded
    left join standard
        on banded.age_band = standard.age_band
    group by banded.area_type, banded.area_code, banded.condition
),

estimated as (
    select
        standardised.*,
        conditions.condition_name,
        -- All bands of the European Standard Population 2013.
        standardised.age_bands = 19 as is_standardised,
        proportion(standardised.people, standardised.population, 1.0) as share
    from standardised
    inner join conditions
        on standardised.condition = conditions.condition
),

final as (
    select
        area_type,
        area_code,
        area_name,
        condition,
        condition_name,
        people,
        population,
        share['value'] as prevalence,
        share['lower'] as lower,
        share['upper'] as upper,
        case when is_standardised then estimate['value'] end as standardised,
        case when is_standardised then estimate['lower'] end as standardised_lower,
        case when is_standardised then estimate['upper'] end as standardised_upper
    from estimated
)

select * from final
