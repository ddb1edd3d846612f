/*
description: >
  Life expectancy at birth and at 65 by area and sex, over the three years to the as-of date
  (intermediate.mortality_cell), with 95% limits (Chiang's life table, Silcocks' variance). It is null
  where there are 5,000 years of registration or fewer, where an age band has nobody or the last one no
  death, and where the limits are more than 20 years apart; the columns of statistics say which. Deaths
  are those that the record knows of people while they were registered.
grain: [area_type, area_code, sex]
columns:
  area_type: All, Region, ICB, Sub-ICB location, Place, Local authority, Neighbourhood, PCN or Practice
  area_code: Code of the area, or Not known
  area_name: Name of the area, or Not known
  sex: All, Female or Male
  months_covered: Calendar months that the figures cover, 36 or fewer
  deaths: Deaths
  person_years: Years of registration, in whole ones
  life_expectancy: Years that a newborn can expect to live at the death rates of these years
  lower: Lower 95% limit
  upper: Upper 95% limit
  statistic: What the figure is, or why there is none
  life_expectancy_65: Years that somebody of 65 can expect to live
  lower_65: Lower 95% limit
  upper_65: Upper 95% limit
checks:
  - unique: [area_type, area_code, sex]
  - not_null: [area_type, area_code, area_name, sex, months_covered, deaths, person_years]
  - expect: life_expectancy between lower and upper
topic: inequality
*/
with cells as (
    select
        area_type,
        area_code,
        area_name,
        sex,
        age_from,
        deaths,
        person_years,
        months_covered
    from intermediate.mortality_cell
),

estimated as (
    select
        area_type,
        area_code,
        max(area_name) as area_name,
        sex,
        max(months_covered) as months_covered,
        sum(deaths) as deaths,
        sum(person_years) as person_years,
        life_expectancy(age_from, person_years, deaths) as at_birth,
        life_expectancy(age_from, person_years, deaths, 65) as at_65
    from cells
    group by area_type, area_code, sex
),

final as (
    select
        area_type,
        area_code,
        area_name,
        sex,
        months_covered,
        deaths,
        cast(round(person_years) as bigint) as person_years,
        at_birth['value'] as life_expectancy,
        at_birth['lower'] as lower,
        at_birth['upper'] as upper,
        at_birth['statistic'] as statistic,
        at_65['value'] as life_expectancy_65,
        at_65['lower'] as lower_65,
        at_65['upper'] as upper_65
    from estimated
)

select * from final
