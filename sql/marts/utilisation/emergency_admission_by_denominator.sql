/*
description: >
  Emergency admissions of active people in the 12 months to the as-of date, by area, out of the record's own population
  and out of the published ones (marts.population_denominator): crude rates, and rates directly standardised to the
  European Standard Population 2013. Where the two differ much, the record misses people whom the area has, or has people
  whom it no longer has, and a comparison with other areas' published rates should use the published population.
  Admissions are those that the record knows of, by the areas of the as-of date. A standardised rate is null below 10
  admissions, or where an age band has nobody.
grain: [area_type, area_code, denominator]
columns:
  area_type: All, Region, ICB, Sub-ICB location, Place, Local authority, Neighbourhood, PCN or Practice
  area_code: Code of the area, or Not known
  area_name: Name of the area, or Not known
  denominator: record, mid_year or list_size
  admissions: Emergency admissions
  population: People of the denominator
  rate: Admissions for each 100,000 people; null where there are none
  lower: Lower 95% limit of the rate
  upper: Upper 95% limit of the rate
  standardised: Directly standardised rate for each 100,000
  standardised_lower: Its lower 95% limit, with the allowance for people with several admissions
  standardised_upper: Its upper 95% limit
checks:
  - unique: [area_type, area_code, denominator]
  - not_null: [area_type, area_code, area_name, denominator, admissions, population]
  - one_of: {denominator: [record, mid_year, list_size]}
  - expect: rate between lower and upper
  - expect: admissions >= 10 or standardised is null
topic: utilisation
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
        area_code
    from intermediate.person_area
),

spells as (
    select
        person_key,
        count(*) as admissions
    from core.spell
    where is_emergency
        and admission_date > $as_of - interval '12' month
        and admission_date <= $as_of
    group by person_key
),

populations as (
    select
        area_type,
        area_code,
        area_name,
        age_band,
        people,
        mid_year,
        list_size
    from marts.population_denominator
    where sex = 'All'
        and age_band <> 'All'
),

standard as (
    select
        age_band,
        cast(weight as double) as weight
    from reference.european_standard_population_19
),

admitted as (
    select
        person_areas.area_type,
        person_areas.area_code,
        people.age_band,
        sum(spells.admissions) as admissions,
        sum(spells.admissions * spells.admissions) as squares
    from people
    inner join spells
        on people.person_key = spells.person_key
    inner join person_areas
        on people.person_key = person_areas.person_key
    group by person_areas.area_type, person_areas.area_code, people.age_band
),

denominators as (
    select area_type, area_code, area_name, age_band, 'record' as denominator, people as population
    from populations
    union all
    select area_type, area_code, area_name, age_band, 'mid_year' as denominator, mid_year as population
    from populations
    union all
    select area_type, area_code, area_name, age_band, 'list_size' as denominator, list_size as population
    from populations
),

banded as (
    select
        denominators.area_type,
        denominators.area_code,
        denominators.area_name,
        denominators.denominator,
        standard.weight,
        coalesce(denominators.population, 0) as population,
        coalesce(admitted.admissions, 0) as admissions,
        coalesce(admitted.squares, 0) as squares
    from standard
    inner join denominators
        on standard.age_band = denominators.age_band
    left join admitted
        on denominators.area_type = admitted.area_type
        and denominators.area_code = admitted.area_code
        and denominators.age_band = admitted.age_band
),

band_count as (
    select count(*) as bands
    from standard
),

summed as (
    select
        area_type,
        area_code,
        max(area_name) as area_name,
        denominator,
        cast(sum(admissions) as bigint) as admissions,
        cast(sum(population) as bigint) as population,
        count(*) filter (where population > 0) as bands,
        dsr_repeat(admissions, squares, population, weight, 100000.0) filter (where population > 0) as estimate
    from banded
    group by area_type, area_code, denominator
    having sum(population) > 0
),

rated as (
    select
        summed.*,
        rate(summed.admissions, summed.population, 100000.0) as crude,
        case when summed.bands = band_count.bands then summed.estimate end as standardised
    from summed
    cross join band_count
),

final as (
    select
        area_type,
        area_code,
        area_name,
        denominator,
        admissions,
        population,
        crude['value'] as rate,
        crude['lower'] as lower,
        crude['upper'] as upper,
        standardised['value'] as standardised,
        standardised['lower'] as standardised_lower,
        standardised['upper'] as standardised_upper
    from rated
)

select * from final
