/*
description: >
  Potential years of life lost to deaths under 75, by area and sex, over the three years to the as-of date
  (intermediate.mortality_cell): each death counts with the years from the middle of its age band to 75
  (years_of_life_lost). The crude rate is of the area's own ages; the standardised one, for the European Standard
  Population 2013 under 75, can be compared between areas and is null below 10 deaths, or where an age band has nobody.
grain: [area_type, area_code, sex]
columns:
  area_type: All, Region, ICB, Sub-ICB location, Place, Local authority, Neighbourhood, PCN or Practice
  area_code: Code of the area, or Not known
  area_name: Name of the area, or Not known
  sex: All, Female or Male
  months_covered: Calendar months that the figures cover, 36 or fewer
  deaths: Deaths under 75
  person_years: Years of registration under 75, in whole ones
  years_lost: Years of life lost
  years_per_death: Years lost for each of the deaths; null without any
  rate: Years lost for each 100,000 years of registration; null where there are none
  lower: Lower 95% limit of the rate, 0 at least; null without deaths
  upper: Upper 95% limit of the rate
  standardised: Directly standardised rate for each 100,000
  standardised_lower: Its lower 95% limit, 0 at least
  standardised_upper: Its upper 95% limit
checks:
  - unique: [area_type, area_code, sex]
  - not_null: [area_type, area_code, area_name, sex, months_covered, deaths, person_years, years_lost]
  - expect: rate between lower and upper
  - expect: deaths >= 10 or standardised is null
topic: inequality
*/
with cells as (
    select
        area_type,
        area_code,
        area_name,
        sex,
        case when age_from = 1 then 0 else age_from end as lower_age,
        -- The middle of the band: infants are half a year, children of 1 to 4 are 3.
        case age_from
            when 0 then 0.5
            when 1 then 3.0
            else age_from + 2.5
        end as age,
        deaths,
        person_years,
        months_covered
    from intermediate.mortality_cell
    where age_from < 75
),

standard as (
    select
        cast(lower_age as int) as lower_age,
        weight
    from reference.european_standard_population_19
),

lost as (
    select
        area_type,
        area_code,
        max(area_name) as area_name,
        sex,
        max(months_covered) as months_covered,
        sum(deaths) as deaths,
        sum(person_years) as person_years,
        sum(deaths * (75 - age)) as years_lost,
        years_of_life_lost(age, deaths, person_years) filter (where person_years > 0) as estimate
    from cells
    group by area_type, area_code, sex
),

banded as (
    select
        area_type,
        area_code,
        sex,
        lower_age,
        sum(deaths) as deaths,
        sum(deaths * (75 - age)) as years_lost,
        sum(deaths * (75 - age) * (75 - age)) as squares,
        sum(person_years) as person_years
    from cells
    group by area_type, area_code, sex, lower_age
),

standardised as (
    select
        banded.area_type,
        banded.area_code,
        banded.sex,
        min(banded.person_years) as smallest_population,
        dsr_repeat(banded.years_lost, banded.squares, banded.person_years, standard.weight, 100000.0)
            filter (where banded.person_years > 0) as estimate
    from standard
    inner join banded
        on standard.lower_age = banded.lower_age
    group by banded.area_type, banded.area_code, banded.sex
),

-- A limit of a weighted sum of few deaths may fall below 0, which no rate does.
measured as (
    select
        lost.*,
        case when lost.estimate['lower'] < 0 then 0.0 else lost.estimate['lower'] end as lower,
        case
            when lost.deaths >= 10 and standardised.smallest_population > 0 then standardised.estimate
        end as standard_estimate
    from lost
    left join standardised
        on lost.area_type = standardised.area_type
        and lost.area_code = standardised.area_code
        and lost.sex = standardised.sex
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
        years_lost,
        estimate['years_per_death'] as years_per_death,
        estimate['value'] as rate,
        lower,
        estimate['upper'] as upper,
        standard_estimate['value'] as standardised,
        case
            when standard_estimate['lower'] < 0 then 0.0
            else standard_estimate['lower']
        end as standardised_lower,
        standard_estimate['upper'] as standardised_upper
    from measured
)

select * from final
