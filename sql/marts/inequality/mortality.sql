/*
description: >
  Deaths at all ages and under 75, by area and sex, over the three years to the as-of date
  (intermediate.mortality_cell): crude rates, and rates directly standardised to the European Standard
  Population 2013. The standardised rate is null below 10 deaths, or where an age band has nobody.
grain: [area_type, area_code, sex, age_group]
columns:
  area_type: All, Region, ICB, Sub-ICB location, Place, Local authority, Neighbourhood, PCN or Practice
  area_code: Code of the area, or Not known
  area_name: Name of the area, or Not known
  sex: All, Female or Male
  age_group: All ages, or Under 75
  months_covered: Calendar months that the figures cover, 36 or fewer
  deaths: Deaths
  person_years: Years of registration, in whole ones
  rate: Deaths for each 100,000 years of registration; null where there are none
  lower: Lower 95% limit of the rate
  upper: Upper 95% limit of the rate
  standardised: Directly standardised rate for each 100,000
  standardised_lower: Its lower 95% limit (Dobson)
  standardised_upper: Its upper 95% limit (Dobson)
checks:
  - unique: [area_type, area_code, sex, age_group]
  - not_null: [area_type, area_code, area_name, sex, age_group, months_covered, deaths, person_years]
  - expect: deaths >= 10 or standardised is null
  - one_of: {age_group: [All ages, Under 75]}
topic: inequality
*/
with cells as (
    select
        area_type,
        area_code,
        area_name,
        sex,
        case when age_from = 1 then 0 else age_from end as lower_age,
        deaths,
        person_years,
        months_covered
    from intermediate.mortality_cell
),

standard as (
    select
        cast(lower_age as int) as lower_age,
        weight
    from reference.european_standard_population_19
),

age_groups as (
    select 'All ages' as age_group, 200 as below
    union all
    select 'Under 75' as age_group, 75 as below
),

banded as (
    select
        cells.area_type,
        cells.area_code,
        max(cells.area_name) as area_name,
        cells.sex,
        age_groups.age_group,
        cells.lower_age,
        sum(cells.deaths) as deaths,
        sum(cells.person_years) as person_years,
        max(cells.months_covered) as months_covered
    from cells
    cross join age_groups
    where cells.lower_age < age_groups.below
    group by cells.area_type, cells.area_code, cells.sex, age_groups.age_group, cells.lower_age
),

estimated as (
    select
        banded.area_type,
        banded.area_code,
        max(banded.area_name) as area_name,
        banded.sex,
        banded.age_group,
        max(banded.months_covered) as months_covered,
        sum(banded.deaths) as deaths,
        sum(banded.person_years) as person_years,
        min(banded.person_years) as smallest_population,
        dsr(banded.deaths, banded.person_years, standard.weight, 100000.0)
            filter (where banded.person_years > 0) as estimate
    from standard
    inner join banded
        on standard.lower_age = banded.lower_age
    group by banded.area_type, banded.area_code, banded.sex, banded.age_group
),

crude as (
    select
        *,
        rate(deaths, nullif(person_years, 0.0), 100000.0) as crude
    from estimated
),

final as (
    select
        area_type,
        area_code,
        area_name,
        sex,
        age_group,
        months_covered,
        deaths,
        cast(round(person_years) as bigint) as person_years,
        crude['value'] as rate,
        crude['lower'] as lower,
        crude['upper'] as upper,
        case when smallest_population > 0 then estimate['value'] end as standardised,
        case when smallest_population > 0 then estimate['lower'] end as standardised_lower,
        case when smallest_population > 0 then estimate['upper'] end as standardised_upper
    from crude
)

select * from final
