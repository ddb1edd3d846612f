/*
description: >
  People registered in the month that begins in the middle of the years of marts.life_table_month, with their
  area, sex and deprivation in that month: the population of life expectancy. One row per person.
grain: person_key
columns:
  person_key: Pseudonym of the person
  period: First and last month of the years, such as 2023-10 to 2026-09
  area_name: Place of residence, or primary care network, by geography_basis; or Not known
  life_table_band: Age on the first of the month, 0, 1-4, 5-9 to 90+, or Not known
  sex: "female, male, other or unknown"
  imd_quintile: Deprivation quintile label of the LSOA, or Not known
checks:
  - unique: person_key
  - not_null: [person_key, period, area_name, life_table_band, sex, imd_quintile]
*/
with months as (
    select
        month,
        period
    from marts.life_table_month
    where is_middle
),

person_months as (
    select
        person_key,
        month,
        age,
        age_band,
        area_name,
        sex,
        imd_quintile
    from core.person_month
),

final as (
    select
        person_months.person_key,
        months.period,
        person_months.area_name,
        case
            when person_months.age < 1 then '0'
            when person_months.age < 5 then '1-4'
            else person_months.age_band
        end as life_table_band,
        person_months.sex,
        person_months.imd_quintile
    from months
    inner join person_months
        on months.month = person_months.month
)

select * from final order by person_key
