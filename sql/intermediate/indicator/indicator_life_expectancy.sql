/*
description: >
  Life expectancy at birth and at 65 by area and sex in the shape of marts.indicator, with 95% and 99.8%
  limits, from the deaths and years of registration of intermediate.mortality_cell. Value and limits are null
  where a life table has too little to go by: see life_expectancy.
grain: [measure, period, area_type, area_code, sex]
columns:
  measure: life_expectancy_at_birth or life_expectancy_at_65
  period_type: months
  period: Months that the figures cover, and the as-of date
  area_type: "All, Region, ICB, Sub-ICB location, Place, Local authority, Neighbourhood, PCN or Practice"
  area_code: Code of the area; All for the whole area, Not known for people without one
  sex: "Persons, Female or Male"
  deaths: Deaths
  person_years: Years of registration
  value: Years that somebody can expect to live
  lower: Lower 95% limit
  upper: Upper 95% limit
  lower_998: Lower 99.8% limit
  upper_998: Upper 99.8% limit
checks:
  - unique: [measure, period, area_type, area_code, sex]
  - not_null: [measure, period_type, period, area_type, area_code, sex, deaths, person_years]
topic: indicator
*/
with cells as (
    select
        area_type,
        area_code,
        sex,
        age_from,
        deaths,
        person_years,
        months_covered
    from intermediate.mortality_cell
),

ages as (
    select
        'life_expectancy_at_birth' as measure,
        0 as age
    union all
    select
        'life_expectancy_at_65' as measure,
        65 as age
),

estimated as (
    select
        ages.measure,
        cells.area_type,
        cells.area_code,
        cells.sex,
        max(cells.months_covered) as months_covered,
        cast(sum(cells.deaths) as bigint) as deaths,
        cast(sum(cells.person_years) as double) as person_years,
        life_expectancy(cells.age_from, cells.person_years, cells.deaths, ages.age, 0.95) as estimate_95,
        life_expectancy(cells.age_from, cells.person_years, cells.deaths, ages.age, 0.998) as estimate_998
    from cells
    cross join ages
    group by ages.measure, cells.area_type, cells.area_code, cells.sex
),

final as (
    select
        measure,
        'months' as period_type,
        cast(months_covered as varchar) || ' months to ' || cast($as_of as varchar) as period,
        area_type,
        case when area_type = 'All' then 'All' else area_code end as area_code,
        case when sex = 'All' then 'Persons' else sex end as sex,
        deaths,
        person_years,
        estimate_95['value'] as value,
        estimate_95['lower'] as lower,
        estimate_95['upper'] as upper,
        estimate_998['lower'] as lower_998,
        estimate_998['upper'] as upper_998
    from estimated
    where person_years > 0
)

select * from final
