/*
description: >
  Deaths and years of registration by area, sex and the twenty age bands of life tables, over the three
  years (36 months) to the month of the as-of date, or as many of them as the period has. A death counts in the month of
  death, of which the day is not known, and only where core.person_month has the person in that month,
  so that it belongs to the denominator. Ages are those on the first of the month. Every area and sex has a row for every band.
  Areas are those of the person at the as-of date.
grain: [area_type, area_code, sex, age_from]
columns:
  area_type: All, Region, ICB, Sub-ICB location, Place, Local authority, Neighbourhood, PCN or Practice
  area_code: Code of the area, or Not known
  area_name: Name of the area, or Not known
  sex: All, Female or Male; people of another or no known sex are in All only
  age_from: "First age of the band: 0, 1, 5, 10 and so on to 90"
  deaths: Deaths
  person_years: Years of registration, days over 365.25
  months_covered: Calendar months that the figures cover, 36 or fewer
checks:
  - unique: [area_type, area_code, sex, age_from]
  - not_null: [area_type, area_code, area_name, sex, age_from, deaths, person_years, months_covered]
  - expect: deaths >= 0 and person_years >= 0
topic: inequality
*/
with people as (
    select
        person_key,
        sex,
        death_month
    from core.person
),

person_months as (
    select
        person_key,
        month,
        age,
        days_to_end,
        is_open
    from core.person_month
    where month > cast(date_trunc('month', $as_of) as date) - interval '36' month
        and age is not null
),

-- Counted by month first: different months of all people do not add up.
months as (
    select
        month,
        count(*) as people
    from person_months
    group by month
),

coverage as (
    select count(*) as months_covered
    from months
),

coming as (
    select max(days_to_come) as days_to_come
    from intermediate.period_month
),

person_areas as (
    select
        person_key,
        area_type,
        area_code,
        area_name
    from intermediate.person_area
),

age_bands as (
    select distinct cast(case when lower_age >= 90 then 90 else lower_age end as int) as age_from
    from reference.european_standard_population_21
),

person_bands as (
    select
        people.person_key,
        people.sex,
        cast(
            case
                when person_months.age < 1 then 0
                when person_months.age < 5 then 1
                when person_months.age >= 90 then 90
                else person_months.age - person_months.age % 5
            end as int
        ) as age_from,
        sum(person_months.days_to_end) as days_to_end,
        count(*) filter (where person_months.is_open) as open_rows,
        count(*) filter (where people.death_month = person_months.month) as deaths
    from people
    inner join person_months
        on people.person_key = person_months.person_key
    group by people.person_key, people.sex, age_from
),

area_bands as (
    select
        person_areas.area_type,
        person_areas.area_code,
        max(person_areas.area_name) as area_name,
        person_bands.sex,
        person_bands.age_from,
        sum(person_bands.days_to_end) as days_to_end,
        sum(person_bands.open_rows) as open_rows,
        sum(person_bands.deaths) as deaths
    from person_bands
    inner join person_areas
        on person_bands.person_key = person_areas.person_key
    group by person_areas.area_type, person_areas.area_code, person_bands.sex, person_bands.age_from
),

sexes as (
    select 'All' as sex
    union all
    select 'Female' as sex
    union all
    select 'Male' as sex
),

counted as (
    select
        area_bands.area_type,
        area_bands.area_code,
        max(area_bands.area_name) as area_name,
        sexes.sex,
        age_bands.age_from,
        coalesce(
            sum(area_bands.deaths) filter (
                where area_bands.age_from = age_bands.age_from
                    and (sexes.sex = 'All' or lower(sexes.sex) = area_bands.sex)
            ),
            0
        ) as deaths,
        coalesce(
            sum(area_bands.days_to_end - area_bands.open_rows * coming.days_to_come) filter (
                where area_bands.age_from = age_bands.age_from
                    and (sexes.sex = 'All' or lower(sexes.sex) = area_bands.sex)
            ),
            0
        ) as registered_days
    from area_bands
    cross join coming
    cross join sexes
    cross join age_bands
    group by area_bands.area_type, area_bands.area_code, sexes.sex, age_bands.age_from
),

final as (
    select
        counted.area_type,
        counted.area_code,
        counted.area_name,
        counted.sex,
        counted.age_from,
        counted.deaths,
        cast(counted.registered_days as double) / 365.25 as person_years,
        coverage.months_covered
    from counted
    cross join coverage
)

select * from final
