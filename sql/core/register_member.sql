/*
description: >
  Active people on each register of core.register_status, with their area, age, sex, ethnic group and
  deprivation. Reports count these rows. One row for each person and register.
grain: [person_key, register]
columns:
  person_key: Pseudonym of the person
  register: Short name of the register, see reference.register
  area_name: Place of residence, or primary care network, by geography_basis; or Not known
  age_band: Five-year band, 0-4 to 90+, or Not known
  sex: "female, male, other or unknown"
  ethnic_group: One of five groups, or Not known
  imd_quintile: Deprivation quintile label of the LSOA, or Not known
checks:
  - unique: [person_key, register]
  - not_null: [person_key, register, area_name, age_band, sex, ethnic_group, imd_quintile]
topic: needs
*/
with statuses as (
    select
        person_key,
        register
    from core.register_status
    where on_register
),

people as (
    select
        person_key,
        area_name,
        age_band,
        sex,
        ethnic_group,
        imd_quintile
    from core.person
    where is_active
),

final as (
    select
        statuses.person_key,
        statuses.register,
        people.area_name,
        people.age_band,
        people.sex,
        people.ethnic_group,
        people.imd_quintile
    from people
    inner join statuses
        on people.person_key = statuses.person_key
)

select * from final order by person_key
