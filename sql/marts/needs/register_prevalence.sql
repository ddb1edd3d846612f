/*
description: >
  Active people on each register of the Quality and Outcomes Framework (core.register_status), by
  area, with the crude prevalence and the one that the area would have with the ages of the
  European Standard Population 2013. The population are active people of the register's lowest age
  or over; people whose age is not known are in the crude population only of registers without a
  lowest age, and in no standardised one. Every register has a row for every area, zero included.
grain: [area_type, area_code, register]
columns:
  area_type: All, Region, ICB, Sub-ICB location, Place, Local authority, Neighbourhood, PCN or Practice
  area_code: Code of the area, or Not known
  area_name: Name of the area, or Not known
  register: Short name of the register
  register_name: Name of the register
  people: Active people on the register
  population: Active people of the area who are old enough for it
  prevalence: Share of the population on the register, 0 to 1; null where the population is 0
  lower: Lower 95% limit of the prevalence (Wilson)
  upper: Upper 95% limit of the prevalence (Wilson)
  standardised: Directly standardised prevalence, 0 to 1; null below 10 people on the register, or where an age band has nobody
  standardised_lower: Its lower 95% limit (Dobson)
  standardised_upper: Its upper 95% limit (Dobson)
checks:
  - unique: [area_type, area_code, register]
  - not_null: [area_type, area_code, area_name, register, register_name, people, population]
  - expect: people between 0 and population
  - expect: population > 0 or prevalence is null
  - expect: people >= 10 or standardised is null
topic: needs
*/
with people as (
    select
        person_key,
        age,
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

statuses as (
    select
        person_key,
        register
    from core.register_status
    where on_register
),

standard as (
    select
        age_band,
        cast(upper_age as int) as upper_age,
        weight
    from reference.european_standard_population_19
),

registers as (
    select
        cast(registers.register as varchar) as register,
        registers.register_name,
        cast(registers.min_age as int) as min_age,
        count(*) as age_bands
    from reference.register as registers
    inner join standard
        on cast(registers.min_age as int) <= standard.upper_age
    group by registers.register, registers.register_name, registers.min_age
),

areas as (
    select
        person_areas.area_type,
        person_areas.area_code,
        person_areas.area_name,
        people.age,
        people.age_band,
        count(*) as population
    from people
    inner join person_areas
        on people.person_key = person_areas.person_key
    group by
        person_areas.area_type,
        person_areas.area_code,
        person_areas.area_name,
        people.age,
        people.age_band
),

-- Every register for every area, also where nobody is old enough.
rows_of_areas as (
    select
        areas.area_type,
        areas.area_code,
        areas.area_name,
        registers.register,
        areas.age_band,
        0 as people,
        case
            when areas.age >= registers.min_age or registers.min_age = 0 then areas.population
            else 0
        end as population
    from areas
    cross join registers
),

rows_of_registers as (
    select
        person_areas.area_type,
        person_areas.area_code,
        person_areas.area_name,
        statuses.register,
        people.age_band,
        1 as people,
        0 as population
    from statuses
    inner join people
        on statuses.person_key = people.person_key
    inner join person_areas
        on statuses.person_key = person_areas.person_key
),

rows_of_both as (
    select area_type, area_code, area_name, register, age_band, people, population
    from rows_of_areas
    union all
    select area_type, area_code, area_name, register, age_band, people, population
    from rows_of_registers
),

banded as (
    select
        area_type,
        area_code,
        max(area_name) as area_name,
        register,
        age_band,
        sum(people) as people,
        sum(population) as population
    from rows_of_both
    group by area_type, area_code, register, age_band
),

standardised as (
    select
        banded.area_type,
        banded.area_code,
        max(banded.area_name) as area_name,
        banded.register,
        cast(sum(banded.people) as bigint) as people,
        cast(sum(banded.population) as bigint) as population,
        count(*) filter (where standard.weight is not null and banded.population > 0) as age_bands,
        dsr(banded.people, banded.population, standard.weight, 1.0)
            filter (where standard.weight is not null and banded.population > 0) as estimate
    from banded
    left join standard
        on banded.age_band = standard.age_band
    group by banded.area_type, banded.area_code, banded.register
),

estimated as (
    select
        standardised.*,
        registers.register_name,
        standardised.age_bands = registers.age_bands as is_standardised,
        proportion(standardised.people, nullif(standardised.population, 0), 1.0) as share
    from standardised
    inner join registers
        on standardised.register = registers.register
),

final as (
    select
        area_type,
        area_code,
        area_name,
        register,
        register_name,
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
