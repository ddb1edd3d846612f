/*
description: >
  Mid-year population, the denominator of yearly rates: people registered in the middle month of each financial
  year in marts.reporting_year (September or, for a part year, the middle of the months covered), with their
  area, age band, sex and deprivation in that month. One row per person per year.
grain: [person_key, financial_year]
columns:
  person_key: Pseudonym of the person
  financial_year: "Such as 2025/26, or 2025/26 (part: 91 of 365 days)"
  area_name: Place of residence, or primary care network, by geography_basis; or Not known
  age_band: Five-year band, 0-4 to 90+, or Not known
  sex: "female, male, other or unknown"
  imd_quintile: Deprivation quintile label of the LSOA, or Not known
checks:
  - unique: [person_key, financial_year]
  - not_null: [person_key, financial_year, area_name, age_band, sex, imd_quintile]
*/
with months as (
    select
        cast(month_start as date) as month,
        cast(month_end as date) as month_end,
        cast(financial_year_start as date) as year_start
    from reference.month
),

years as (
    select
        financial_year,
        first_day,
        last_day
    from marts.reporting_year
),

numbered as (
    select
        months.month,
        years.financial_year,
        row_number() over (partition by years.financial_year order by months.month) as month_number,
        count(*) over (partition by years.financial_year) as months_covered
    from months
    inner join years
        on months.year_start = years.first_day
    where months.month <= least(years.last_day, $period_end, $as_of)
        and months.month_end >= greatest(years.first_day, $period_start)
),

middle as (
    select
        month,
        financial_year
    from numbered
    where 2 * month_number in (months_covered, months_covered + 1)
),

person_months as (
    select
        person_key,
        month,
        area_name,
        age_band,
        sex,
        imd_quintile
    from core.person_month
),

final as (
    select
        person_months.person_key,
        middle.financial_year,
        person_months.area_name,
        person_months.age_band,
        person_months.sex,
        person_months.imd_quintile
    from middle
    inner join person_months
        on middle.month = person_months.month
)

select * from final order by person_key
