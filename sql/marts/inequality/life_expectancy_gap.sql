/*
description: >
  What each age adds to the difference between the life expectancy of an area and that of everybody else of the
  record, by sex, over the three years to the as-of date (intermediate.mortality_cell; Arriaga's decomposition). Years
  are positive where the others live longer: they say at which ages lives are lost. There are none where either
  life expectancy cannot be told; the column of statistics says why.
grain: [area_type, area_code, sex, age_from]
columns:
  area_type: Region, ICB, Sub-ICB location, Place, Local authority, Neighbourhood, PCN or Practice
  area_code: Code of the area; who is of no known area is of none
  area_name: Name of the area
  sex: All, Female or Male
  age_from: "First age of the band: 0, 1, 5, 10 and so on to 90"
  deaths: Deaths of the area at these ages
  person_years: Years of registration, in whole ones
  death_rate: Deaths for each 100,000 of them; null without any
  other_death_rate: The same of all others
  gap: Life expectancy at birth of the others less that of the area, years, the same for all ages
  contribution: Years of the gap that these ages add
  share: Part of the gap, below 0 where these ages make it less; null where it is 0
  statistic: What the figure is, or why there is none
checks:
  - not_null: [area_type, area_code, area_name, sex, age_from, deaths, person_years]
  - expect: abs(contribution) <= 100
topic: inequality
*/
with cells as (
    select
        area_type,
        area_code,
        area_name,
        sex,
        age_from,
        cast(deaths as double) as deaths,
        person_years
    from intermediate.mortality_cell
),

everybody as (
    select
        sex,
        age_from,
        deaths,
        person_years
    from cells
    where area_type = 'All'
),

compared as (
    select
        cells.area_type,
        cells.area_code,
        cells.area_name,
        cells.sex,
        cells.age_from,
        cells.deaths,
        cells.person_years,
        everybody.deaths - cells.deaths as other_deaths,
        -- Days that are added up in another order differ in their last digits.
        greatest(everybody.person_years - cells.person_years, 0.0) as other_person_years
    from everybody
    inner join cells
        on everybody.sex = cells.sex
        and everybody.age_from = cells.age_from
    where cells.area_type <> 'All'
        and cells.area_code <> 'Not known'
),

decomposed as (
    select
        *,
        life_expectancy_gap(age_from, person_years, deaths, other_person_years, other_deaths) over (
            partition by area_type, area_code, sex
        ) as parts
    from compared
),

final as (
    select
        area_type,
        area_code,
        area_name,
        sex,
        age_from,
        cast(deaths as bigint) as deaths,
        cast(round(person_years) as bigint) as person_years,
        100000.0 * deaths / nullif(person_years, 0.0) as death_rate,
        100000.0 * other_deaths / nullif(other_person_years, 0.0) as other_death_rate,
        parts['gap'] as gap,
        parts['contribution'] as contribution,
        parts['contribution'] / nullif(parts['gap'], 0.0) as share,
        parts['statistic'] as statistic
    from decomposed
)

select * from final
