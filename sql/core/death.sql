/*
description: >
  Deaths in the months of marts.life_table_month, of people registered in the month of death, so that they
  belong to core.life_table_person. Area, age, sex and deprivation are as at that month; the day of death is
  not known. One row per death.
grain: person_key
columns:
  person_key: Pseudonym of the person
  month: First day of the month of death
  area_name: Place of residence, or primary care network, by geography_basis; or Not known
  life_table_band: Age on the first of the month, 0, 1-4, 5-9 to 90+, or Not known
  sex: "female, male, other or unknown"
  imd_quintile: Deprivation quintile label of the LSOA, or Not known
checks:
  - unique: person_key
  - not_null: [person_key, month, area_name, life_table_band, sex, imd_quintile]
*/
with months as (
    select month
    from marts.life_table_month
),

people as (
    select
        person_key,
        death_month
    from core.person
    where death_month is not null
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
        people.person_key,
        person_months.month,
        person_months.area_name,
        case
            when person_months.age < 1 then '0'
            when person_months.age < 5 then '1-4'
            else person_months.age_band
        end as life_table_band,
        person_months.sex,
        person_months.imd_quintile
    from people
    inner join person_months
        on people.person_key = person_months.person_key
        and people.death_month = person_months.month
    inner join months
        on person_months.month = months.month
)

select * from final order by person_key
