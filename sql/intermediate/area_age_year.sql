/*
description: >
  Person-days of registration by area, financial year, single year of age and sex: what rates are
  standardised over. Ages without people have no row.
grain: [area_type, area_code, financial_year, age, sex]
columns:
  area_type: All, Region, ICB, Sub-ICB location, Place, Local authority, Neighbourhood, PCN or Practice
  area_code: Code of the area, or Not known
  financial_year: Such as 2025/26
  age: Completed years; null where not known
  age_band: Five-year band, 0-4 to 90+, or Not known
  sex: "female, male, other or unknown"
  person_days: Days of registration of all people together
  days_covered: Days of the year within the period and up to the as-of date
checks:
  - unique: [area_type, area_code, financial_year, age, sex]
  - not_null: [area_type, area_code, financial_year, age_band, sex, person_days, days_covered]
  - expect: person_days > 0
topic: utilisation
*/
with person_areas as (
    select
        area_type,
        area_code,
        financial_year,
        age,
        age_band,
        sex,
        days_to_end,
        is_open
    from intermediate.person_area_year
),

years as (
    select
        financial_year,
        days_covered,
        days_to_come
    from intermediate.period_year
),

summed as (
    select
        area_type,
        area_code,
        financial_year,
        age,
        age_band,
        sex,
        cast(sum(days_to_end) as bigint) as days_to_end,
        count(*) filter (where is_open) as open_rows
    from person_areas
    group by area_type, area_code, financial_year, age, age_band, sex
),

final as (
    select
        summed.area_type,
        summed.area_code,
        summed.financial_year,
        summed.age,
        summed.age_band,
        summed.sex,
        summed.days_to_end - summed.open_rows * years.days_to_come as person_days,
        years.days_covered
    from summed
    inner join years
        on summed.financial_year = years.financial_year
)

select * from final
