/*
description: >
  Active people with each long-term condition of intermediate.person_condition, with their area, age and sex.
  Reports count these rows. One row for each person and condition; people whose age is not known are left out.
grain: [person_key, condition]
columns:
  person_key: Pseudonym of the person
  condition: Short name of the condition
  area_name: Place of residence, or primary care network, by geography_basis; or Not known
  age_band: Five-year band, 0-4 to 90+
  sex: "female, male, other or unknown"
checks:
  - unique: [person_key, condition]
  - not_null: [person_key, condition, area_name, age_band, sex]
*/
with conditions as (
    select
        person_key,
        condition
    from intermediate.person_condition
),

people as (
    select
        person_key,
        area_name,
        age_band,
        sex
    from core.person
    where is_active
        and age is not null
),

final as (
    select
        conditions.person_key,
        conditions.condition,
        people.area_name,
        people.age_band,
        people.sex
    from people
    inner join conditions
        on people.person_key = conditions.person_key
)

select * from final order by person_key
